"""What every page has to be: it fits, a finger hits what is to be touched, and axe finds nothing serious."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Frame, Page

LEAST = 44
"""Pixels of what a finger has to hit."""


def fits(page: Page) -> None:
    """Nothing sticks out, and whatever is to be touched is large enough."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    for one in page.locator("button:visible, summary:visible, a.button:visible, label.tick:visible").all():
        box = one.bounding_box()
        assert box is not None
        assert box["height"] >= LEAST, one.inner_text()


def accessible(page: Page | Frame, but: str = "") -> None:
    """axe-core finds nothing that is serious. `but`: a rule that is not asked here."""
    options = {"resultTypes": ["violations"], "rules": {but: {"enabled": False}} if but else {}}
    found = Axe().run(page, options=options).response["violations"]
    assert [
        (one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")
    ] == []

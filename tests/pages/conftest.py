"""Real pages in a real browser: Debian's chromium where it is found; without one, these tests are skipped.

Each test has a browser of its own people: one context a person, so that two look at the same thing at once.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from sheetflow.workspace.web.pages import FOLDER
from tests.conftest import Opener
from tests.firm import Firm
from tests.pages.sheet_page import SheetPage

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZES = {"desktop": (1366, 800), "phone": (390, 844)}

expect.set_options(timeout=30_000)  # no test is about how fast the machine is

Looks = Callable[..., Page]
Sheets = Callable[..., SheetPage]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, for all tests of a run."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    if not (FOLDER / "static" / "vendor" / "tabulator").is_dir():
        pytest.skip("the grid's script is not installed: `make venv`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def looks(chromium: Browser, firm: Firm) -> Iterator[Looks]:
    """Opens a page as a person: `looks("mia", "/sheet")`; `size`, `language`, `theme` as they like them.

    What the script of a page throws, or of one that it opens, or the browser's policy refuses, fails the
    test; but for what the policy refuses of something `hostile`.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(
        login: str,
        path: str,
        *,
        size: str = "desktop",
        language: str = "en",
        theme: str = "light",
        hostile: bool = False,
    ) -> Page:
        width, height = SIZES[size]
        phone = size == "phone"
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            is_mobile=phone,
            has_touch=phone,
            color_scheme="dark" if theme == "dark" else "light",
        )
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=firm.url)
        likes = {
            "local_account": f"{login}@firm.example",
            "workspace_language": language,
            "workspace_theme": theme,
        }
        context.add_cookies([{"name": name, "value": each, "url": firm.url} for name, each in likes.items()])
        context.set_default_timeout(30_000)
        context.on("weberror", lambda error: wrong.append(str(error.error)))  # of what it opens, too
        context.on(
            "console",
            lambda told: (
                wrong.append(told.text) if "Content Security Policy" in told.text and not hostile else None
            ),
        )
        page = context.new_page()
        page.goto(firm.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def sheets(looks: Looks, firm: Firm) -> Sheets:
    """Opens the Sheet page as a person, and waits until its cells are there."""

    def open_sheet(login: str, where: str = "", **likes: str) -> SheetPage:
        return SheetPage(looks(login, f"/sheet{where}", **likes), firm)

    return open_sheet


@pytest.fixture(scope="module")
def firm(opened: Opener) -> Firm:
    """A firm that a module's tests share, its functions not running: a pass runs when a test says so."""
    return opened()

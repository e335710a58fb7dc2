"""What every page is sent with: it may load nothing of others, be framed by nobody and be kept by no cache.

Styles and scripts are allowed by their hash alone. Where signing in with Google is asked for, the page may
load Google's button, from the addresses that Google's reference on Content Security Policy names.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
GOOGLE = "https://accounts.google.com/gsi/"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


CSS = "\n".join((TEMPLATES / name).read_text("utf-8") for name in ("page.css", "parts.css"))
CHOOSING = (TEMPLATES / "choosing.js").read_text("utf-8")
"""Sums up what is chosen as it is chosen. Without it a button does."""
CALENDAR_CSS = (TEMPLATES / "calendar.css").read_text("utf-8")
"""The calendar's own, beside that of every page."""
WHAT_IF = (TEMPLATES / "what_if.js").read_text("utf-8")
"""Sums up the calendar's ticked entries against a balance, in the browser alone."""
SIGNING_IN = (TEMPLATES / "signing_in.js").read_text("utf-8")
"""Sends what Google's button gave."""


def policy(*, script: str = "", sign_in: bool = False, more_css: str = "") -> str:
    """The Content-Security-Policy of a page with this script of ours in it, and Google's button.

    `more_css`: what follows the style of every page in its style element.
    """
    scripts = [_hash(script)] if script else []
    google = {
        "script-src": f"{GOOGLE}client", "style-src": f"{GOOGLE}style", "frame-src": GOOGLE,
        "connect-src": GOOGLE,
    }  # fmt: skip
    wanted = {
        "default-src": ["'none'"], "style-src": [_hash(CSS + more_css)], "script-src": scripts,
        "frame-src": [], "connect-src": [], "img-src": ["'self'", "data:"], "form-action": ["'self'"],
        "base-uri": ["'none'"], "frame-ancestors": ["'none'"],
    }  # fmt: skip
    if sign_in:
        wanted["script-src"].append(_hash(SIGNING_IN))
        for name, address in google.items():
            wanted[name].append(address)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in wanted.items() if sources)


HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": policy(),
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    # Our own forms are told by their Origin, which "no-referrer" would hide; the address itself goes nowhere.
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Robots-Tag": "noindex, nofollow",
}

"""The Sheet page as a person uses it: cells by their name, the keyboard, what is told."""

from __future__ import annotations

import json

from playwright.sync_api import Locator, Page, expect

from tests.firm import Firm


class SheetPage:
    """One person at the sheet."""

    def __init__(self, page: Page, firm: Firm) -> None:
        self.page, self.firm = page, firm
        expect(page.locator(".tabulator-cell[data-at='0:0']")).not_to_be_empty()

    def cell(self, rid: str, column: str) -> Locator:
        """A request's cell, by its column's key."""
        row = next(i for i, line in enumerate(self.firm.table(), 1) if line[0:1] == [rid])
        return self.at(row, self.firm.columns()[column])

    def go(self, rid: str, column: str) -> Locator:
        """Go to a request's cell by the name box: far columns are drawn only when one is near."""
        self.page.locator("#name").fill(
            self.firm.a1(self.firm.number(rid), self.firm.columns()[column]).split("!")[-1]
        )
        self.page.locator("#name").press("Enter")
        return self.cell(rid, column)

    def at(self, row: int, column: int) -> Locator:
        """A cell by row and column, from 0."""
        return self.page.locator(f".tabulator-cell[data-at='{row}:{column}']")

    def types(self, cell: Locator, text: str) -> None:
        """Type over a cell, as one does: click, type, Enter."""
        cell.click()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def pastes(self, cell: Locator, text: str) -> None:
        """Paste from the clipboard, from a cell on."""
        cell.click()
        self.page.evaluate(f"navigator.clipboard.writeText({json.dumps(text)})")
        self.page.keyboard.press("Control+V")

    @property
    def toasts(self) -> Locator:
        """The short messages."""
        return self.page.locator("#toasts .toast")

    def passes(self) -> None:
        """What the functions would do now."""
        self.firm.settle()

"""What commands show: with rich on a terminal, plain lines everywhere else."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

EVERY = 5
"""Of how many steps one is shown where lines cannot be written over."""


class Screen:
    """Where a story is shown (`workspace.demo.Show`), and tables."""

    def __init__(self) -> None:
        self._console: Console | None = None
        self._open = False
        if sys.stdout.isatty():
            from rich.console import Console

            self._console = Console(highlight=False, markup=False)

    def chapter(self, title: str) -> None:
        """A heading."""
        self._line("")
        self._line(title if self._console else f"== {title}", "bold cyan")

    def step(self, who: str, text: str) -> None:
        """Somebody does something."""
        self._line(f"* {who} {text}" if who else f"* {text}", "bold")

    def got(self, text: str) -> None:
        """What came of it."""
        self._line(f"    -> {text}", "green")

    def refused(self, text: str) -> None:
        """Something that was not let through."""
        self._line(f"    x  {text}", "red")

    def mail(self, head: str, lines: Sequence[str]) -> None:
        """A mail's head, and what of its text is shown."""
        self._line(f"    @  {head}", "yellow")
        for line in lines:
            self._line(f"       | {line}", "dim")

    def listing(self, head: str, lines: Sequence[str]) -> None:
        """What lies together somewhere, one line each."""
        self._line(f"    -> {head}", "green")
        for line in lines:
            self._line(f"       - {line}", "green")

    def progress(self, done: int, of: int, text: str) -> None:
        """So far: in place on a terminal, now and then a line elsewhere."""
        line = _harmless(f"    [{done}/{of}] {text}")
        if self._console is not None:
            width = max(self._console.width - 1, 20)
            self._console.file.write(f"\r\x1b[2K{line[:width]}")
            self._console.file.flush()
            self._open = True
        elif done % EVERY == 0 or done == of:
            self._line(line)

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table; on a terminal its last column wraps, elsewhere it is as long as it is."""
        self._close()
        if self._console is None:
            widths = [max(len(str(row[at])) for row in [headers, *rows]) for at in range(len(headers) - 1)]
            for row in [headers, *rows]:
                cells = [str(cell).ljust(width) for cell, width in zip(row, widths, strict=False)]
                self._line("  ".join([*cells, " ".join(str(row[-1]).split())]).rstrip())
            return
        from rich.table import Table
        from rich.text import Text

        shown = Table(*headers, header_style="bold")
        for row in rows:
            shown.add_row(*(Text(_harmless(str(cell))) for cell in row))
        self._console.print(shown)

    def say(self, text: str, style: str = "") -> None:
        """A line; `style` is seen on a terminal alone."""
        self._line(text, style)

    def _line(self, text: str, style: str = "") -> None:
        self._close()
        text = _harmless(text)
        if self._console is None:
            click.echo(text)
        else:
            self._console.print(text, style=style)

    def _close(self) -> None:
        """Wipe what `progress` left on the line."""
        if self._open and self._console is not None:
            self._console.file.write("\r\x1b[2K")
            self._open = False


def _harmless(text: str) -> str:
    """A text that cannot steer the terminal, whatever somebody typed into a cell."""
    return "".join(sign if sign.isprintable() or sign in "\n\u00a0\u202f" else "\ufffd" for sign in text)


def stop_politely() -> None:
    """Let a termination be a Ctrl-C, and a Ctrl-C count also where a shell started us with SIGINT ignored."""
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.default_int_handler)

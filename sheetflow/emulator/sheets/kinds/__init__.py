"""The kinds of requests that a batchUpdate can hold, by the names of Google's reference."""

from sheetflow.emulator.sheets.kinds import (
    appearance,
    content,
    dimensions,
    filters,
    metadata,
    objects,
    paste,
    ranges,
    sorting,
    tabs,
)
from sheetflow.emulator.sheets.kinds.batch import KINDS, run

__all__ = [
    "KINDS",
    "appearance",
    "content",
    "dimensions",
    "filters",
    "metadata",
    "objects",
    "paste",
    "ranges",
    "run",
    "sorting",
    "tabs",
]

"""The kinds of requests that a batchUpdate can hold, by the names of Google's reference."""

from sheetflow.emulator.sheets.kinds import (
    absent,
    appearance,
    comments,
    content,
    dimensions,
    filling,
    filters,
    looks,
    metadata,
    objects,
    paste,
    ranges,
    replacing,
    shifting,
    sorting,
    tables,
    tabs,
)
from sheetflow.emulator.sheets.kinds.batch import KINDS, run

__all__ = [
    "KINDS",
    "absent",
    "appearance",
    "comments",
    "content",
    "dimensions",
    "filling",
    "filters",
    "looks",
    "metadata",
    "objects",
    "paste",
    "ranges",
    "replacing",
    "run",
    "shifting",
    "sorting",
    "tables",
    "tabs",
]

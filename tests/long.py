"""What every run does in short, and a long one in full: `SHEETFLOW_LONG=1`, as `make torture` sets it.

In the long form a process is killed at each of its calls, in the short one at every third; a property is
tried on twice as many examples.
"""

from __future__ import annotations

import os

LONG = os.environ.get("SHEETFLOW_LONG") == "1"
STRIDE = 1 if LONG else 3
"""From one call to be killed at to the next."""


def examples(count: int) -> int:
    """How many examples a property is tried on, of so many in the long form."""
    return count if LONG else (count + 1) // 2

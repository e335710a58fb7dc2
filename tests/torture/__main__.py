"""`python -m tests.torture [COMMAND]`: sums up what a run counted into docs/torture.json and shows it."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.torture.tally import KINDS, summed, table

REPORT = Path(__file__).parents[2] / "docs" / "torture.json"


def main(command: str = "make torture") -> int:
    """Write and show the report; gives the exit code: 1 where anything was lost or anybody let in."""
    found = summed()
    report = {"command": command, "date": datetime.now(UTC).date().isoformat(), **found}
    counts = found["counts"]
    assert isinstance(counts, dict)
    if not any(counts.values()):
        sys.stderr.write("Nothing was counted: run the tests first.\n")
        return 1
    REPORT.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    sys.stdout.write(table(report) + "\n")
    return 1 if any(counts[kind] for kind in ("lost", "let_in") if kind in KINDS) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))

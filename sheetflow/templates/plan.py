"""A plan: what differs between what was declared and what is there, as a value that can be shown and done.

Each difference is a `Change`. It says in plain words what is wrong and what will be done, and carries the
work itself: requests of a Sheets batchUpdate, or a deed for another service. Two plans with the same
checksum do the same; so a plan that was read is known again when it is applied, and a stale one refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Action = Literal["add", "change", "move", "remove"]
Place = Literal["spreadsheet", "drive", "form"]

ACTIONS: Sequence[Action] = ("add", "change", "move", "remove")
"""In the order in which a plan shows them within a kind."""
PLACES: Sequence[Place] = ("spreadsheet", "drive", "form")
"""In the order in which they are shown and done."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    `kind`: what it is of, such as "column", "protection", "access". `name`: which one, as people call it:
    "Registry / Amount". `detail`: what is wrong and what will be done, one sentence. `unsafe`: why it is not
    done without being allowed, such as what would be lost; "" where nothing can be.
    `requests`: of a batchUpdate of the spreadsheet, in order. `deed`: what else to do, for its place's port.
    `by_hand`: no API can do it, so an apply leaves it: `detail` says what a person has to do.
    """

    action: Action
    kind: str
    name: str
    detail: str
    place: Place = "spreadsheet"
    unsafe: str = ""
    requests: tuple[Mapping[str, Any], ...] = ()
    deed: Mapping[str, Any] = field(default_factory=dict)
    by_hand: bool = False

    @property
    def key(self) -> str:
        """How it is named where it has to be allowed."""
        return f"{self.kind}:{self.name}"

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: without the work itself."""
        shown: dict[str, Any] = {
            "action": self.action, "kind": self.kind, "name": self.name, "detail": self.detail,
            "place": self.place,
        }  # fmt: skip
        if self.unsafe:
            shown["unsafe"] = self.unsafe
        if self.by_hand:
            shown["by_hand"] = True
        return shown


@dataclass(frozen=True)
class Plan:
    """Changes in the order in which they are done."""

    changes: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)

    @cached_property
    def checksum(self) -> str:
        """Sixteen hexadecimal digits over all that would be done; the same for the same work."""
        work = [[c.as_dict(), list(c.requests), dict(c.deed)] for c in self.changes]
        text = json.dumps(work, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def unsafe(self, allowed: Iterable[str] = ()) -> list[Change]:
        """What may not be done yet: `allowed` names kinds ("column"), changes ("column:Old") or "all"."""
        known = set(allowed)
        return [
            change
            for change in self.changes
            if change.unsafe and not known & {"all", change.kind, change.key}
        ]

    @property
    def doable(self) -> list[Change]:
        """What an apply does; the rest is left to people's hands."""
        return [change for change in self.changes if not change.by_hand]

    def at(self, place: Place) -> list[Change]:
        """The changes of one place."""
        return [change for change in self.changes if change.place == place]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {"changes": [change.as_dict() for change in self.changes], "checksum": self.checksum}

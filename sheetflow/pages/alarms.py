"""What the request page shows before anything is decided: signs of fraud, and whom to call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sheetflow.core.rulebook import Words
from sheetflow.core.safety.submitting import GRAVE
from sheetflow.core.safety.vouching import digits
from sheetflow.model.request import Request


@dataclass(frozen=True, slots=True)
class Phone:
    """A number to call. `late`: it came into the book after the request was sent."""

    number: str
    late: bool = False

    @property
    def dialled(self) -> str:
        """The number for a phone's own dialler."""
        return ("+" if "+" in self.number or digits(self.number) != _plain(self.number) else "") + digits(
            self.number
        )


def _plain(number: str) -> str:
    return "".join(sign for sign in number if sign in "0123456789")


def told(request: Request, words: Words) -> list[str]:
    """The cautions that nobody may overlook, as sentences."""
    return [words.sentence("warnings", key, facts) for key, facts in request.cautions if key in GRAVE]


def numbers(request: Request, phones: Sequence[str]) -> list[Phone]:
    """The contractor's numbers in the book, and which of them nobody knew when the request was sent."""
    known = request.safety.get("held", {}).get("phones", ())
    return [Phone(number, digits(number) not in known) for number in phones]

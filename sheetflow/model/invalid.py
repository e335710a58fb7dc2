"""What is wrong with a cell's value, as a code and facts.

No sentence for users is here: each code has its words, in each language, in `sheet_templates/<locale>/`.
"""

from __future__ import annotations

from collections.abc import Mapping

SHOWN_LENGTH = 60
"""A value is quoted back to its author up to this many characters."""


class Invalid(ValueError):
    """A value that cannot be used, and is never repaired by a guess.

    `code` is kebab-case and begins with the field, such as "amount-not-positive". `facts` are the texts
    that the sentence may mention: `value`, what stood in the cell (cut), and what each code adds.
    """

    def __init__(self, code: str, facts: Mapping[str, str] | None = None) -> None:
        self.code = code
        self.facts: dict[str, str] = dict(facts or {})
        super().__init__(code, self.facts)

    def __str__(self) -> str:
        """The code, and the facts after it, for logs and test output."""
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else self.code


def shown(cell: object) -> str:
    """A cell as text that fits into a sentence.

    >>> shown("x" * 100) == "x" * 59 + "…"
    True
    """
    text = str(cell)
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"

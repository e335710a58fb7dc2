"""Chance that is the same for the same seed, on every machine and with every Python."""

from __future__ import annotations

import hashlib


class Chance:
    """A row of numbers that follows from a seed."""

    def __init__(self, seed: int) -> None:
        self.seed, self._drawn = seed, 0

    def number(self) -> float:
        """The next number, 0 <= number < 1.

        >>> Chance(1).number() == Chance(1).number() != Chance(2).number()
        True
        """
        self._drawn += 1
        digest = hashlib.sha256(f"{self.seed}/{self._drawn}".encode()).digest()
        return int.from_bytes(digest[:6]) / 2**48

    def below(self, limit: int) -> int:
        """The next whole number, 0 <= number < limit."""
        return int(self.number() * limit)

"""Names of payees as they are compared: what looks the same to a person is the same here."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

TWINS = str.maketrans("abcehikmopstxyё0136іїй", "авсеhlкморsтхуеоlзбllи") | {ord("h"): "н"}
"""One sign for all that look alike: a name in the other alphabet, or with a zero for an O, is told."""

_FORMS = (
    "ооо оао зао пао ао нао ип тоо чп общество с ограниченной ответственностью акционерное публичное",
    "закрытое открытое непубличное индивидуальный предприниматель",
    "llc ltd limited inc corp co company plc gmbh ag kg",
    "sa sarl srl spa bv oy ab as the",
)
_WORD = re.compile(r"\w+")
_SPACED = re.compile(r"\b[^\W_](?:[\W_]+[^\W_]\b)+")
"""Single letters in a row: "О. О. О." is the legal form, too."""
SHORT, LONG = 5, 12
"""Signs: a shorter name resembles none; a longer one may differ by two signs."""


def _joined(found: re.Match[str]) -> str:
    return "".join(_WORD.findall(found[0]))


@lru_cache(maxsize=20_000)
def folded(name: str) -> str:
    """A name without case, quotes, spaces, legal form and alphabet; "" where nothing is left.

    >>> folded("ООО «Ромашка»") == folded('"POMAШKA", ooo') == folded("Ромашка, АО")
    True
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    plain = "".join(sign for sign in plain if unicodedata.category(sign) not in ("Cf", "Cc", "Mn", "Me"))
    words = [word.translate(TWINS) for word in _WORD.findall(_SPACED.sub(_joined, plain))]
    return "".join(word for word in words if word not in _FOLDED_FORMS) or "".join(words)


_FOLDED_FORMS = frozenset(word.translate(TWINS) for line in _FORMS for word in line.split())


def resembles(one: str, other: str) -> bool:
    """Whether two folded names differ by so little that a person may take one for the other.

    >>> resembles(folded("Ромашка"), folded("Ромашка М")), resembles(folded("Ромашка"), folded("Лютик"))
    (True, False)
    """
    shorter, longer = sorted((one, other), key=len)
    if one == other or len(shorter) < SHORT:
        return False
    allowed = 2 if len(shorter) >= LONG else 1
    if len(set(shorter) ^ set(longer)) > 2 * allowed:
        return False  # told cheaply: most names
    return len(longer) - len(shorter) <= allowed and _distance(shorter, longer, allowed) <= allowed


def _distance(one: str, other: str, most: int) -> int:
    """How many signs to change, add, drop or swap with their neighbour; more than `most` is not counted."""
    far = most + 1
    before: dict[int, int] = {}
    row = {j: j for j in range(min(most, len(other)) + 1)}
    for i, a in enumerate(one, start=1):
        now: dict[int, int] = {}
        for j in range(max(0, i - most), min(len(other), i + most) + 1):  # further off it is more than `most`
            if j == 0:
                now[0] = i
                continue
            b = other[j - 1]
            cost = min(row.get(j, far) + 1, now.get(j - 1, far) + 1, row.get(j - 1, far) + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before.get(j - 2, far) + 1)
            now[j] = cost
        if min(now.values(), default=far) > most:
            return far
        before, row = row, now
    return row.get(len(other), far)

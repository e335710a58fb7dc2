"""Numbers written as fractions: `# ?/?`, `0/0`, `# ??/16`.

Decided here: the nearest fraction whose denominator has as many digits as the pattern; a whole number leaves
the fraction's place blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Pieces = Sequence[tuple[str, str]]


def slash_of(section: Pieces) -> int | None:
    """The place of the `/` between two groups of digits of a pattern's section; None where there is none."""
    for place in range(1, len(section) - 1):
        kind, text = section[place + 1]
        follows = kind == "digit" or (kind == "other" and text.isdigit())
        if section[place] == ("other", "/") and section[place - 1][0] == "digit" and follows:
            return place
    return None


def render_fraction(value: float | int, section: Pieces, slash: int) -> str:
    """What a number that is not negative looks like."""
    start = slash
    while start > 0 and section[start - 1][0] == "digit":
        start -= 1
    end = slash + 1
    while end < len(section) and (section[end][0] == "digit" or section[end][1].isdigit()):
        end += 1
    below = section[slash + 1 : end]
    given = "".join(text for kind, text in below if kind == "other")
    fixed = int("".join(text for _, text in below)) if given and int(given or 0) else 0
    if fixed:
        nearest = Fraction(round(Fraction(value) * fixed), fixed)
        top, bottom = int(nearest * fixed), fixed
    else:
        nearest = Fraction(value).limit_denominator(10 ** min(len(below), 5) - 1)
        top, bottom = nearest.numerator, nearest.denominator
    whole_places = [place for place in range(start) if section[place][0] == "digit"]
    whole = 0
    if whole_places:
        whole, top = divmod(top, bottom)
    numerator, denominator = section[start:slash], below
    if top == 0 and whole_places:
        part = " " * (len(numerator) + 1 + len(denominator))
    else:
        part = _right(str(top), numerator) + "/" + (str(bottom) if fixed else _left(str(bottom), denominator))
    head = _whole(whole, section[:start], whole_places, empty=top == 0)
    return head + part + "".join(text for _, text in section[end:])


def _whole(number: int, head: Pieces, places: list[int], *, empty: bool) -> str:
    """What stands before the fraction, the whole number put into its first place."""
    shown = str(number) if number or empty else ""
    written = []
    for place, (kind, text) in enumerate(head):
        if kind != "digit":
            written.append(text)
        elif place == places[-1]:
            written.append(shown or ("0" if text == "0" else " " if text == "?" else ""))
    text = "".join(written)
    return text if shown or any(head[place][1] != "#" for place in places) else text.lstrip(" ")


def _right(digits: str, places: Pieces) -> str:
    return digits.rjust(len(places), "0" if places[0][1] == "0" else " ") if places[0][1] != "#" else digits


def _left(digits: str, places: Pieces) -> str:
    return digits if places[0][1] == "#" else digits.ljust(len(places))

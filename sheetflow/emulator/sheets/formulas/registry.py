"""How functions say what they are: their names, how many arguments they take and what becomes of each.

An argument's letter tells what the function gets:

- `n` a number, `i` a whole number, `t` a text, `b` a boolean, `v` any value but an error, `e` any value: the
  function is called for each element, and an element's error stays that element's;
- `x` a single value, or in an array formula the whole array: the function spreads itself;
- `r` the operand as it is: a value, an array or a reference.

The last letter, or the last few in turn, serve all further arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Body = Callable[..., Any]
_F = TypeVar("_F", bound=Body)


@dataclass(frozen=True, slots=True)
class Function:
    """A function that formulas can call.

    Attributes:
        name: in upper case.
        low, high: the least and greatest number of arguments; None is any number.
        letters: what becomes of each argument; "" for a lazy function.
        body: the Python function; its first argument is the `Evaluator`.
        arrays: its arguments are computed as in an array formula, wherever it stands.
        maker: its result may be an array, wherever it stands.
        cycle: how many of the last letters repeat for further arguments.
    """

    name: str
    low: int
    high: int | None
    letters: str
    body: Body
    arrays: bool = False
    maker: bool = False
    cycle: int = 1

    def letter(self, place: int) -> str:
        """The letter of the argument at `place`."""
        if place < len(self.letters):
            return self.letters[place]
        if not self.letters:
            return "r"
        return self.letters[len(self.letters) - self.cycle + (place - len(self.letters)) % self.cycle]

    @property
    def elementwise(self) -> bool:
        """Whether the body is called for each element."""
        return any(letter in "nitbve" for letter in self.letters)

    def accepts(self, count: int) -> bool:
        """Whether it can be called with `count` arguments."""
        return count >= self.low and (self.high is None or count <= self.high)


FUNCTIONS: dict[str, Function] = {}


def function(
    names: str,
    letters: str,
    low: int | None = None,
    *,
    more: bool = False,
    arrays: bool = False,
    maker: bool = False,
    cycle: int = 1,
) -> Callable[[_F], _F]:
    """Registers the decorated function under each of `names` (separated by spaces).

    Args:
        names: the names, upper case.
        letters: one for each argument, see above.
        low: the least number of arguments, all of them unless given.
        more: whether any number of arguments may follow.
        arrays: arguments are computed as in an array formula.
        maker: the result may be an array.
        cycle: how many of the last letters repeat for further arguments.
    """

    def register(body: _F) -> _F:
        least = len(letters) if low is None else low
        for name in names.split():
            most = None if more else len(letters)
            FUNCTIONS[name] = Function(name, least, most, letters, body, arrays, maker, cycle)
        return body

    return register


def lazy(name: str, low: int, high: int | None, *, maker: bool = False) -> Callable[[_F], _F]:
    """Registers a function that gets its arguments' nodes and computes only those it needs.

    Its body is called with the evaluator, the nodes, and whether it stands in an array formula.
    """

    def register(body: _F) -> _F:
        FUNCTIONS[name] = Function(name, low, high, "", body, maker=maker)
        return body

    return register

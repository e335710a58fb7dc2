"""Whether a file fits a search, as its searcher sees it, and in which order what was found stands.

Names are compared without regard to case. `name contains` finds words of the name by their beginning:
`World` is in "Hello World", but not in "HelloWorld"; `fullText contains` finds whole words, here in the name,
the description and the indexable text alone: no file's content is read. Source: Google's reference of search
terms.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sheetflow.emulator.drive.errors import bad, invalid_value
from sheetflow.emulator.drive.query import Both, Clause, Not, Query
from sheetflow.emulator.files import ROLES, File, Files, Permission, root_id

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""What the operators of order mean."""

_NUMBERS = re.compile(r"(\d+)")


class Searcher:
    """Looks at files for one caller; what it has to ask for, it asks for once.

    Args:
        files: all files.
        caller: e-mail address.
    """

    def __init__(self, files: Files, caller: str) -> None:
        self._files = files
        self._caller = caller.lower()
        self._sharing: dict[str, list[tuple[Permission, str]]] = {}

    @functools.cached_property
    def trash(self) -> set[str]:
        """The ids of all files in the trash."""
        return self._files.trash()

    def fits(self, query: Query | None, file: File) -> bool:
        """Whether a file fits a query."""
        if query is None:
            return True
        if isinstance(query, Clause):
            return self._clause(query, file)
        if isinstance(query, Not):
            return not self.fits(query.inner, file)
        if isinstance(query, Both):
            return self.fits(query.left, file) and self.fits(query.right, file)
        return self.fits(query.left, file) or self.fits(query.right, file)

    def _clause(self, clause: Clause, file: File) -> bool:
        term, value = clause.term, clause.value
        if isinstance(value, tuple):
            return bool(file.extra.get(term, {}).get(value[0]) == value[1])
        if clause.operator == "contains":
            return self._contains(term, str(value), file)
        if isinstance(value, datetime):
            have = self._time(term, file)
            return have is not None and COMPARE[clause.operator](have, value)
        if term == "labels":
            return False  # there are no labels here
        if term in ("parents", "owners", "writers", "readers"):
            return (str(value) in self._members(term, str(value), file)) is (clause.operator != "!=")
        return (self._plain(term, file) == _folded(value)) is (clause.operator == "=")

    def _contains(self, term: str, value: str, file: File) -> bool:
        if term == "mimeType":
            return value.casefold() in file.mime_type.casefold()
        if term == "name":
            return name_contains(file.name, value)
        hints = file.extra.get("contentHints", {})
        texts = (file.name, file.extra.get("description", ""), hints.get("indexableText", ""))
        return text_contains("\n".join(texts), value)

    def _time(self, term: str, file: File) -> datetime | None:
        given = self.given(file)
        times = {
            "modifiedTime": file.modified,
            "createdTime": file.created,
            "sharedWithMeTime": given.at if given else "",
        }
        text = times.get(term, "")
        return datetime.fromisoformat(text) if text else None

    def _members(self, term: str, value: str, file: File) -> set[str]:
        """The members of a collection, in the words in which the query names one of them."""
        if term == "parents":
            return {file.parent} | ({"root"} if file.parent == root_id(self._caller) else set())
        if term == "owners":
            people = {file.owner} - {""}
        else:
            least = ROLES.index("writer" if term == "writers" else "reader")
            shares = self.sharing(file)
            people = {one.email for one, _ in shares if one.email and ROLES.index(one.role) >= least}
        wanted = self._caller if value == "me" else value.lower()
        return {value} if wanted in people else set()

    def _plain(self, term: str, file: File) -> object:
        if term == "name":
            return file.name.casefold()
        if term == "mimeType":
            return file.mime_type.casefold()
        if term == "trashed":
            return file.id in self.trash
        if term == "starred":
            return self._caller in file.extra.get("starred", ())
        if term == "sharedWithMe":
            return self.given(file) is not None
        if term == "visibility":
            return visibility(one for one, _ in self.sharing(file)).casefold()
        return str(file.extra.get("shortcutDetails", {}).get("targetId", "")).casefold()

    def sharing(self, file: File) -> list[tuple[Permission, str]]:
        """All permissions that hold for a file."""
        if file.id not in self._sharing:
            self._sharing[file.id] = self._files.sharing(file.id)
        return self._sharing[file.id]

    def given(self, file: File) -> Permission | None:
        """The permission by which a file of another's was shared with the caller."""
        if file.owner == self._caller or file.drive:
            return None
        mine = (one for one, holder in self.sharing(file) if holder == file.id and one.email == self._caller)
        return next((one for one in mine if one.kind != "domain"), None)


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


def words(text: str) -> list[str]:
    """The words of a text, without regard to case."""
    return re.findall(r"\w+", text.casefold())


def name_contains(name: str, value: str) -> bool:
    """Whether every word of `value` begins a word of the name."""
    if name.casefold().startswith(value.casefold()):
        return True
    wanted, have = words(value), words(name)
    if not wanted:
        return value in name
    return all(any(word.startswith(one) for word in have) for one in wanted)


def text_contains(text: str, value: str) -> bool:
    """Whether every word of `value` stands in the text; of a value in double quotes, in that order."""
    wanted, have = words(value), words(text)
    if len(value) > 1 and value.startswith('"') and value.endswith('"'):
        return any(have[at : at + len(wanted)] == wanted for at in range(len(have)))
    return set(wanted) <= set(have)


def visibility(permissions: Iterable[Permission]) -> str:
    """Drive's word for who may find or open a file."""
    found = {(one.kind, one.discovery) for one in permissions}
    for kind in ("anyone", "domain"):
        if (kind, True) in found:
            return f"{kind}CanFind"
        if (kind, False) in found:
            return f"{kind}WithLink"
    return "limited"


def ordered(found: list[File], keys: str, searcher: Searcher, caller: str, *, full_text: bool) -> list[File]:
    """What was found, in the order of `orderBy`; without it, as it is given.

    Raises:
        DriveError: 400 for a key that Drive has not, or any key beside a `fullText` term.
    """
    if not keys:
        return found
    if full_text:
        raise bad(
            "Sorting is not supported for queries with fullText terms. Results are always in descending"
            " relevance order.",
            "orderBy",
        )
    sorters: Mapping[str, Callable[[File], Any]] = {
        "createdTime": lambda file: file.created,
        "folder": lambda file: not file.is_folder,
        "modifiedByMeTime": lambda file: file.modified if file.by == caller else "",
        "modifiedTime": lambda file: file.modified,
        "name": lambda file: file.name.casefold(),
        "name_natural": lambda file: natural(file.name),
        "quotaBytesUsed": lambda file: file.size,
        "recency": lambda file: max(file.modified, file.created),
        "sharedWithMeTime": lambda file: given.at if (given := searcher.given(file)) else "",
        "starred": lambda file: caller not in file.extra.get("starred", ()),
        "viewedByMeTime": lambda _: "",
    }
    for key in reversed(keys.split(",")):
        name, _, direction = key.strip().partition(" ")
        if name not in sorters or direction.strip() not in ("", "desc"):
            raise invalid_value("orderBy")
        found = sorted(found, key=sorters[name], reverse=bool(direction))
    return found


def natural(name: str) -> list[tuple[int, int, str]]:
    """A key by which "file 2" comes before "file 12"."""
    parts = _NUMBERS.split(name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def mentions(query: Query | None, term: str) -> bool:
    """Whether a query asks for a term anywhere."""
    if query is None or isinstance(query, Clause):
        return query is not None and query.term == term
    if isinstance(query, Not):
        return mentions(query.inner, term)
    return mentions(query.left, term) or mentions(query.right, term)

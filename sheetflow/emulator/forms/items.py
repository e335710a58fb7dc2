"""What a form is made of: items, the questions in them, and what Google refuses to put into one.

An item is kept as the API's own JSON, without the fields that hold a default: proto3 JSON leaves them out. A
question's `entry` is the number that its field has on the page, the decimal of its hexadecimal id. Source of
the rules: Google's reference; the words of a refusal are Google's where they are known from reports, and
otherwise ours.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sheetflow.emulator.wire import Json, invalid

ITEM_KINDS = ("questionItem", "questionGroupItem", "pageBreakItem", "textItem", "imageItem", "videoItem")
QUESTION_KINDS = {
    "textQuestion": "text",
    "choiceQuestion": "choice",
    "scaleQuestion": "scale",
    "ratingQuestion": "rating",
    "dateQuestion": "date",
    "timeQuestion": "time",
    "fileUploadQuestion": "file",
    "rowQuestion": "row",
}
NEWLINES = "Displayed text cannot contain newlines"
NO_UPLOADS = "The API does not support creating file upload questions."

_ID = re.compile(r"[0-9a-f]{1,8}")
_SCALE_LOW, _SCALE_HIGH = (0, 1), range(2, 11)
_RATING_LEVELS = range(3, 11)


@dataclass(frozen=True)
class Question:
    """A question as the page and the responses tab have it.

    Attributes:
        id: the API's questionId.
        title: the item's title; for a row of a grid `Group [Row]`, as the responses tab names its column.
        label: what stands beside its field: the item's title, or the row's.
        kind: text, choice, scale, rating, date, time or file; a row of a grid is a choice.
        spec: the message of its kind, such as a ChoiceQuestion.
        required: whether a response must answer it.
    """

    id: str
    title: str
    label: str
    kind: str
    spec: Json
    required: bool

    @property
    def entry(self) -> int:
        """The number of its field on the page: `entry.<n>`."""
        return int(self.id, 16)

    @property
    def options(self) -> list[str]:
        """The values of a choice, "other" not among them."""
        return [option["value"] for option in self.spec.get("options", ()) if not option.get("isOther")]

    @property
    def has_other(self) -> bool:
        """Whether a choice takes a text of one's own."""
        return any(option.get("isOther") for option in self.spec.get("options", ()))

    @property
    def multiple(self) -> bool:
        """Whether it takes several values."""
        return self.spec.get("type") == "CHECKBOX"


def questions_of(item: Json) -> Iterator[Question]:
    """The questions of one item, in order; none for a heading or a picture."""
    title = item.get("title", "")
    group = item.get("questionGroupItem")
    if group is not None:
        columns = group.get("grid", {}).get("columns", {})
        for row in group.get("questions", ()):
            label = row.get("rowQuestion", {}).get("title", "")
            required = bool(row.get("required"))
            yield Question(row["questionId"], f"{title} [{label}]", label, "choice", columns, required)
    question = item.get("questionItem", {}).get("question")
    if question is not None:
        for name, kind in QUESTION_KINDS.items():
            if name in question:
                required = bool(question.get("required"))
                yield Question(question["questionId"], title, title, kind, question[name], required)


def questions(items: Sequence[Json]) -> list[Question]:
    """All questions of a form, in order."""
    return [question for item in items for question in questions_of(item)]


def is_upload(item: Json) -> bool:
    """Whether an item asks for files."""
    return "fileUploadQuestion" in item.get("questionItem", {}).get("question", {})


def pruned(value: Any) -> Any:
    """A JSON value without fields that hold a default.

    Empty messages stay, since they say which kind is set.
    """
    if isinstance(value, list):
        return [pruned(one) for one in value]
    if isinstance(value, Mapping):
        kept = {name: pruned(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one or isinstance(one, dict)}
    return value


def ids(items: Sequence[Json]) -> set[str]:
    """The ids in use: of items and of questions."""
    found = {item["itemId"] for item in items if "itemId" in item}
    for item in items:
        found |= {question["questionId"] for question in raw_questions(item) if "questionId" in question}
    return found


def raw_questions(item: Json) -> list[Json]:
    """The Question messages of an item."""
    one = item.get("questionItem", {}).get("question")
    return ([] if one is None else [one]) + list(item.get("questionGroupItem", {}).get("questions", ()))


def give_ids(item: Json, taken: set[str]) -> None:
    """Give ids where the item and its questions have none.

    Raises:
        GoogleError: 400 for an id that is in use or is no id.
    """
    used = set(taken)
    for holder, name in ((item, "itemId"), *((question, "questionId") for question in raw_questions(item))):
        wanted = holder.get(name)
        if wanted is not None and not _ID.fullmatch(wanted):
            raise invalid(f"Invalid ID: {wanted}")
        if wanted in used:
            raise invalid(f"ID is already in use: {wanted}")
        holder[name] = wanted or fresh_id(used)
        used.add(holder[name])


def fresh_id(taken: set[str]) -> str:
    """An unused id: eight hexadecimal digits, the first below 8, as at Google."""
    while True:
        number = secrets.randbits(31)
        if number and f"{number:08x}" not in taken:
            return f"{number:08x}"


def check_item(item: Json) -> None:
    """Refuse an item that Google would not take.

    Raises:
        GoogleError: 400.
    """
    kinds = [name for name in ITEM_KINDS if name in item]
    if len(kinds) != 1:
        raise invalid("The item must have a kind." if not kinds else "An item can only be of one kind.")
    _one_line(item.get("title", ""))
    if kinds[0] == "questionItem":
        question = item["questionItem"].get("question", {})
        if "rowQuestion" in question:
            raise invalid("A row question must be in a question group.")
        _check_question(question)
    if kinds[0] == "questionGroupItem":
        _check_group(item["questionGroupItem"])


def _check_group(group: Json) -> None:
    rows = group.get("questions", [])
    if not rows or any("rowQuestion" not in row for row in rows):
        raise invalid("A question group needs questions, and all of them must be rows.")
    for row in rows:
        _one_line(row["rowQuestion"].get("title", ""))
    columns = group.get("grid", {}).get("columns")
    if columns is None:
        raise invalid("A question group needs a grid with columns.")
    if columns.get("type") not in ("RADIO", "CHECKBOX"):
        raise invalid("Only CHECKBOX and RADIO choices are allowed in a grid.")
    if any(option.get("isOther") for option in columns.get("options", ())):
        raise invalid("Cannot set option.isOther in a question group.")
    _check_choice(columns)


def _check_question(question: Json) -> None:
    kinds = [name for name in QUESTION_KINDS if name in question]
    if len(kinds) != 1:
        raise invalid(
            "The question must have a kind." if not kinds else "A question can only be of one kind."
        )
    spec = question[kinds[0]]
    if kinds[0] == "choiceQuestion":
        _check_choice(spec)
    elif kinds[0] == "scaleQuestion":
        if spec.get("low", 0) not in _SCALE_LOW or spec.get("high", 0) not in _SCALE_HIGH:
            raise invalid("A scale goes from 0 or 1 to a number between 2 and 10.")
    elif kinds[0] == "ratingQuestion" and (
        spec.get("ratingScaleLevel", 0) not in _RATING_LEVELS
        or spec.get("iconType") in (None, "RATING_ICON_TYPE_UNSPECIFIED")
    ):
        raise invalid("A rating needs an icon type and 3 to 10 levels.")


def _check_choice(spec: Json) -> None:
    if spec.get("type") in (None, "CHOICE_TYPE_UNSPECIFIED"):
        raise invalid("The type of a choice question must be set.")
    options = spec.get("options", [])
    if not options:
        raise invalid("A choice question must have at least one option.")
    seen: set[str] = set()
    for option in options:
        value = option.get("value", "")
        if option.get("isOther"):
            if value:
                raise invalid("Cannot set option.value when isOther is true")
            if spec["type"] == "DROP_DOWN":
                raise invalid("Cannot set option.isOther on a DROP_DOWN question.")
        elif not value:
            raise invalid("The value of an option must be set.")
        _one_line(value)
        if value in seen:
            raise invalid(f"Duplicate option: {value}")
        seen.add(value)


def _one_line(text: str) -> None:
    if "\n" in text or "\r" in text:
        raise invalid(NEWLINES)

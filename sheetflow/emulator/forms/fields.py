"""A form's items as the page draws them: headings, questions with their fields, pictures by their texts.

Sections stand one below the other on one page; where Google would jump by an answer, nothing jumps here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sheetflow.emulator.forms.answers import MEGABYTE, accepted, files_of, max_files, max_size
from sheetflow.emulator.forms.items import Question, questions_of

if TYPE_CHECKING:
    from sheetflow.emulator.forms.answers import Given
    from sheetflow.emulator.forms.responses import Response
    from sheetflow.emulator.wire import Json

OTHER = "__other_option__"


@dataclass(frozen=True)
class Field:
    """A question's field.

    Attributes:
        widget: text, paragraph, radio, checkbox, select, scale, date, datetime, month_day, month_day_time,
            time, duration or file.
        name: of the field: `entry.<n>`.
        label: what it asks.
        required: whether it must be filled.
        problem: what is wrong; "" for nothing.
        values: what stands in it.
        options: of a choice or scale.
        other: whether a choice takes a text of one's own, and `own` that text.
        ends: the labels of a scale's ends.
        files: files that an edited response has: (id, name, whether it stays).
        accept: types of files.
        count, megabytes: limits of files.
    """

    widget: str
    name: str
    label: str
    required: bool
    problem: str
    values: Sequence[str] = ()
    options: Sequence[str] = ()
    other: bool = False
    own: str = ""
    ends: tuple[str, str] = ("", "")
    files: Sequence[tuple[str, str, bool]] = ()
    accept: str = ""
    count: int = 1
    megabytes: int = 0

    @property
    def id(self) -> str:
        """Of the HTML element."""
        return self.name.replace(".", "-")

    @property
    def value(self) -> str:
        """The one text in it."""
        return self.values[0] if self.values else ""


@dataclass(frozen=True)
class Block:
    """An item: `kind` is section, text, media or question; a question has fields, several in a grid."""

    kind: str
    title: str
    description: str
    fields: Sequence[Field] = field(default=())
    note: str = ""

    @property
    def grouped(self) -> bool:
        """Whether it is a grid of questions."""
        return self.note == "grid"


def blocks(
    items: Sequence[Json], given: Given, problems: Mapping[str, str], edited: Response | None
) -> Iterator[Block]:
    """The items of a form in order.

    Args:
        items: as in the API.
        given: what stands in the fields.
        problems: sentences by questionId.
        edited: the response that is being changed.
    """
    for item in items:
        title, description = item.get("title", ""), item.get("description", "")
        fields = [_field(question, given, problems, edited) for question in questions_of(item)]
        if fields:
            note = "grid" if "questionGroupItem" in item else ""
            yield Block("question", title, description, fields, note)
        elif "pageBreakItem" in item:
            yield Block("section", title, description)
        elif "imageItem" in item:
            yield Block(
                "media", title, description, note=item["imageItem"].get("image", {}).get("altText", "")
            )
        elif "videoItem" in item:
            yield Block("media", title, description, note=item["videoItem"].get("caption", ""))
        else:
            yield Block("text", title, description)


def cards(items: Iterable[Block]) -> list[list[Block]]:
    """The blocks in groups: each heading begins one."""
    found: list[list[Block]] = [[]]
    for block in items:
        if block.kind in ("section", "text") and block.title and found[-1]:
            found.append([])
        found[-1].append(block)
    return [group for group in found if group]


def _field(question: Question, given: Given, problems: Mapping[str, str], edited: Response | None) -> Field:
    values = given.values.get(question.id, [])
    strange = [value for value in values if value not in question.options] if question.has_other else []
    kept = given.kept.get(question.id, [])
    old = files_of((edited.answers if edited else {}).get(question.id))
    upload = question.kind == "file"
    return Field(
        widget=_widget(question),
        name=f"entry.{question.entry}",
        label=question.label,
        required=question.required,
        problem=problems.get(question.id, ""),
        values=values,
        options=_options(question),
        other=question.has_other,
        own=strange[0] if strange else "",
        ends=(question.spec.get("lowLabel", ""), question.spec.get("highLabel", "")),
        files=[(file["fileId"], file["fileName"], file["fileId"] in kept) for file in old],
        accept=accepted(question) if upload else "",
        count=max_files(question) if upload else 1,
        megabytes=max_size(question) // MEGABYTE if upload else 0,
    )


def _widget(question: Question) -> str:
    spec = question.spec
    if question.kind == "choice":
        return {"CHECKBOX": "checkbox", "DROP_DOWN": "select"}.get(spec.get("type", ""), "radio")
    if question.kind == "text":
        return "paragraph" if spec.get("paragraph") else "text"
    if question.kind == "date":
        timed = bool(spec.get("includeTime"))
        if spec.get("includeYear"):
            return "datetime" if timed else "date"
        return "month_day_time" if timed else "month_day"
    if question.kind == "time":
        return "duration" if spec.get("duration") else "time"
    return "file" if question.kind == "file" else "scale"


def _options(question: Question) -> list[str]:
    if question.kind == "scale":
        return [str(n) for n in range(question.spec.get("low", 0), question.spec.get("high", 0) + 1)]
    if question.kind == "rating":
        return [str(n) for n in range(1, question.spec.get("ratingScaleLevel", 0) + 1)]
    return question.options

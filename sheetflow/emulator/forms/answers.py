"""What a respondent may answer, and how an answer is written down.

A question of text takes any text: Forms v1 knows no validation of it. The formats of dates and times are
those that the API's reference gives for `TextAnswer.value`.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sheetflow.emulator.forms.items import Question
from sheetflow.emulator.wire import Json

MEGABYTE = 1024 * 1024
MAX_FILE_SIZE = 10 * MEGABYTE
"""Bytes of one file where the question does not say."""

EMAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+")

_DATE = re.compile(r"(?:(?P<year>\d{4})-)?(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ](?P<time>[\d:]+))?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
_LEAP_YEAR = 2024
_HOURS_OF_DURATION = 72

_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_TYPES: Mapping[str, tuple[str, ...]] = {
    "ANY": ("",),
    "PDF": ("application/pdf",),
    "IMAGE": ("image/",),
    "VIDEO": ("video/",),
    "AUDIO": ("audio/",),
    "DOCUMENT": (
        *("application/msword", f"{_OFFICE}wordprocessingml", f"{_ODF}text", "application/rtf", "text/"),
        "application/vnd.google-apps.document",
    ),
    "SPREADSHEET": (
        *("application/vnd.ms-excel", f"{_OFFICE}spreadsheetml", f"{_ODF}spreadsheet", "text/csv"),
        "application/vnd.google-apps.spreadsheet",
    ),
    "PRESENTATION": (
        *("application/vnd.ms-powerpoint", f"{_OFFICE}presentationml", f"{_ODF}presentation"),
        "application/vnd.google-apps.presentation",
    ),
    "DRAWING": (f"{_ODF}graphics", "application/vnd.google-apps.drawing", "image/svg+xml"),
}


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    name: str
    mime_type: str
    data: bytes


@dataclass
class Given:
    """What a respondent sent.

    Attributes:
        values: questionId to texts.
        files: questionId to new files.
        kept: questionId to ids of files of the response being edited that stay.
        email: what was typed where the form asks for an address.
    """

    values: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[Upload]] = field(default_factory=dict)
    kept: dict[str, list[str]] = field(default_factory=dict)
    email: str = ""


@dataclass(frozen=True)
class Problem:
    """Why an answer is not taken: the name of a sentence (see `words`), and what it speaks of."""

    word: str
    detail: str = ""


def checked(questions: Iterable[Question], given: Given) -> tuple[dict[str, list[str]], dict[str, Problem]]:
    """The texts to keep for each answered question, and the problems by questionId."""
    texts: dict[str, list[str]] = {}
    problems: dict[str, Problem] = {}
    for question in questions:
        if question.kind == "file":
            problem = _files_problem(question, given)
        else:
            values = _present(given.values.get(question.id, ()))
            found = [_normal(question, value) for value in values]
            problem = next((one for one in found if isinstance(one, Problem)), None)
            good = [one for one in found if isinstance(one, str)]
            if not values and question.required:
                problem = Problem("required")
            elif len(values) > 1 and not question.multiple:
                problem = Problem("one_only")
            elif good and problem is None:
                texts[question.id] = good
        if problem is not None:
            problems[question.id] = problem
    return texts, problems


def text_answers(texts: Mapping[str, Sequence[str]]) -> dict[str, Json]:
    """Answers as the API has them."""
    return {
        key: {"questionId": key, "textAnswers": {"answers": [{"value": value} for value in values]}}
        for key, values in texts.items()
    }


def file_answer(question_id: str, files: Sequence[Json]) -> Json:
    """The answer to a question for files; `files` are FileUploadAnswer."""
    return {"questionId": question_id, "fileUploadAnswers": {"answers": list(files)}}


def values_of(answer: Json | None) -> list[str]:
    """The texts of an answer."""
    answers = (answer or {}).get("textAnswers", {}).get("answers", ())
    return [one.get("value", "") for one in answers]


def files_of(answer: Json | None) -> list[Json]:
    """The files of an answer."""
    return list((answer or {}).get("fileUploadAnswers", {}).get("answers", ()))


def _present(values: Iterable[str]) -> list[str]:
    """The values that say something; of several equal choices one."""
    cleaned = [value.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n") for value in values]
    return list(dict.fromkeys(value for value in cleaned if value.strip()))


def _normal(question: Question, value: str) -> str | Problem:
    if question.kind == "choice":
        return value if value in question.options or question.has_other else Problem("not_an_option", value)
    if question.kind in ("scale", "rating"):
        return _number(question, value.strip())
    if question.kind == "date":
        return _date(question.spec, value.strip())
    if question.kind == "time":
        return _time(value.strip(), _HOURS_OF_DURATION if question.spec.get("duration") else 23)
    return value if question.spec.get("paragraph") else " ".join(value.split("\n"))


def _number(question: Question, value: str) -> str | Problem:
    low, high = question.spec.get("low", 0), question.spec.get("high", 0)
    if question.kind == "rating":
        low, high = 1, question.spec.get("ratingScaleLevel", 0)
    fits = value.isascii() and value.isdecimal() and low <= int(value) <= high
    return str(int(value)) if fits else Problem("not_in_scale", f"{low}-{high}")


def _date(spec: Json, value: str) -> str | Problem:
    match = _DATE.fullmatch(value)
    with_year, with_time = bool(spec.get("includeYear")), bool(spec.get("includeTime"))
    if match is None or bool(match["year"]) is not with_year or bool(match["time"]) is not with_time:
        return Problem("not_a_date")
    try:
        day = date(int(match["year"] or _LEAP_YEAR), int(match["month"]), int(match["day"]))
    except ValueError:
        return Problem("not_a_date")
    text = day.isoformat() if with_year else day.isoformat()[5:]
    if not with_time:
        return text
    time = _time(match["time"], 23)
    return time if isinstance(time, Problem) else f"{text} {time}"


def _time(value: str, hours: int) -> str | Problem:
    match = _TIME.fullmatch(value)
    if match is None or int(match[1]) > hours or int(match[2]) > 59:
        return Problem("not_a_time")
    return f"{int(match[1]):02d}:{match[2]}"


def _files_problem(question: Question, given: Given) -> Problem | None:
    files = given.files.get(question.id, [])
    count = len(files) + len(given.kept.get(question.id, ()))
    if count == 0:
        return Problem("required") if question.required else None
    if count > max_files(question):
        return Problem("too_many_files", str(max_files(question)))
    for upload in files:
        if len(upload.data) > max_size(question):
            return Problem("file_too_large", upload.name)
        if not type_fits(question, upload):
            return Problem("wrong_type", upload.name)
    return None


def max_files(question: Question) -> int:
    """How many files one response may bring."""
    return int(question.spec.get("maxFiles", 1))


def max_size(question: Question) -> int:
    """How many bytes one file may have."""
    return int(question.spec.get("maxFileSize", MAX_FILE_SIZE))


def type_of(name: str, declared: str) -> str:
    """A file's type: what was declared, or where that says nothing what its name tells."""
    plain = declared.partition(";")[0].strip().lower()
    if plain in ("", "application/octet-stream"):
        return mimetypes.guess_type(name)[0] or "application/octet-stream"
    return plain


def type_fits(question: Question, upload: Upload) -> bool:
    """Whether a file is of a type that the question takes."""
    kinds = question.spec.get("types") or ["ANY"]
    found = type_of(upload.name, upload.mime_type)
    return any(found.startswith(prefix) for kind in kinds for prefix in _TYPES.get(kind, ()))


def accepted(question: Question) -> str:
    """The types for a file field's `accept`; "" for any."""
    kinds = question.spec.get("types") or ["ANY"]
    if "ANY" in kinds:
        return ""
    prefixes = [prefix for kind in kinds for prefix in _TYPES.get(kind, ())]
    marks = [f"{prefix}*" if prefix.endswith("/") else prefix for prefix in prefixes]
    extensions = {
        extension
        for mark in marks
        if not mark.endswith("*")
        for extension, found in mimetypes.types_map.items()
        if found.startswith(mark)
    }
    return ",".join([mark for mark in marks if mark.endswith("*")] + sorted(extensions))

"""What a spreadsheet template may say, and the check of everything it says.

A template is TOML; a broken one is refused with all its problems together, each with file and key. What
tabs, columns and statuses there are is not decided here but in `model` and `workflow`.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from sheetflow.errors import ConfigError
from sheetflow.model.columns import BY_KEY, COLUMNS, SHOWN
from sheetflow.templates.formulas import PLACEHOLDER
from sheetflow.templates.tables import parsed
from sheetflow.workflow.table import STATUSES

TABS = (
    "registry", "contractors", "people", "settings", "policy", "recurring", "calendar", "history", "inbox",
    "state", "outbox", "banks", "bank",
)  # fmt: skip
"""The tabs that a template must have."""


def _column(key: str) -> str:
    if key not in BY_KEY:
        raise ValueError(f"there is no column {key!r}")
    return key


def _status(name: str) -> str:
    if name not in STATUSES:
        raise ValueError(f"there is no status {name!r}")
    return name


def _formula(text: str) -> str:
    if not text.startswith("="):
        raise ValueError("a formula begins with '='")
    for found in PLACEHOLDER.finditer(text):
        if found["column"] is None:
            _status(found["status"])
        elif found["column"] != "me":
            _column(found["column"])
    return text


Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
ColumnKey = Annotated[str, AfterValidator(_column)]
StatusName = Annotated[str, AfterValidator(_status)]
FormulaText = Annotated[str, AfterValidator(_formula)]
Color = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Texts = Annotated[dict[str, Annotated[str, Field(min_length=1)]], Field(min_length=1)]
Width = Annotated[int, Field(ge=20, le=1000)]
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Spreadsheet(_Part):
    """The spreadsheet itself. `locale`: Google's, by language; it decides commas and dates."""

    time_zone: str
    locale: Texts
    title: Texts


class Format(_Part):
    """A number format. `pattern` absent: what is usual in the spreadsheet's locale."""

    type: Literal["TEXT", "NUMBER", "DATE", "DATE_TIME"]
    pattern: str | Texts = ""

    def in_language(self, language: str) -> dict[str, str]:
        """Google's NumberFormat."""
        pattern = self.pattern if isinstance(self.pattern, str) else self.pattern[language]
        return {"type": self.type, "pattern": pattern} if pattern else {"type": self.type}


class Header(_Part):
    """How header rows look."""

    background: Color
    text: Color


class Banding(_Part):
    """Alternating colours of rows, below the header's own."""

    first: Color
    second: Color


class Tab(_Part):
    """A tab. `widths`: of its columns in pixels, from the left; `format` and `wrap`: of all its cells.

    `headers`: only where they are nobody's keys, so that they are not among the labels.
    `protect`: who may write, "system" the service account, "admins" the admins too; "" anybody.
    `protect_header` is the same for its first row alone. `open`: the column that accountants may write, where
    every other is the system's.
    """

    key: Key
    sheet_id: Annotated[int, Field(ge=1)]
    rows: Annotated[int, Field(ge=2)]
    frozen_rows: Count = 0
    frozen_columns: Count = 0
    hidden: bool = False
    color: Color | None = None
    protect: Literal["", "system", "admins"] = ""
    protect_header: Literal["", "system", "admins"] = ""
    widths: tuple[Width, ...] = ()
    headers: dict[str, tuple[str, ...]] = {}
    format: str = ""
    wrap: bool = False
    banding: Banding | None = None
    open: str = ""


class RegistryColumn(_Part):
    """A column of the Registry. `choices`: "statuses", or a setting whose parts are offered.

    `protect`: "system" nobody else may write, "warning" Google asks whether one is sure.
    """

    key: ColumnKey
    width: Width
    format: str = ""
    wrap: bool = False
    checkbox: bool = False
    choices: str = ""
    protect: Literal["", "system", "warning"] = ""


class _Condition(_Part):
    status: StatusName | None = None
    formula: FormulaText | None = None

    @model_validator(mode="after")
    def _one(self) -> _Condition:
        if (self.status is None) == (self.formula is None):
            raise ValueError("give either a status or a formula")
        return self


class Mark(_Condition):
    """A conditional format of the cells that have the status, or whose row makes the formula true."""

    columns: Annotated[tuple[ColumnKey, ...], Field(min_length=1)]
    background: Color | None = None
    text: Color | None = None
    bold: bool = False


class Where(_Condition):
    """One condition of a filter view, on one column."""

    column: ColumnKey


class View(_Part):
    """A filter view of the Registry: the rows that meet every condition.

    `each`: one is made for every person with such a role, for Google knows no view of whoever looks; its
    title and its formulas then have the person's name for `{name}` and `{me}`.
    """

    key: Key
    title: Texts
    each: Literal["", "approver", "manager"] = ""
    where: Annotated[tuple[Where, ...], Field(min_length=1)]
    sort: ColumnKey | None = None
    descending: bool = False


class Name(_Part):
    """A named range over a whole column of the Registry, for people's own formulas."""

    name: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{2,60}$")]
    column: ColumnKey


class Chart(_Part):
    """A chart of a tab: its first column along the bottom, every other one a series."""

    key: Key
    tab: Key
    kind: Literal["COLUMN", "LINE"] = "COLUMN"
    title: Texts


class Template(_Part):
    """A whole template."""

    spreadsheet: Spreadsheet
    header: Header
    formats: dict[str, Format]
    tabs: tuple[Tab, ...]
    columns: tuple[RegistryColumn, ...]
    marks: tuple[Mark, ...] = ()
    views: tuple[View, ...] = ()
    names: tuple[Name, ...] = ()
    charts: tuple[Chart, ...] = ()
    settings: dict[str, Texts] = {}

    @property
    def sheets(self) -> dict[str, int]:
        """Tab key -> sheetId."""
        return {tab.key: tab.sheet_id for tab in self.tabs}

    def tab(self, key: str) -> Tab:
        """The tab with this key."""
        return next(tab for tab in self.tabs if tab.key == key)

    @property
    def places(self) -> dict[str, int]:
        """Registry column key -> its place from the left, 0 first."""
        return {column.key: place for place, column in enumerate(self.columns)}

    def first_settings(self, language: str) -> dict[str, str]:
        """The settings' first values in a language, where the template has any."""
        return {key: texts[language] for key, texts in self.settings.items()}


def read_template(text: str, file: str = "payments.toml") -> Template:
    """Read a template.

    Args:
        text: the TOML.
        file: its name, for the problems.

    Raises:
        ConfigError: every problem of the file, each as `file: key: what is wrong`.
    """
    try:
        raw = parsed(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{file}: {error}"]) from error
    problems: list[tuple[str, str]] = []
    template: Template | None = None
    try:
        template = Template.model_validate(raw)
    except ValidationError as error:
        problems += [(_path(item["loc"]), _words(item)) for item in error.errors()]
    problems += _contradictions(raw)
    if problems or template is None:
        raise ConfigError([f"{file}: {key}: {words}" for key, words in dict.fromkeys(problems)])
    return template


def _path(loc: Iterable[int | str]) -> str:
    path = ""
    for part in loc:
        path += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "the file"


def _words(item: Mapping[str, Any]) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _contradictions(raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong between the parts of a template. Parts broken in themselves are told of elsewhere."""
    problems: list[tuple[str, str]] = []
    tabs, columns, views = (_tables(raw, part) for part in ("tabs", "columns", "views"))
    for part, tables, name in (
        ("tabs", tabs, "key"),
        ("tabs", tabs, "sheet_id"),
        ("columns", columns, "key"),
        ("views", views, "key"),
    ):
        counts = Counter(str(table[name]) for table in tables if name in table)
        problems += [(part, f"{name} {key!r} stands there {n} times") for key, n in counts.items() if n > 1]
    known = {table.get("key") for table in tabs}
    problems += [("tabs", f"the tab {key!r} is missing") for key in TABS if key not in known]
    known = {table.get("key") for table in columns}
    problems += [("columns", f"the column {c.key!r} is missing") for c in COLUMNS if c.key not in known]
    formats = raw.get("formats")
    names = formats if isinstance(formats, dict) else {}
    for part, tables in (("tabs", tabs), ("columns", columns)):
        for place, table in enumerate(tables, start=1):
            if table.get("format", "") not in ("", *names):
                problems.append((f"{part}[{place}].format", f"there is no format {table['format']!r}"))
    for place, table in enumerate(_tables(raw, "charts"), start=1):
        if table.get("tab") not in {one.get("key") for one in tabs}:
            problems.append((f"charts[{place}].tab", f"there is no tab {table.get('tab')!r}"))
    for place, table in enumerate(views, start=1):
        if not table.get("each") and "{me}" in str(table.get("where", "")):
            problems.append((f"views[{place}]", "{me} is somebody only in a view that says `each`"))
    for place, table in enumerate(columns, start=1):
        if table.get("checkbox") and table.get("choices"):
            problems.append((f"columns[{place}]", "a column has either a checkbox or choices"))
        if table.get("key") in SHOWN and table.get("protect") != "system":
            problems.append(
                (f"columns[{place}].protect", 'a shown column must be protected for the "system"')
            )
    return problems + _untranslated(raw)


def _untranslated(raw: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Texts that lack one of the spreadsheet's languages."""
    spreadsheet = raw.get("spreadsheet")
    spreadsheet = spreadsheet if isinstance(spreadsheet, dict) else {}
    locale = spreadsheet.get("locale")
    languages = list(locale) if isinstance(locale, dict) else []
    texts: dict[str, Any] = {"spreadsheet.title": spreadsheet.get("title")}
    for part, name in (("tabs", "headers"), ("views", "title"), ("charts", "title")):
        for place, table in enumerate(_tables(raw, part), start=1):
            texts[f"{part}[{place}].{name}"] = table.get(name)
    for part in ("formats", "settings"):
        named = raw.get(part)
        for name, value in (named if isinstance(named, dict) else {}).items():
            if part == "settings":
                texts[f"settings.{name}"] = value
            elif isinstance(value, dict):
                texts[f"formats.{name}.pattern"] = value.get("pattern")
    return [
        (key, f"there is no text for the language {language!r}")
        for key, text in texts.items()
        if isinstance(text, dict)
        for language in languages
        if language not in text
    ]


def _tables(raw: Mapping[str, Any], part: str) -> list[dict[str, Any]]:
    tables = raw.get(part)
    return [table for table in tables if isinstance(table, dict)] if isinstance(tables, list) else []

"""Message types of an API, and the check that a payload fits one, which Google does first.

A table of messages is text, one message a line (`GridCoordinate sheetId:int32 rowIndex:int32`), so that a
service can be described without its client library. `Shapes.fit` gives the payload back in its canonical
form: names in camel case, and what means "absent" left out: nulls, lists and maps without entries (a proto
cannot tell them from absent ones, and Google answers without them). What does not fit is Google's
400 with its words: `Invalid JSON payload received. Unknown name "x" at 'requests[0]': Cannot find field.`
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from sheetflow.emulator.wire import Json, bad_request

_HUMP = re.compile(r"(?<!^)([A-Z])")
_UNDERSCORE = re.compile(r"_([a-z0-9])")
_SCALARS = {
    "string": "TYPE_STRING",
    "boolean": "TYPE_BOOL",
    "int32": "TYPE_INT32",
    "double": "TYPE_DOUBLE",
    "float": "TYPE_FLOAT",
}
_LIST_VALUE = "type.googleapis.com/google.protobuf.ListValue"


class _Field(NamedTuple):
    name: str
    wire: str
    kind: str
    lists: int
    mapped: bool
    names: frozenset[str]


class Shapes:
    """The messages of one API.

    Args:
        table: the text of the table; lines that begin with `#` are comments.
        package: the API's proto package, such as `google.apps.sheets.v4`, for error texts.
    """

    def __init__(self, table: str, package: str) -> None:
        self._package = package
        self.messages: dict[str, dict[str, _Field]] = {}
        for line in table.splitlines():
            if line and not line.startswith("#"):
                name, *fields = line.split(" ")
                self.messages[name] = {field.name: field for field in map(_field, fields)}

    def fit(self, message: str, payload: Any, path: str = "") -> Json:
        """The payload in canonical form.

        Args:
            message: name of the message type.
            payload: decoded JSON.
            path: where the payload stands in the request's message, such as `data`; "" for the whole of it.

        Raises:
            GoogleError: 400 with a violation for each thing that does not fit.
        """
        violations: list[tuple[str, str]] = []
        fitted = self._message(message, {} if payload is None else payload, path, violations)
        if violations:
            raise bad_request(violations)
        return fitted

    def knows(self, message: str, name: str) -> bool:
        """Whether a message has a field, by its camel-case name."""
        return name in self.messages[message]

    def field(self, message: str, name: str) -> str | None:
        """A field's camel-case name, by that or by its name in the proto; None where there is no such."""
        return next((one for one in (name, _camel(name)) if self.knows(message, one)), None)

    def branch(self, message: str, name: str) -> str | None:
        """The message type of a field, None where the field is no message."""
        kind = self.messages[message][name].kind
        return kind if kind in self.messages else None

    def _message(self, message: str, payload: Any, path: str, violations: list[tuple[str, str]]) -> Json:
        if not isinstance(payload, Mapping):
            violations.append(_bad(path, f"type.googleapis.com/{self._package}.{message}", payload))
            return {}
        fields = self.messages[message]
        fitted: Json = {}
        for key, value in payload.items():
            field = fields.get(key) or fields.get(_camel(key))
            if field is None:
                where = f" at '{path}'" if path else ""
                text = f'Invalid JSON payload received. Unknown name "{key}"{where}: Cannot find field.'
                violations.append((path, text))
            elif value is not None and not _nothing(field, value):
                fitted[field.name] = self._value(field, value, path, violations)
        return fitted

    def _value(self, field: _Field, value: Any, path: str, violations: list[tuple[str, str]]) -> Any:
        path = f"{path}.{field.wire}" if path else field.wire
        if field.lists == 2:
            if not isinstance(value, list):
                violations.append(_bad(path, _LIST_VALUE, value))
                return []
            for index, item in enumerate(value):
                if not isinstance(item, list):
                    violations.append(_bad(f"{path}[{index}]", _LIST_VALUE, item))
            return value
        if field.lists == 1:
            items = value if isinstance(value, list) else [value]
            if field.kind in self.messages:
                message = self._message
                return [
                    message(field.kind, item, f"{path}[{i}]", violations)
                    for i, item in enumerate(_flat(items))
                ]
            return [self._scalar(field, item, f"{path}[{i}]", violations) for i, item in enumerate(items)]
        if field.mapped and isinstance(value, Mapping):
            return {str(key): self._one(field, inner, path, violations) for key, inner in value.items()}
        return self._one(field, value, path, violations)

    def _one(self, field: _Field, value: Any, path: str, violations: list[tuple[str, str]]) -> Any:
        if field.kind in self.messages:
            return self._message(field.kind, value, path, violations)
        return self._scalar(field, value, path, violations)

    def _scalar(self, field: _Field, value: Any, path: str, violations: list[tuple[str, str]]) -> Any:
        kind = field.kind
        if (kind == "string" and isinstance(value, str)) or (kind == "boolean" and isinstance(value, bool)):
            return value
        if kind == "int32" and (number := _integer(value)) is not None:
            return number
        if kind in ("double", "float") and (real := _real(value)) is not None:
            return real
        if kind == "mask" and isinstance(value, str):
            return value
        if kind == "enum" and value in field.names:
            return value
        if kind == "any":
            return value
        label = _SCALARS.get(
            kind, f"type.googleapis.com/{self._package}.{field.name[:1].upper()}{field.name[1:]}"
        )
        violations.append(
            _bad(path, "type.googleapis.com/google.protobuf.FieldMask" if kind == "mask" else label, value)
        )
        return None


def _nothing(field: _Field, value: Any) -> bool:
    return (field.lists == 1 and value == []) or (field.mapped and value == {})


def _flat(items: list[Any]) -> list[Any]:
    """A list of messages as Google reads it: lists in it are run together, as gspread-formatting needs it."""
    if not any(isinstance(item, list) for item in items):
        return items
    return [inner for item in items for inner in (_flat(item) if isinstance(item, list) else [item])]


def _field(text: str) -> _Field:
    name, _, kind = text.partition(":")
    lists = len(kind) - len(kind.lstrip("*"))
    kind = kind[lists:]
    mapped = kind.startswith("%")
    kind = kind.lstrip("%")
    names: frozenset[str] = frozenset()
    if kind.startswith("enum("):
        names, kind = frozenset(kind[5:-1].split("|")), "enum"
    return _Field(name, _HUMP.sub(lambda match: "_" + match[1].lower(), name), kind, lists, mapped, names)


def _camel(name: str) -> str:
    return _UNDERSCORE.sub(lambda match: match[1].upper(), name)


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and -(2**31) <= value < 2**31 else None


def _real(value: Any) -> float | int | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return None


def _bad(path: str, kind: str, value: Any) -> tuple[str, str]:
    shown = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | int | float) else ""
    return path, f"Invalid value at '{path}' ({kind})" + (f", {shown}" if shown else "")

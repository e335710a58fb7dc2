"""The methods of the emulated APIs, out of the discovery documents: which one a call is, what it answers."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask

from sheetflow.emulator.sheets.routes import serves
from tests.discovery import discovery

DOCUMENTS = ("sheets.v4", "drive.v3", "gmail.v1", "forms.v1", "tasks.v1", "chat.v1")
OLDER = ("drive.v2",)
"""Of these a method or two are served, for clients that still call them."""
_PARAMETER = re.compile(r"\{\+?(\w+)\}")


@dataclass(frozen=True)
class Method:
    """A method. `answer` is the schema of what it answers, "" where that is nothing, or no JSON."""

    document: str
    id: str
    verb: str
    path: str
    answer: str


def methods(documents: Sequence[str] = DOCUMENTS) -> Iterator[Method]:
    """Every method of the documents; one that takes an upload has a second path."""
    for document in documents:
        whole = discovery(document)
        for found in _below(whole["resources"]):
            answer = found.get("response", {}).get("$ref", "")
            plain = "/" + whole["servicePath"] + found.get("flatPath", found["path"])
            paths = [plain] + [
                each["path"] for each in found.get("mediaUpload", {}).get("protocols", {}).values()
            ]
            for path in dict.fromkeys(paths):
                yield Method(document, found["id"], found["httpMethod"], path, answer)


def _below(resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _below(resource.get("resources", {}))


@functools.cache
def _patterns(verb: str) -> list[tuple[re.Pattern[str], Method]]:
    """What a verb's methods look like, the most literal first."""
    mine = [method for method in methods(DOCUMENTS + OLDER) if method.verb == verb]
    mine.sort(key=lambda method: -len(_PARAMETER.sub("", method.path)))
    return [(_pattern(method.path), method) for method in mine]


def _pattern(path: str) -> re.Pattern[str]:
    parts = _PARAMETER.split(path)
    for at in range(1, len(parts), 2):
        parts[at] = ".+" if parts[at] == "range" else "[^/:]+"
    parts[::2] = [re.escape(part) for part in parts[::2]]
    return re.compile("".join(parts), re.DOTALL)


def method_of(verb: str, path: str) -> Method | None:
    """The method that a call is; the chunks of a resumable upload are the one that began it."""
    if verb in ("PUT", "POST") and path.startswith("/upload/drive/v3/"):
        verb = "POST" if path.endswith("/files") else "PATCH"
    found = next((method for pattern, method in _patterns(verb) if pattern.fullmatch(path)), None)
    begun = found is None or path.endswith("/drafts/send")
    goes_on = verb == "PUT" and "/upload/gmail/" in path and begun
    return method_of("POST", path) if goes_on else found


def is_served(method: Method, app: Flask) -> bool:
    """Whether the emulator has a route for a method."""
    path = re.sub(r"\{[^}]*\}", "{}", method.path)
    behind = path.removeprefix("/v4/spreadsheets/")
    if behind != path and serves(method.verb, behind.replace("{}", "1")):
        return True
    return any(
        method.verb in (rule.methods or ()) and re.sub(r"<[^>]*>", "{}", rule.rule) == path
        for rule in app.url_map.iter_rules()
    )

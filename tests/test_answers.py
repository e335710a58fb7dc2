"""The plugin that holds every answer against Google's schemas: it must be able to fail."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify

from tests.answers import told, violations
from tests.methods import method_of, methods

Answered = Callable[..., list[str]]


@pytest.fixture
def answered() -> Answered:
    """What the plugin says of an answer that any app gives to a call."""

    def answered(verb: str, path: str, answer: Any) -> list[str]:
        app = Flask("tests.answers", static_folder=None)
        given = answer if isinstance(answer, Response) else None

        @app.route("/<path:rest>", methods=[verb])
        def one(rest: str) -> Response:
            return given or jsonify(answer)

        app.test_client().open(path, method=verb)
        found = list(violations)
        violations.clear()
        return found

    return answered


@pytest.mark.parametrize(
    ("verb", "path", "answer"),
    [
        ("GET", "/v4/spreadsheets/x/values/A1", {"range": "A1", "values": [["1"]]}),
        ("GET", "/drive/v3/files/x?fields=id", {"id": "x"}),
        ("GET", "/drive/v3/files/x?alt=media", {"any": "content"}),
        ("DELETE", "/drive/v3/files/x", Response(status=204)),
        ("POST", "/upload/drive/v3/files?uploadType=resumable", Response(status=200)),
        ("PUT", "/upload/drive/v3/files?upload_id=7", {"id": "x"}),
        ("GET", "/v4/spreadsheets/x", Response('{"wrong": 1}', 400, content_type="application/json")),
        ("GET", "/workspace/clock", {"now": "any"}),
    ],
)
def test_answers__what_google_would_give_passes(
    verb: str, path: str, answer: Any, answered: Answered
) -> None:
    assert answered(verb, path, answer) == []


@pytest.mark.parametrize(
    ("verb", "path", "answer", "words"),
    [
        ("GET", "/v4/spreadsheets/x/values/A1", {"rang": "A1"}, "'rang' was unexpected"),
        (
            "GET",
            "/v4/spreadsheets/x",
            {"sheets": [{"properties": {"index": "0"}}]},
            "sheets/0/properties/index",
        ),
        ("GET", "/gmail/v1/users/me/messages/1", {"internalDate": 7}, "internalDate"),
        ("GET", "/v4/spreadsheets/x", {"properties": {"autoRecalc": "SOON"}}, "autoRecalc"),
        ("GET", "/drive/v3/files", Response(status=204), "an answer is missing"),
        ("GET", "/drive/v3/about", Response("{}", content_type="text/plain"), "text/plain"),
        ("DELETE", "/drive/v3/files/x", {"id": "x"}, "Google answers nothing"),
        ("GET", "/v4/spreadsheets/x/charts", {}, "Google has no such method"),
    ],
)
def test_answers__what_google_would_not_give_is_told(
    verb: str, path: str, answer: Any, words: str, answered: Answered
) -> None:
    (found,) = answered(verb, path, answer)
    assert words in found
    assert found.startswith(f"{verb} {path}")


IN_A_CHILD = """
import sys, pathlib, flask
from sheetflow.emulator.app import create_app
from sheetflow.emulator.emulator import Emulator
more = flask.Blueprint("more", "more")
more.get("/v4/spreadsheets/x/charts", endpoint="bad")(lambda: {})
more.get("/v4/spreadsheets/x/values/A1", endpoint="good")(lambda: {"range": "A1"})
asked = create_app(Emulator(pathlib.Path(sys.argv[1])), blueprints=[more]).test_client()
for path in ("/v4/spreadsheets/x/values/A1", "/v4/spreadsheets/x/charts"):
    assert asked.get(path, headers={"Authorization": "Bearer local:anna@example.com"}).status_code == 200
"""


def test_answers__those_of_a_child_process_are_held_too(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", IN_A_CHILD, str(tmp_path)], check=True, timeout=60)
    assert told() == ["GET /v4/spreadsheets/x/charts?: Google has no such method"]
    assert told() == []


@pytest.mark.parametrize(
    ("verb", "path", "name"),
    [
        ("POST", "/v4/spreadsheets/x/values/'A b'!A1:B2:append", "sheets.spreadsheets.values.append"),
        ("GET", "/v4/spreadsheets/x/values/a/b!A1", "sheets.spreadsheets.values.get"),
        ("POST", "/v4/spreadsheets/x/values:batchUpdate", "sheets.spreadsheets.values.batchUpdate"),
        ("POST", "/v4/spreadsheets/x:batchUpdate", "sheets.spreadsheets.batchUpdate"),
        ("GET", "/drive/v3/files/generateIds", "drive.files.generateIds"),
        ("PATCH", "/upload/drive/v3/files/x", "drive.files.update"),
        ("GET", "/gmail/v1/users/anna@example.com/profile", "gmail.users.getProfile"),
        ("POST", "/v1/forms/x/watches/y:renew", "forms.forms.watches.renew"),
    ],
)
def test_method_of__knows_a_call_by_its_path(verb: str, path: str, name: str) -> None:
    found = method_of(verb, path)
    assert found is not None
    assert found.id == name


def test_methods__each_is_found_by_its_own_path() -> None:
    for method in methods():
        found = method_of(method.verb, method.path.replace("{", "").replace("}", "").replace("+", ""))
        assert found is not None
        assert found.id == method.id

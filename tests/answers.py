"""Every answer that any emulator gives in the test run is held against the discovery documents.

A pytest plugin. An answer with a field that Google's API does not have, or of a wrong kind, fails the test in
which it was given, whatever that test is about. What has no schema must have no JSON.

Emulators in child processes are held too: every Python that a test starts loads `child/sitecustomize.py`,
which tells what it finds in a file.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request
from flask.signals import request_finished

from tests.discovery import problems
from tests.methods import method_of

GOOGLE = (
    "/v4/", "/drive/", "/upload/", "/resumable/", "/download/", "/gmail/", "/v1/forms", "/v1/spaces",
    "/tasks/",
)  # fmt: skip

CHILD = Path(__file__).parent / "child"
TOLD = "ANSWERS_TOLD"
"""The environment variable that names the file to which child processes add a line for each violation."""

violations: list[str] = []
"""What was found since the last test, in this process."""

listening = False
"""Whether this process runs the tests."""

_told_before = 0


def hold(verb: str, path: str, response: Response) -> list[str]:
    """What is wrong with an answer of 2xx."""
    method = method_of(verb, path)
    if method is None:
        return ["Google has no such method"]
    if "X-HTTP-Status-Code-Override" in response.headers:
        return []  # a 308 in disguise
    if request.args.get("alt") == "media" or method.id in ("drive.files.export", "drive.files.download"):
        return []
    body = response.get_data()
    if not body:
        started = request.args.get("uploadType") == "resumable" and "upload_id" not in request.args
        return [] if started or not method.answer else ["an answer is missing"]
    if not method.answer:
        return ["Google answers nothing"]
    if response.mimetype != "application/json":
        return [f"{response.mimetype} in place of JSON"]
    return problems(document=method.document, schema=method.answer, value=json.loads(body))


def held(response: Response) -> list[str]:
    """What is wrong with the answer to the request that is being served; each line names the call."""
    if not 200 <= response.status_code < 300 or not request.path.startswith(GOOGLE):
        return []
    verb = request.headers.get("X-HTTP-Method-Override", request.method)
    return [f"{verb} {request.full_path}: {problem}" for problem in hold(verb, request.path, response)]


def told() -> list[str]:
    """What child processes found since this was last asked."""
    global _told_before
    with Path(os.environ[TOLD]).open("rb") as file:
        file.seek(_told_before)
        *lines, _half = file.read().split(b"\n")
    _told_before += sum(len(line) + 1 for line in lines)
    return [line.decode() for line in lines]


def _finished(_app: Flask, response: Response, **_more: Any) -> None:
    violations.extend(held(response))


def _fail() -> None:
    found = [*violations, *told()]
    violations.clear()
    if found:
        pytest.fail("the emulator gave what Google would not:\n" + "\n".join(found), pytrace=False)


def pytest_configure() -> None:
    """Listen to every Flask app of this process, and have its children listen to theirs."""
    global listening
    listening = True
    request_finished.connect(_finished)
    handle, name = tempfile.mkstemp(prefix="answers-")
    os.close(handle)
    os.environ[TOLD] = name
    others = [
        each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each not in ("", str(CHILD))
    ]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(CHILD), *others])


def pytest_unconfigure() -> None:
    """Leave no file behind."""
    Path(os.environ[TOLD]).unlink(missing_ok=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """A test fails by what was answered in it, or since the one before."""
    outcome = yield
    _fail()
    return outcome


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    """So does the last one, by what comes after it."""
    outcome = yield
    _fail()
    return outcome

"""Every answer that any emulator gives in the test run is held against the discovery documents.

A pytest plugin. An answer with a field that Google's API does not have, or of a wrong kind, fails the test in
which it was given, whatever that test is about. What has no schema must have no JSON.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest
from flask import Flask, Response, request
from flask.signals import request_finished

from tests.discovery import problems
from tests.methods import method_of

GOOGLE = ("/v4/", "/drive/", "/upload/", "/download/", "/gmail/", "/v1/forms", "/tasks/")

violations: list[str] = []
"""What was found since the last test."""


def hold(verb: str, path: str, response: Response) -> list[str]:
    """What is wrong with an answer of 2xx."""
    method = method_of(verb, path)
    if method is None:
        return ["Google has no such method"]
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


def _finished(_app: Flask, response: Response, **_more: Any) -> None:
    if not 200 <= response.status_code < 300 or not request.path.startswith(GOOGLE):
        return
    verb = request.headers.get("X-HTTP-Method-Override", request.method)
    for problem in hold(verb, request.path, response):
        violations.append(f"{verb} {request.full_path}: {problem}")


def _fail() -> None:
    found = list(violations)
    violations.clear()
    if found:
        pytest.fail("the emulator gave what Google would not:\n" + "\n".join(found), pytrace=False)


def pytest_configure() -> None:
    """Listen to every Flask app of this process."""
    request_finished.connect(_finished)


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

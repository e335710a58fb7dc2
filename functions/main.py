"""Cloud Functions entry points: parse, call the runtime, answer.

`on_edit` is the edit trigger's nudge, `on_form_submit` the form's, `on_schedule` the scheduler's sweep: each
runs a pass over the one spreadsheet that this deployment serves. `request_page` is what people open from a
mail: its code is loaded with the first one. Errors become HTTP statuses here and nowhere else. Logs are one
JSON object a line, with ids and counts and no personal data; no address with a link's token in it is logged.

The module is imported at every cold start: nothing heavy may be imported here (a test holds the list).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import functions_framework
from flask import Request, Response

from sheetflow.adapters.calls import recording
from sheetflow.adapters.forms import SERVICE as FORMS
from sheetflow.adapters.gathering import Gathering
from sheetflow.adapters.logs import Entry, hushed, logger
from sheetflow.app.process import PassReport
from sheetflow.errors import CallerRefused, ConfigError, PortError, SheetflowError
from sheetflow.runtime import Runtime, from_environment

if TYPE_CHECKING:
    from sheetflow.pages.front import Front, SignIn
    from sheetflow.pages.render import Pages

LONGEST_BODY = 65_536
"""Bytes of a nudge, which has a hundred."""
RETRY_AFTER = "30"
"""Seconds. Nothing is lost meanwhile: edits wait in the Inbox, and the next pass goes on."""

FORM_PASSES = 5
"""Passes that one nudge of the form may run: a full one takes a hundred answers, the schedule the rest."""


class Refused(Exception):
    """A call that ends here: its HTTP status, the reason in plain words, headers of its own."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.reason, self.headers = status, reason, headers or {}
        super().__init__(reason)


class _Bug(Exception):
    """An exception that nobody foresaw: where it was stands in the log."""


@functions_framework.http
def on_edit(request: Request) -> Response:
    """Somebody edited: run a pass. Called by the trigger with {"spreadsheet": id, "event": uuid}."""
    return _run_pass("on_edit", request)


@functions_framework.http
def on_form_submit(request: Request) -> Response:
    """Somebody answered the form: take every answer that waits. Called by the trigger, as `on_edit` is."""
    return _run_pass("on_form_submit", request)


@functions_framework.http
def on_schedule(request: Request) -> Response:
    """Time has passed: run a pass. Called by Cloud Scheduler; the body may name the spreadsheet."""
    return _run_pass("on_schedule", request)


@functions_framework.http
def request_page(request: Request) -> Response:
    """The pages: GET shows, POST acts. Whoever has the link is let in by its signature."""
    from sheetflow.pages import web
    from sheetflow.pages.headers import HEADERS

    with _told("request_page", request) as entry:
        try:
            page_url = _runtime().config.page_url
            knocked = web.knock(request, page_url)
            answer = _front().answer(knocked)
        except (web.Unreadable, SheetflowError) as error:
            status, headers = _status(error)
            entry.done(status, error, says=_says(error))
            return Response(_sorry(status, request.method), status, {**HEADERS, **headers})
        entry.done(answer.status, report=answer.report.as_dict() if answer.report else None)
        return web.response(answer, knocked, page_url)


def _run_pass(name: str, request: Request) -> Response:
    def work() -> PassReport:
        _only(request, "POST")
        runtime = _runtime()
        runtime.verifier.verify(name, request.headers.get("Authorization"))
        scheduled = name == "on_schedule"
        body = _json(request, needed=not scheduled)
        default = runtime.config.spreadsheet if scheduled else None
        if body.get("spreadsheet", default) != runtime.config.spreadsheet:
            raise Refused(403, "this deployment serves another spreadsheet")
        if scheduled:
            _chore("Bank/Incoming", lambda: _take_statements(runtime))
        if name == "on_edit" or not runtime.config.form:
            report = _GATHERING.run(lambda: runtime.process().run(scheduled=scheduled))
        else:
            report = _FORM_GATHERING.run(lambda: _with_form(runtime, 1 if scheduled else FORM_PASSES))
        if scheduled and report.tidy_due:
            runtime.process().tidy()
        if scheduled and report.backup_due:
            _chore("the backup", lambda: _back_up(runtime))
        if scheduled and report.export_due:
            _chore("the bank file", lambda: runtime.bank_files().daily())
        return report

    return _answer_json(name, request, work)


def _chore(what: str, work: Callable[[], object]) -> None:
    """A chore of the schedule's. Whatever keeps it from being done is logged; the next call tries again."""
    try:
        work()
    except SheetflowError as error:
        _LOG.error("on_schedule: %s waits, %s: %s", what, type(error).__name__, hushed(str(error)))


def _take_statements(runtime: Runtime) -> object:
    incoming = runtime.incoming()
    return incoming.run() if incoming else None


def _back_up(runtime: Runtime) -> object:
    backup = runtime.backup()
    return backup.run() if backup else None


def _with_form(runtime: Runtime, passes: int) -> PassReport:
    """Passes that look at the form, until no answer waits or so many were run.

    Raises:
        PortError: where the form is out of reach too, but then a pass over the spreadsheet has run.
    """
    try:
        report = runtime.process().run(form=True, scheduled=passes == 1)
        for _ in range(passes - 1):
            if not report.more:
                break
            report = report.followed_by(runtime.process().run(form=True))
    except PortError as error:
        if error.service == FORMS:
            runtime.process().run()
        raise
    return report


def _answer_json(name: str, request: Request, work: Callable[[], PassReport]) -> Response:
    with _told(name, request) as entry:
        try:
            report = work()
        except (Refused, SheetflowError) as error:
            status, headers = _status(error)
            handed_on = _hand_on(name) if status == 503 else ""
            entry.done(status, error, says=_says(error), handed_on=handed_on)
            return _json_response({"error": _reason(error, status)}, status, headers)
        entry.done(200, report=report.as_dict())
        return _json_response(report.as_dict(), 200, {})


def _hand_on(name: str) -> str:
    """A nudge that failed is not sent again: have a pass asked for soon, where there is a queue.

    Gives who goes on with it, for the log.
    """
    if name == "on_schedule":
        return "to the next call: whoever calls this one calls again by themselves"
    later = _runtime().later()
    problem = later.hand_on() if later is not None else ""
    if later is None or problem:
        return f"to the schedule{', not to the queue: ' + problem if problem else ''}"
    return "to the queue"


# --- what comes in


def _only(request: Request, *methods: str) -> None:
    if request.method not in methods:
        raise Refused(405, "this method is not allowed here", {"Allow": ", ".join(methods)})


def _body(request: Request) -> bytes:
    """The body, read no further than it may be long."""
    too_long = (request.content_length or 0) > LONGEST_BODY
    data = b"" if too_long else request.stream.read(LONGEST_BODY + 1)
    if too_long or len(data) > LONGEST_BODY:
        raise Refused(413, f"the body is longer than {LONGEST_BODY} bytes")
    return data


def _json(request: Request, *, needed: bool) -> Mapping[str, Any]:
    data = _body(request)
    if not data and not needed:
        return {}
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):  # text that is no UTF-8 too, brackets without end
        found = None
    if not isinstance(found, dict):
        raise Refused(400, "the body is no JSON object")
    return found


# --- what goes out


def _status(error: Exception) -> tuple[int, Mapping[str, str]]:
    """The HTTP status of an error, and its headers."""
    match error:
        case object(status=int(status), headers=Mapping() as headers):  # ours, and what no page can read
            return status, headers
        case CallerRefused():
            return (403, {}) if error.known else (401, {"WWW-Authenticate": "Bearer"})
        case PortError(retryable=True):
            return 503, {"Retry-After": RETRY_AFTER}
        case _:
            return 500, {}


def _reason(error: Exception, status: int) -> str:
    """What a caller is told: the reason where it is theirs, no inside knowledge where it is ours."""
    if isinstance(error, Refused):
        return error.reason
    if isinstance(error, CallerRefused):
        return "this account may not call this" if error.known else "a valid token is needed"
    return "busy or out of reach: try again" if status == 503 else "not set up as it should be: see the log"


def _sorry(status: int, method: str) -> str:
    """A page for a visit that led nowhere. In the registry's language; plain where not even that is known."""
    try:
        language = _runtime().config.language
        pages = _pages()
    except SheetflowError:
        return "<!doctype html><title>sheetflow</title><p>This does not work at the moment.</p>"
    if status == 503 and method == "POST":
        return pages.notice(language, "later_act", title="later")
    if status == 413:
        return pages.notice(language, "too_long")
    return pages.notice(language, "later" if status == 503 else "broken" if status == 500 else "bad_form")


def _json_response(body: Mapping[str, object], status: int, headers: Mapping[str, str]) -> Response:
    text = json.dumps(body, ensure_ascii=False) + "\n"
    kept_out = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(text, status, {**kept_out, **headers}, content_type="application/json; charset=utf-8")


# --- what it is wired to, once a process


_GATHERING, _FORM_GATHERING = Gathering(), Gathering()
"""A caller who waits for answers of the form is not served by a pass that did not look at it."""


@cache
def _runtime() -> Runtime:
    return from_environment(os.environ)


@cache
def _pages() -> Pages:
    from sheetflow.pages.render import Pages

    return Pages(_runtime().folder)


def _front() -> Front:
    from sheetflow.adapters.previews import preview
    from sheetflow.pages.front import Front
    from sheetflow.pages.papers import Shelf

    runtime = _runtime()
    files = runtime.files()
    shelf = Shelf(files, preview) if files else None
    uploads = runtime.uploads()
    wired = (runtime.sheet(), runtime.process(), runtime.book, runtime.links, _pages(), runtime.nonces)
    return Front.over(wired, runtime.clock, shelf, uploads, _sign_in(), runtime.bank_files())


@cache
def _sign_in() -> SignIn | None:
    """Kept, for it keeps Google's certificates."""
    from sheetflow.adapters.identity import Verifier
    from sheetflow.pages.front import SignIn

    config = _runtime().config
    client = config.sign_in_client
    return SignIn(client, Verifier(client, {}, config.certs_url or None)) if client else None


# --- logs


_LOG = logger("sheetflow.functions")


@contextmanager
def _told(name: str, request: Request) -> Iterator[Entry]:
    """The log line of a call, and what Google was asked for its sake. A bug is written down and goes on."""
    with recording() as recorder:
        entry = Entry(_LOG, name, dict(request.headers), os.environ, recorder)
        try:
            yield entry
        except Exception:  # noqa: BLE001 - told in full, and answered with 500 all the same
            entry.bug()
            raise _Bug from None  # whoever logs it too must not quote what the exception quotes


def _says(error: Exception) -> str:
    """Why a call was refused, where that is told in words of ours."""
    if isinstance(error, ConfigError):
        return "not set up as it should be"
    return error.reason if isinstance(error, Refused) else ""

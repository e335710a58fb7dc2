"""The emulator over HTTP: Google's paths of all services on one port, loopback only.

Every Google path passes here in one order: a fault may strike, the caller is made out, the quotas count, the
service answers, the call is logged, and `Date` is set from the workspace's clock, which is where the product
takes its time from.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date
from werkzeug.routing import Rule

from sheetflow.emulator import batch, control_routes, identity_routes
from sheetflow.emulator.control import Fault, pause
from sheetflow.emulator.gmail import routes as gmail_routes
from sheetflow.emulator.kinds import kind_of
from sheetflow.emulator.server import Server, cut_connection
from sheetflow.emulator.wire import STATUS_OF_CODE, GoogleError, envelope

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from sheetflow.emulator.emulator import Emulator

GOOGLE_PATHS = (
    "/v4/",
    "/drive/",
    "/upload/",
    "/resumable/",
    "/download/",
    "/gmail/",
    "/v1/",
    "/tasks/",
    "/spreadsheets/",
    "/batch",
    "/token",
    "/oauth2/",
)
OPEN_PATHS = ("/token", "/oauth2/", "/batch")
"""Those that need no token of their own; in a batch each part brings its."""
LINK_PATHS = ("/spreadsheets/",)  # of docs.google.com: who has no account may follow a link
LEGACY_PATHS = ("/drive/", "/upload/", "/resumable/", "/download/", "/gmail/", "/tasks/", "/batch")

_ODD_SLASH = re.compile(r"^(/v4/spreadsheets/[^/]+(?=/:|/$)|/(?:drive|upload|gmail|v1)/.*[^/](?=/$))/")

_WEBHOOK = re.compile(r"/v1/spaces/[^/]+/messages")

FAULT_WORDS = {
    400: "Request contains an invalid argument.",
    401: "Request had invalid authentication credentials.",
    403: "The caller does not have permission",
    404: "Requested entity was not found.",
    429: "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per user'.",
    500: "Internal error encountered.",
    502: "Bad Gateway",
    503: "The service is currently unavailable.",
    504: "Deadline expired before operation could complete.",
}


class _Matched(Rule):
    """A route that is only ever matched: what builds its URL, half of a start to compile, waits for a use."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        compiled = super()._compile_builder

        def build(rule: Rule, **values: object) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build


class _Emulated(Flask):
    url_rule_class = _Matched


def create_app(emulator: Emulator, *, blueprints: Sequence[Blueprint] = ()) -> Flask:
    """The WSGI application over `emulator`.

    Args:
        emulator: what answers.
        blueprints: further routes of other layers, such as the workspace's pages and `GET /workspace`. Paths
            of theirs that are not Google's need no token.
    """
    app = _Emulated("sheetflow.emulator", static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.merge_slashes = False
    app.wsgi_app = _without_odd_slashes(app.wsgi_app)  # type: ignore[assignment,method-assign]
    app.before_request(lambda: _before(emulator))
    app.after_request(lambda response: _after(emulator, response))
    app.register_error_handler(GoogleError, _google_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _bug)
    for routes in (
        control_routes.blueprint(emulator),
        identity_routes.blueprint(emulator),
        batch.blueprint(),
        gmail_routes.blueprint(emulator.gmail, emulator.drive),
        *emulator.service_blueprints(),
        *blueprints,
    ):
        app.register_blueprint(routes)
    return app


def _without_odd_slashes(application: WSGIApplication) -> WSGIApplication:
    """Google takes `…/files/ID/` for `…/files/ID`, and `…/ID/:batchUpdate` for `…/ID:batchUpdate`.

    A range, which may end with a slash, is left as it is.
    """

    def called(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = _ODD_SLASH.sub(r"\1", environ["PATH_INFO"])
        return application(environ, start)

    return called


def serve(app: Flask, port: int, host: str = "127.0.0.1") -> Server:
    """Serve in a thread of this process; port 0 takes a free one. Stop it with `.shutdown()`."""
    return Server(app, port, host)


def _before(emulator: Emulator) -> Response | None:
    g.started = time.perf_counter()
    g.caller = ""
    g.fault = None
    if not request.path.startswith(GOOGLE_PATHS):
        return None
    fault = emulator.faults.take(request.method, request.path)
    if fault is not None and fault.latency:
        pause(fault.latency)
    if fault is not None and not fault.after_effect:
        response = _strike(fault)
        if response is not None:
            return response
    g.fault = fault
    if not request.path.startswith(OPEN_PATHS) and not _is_upload_session() and not _is_webhook():
        authorization = request.headers.get("Authorization")
        if authorization or not request.path.startswith(LINK_PATHS):
            g.caller = emulator.identity.caller(authorization)
        emulator.quotas.take(_kind(), g.caller)
    return None


def _kind() -> str:
    """The call's name. A GET too long for a URL comes as a POST that says so."""
    return kind_of(request.headers.get("X-HTTP-Method-Override", request.method), request.path)


def _is_upload_session() -> bool:
    """Whether the call goes on with a resumable upload: its address is the key, it needs no token."""
    session = request.method in ("PUT", "POST", "DELETE") and "upload_id" in request.args
    return session and request.path.startswith(
        ("/upload/drive/", "/upload/gmail/", "/resumable/upload/gmail/")
    )


def _is_webhook() -> bool:
    """Whether a Chat space's webhook is called: its address has its own key and token."""
    named = not request.headers.get("Authorization") and bool({"key", "token"} & request.args.keys())
    return named and request.method == "POST" and _WEBHOOK.fullmatch(request.path) is not None


def _after(emulator: Emulator, response: Response) -> Response:
    fault: Fault | None = g.get("fault")
    if fault is not None and fault.after_effect:
        g.fault = None
        struck = _strike(fault)
        if struck is not None:
            response.close()
            response = struck
    response.headers["Date"] = http_date(emulator.clock.now())
    if request.path.startswith(GOOGLE_PATHS):
        emulator.calls.add(
            at=emulator.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            caller=g.get("caller", ""),
            method=request.method,
            path=request.path,
            kind=_kind(),
            status=response.status_code,
            ms=round((time.perf_counter() - g.started) * 1000, 3),
        )
    return response


def _strike(fault: Fault) -> Response | None:
    """The failure that a fault makes of a call; None when it only made it slow."""
    if fault.drop:
        cut_connection(request.environ)
        return Response(status=503)
    if fault.status is None:
        return None
    status = STATUS_OF_CODE.get(fault.status, "UNKNOWN")
    words = fault.message or FAULT_WORDS.get(fault.status, "Backend Error")
    return _google_error(GoogleError(fault.status, status, words))


def _google_error(error: GoogleError) -> Response:
    body = envelope(error)
    if request.path.startswith(LEGACY_PATHS) and not error.errors:
        body = _with_reasons(body, error)
    response = Response(
        json.dumps(body, indent=2), error.code, content_type="application/json; charset=UTF-8"
    )
    if error.code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/"'
    return response


_REASONS = {
    "INVALID_ARGUMENT": "invalidArgument",
    "FAILED_PRECONDITION": "failedPrecondition",
    "UNAUTHENTICATED": "authError",
    "PERMISSION_DENIED": "forbidden",
    "NOT_FOUND": "notFound",
    "ABORTED": "aborted",
    "ALREADY_EXISTS": "alreadyExists",
    "RESOURCE_EXHAUSTED": "rateLimitExceeded",
    "INTERNAL": "backendError",
    "UNAVAILABLE": "backendError",
}


def _with_reasons(body: dict[str, dict[str, object]], error: GoogleError) -> dict[str, dict[str, object]]:
    """The older services' envelope: Drive, Gmail and Tasks repeat the error with a reason."""
    inner = body["error"]
    reason = _REASONS.get(error.status, "backendError")
    entry = {"message": error.message, "domain": "global", "reason": reason}
    if error.code == 401:
        entry.update(message="Invalid Credentials", location="Authorization", locationType="header")
    inner["errors"] = [entry]
    return body


def _http_error(error: HTTPException) -> Response:
    """A path or method that no service has; Google answers 404 in JSON for both."""
    if error.response is not None and isinstance(error.response, Response):
        return error.response
    code = error.code or 500
    code = 404 if code == 405 else code
    return _google_error(
        GoogleError(code, STATUS_OF_CODE.get(code, "UNKNOWN"), error.description or error.name)
    )


def _bug(error: Exception) -> Response:
    """Whatever a service did not foresee: told in the log, answered as Google's 500."""
    current_app.logger.exception("%s %s", request.method, request.path, exc_info=error)
    return _google_error(GoogleError(500, "INTERNAL", "Internal error encountered."))

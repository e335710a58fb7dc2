"""The host's side of Apps Script's other services: fetching, triggers, properties, locks, crypto, log."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sheetflow.emulator.apps_script.dates import format_date
from sheetflow.emulator.wire import Json, invalid

if TYPE_CHECKING:
    from sheetflow.emulator.apps_script.projects import Project, Projects
    from sheetflow.emulator.control import Clock
    from sheetflow.emulator.identity import Identity

FETCH_SECONDS = 30.0
SLEEP_SECONDS_MAX = 5.0

_DIGESTS = {"MD5": "md5", "SHA_1": "sha1", "SHA_256": "sha256", "SHA_384": "sha384", "SHA_512": "sha512"}


class ScriptError(Exception):
    """What a service says to a script: there it is an exception with this text."""


class ScriptServices:
    """The services of one run of a project.

    Args:
        project: what runs.
        projects: where its properties and triggers are.
        identity: signs its identity token.
        clock: the workspace's time.
        lock: the project's script lock, shared by all its runs.
        log: takes (level, text).
    """

    def __init__(
        self,
        project: Project,
        projects: Projects,
        identity: Identity,
        clock: Clock,
        lock: threading.Lock,
        log: Callable[[str, str], None],
    ) -> None:
        self._project = project
        self._projects = projects
        self._identity = identity
        self._clock = clock
        self._lock = lock
        self._log = log
        self._held = False

    def handlers(self) -> dict[str, Callable[..., Any]]:
        """The host's functions by the names that the shim calls."""
        project, projects = self._project, self._projects
        return {
            "now": lambda: int(self._clock.now().timestamp() * 1000),
            "log": self._log,
            "url.fetch": fetch,
            "script.id": lambda: project.id,
            "script.owner": lambda: project.owner,
            "script.timeZone": lambda: "Etc/UTC",
            "script.identityToken": lambda: self._identity.id_token(project.owner, project.client_id),
            "script.triggers": lambda: [asdict(trigger) for trigger in projects.triggers(project=project.id)],
            "script.createTrigger": lambda handler, event, spreadsheet: asdict(
                projects.install(project.id, handler, event, spreadsheet)
            ),
            "script.deleteTrigger": lambda trigger: projects.uninstall(project.id, trigger),
            "properties.all": lambda: projects.properties(project.id),
            "properties.set": lambda values: projects.set_properties(project.id, values),
            "properties.delete": lambda name: projects.set_properties(project.id, {name: None}),
            "lock.take": self._take,
            "lock.held": lambda: self._held,
            "lock.release": self.release,
            "util.uuid": lambda: str(uuid.uuid4()),
            "util.digest": _digest,
            "util.hmac": _hmac,
            "util.base64": _base64,
            "util.unbase64": _unbase64,
            "util.text": lambda value: _bytes(value, "UTF_8").decode("utf-8", "replace"),
            "util.formatDate": format_date,
            "util.sleep": lambda ms: time.sleep(min(ms / 1000, SLEEP_SECONDS_MAX)),
        }

    def _take(self, milliseconds: float) -> bool:
        if not self._held:
            self._held = self._lock.acquire(timeout=max(0.0, milliseconds / 1000))
        return self._held

    def release(self) -> None:
        """Give the lock back; what a script forgets is released when it ends."""
        if self._held:
            self._held = False
            self._lock.release()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def fetch(request: Json) -> Json:
    """Make an HTTP request and return {code, text, headers}.

    Args:
        request: {url, method, headers, contentType, payload, followRedirects}.

    Raises:
        ScriptError: when no answer comes, at the latest after `FETCH_SECONDS` of silence.
    """
    url = str(request["url"])
    if urlsplit(url).scheme not in ("http", "https"):
        raise ScriptError(f"Invalid argument: {url}")
    payload = None if request["payload"] is None else request["payload"].encode()
    headers = {str(name): str(value) for name, value in request["headers"].items()}
    if request["contentType"]:
        headers["Content-Type"] = request["contentType"]
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if not request["followRedirects"]:
        handlers.append(_NoRedirect())
    opener = urllib.request.build_opener(*handlers)
    call = urllib.request.Request(url, payload, headers, method=request["method"])  # noqa: S310 - scheme checked
    try:
        with opener.open(call, timeout=FETCH_SECONDS) as answer:
            return {
                "code": answer.status,
                "text": answer.read().decode("utf-8", "replace"),
                "headers": dict(answer.headers),
            }
    except urllib.error.HTTPError as error:
        with error:
            text = error.read().decode("utf-8", "replace")
            return {"code": error.code, "text": text, "headers": dict(error.headers)}
    except TimeoutError as error:
        raise ScriptError(f"Timeout: {url}") from error
    except (OSError, ValueError) as error:
        raise ScriptError(f"Address unavailable: {url}") from error


def _bytes(value: Any, charset: str) -> bytes:
    if isinstance(value, list):
        return bytes(item % 256 for item in value)
    text = str(value)
    return text.encode("utf-8", "surrogatepass") if charset == "UTF_8" else text.encode("ascii", "replace")


def _signed(data: bytes) -> list[int]:
    """Bytes as Apps Script has them: -128 to 127."""
    return [byte - 256 if byte > 127 else byte for byte in data]


def _digest(algorithm: str, value: Any, charset: str) -> list[int]:
    if algorithm not in _DIGESTS:
        raise invalid(f"Invalid argument: {algorithm}")
    return _signed(hashlib.new(_DIGESTS[algorithm], _bytes(value, charset)).digest())


def _hmac(value: Any, key: Any, charset: str) -> list[int]:
    return _signed(hmac.new(_bytes(key, charset), _bytes(value, charset), "sha256").digest())


def _base64(value: Any, web_safe: bool) -> str:  # noqa: FBT001 - called from JavaScript
    data = _bytes(value, "UTF_8")
    return (base64.urlsafe_b64encode(data) if web_safe else base64.b64encode(data)).decode()


def _unbase64(text: str, web_safe: bool) -> list[int]:  # noqa: FBT001 - called from JavaScript
    padded = text + "=" * (-len(text) % 4)  # Apps Script takes a text without its padding, as tokens have it
    try:
        return _signed(base64.b64decode(padded, b"-_" if web_safe else None, validate=True))
    except ValueError as error:
        raise ScriptError("Could not decode string.") from error

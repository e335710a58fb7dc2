"""A sweep, as the schedule asks for it, in a process that is killed or whose calls to Google fail."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import requests
from google.oauth2.credentials import Credentials

from sheetflow.errors import PortError
from sheetflow.model.events import Act
from sheetflow.runtime import Runtime, from_environment


def sweep(runtime: Runtime, acts: Sequence[Act] = ()) -> None:
    """What `on_schedule` does: statements, a pass that looks everywhere, and the system tabs tidied.

    `acts`: what somebody chose on a page meanwhile.
    """
    with contextlib.suppress(PortError):  # what keeps a statement from being read keeps no pass from running
        if incoming := runtime.incoming():
            incoming.run()
    report = runtime.process().run(acts, form=bool(runtime.config.form), scheduled=True)
    if report.tidy_due:
        runtime.process().tidy()


class Calls:
    """Stands between the clients and the network: counts requests, and does something at one of them.

    `at` gives what to do with request number n, from 0: called with (send it, the request); None for nothing.
    """

    def __init__(self, at: Callable[[int], Callable[..., requests.Response] | None]) -> None:
        self.at, self.count, self.acted = at, 0, 0
        self.urls: list[str] = []

    @contextlib.contextmanager
    def watched(self) -> Iterator[Calls]:
        """Every request of this process, meanwhile."""
        send = requests.Session.send

        def counted(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> Any:
            number = self.count
            self.count += 1
            self.urls.append(f"{request.method} {str(request.url).partition('?')[0]}")
            act = self.at(number)
            if act is None:
                return send(session, request, **how)
            self.acted += 1
            return act(lambda: send(session, request, **how), request)

        requests.Session.send = counted  # type: ignore[method-assign,assignment]
        try:
            yield self
        finally:
            requests.Session.send = send  # type: ignore[method-assign]


# --- killed


def die_at(environment: Mapping[str, str], call: int, acts: Sequence[Act] = ()) -> None:
    """Sweep in a process of its own that is killed, -9, when it is about to make call number `call`, from 0.

    The answer of the call before it has arrived, so that this is before the one and after the other; where
    `call` is past the last one, it is killed when that was answered.
    """
    import multiprocessing

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.dying", __name__])
    child = context.Process(target=_child, args=(dict(environment), call, tuple(acts)), daemon=True)
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL, child.exitcode


def _child(environment: Mapping[str, str], call: int, acts: Sequence[Act]) -> None:
    def die(*_: object) -> requests.Response:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    runtime = from_environment(environment)
    with Calls(lambda number: die if number == call else None).watched() as calls:
        sweep(runtime, acts)
    if calls.count <= call:
        die()


# --- failing


def _answer(status: int, reason: str, message: str) -> Callable[..., requests.Response]:
    def answered(
        _send: Callable[[], requests.Response], request: requests.PreparedRequest
    ) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = status, request, str(request.url)
        details = [{"domain": "usageLimits", "reason": reason, "message": message}]
        told = {"error": {"code": status, "message": message, "errors": details}}
        answer._content = json.dumps(told).encode()
        answer.headers["Content-Type"] = "application/json; charset=UTF-8"
        answer.reason = message
        return answer

    return answered


def _stale(send: Callable[[], requests.Response], request: requests.PreparedRequest) -> requests.Response:
    """Google does not know the token any more; what carries none, such as a webhook, is answered."""
    if "Authorization" not in request.headers:
        return send()
    return _answer(401, "authError", "Invalid Credentials")(send, request)


def _raise(kind: type[requests.RequestException], *, after: bool) -> Callable[..., requests.Response]:
    def raised(
        send: Callable[[], requests.Response], _request: requests.PreparedRequest
    ) -> requests.Response:
        if after:
            send().close()
        raise kind("made for a test")

    return raised


def _after(refusal: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
    """The call takes effect, and then it is answered that it failed."""

    def answered(
        send: Callable[[], requests.Response], request: requests.PreparedRequest
    ) -> requests.Response:
        send().close()
        return refusal(send, request)

    return answered


def _cut(send: Callable[[], requests.Response], _request: requests.PreparedRequest) -> requests.Response:
    """The call takes effect, and half of its answer arrives."""
    answer = send()
    answer._content = answer.content[: len(answer.content) // 2]
    return answer


STALE = "stale token"
KINDS: Mapping[str, Callable[..., requests.Response]] = {
    "429": _answer(429, "rateLimitExceeded", "Quota exceeded for quota metric"),
    "500": _answer(500, "backendError", "Internal error encountered."),
    "503": _answer(503, "backendError", "The service is currently unavailable."),
    "403 rate": _answer(403, "rateLimitExceeded", "Rate Limit Exceeded"),
    STALE: _stale,
    "connect timeout": _raise(requests.ConnectTimeout, after=False),
    "dropped": _raise(requests.ConnectionError, after=False),
    "slow: timed out after its effect": _raise(requests.ReadTimeout, after=True),
    "dropped after its effect": _raise(requests.ConnectionError, after=True),
    "broken off after its effect": _raise(requests.exceptions.ChunkedEncodingError, after=True),
    "503 after its effect": _after(_answer(503, "backendError", "The service is currently unavailable.")),
    "500 after its effect": _after(_answer(500, "backendError", "Internal error encountered.")),
    "half an answer": _cut,
}
"""In how many ways a call fails."""


@dataclass(slots=True)
class Hit:
    """What a disturbed sweep did: `acted`: calls that failed; `error`: what it ended with; its last URLs."""

    acted: int
    error: str = ""
    urls: list[str] = field(default_factory=list)


def fail_at(runtime: Runtime, call: int, kind: str, times: int | None = 1, acts: Sequence[Act] = ()) -> Hit:
    """Sweep in this process while the calls from number `call`, from 0, fail, so many; None: all of them."""
    act = KINDS[kind]
    end = sys.maxsize if times is None else call + times
    calls, error = Calls(lambda number: act if call <= number < end else None), ""
    with calls.watched(), patch.object(Credentials, "refresh", lambda *_: None):
        try:
            sweep(runtime, acts)
        except PortError as failure:
            error = f"{type(failure).__name__}: {failure}"
    return Hit(calls.acted, error, calls.urls[call:][:4])

"""`/workspace/…`: the doors for tools on this machine that steer the emulator. The product does not use them.

POST bodies are JSON, always; answers and errors are JSON in Google's shape. Since these doors need no token,
they are shut to web pages: a foreign Host header (DNS rebinding) or a POST that a plain HTML form could make
is
refused.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from sheetflow.emulator.control import Fault, parse_duration
from sheetflow.emulator.wire import GoogleError, Json, invalid

if TYPE_CHECKING:
    from sheetflow.emulator.emulator import Emulator

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def guard_host() -> None:
    """Refuse a foreign Host header: a page whose name was made to lead here (DNS rebinding).

    Raises:
        GoogleError: 403.
    """
    name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    if name.lower() not in LOCAL_NAMES:
        raise GoogleError(403, "PERMISSION_DENIED", f"Not a local name: {request.host}")


def guard_loopback() -> None:
    """Refuse what does not come from a tool or a page on this machine.

    Raises:
        GoogleError: 403 for a foreign Host header, 415 for a body that is not JSON.
    """
    guard_host()
    if request.method not in ("GET", "HEAD", "DELETE") and not request.is_json:
        raise GoogleError(415, "INVALID_ARGUMENT", "Send JSON, as application/json")


def json_object() -> Json:
    """The request's body, a JSON object.

    Raises:
        GoogleError: 400 for anything else.
    """
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise invalid("The body must be a JSON object")
    return body


def blueprint(emulator: Emulator) -> Blueprint:
    """The routes, over `emulator`."""
    routes = Blueprint("workspace_control", __name__, url_prefix="/workspace")

    @routes.before_request
    def guard() -> None:
        guard_loopback()

    @routes.get("/clock")
    def clock_shown() -> Response:
        return jsonify(now=_iso(emulator.clock.now()))

    @routes.post("/clock")
    def clock_moved() -> Response:
        now = _iso(_move(emulator, json_object()))
        emulator.events.publish("clock", now=now)
        return jsonify(now=now)

    @routes.get("/faults")
    def faults_listed() -> Response:
        return jsonify(faults=emulator.faults.listed())

    @routes.post("/faults")
    def faults_added() -> Response:
        body = request.get_json(silent=True)
        rules = body if isinstance(body, list) else [body]
        emulator.faults.add(*[Fault.parse(rule) for rule in rules])
        return jsonify(faults=emulator.faults.listed())

    @routes.delete("/faults")
    def faults_cleared() -> Response:
        emulator.faults.clear()
        return jsonify(faults=[])

    @routes.get("/switches")
    def switches_listed() -> Response:
        return jsonify(emulator.switches.all())

    @routes.post("/switches")
    def switches_set() -> Response:
        return jsonify(emulator.switches.set(json_object()))

    @routes.get("/calls")
    def calls_listed() -> Response:
        since = request.args.get("since", default=0, type=int)
        return jsonify(
            calls=[asdict(call) for call in emulator.calls.since(since)],
            last=emulator.calls.last,
            counts=emulator.calls.counts(),
        )

    @routes.post("/edit")
    def edited() -> Response:
        return jsonify(emulator.hand.edit_request(json_object()))

    @routes.post("/respond")
    def responded() -> Response:
        return jsonify(emulator.respondent.respond_request(json_object()))

    _add_more(routes, emulator)
    return routes


def _add_more(routes: Blueprint, emulator: Emulator) -> None:
    @routes.get("/view")
    def viewed() -> Response:
        return jsonify(emulator.hand.view_request(request.args))

    @routes.post("/ask")
    def asked() -> Response:
        return jsonify(emulator.drive.proposals.ask(json_object()))

    @routes.get("/topics")
    def topics_listed() -> Response:
        return jsonify(topics=emulator.topics.listed())

    @routes.post("/topics")
    def topic_bound() -> Response:
        return jsonify(emulator.topics.bind(json_object()))


def _move(emulator: Emulator, body: Json) -> datetime:
    if set(body) == {"advance"}:
        return emulator.clock.advance(parse_duration(body["advance"]))
    if set(body) == {"set"}:
        return emulator.clock.set(_moment(body["set"]))
    raise invalid('Send {"advance": "PT15M" or seconds} or {"set": "2026-11-24T09:00:00Z"}')


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise invalid(f"Not a time: {value!r}") from error
    if moment.tzinfo is None:
        raise invalid(f"A time needs its zone: {value!r}; put Z at the end for UTC")
    return moment


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

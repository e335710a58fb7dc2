"""The workspace's own paths: what it is, and a nudge for the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify

from sheetflow.emulator.control_routes import guard_loopback
from sheetflow.emulator.wire import GoogleError

if TYPE_CHECKING:
    from sheetflow.workspace.local import LocalWorkspace


def blueprint(workspace: LocalWorkspace) -> Blueprint:
    """The routes over one workspace."""
    routes = Blueprint("workspace", __name__)
    routes.before_request(guard_loopback)

    @routes.get("/workspace")
    def described() -> Response:
        if not workspace.ready.is_set():  # whoever polls this path finds the functions up, too
            raise GoogleError(503, "UNAVAILABLE", "The workspace is starting. Ask again in a moment.")
        return jsonify(workspace.describe())

    @routes.post("/workspace/schedule")
    def scheduled() -> Response:
        return jsonify(workspace.run_schedule())

    return routes

"""The workspace's own paths: what it is, and a nudge for the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, render_template_string

from sheetflow.emulator.control_routes import guard_loopback
from sheetflow.emulator.wire import GoogleError

if TYPE_CHECKING:
    from sheetflow.workspace.local import LocalWorkspace

_INDEX = """<!doctype html><html lang="{{ place.locale }}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>sheetflow workspace</title>
<h1>sheetflow: local workspace</h1>
<p>Everything here answers as Google does. Say who you are with the header
<code>Authorization: Bearer local:&lt;email&gt;</code>.</p>
<ul>
<li>Spreadsheet: <code>{{ place.spreadsheet.id }}</code></li>
<li>The form: <a href="{{ place.form.url }}?as={{ place.people[0].email }}">ask for a payment</a>
as {{ place.people[0].name }}</li>
<li>The company's folder in Drive: <code>{{ place.folders.root.id }}</code></li>
<li>What is here, as JSON: <a href="/workspace">/workspace</a></li>
<li>API calls so far: <a href="/workspace/calls">/workspace/calls</a></li>
</ul>
<table><tr><th>Person</th><th>Address</th><th>Roles</th></tr>
{% for person in place.people %}<tr><td>{{ person.name }}</td><td>{{ person.email }}</td>
<td>{{ person.roles | join(", ") }}</td></tr>{% endfor %}</table></html>
"""


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

    @routes.get("/")
    def index() -> str:
        return render_template_string(_INDEX, place=workspace.describe())

    return routes

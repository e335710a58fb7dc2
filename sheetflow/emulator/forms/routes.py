"""Forms v1 over HTTP: paths, parameters and JSON shapes of Google's discovery document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, request

from sheetflow.emulator.wire import Json, bad_request, parse_mask, pick

if TYPE_CHECKING:
    from sheetflow.emulator.forms.service import FormsService


def blueprint(forms: FormsService) -> Blueprint:
    """The routes over a Forms service; the caller's address is `flask.g.caller`."""
    routes = Blueprint("forms", __name__, url_prefix="/v1/forms")

    @routes.post("")
    def create() -> Response:
        unpublished = request.args.get("unpublished", "").lower() == "true"
        return _answer(forms.create(g.caller, _body(), unpublished=unpublished, root=request.host_url))

    @routes.get("/<form_id>")
    def get(form_id: str) -> Response:
        return _answer(forms.get(g.caller, form_id, root=request.host_url))

    @routes.post("/<form_id>:batchUpdate")
    def batch_update(form_id: str) -> Response:
        return _answer(forms.batch_update(g.caller, form_id, _body(), root=request.host_url))

    @routes.post("/<form_id>:setPublishSettings")
    def set_publish_settings(form_id: str) -> Response:
        return _answer(forms.set_publish_settings(g.caller, form_id, _body()))

    @routes.get("/<form_id>/responses")
    def list_responses(form_id: str) -> Response:
        query = request.args
        return _answer(
            forms.list_responses(
                g.caller,
                form_id,
                condition=query.get("filter", ""),
                size=_integer("pageSize"),
                token=query.get("pageToken", ""),
            )
        )

    @routes.get("/<form_id>/responses/<response_id>")
    def get_response(form_id: str, response_id: str) -> Response:
        return _answer(forms.get_response(g.caller, form_id, response_id))

    _add_watches(routes, forms)
    return routes


def _add_watches(routes: Blueprint, forms: FormsService) -> None:
    @routes.post("/<form_id>/watches")
    def create_watch(form_id: str) -> Response:
        form = forms.editable(g.caller, form_id)
        return _answer(
            forms.watches.create(form.id, g.caller, forms.shapes.fit("CreateWatchRequest", _body()))
        )

    @routes.get("/<form_id>/watches")
    def list_watches(form_id: str) -> Response:
        watches = forms.watches.listed(forms.editable(g.caller, form_id).id, g.caller)
        return _answer({"watches": watches} if watches else {})

    @routes.post("/<form_id>/watches/<watch_id>:renew")
    def renew_watch(form_id: str, watch_id: str) -> Response:
        forms.shapes.fit("RenewWatchRequest", _body())
        return _answer(forms.watches.renew(forms.editable(g.caller, form_id).id, g.caller, watch_id))

    @routes.delete("/<form_id>/watches/<watch_id>")
    def delete_watch(form_id: str, watch_id: str) -> Response:
        forms.watches.delete(forms.editable(g.caller, form_id).id, g.caller, watch_id)
        return _answer({})


def _body() -> Any:
    text = request.get_data(as_text=True)
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise bad_request([("", f"Invalid JSON payload received. {error}")]) from error


def _integer(name: str) -> int:
    text = request.args.get(name, "") or "0"
    try:
        return int(text)
    except ValueError as error:
        wire = "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)
        raise bad_request([(wire, f"Invalid value at '{wire}' (TYPE_INT32), \"{text}\"")]) from error


def _answer(body: Json) -> Response:
    fields = request.args.get("fields")
    shown = pick(body, parse_mask(fields)) if fields else body
    return Response(json.dumps(shown, ensure_ascii=False), content_type="application/json; charset=UTF-8")

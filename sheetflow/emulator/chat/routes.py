"""Chat v1 over HTTP: what a webhook posts, and what an account reads."""

from __future__ import annotations

import json

from flask import Blueprint, Response, g, jsonify, request

from sheetflow.emulator.chat.service import SHAPES, Chat
from sheetflow.emulator.wire import GoogleError, bad_request, invalid, parse_mask, pick

_MESSAGES = "/v1/spaces/<space>/messages"


def blueprint(chat: Chat) -> Blueprint:
    """The routes, over `chat`."""
    routes = Blueprint("chat", __name__)

    @routes.post(_MESSAGES)
    def posted(space: str) -> Response:
        if g.caller:
            raise GoogleError(403, "PERMISSION_DENIED", "Only a webhook may post here.")
        try:
            decoded = json.loads(request.get_data(as_text=True) or "{}")
        except ValueError as error:
            raise bad_request([("", f"Invalid JSON payload received. {error}")]) from error
        return _answer(chat.post(space, SHAPES.fit("Message", decoded), request.args.to_dict()))

    @routes.get(_MESSAGES)
    def listed(space: str) -> Response:
        size, order = request.args.get("pageSize", "0"), request.args.get("orderBy", "")
        if not size.lstrip("-").isdigit():
            raise bad_request([("page_size", f"Invalid value at 'page_size' (TYPE_INT32), \"{size}\"")])
        if request.args.get("filter"):
            raise invalid("The emulator knows no filter of messages.")
        newest = order.rpartition(" ")[2].upper() == "DESC"
        found, token = chat.messages(space, int(size), request.args.get("pageToken", ""), newest=newest)
        return _answer({"messages": found, **({"nextPageToken": token} if token else {})} if found else {})

    @routes.get(f"{_MESSAGES}/<name>")
    def one(space: str, name: str) -> Response:
        return _answer(chat.message(space, name))

    return routes


def _answer(answer: dict[str, object]) -> Response:
    mask = request.args.get("fields")
    return jsonify(pick(answer, parse_mask(mask)) if mask else answer)

"""Google's identity over HTTP: the certificates that verify its tokens, and the OAuth token endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from sheetflow.emulator.identity import TokenError

if TYPE_CHECKING:
    from sheetflow.emulator.emulator import Emulator


def blueprint(emulator: Emulator) -> Blueprint:
    """The routes, over `emulator.identity`."""
    routes = Blueprint("identity", __name__)

    @routes.get("/oauth2/v1/certs")
    def certificates() -> Response:
        return jsonify(emulator.identity.certificates())

    @routes.post("/token")
    def token() -> Response:
        try:
            return jsonify(emulator.identity.grant(request.form.to_dict()))
        except TokenError as error:
            answer = jsonify(error=error.error, error_description=error.description)
            answer.status_code = 400
            return answer

    @routes.route("/tokeninfo", methods=["GET", "POST"])
    def token_info() -> Response:
        try:
            return jsonify(emulator.identity.token_info(request.values.get("access_token", "")))
        except TokenError as error:
            answer = jsonify(error=error.error, error_description=error.description)
            answer.status_code = 400
            return answer

    return routes

"""Google's identity over HTTP: the certificates that verify its tokens, the token endpoint, who one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from sheetflow.emulator.identity import TokenError, subject

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

    @routes.get("/userinfo/v2/me")
    @routes.get("/oauth2/<any(v1, v2):_version>/userinfo")
    def user_info(_version: str = "v2") -> Response:
        email = emulator.identity.caller(request.headers.get("Authorization"))
        return jsonify(id=subject(email), email=email, verified_email=True)

    @routes.get("/oauth2/v3/userinfo")
    @routes.get("/v1/userinfo")
    def open_id_user_info() -> Response:
        email = emulator.identity.caller(request.headers.get("Authorization"))
        return jsonify(sub=subject(email), email=email, email_verified=True)

    return routes

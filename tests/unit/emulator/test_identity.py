# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import google.auth.transport.requests
import pytest
import requests
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.oauth2 import credentials, id_token, service_account

from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.identity import subject
from sheetflow.emulator.server import Server
from sheetflow.emulator.wire import GoogleError


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Emulator:
    return Emulator(tmp_path_factory.mktemp("identity"))


@pytest.fixture(scope="module")
def server(emulator: Emulator) -> Iterator[Server]:
    server = serve(create_app(emulator), 0)
    yield server
    server.shutdown()


@pytest.fixture
def transport() -> Iterator[google.auth.transport.requests.Request]:
    with requests.Session() as session:
        yield google.auth.transport.requests.Request(session)


def test_id_token__stock_library_accepts_it(
    emulator: Emulator, server: Server, transport: google.auth.transport.requests.Request
) -> None:
    token = emulator.identity.id_token("trigger@example.com", "client-1")
    claims = id_token.verify_token(token, transport, "client-1", certs_url=f"{server.url}/oauth2/v1/certs")
    assert claims["email"] == "trigger@example.com"
    assert claims["email_verified"] is True
    assert claims["iss"] == "https://accounts.google.com"
    assert claims["sub"] == subject("TRIGGER@example.com")


@pytest.mark.parametrize(
    ("audience", "lifetime", "spoil"),
    [("client-2", 3600, False), ("client-1", -60, False), ("client-1", 3600, True)],
    ids=["other audience", "expired", "tampered"],
)
def test_id_token__stock_library_refuses_it(
    emulator: Emulator,
    server: Server,
    transport: google.auth.transport.requests.Request,
    audience: str,
    lifetime: int,
    spoil: bool,
) -> None:
    token = emulator.identity.id_token("trigger@example.com", "client-1", lifetime)
    if spoil:
        token = token[:-10] + ("A" * 10)
    with pytest.raises((GoogleAuthError, ValueError)):
        id_token.verify_token(token, transport, audience, certs_url=f"{server.url}/oauth2/v1/certs")


def test_id_token__another_workspace_is_not_trusted(
    tmp_path: Path, server: Server, transport: google.auth.transport.requests.Request
) -> None:
    stranger = Emulator(tmp_path)
    with pytest.raises((GoogleAuthError, ValueError)):
        id_token.verify_token(
            stranger.identity.id_token("boss@example.com", "client-1"),
            transport,
            "client-1",
            certs_url=f"{server.url}/oauth2/v1/certs",
        )


def test_signing_key__survives_a_restart(tmp_path: Path) -> None:
    first = Emulator(tmp_path)
    certificates = first.identity.certificates()
    first.close()
    assert Emulator(tmp_path).identity.certificates() == certificates


def test_service_account__stock_credentials_get_a_token(
    emulator: Emulator, server: Server, transport: google.auth.transport.requests.Request
) -> None:
    info = emulator.identity.service_account_info("robot@example.com", server.url)
    creds = service_account.Credentials.from_service_account_info(info, scopes=["x"])
    creds.refresh(transport)
    assert emulator.identity.caller(f"Bearer {creds.token}") == "robot@example.com"


def test_service_account__delegation_acts_as_the_person(
    emulator: Emulator, server: Server, transport: google.auth.transport.requests.Request
) -> None:
    info = emulator.identity.service_account_info("robot@example.com", server.url)
    creds = service_account.Credentials.from_service_account_info(
        info, scopes=["x"], subject="mail@example.com"
    )
    creds.refresh(transport)
    assert emulator.identity.caller(f"Bearer {creds.token}") == "mail@example.com"


def test_service_account__id_token_for_an_audience(
    emulator: Emulator, server: Server, transport: google.auth.transport.requests.Request
) -> None:
    info = emulator.identity.service_account_info("robot@example.com", server.url)
    creds = service_account.IDTokenCredentials.from_service_account_info(
        info, target_audience="https://f.example"
    )
    creds.refresh(transport)
    claims = id_token.verify_token(
        creds.token, transport, "https://f.example", certs_url=f"{server.url}/oauth2/v1/certs"
    )
    assert claims["email"] == "robot@example.com"


def test_service_account__an_unregistered_key_is_refused(
    tmp_path: Path, emulator: Emulator, server: Server, transport: google.auth.transport.requests.Request
) -> None:
    info = Emulator(tmp_path).identity.service_account_info("robot@example.com", server.url)
    creds = service_account.Credentials.from_service_account_info(info, scopes=["x"])
    with pytest.raises(RefreshError, match="invalid_grant"):
        creds.refresh(transport)


def test_service_account__one_accounts_key_does_not_sign_for_another(
    emulator: Emulator, server: Server, transport: google.auth.transport.requests.Request
) -> None:
    info = emulator.identity.service_account_info("robot@example.com", server.url)
    creds = service_account.Credentials.from_service_account_info(
        {**info, "client_email": "boss@example.com"}
    )
    with pytest.raises(RefreshError, match="account not found"):
        creds.with_scopes(["x"]).refresh(transport)


def test_refresh_token__stock_credentials_get_a_token(
    emulator: Emulator, server: Server, transport: google.auth.transport.requests.Request
) -> None:
    info = emulator.identity.authorized_user_info("anna@example.com", server.url)
    parts = {name: info[name] for name in ("refresh_token", "token_uri", "client_id", "client_secret")}
    creds = credentials.Credentials(None, **parts)
    creds.refresh(transport)
    assert emulator.identity.caller(f"Bearer {creds.token}") == "anna@example.com"


def test_caller__local_token_is_lower_cased(emulator: Emulator) -> None:
    assert emulator.identity.caller("Bearer local:Anna@Example.com") == "anna@example.com"


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer x", "Bearer local:", "Bearer local:anna", "Basic YTpi"]
)
def test_caller__anything_else_is_nobody(emulator: Emulator, header: str | None) -> None:
    with pytest.raises(GoogleError) as refused:
        emulator.identity.caller(header)
    assert refused.value.code == 401


def test_token_endpoint__unknown_grant(server: Server) -> None:
    answer = requests.post(f"{server.url}/token", data={"grant_type": "password"}, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_token_info__a_token_says_whose_it_is_and_what_for(
    server: Server, emulator: Emulator, transport: google.auth.transport.requests.Request
) -> None:
    info = emulator.identity.service_account_info("robot@project.example", server.url)
    scopes = ["https://www.googleapis.com/auth/drive", "https://www.googleapis.com/auth/spreadsheets"]
    made = service_account.Credentials.from_service_account_info(info, scopes=scopes)
    made.refresh(transport)
    told = requests.get(f"{server.url}/tokeninfo", {"access_token": made.token}, timeout=10).json()
    assert (told["email"], told["scope"].split()) == ("robot@project.example", scopes)
    assert 0 < int(told["expires_in"]) <= 3600
    local = requests.get(
        f"{server.url}/tokeninfo", {"access_token": "local:ann@firm.example"}, timeout=10
    ).json()
    assert (local["email"], "https://mail.google.com/" in local["scope"].split()) == (
        "ann@firm.example",
        True,
    )


@pytest.mark.parametrize("token", ["", "nonsense", "local:nobody"])
def test_token_info__no_token_is_refused(server: Server, token: str) -> None:
    answer = requests.get(f"{server.url}/tokeninfo", {"access_token": token}, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_token")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/userinfo/v2/me", "id"),
        ("/oauth2/v1/userinfo", "id"),
        ("/oauth2/v2/userinfo", "id"),
        ("/oauth2/v3/userinfo", "sub"),
        ("/v1/userinfo", "sub"),
    ],
)
def test_user_info__tells_who_the_bearer_is(server: Server, path: str, name: str) -> None:
    bearer = {"Authorization": "Bearer local:Ann@firm.example"}
    told = requests.get(server.url + path, headers=bearer, timeout=10).json()
    assert (told["email"], told[name]) == ("ann@firm.example", subject("ann@firm.example"))
    assert requests.get(server.url + path, timeout=10).status_code == 401

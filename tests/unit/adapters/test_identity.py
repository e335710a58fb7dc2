"""Who may call a function, against the emulator's identity over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from sheetflow.adapters.identity import Verifier
from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.identity import _sign
from sheetflow.errors import CallerRefused, ConfigError, Unavailable

AUDIENCE = "123-local.apps.googleusercontent.com"
ROBOT, SCHEDULER = "robot@firm.example", "scheduler@firm-example.iam.gserviceaccount.com"
ALLOWED = {"on_edit": ROBOT, "on_schedule": SCHEDULER}


class Place:
    """An emulator on a port, and a verifier that trusts it."""

    def __init__(self, emulator: Emulator, url: str) -> None:
        self.emulator, self.url = emulator, url
        self.time = 0.0
        self.session = requests.Session()
        self.verifier = self.fresh()

    def fresh(self, audience: str = AUDIENCE, certs: str = "/oauth2/v1/certs") -> Verifier:
        return Verifier(audience, ALLOWED, self.url + certs, self.session, monotonic=lambda: self.time)

    def token(self, email: str = ROBOT, audience: str = AUDIENCE, lifetime: int = 3600) -> str:
        return self.emulator.identity.id_token(email, audience, lifetime)

    def signed(self, **changes: Any) -> str:
        """A token with other claims, signed with the right key. None leaves a claim out."""
        now = int(time.time())
        claims = {
            "iss": "https://accounts.google.com", "aud": AUDIENCE, "email": ROBOT, "email_verified": True,
            "iat": now, "exp": now + 3600, "sub": "1", **changes,
        }  # fmt: skip
        identity = self.emulator.identity
        kept = {name: claim for name, claim in claims.items() if claim is not None}
        return _sign(identity._key, identity._kid, kept)

    def fetched(self) -> int:
        """How often the certificates were asked for."""
        return sum(call.path == "/oauth2/v1/certs" for call in self.emulator.calls.since(0))

    def refused(self, authorization: str | None, purpose: str = "on_edit") -> bool:
        """Refuses it; True where the token was valid but somebody else's."""
        with pytest.raises(CallerRefused) as refused:
            self.verifier.verify(purpose, authorization)
        return refused.value.known


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emulator, str]]:
    folder: Path = tmp_path_factory.mktemp("identity")
    emulator = Emulator(folder)
    server = serve(create_app(emulator), 0)
    yield emulator, server.url
    server.shutdown()
    emulator.close()


@pytest.fixture
def place(ground: tuple[Emulator, str]) -> Iterator[Place]:
    found = Place(*ground)
    yield found
    found.session.close()


def test_verify__the_account_of_the_entry_point(place: Place) -> None:
    assert place.verifier.verify("on_edit", f"Bearer {place.token()}") == ROBOT
    assert place.verifier.verify("on_schedule", f"bearer  {place.token(SCHEDULER)}") == SCHEDULER


def test_verify__an_address_in_capitals_is_the_same(place: Place) -> None:
    assert place.verifier.verify("on_edit", f"Bearer {place.signed(email='Robot@Firm.Example')}") == ROBOT


def test_verify__anybody_elses_valid_token_is_forbidden(place: Place) -> None:
    assert place.refused(f"Bearer {place.token('olga@firm.example')}") is True
    assert place.refused(f"Bearer {place.token(SCHEDULER)}") is True
    assert place.refused(f"Bearer {place.token(ROBOT)}", "on_schedule") is True


def jwt(header: Any, claims: Any, signature: bytes = b"") -> str:
    def pack(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    return ".".join([pack(json.dumps(header).encode()), pack(json.dumps(claims).encode()), pack(signature)])


MISSING = [None, "", "Bearer", "Bearer ", "Basic cm9ib3Q6eA==", "Bearer local:robot@firm.example"]
GARBAGE = [
    "Bearer x", "Bearer ..", "Bearer a.b.c", "Bearer " + "a" * 100_000, "Bearer é.é.é",
    "Bearer \x00.\x00.\x00",
    "Bearer " + jwt([], []), "Bearer " + jwt({}, {}), "Bearer " + jwt(None, None),
    "Bearer " + jwt({"alg": 1}, {}),
    "Bearer " + jwt({"alg": "RS256", "kid": ["x"]}, {}), "Bearer " + jwt({"alg": "RS256", "kid": {}}, {}),
    "Bearer " + jwt({"alg": "RS256"}, {"email": ROBOT}, b"x" * 256),
    "Bearer eyJhbGciOiJSUzI1NiJ9.AAAA.AAAA",
]  # fmt: skip


@pytest.mark.parametrize("authorization", [*MISSING, *GARBAGE], ids=lambda text: repr(text)[:40])
def test_verify__missing_and_garbage_tokens_are_unknown_callers(
    place: Place, authorization: str | None
) -> None:
    assert place.refused(authorization) is False


CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"iat": int(time.time()) - 7200, "exp": int(time.time()) - 3600},
    "from the future": {"iat": int(time.time()) + 3600, "exp": int(time.time()) + 7200},
    "another audience": {"aud": "somebody-else"},
    "no audience": {"aud": None},
    "many audiences": {"aud": [AUDIENCE]},
    "another issuer": {"iss": "https://accounts.google.com.evil.example"},
    "no issuer": {"iss": None},
    "no address": {"email": None},
    "a blank address": {"email": ""},
    "an address that is none": {"email": ["robot@firm.example"]},
    "not verified": {"email_verified": False},
    "verified, as a word": {"email_verified": "true"},
    "verification unsaid": {"email_verified": None},
    "no expiry": {"exp": None},
    "expiry as a word": {"exp": "never"},
    "issued as a list": {"iat": []},
}


@pytest.mark.parametrize("changes", CLAIMS.values(), ids=CLAIMS.keys())
def test_verify__claims_that_do_not_hold(place: Place, changes: dict[str, Any]) -> None:
    assert place.verifier.caller(f"Bearer {place.signed()}") == ROBOT
    assert place.refused(f"Bearer {place.signed(**changes)}") is False


def test_verify__unsigned_and_otherwise_signed_tokens(place: Place) -> None:
    now = int(time.time())
    claims = {
        "iss": "https://accounts.google.com", "aud": AUDIENCE, "email": ROBOT, "email_verified": True,
        "iat": now, "exp": now + 3600,
    }  # fmt: skip
    kid, certificate = next(iter(place.emulator.identity.certificates().items()))
    for alg in ("none", "None", "NONE", "HS256", "ES256", "RS512"):
        assert place.refused("Bearer " + jwt({"alg": alg, "kid": kid}, claims)) is False, alg
    signed = jwt({"alg": "HS256", "kid": kid}, claims).rpartition(".")[0]
    mac = hmac.new(certificate.encode(), signed.encode(), hashlib.sha256).digest()
    assert place.refused("Bearer " + jwt({"alg": "HS256", "kid": kid}, claims, mac)) is False
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert place.refused("Bearer " + _sign(other, kid, claims)) is False
    assert place.refused("Bearer " + _sign(other, "another-kid", claims)) is False


def test_verify__a_signature_over_other_claims(place: Place) -> None:
    head, _, signature = place.token("olga@firm.example").split(".")
    body = place.token(ROBOT).split(".")[1]
    assert place.refused(f"Bearer {head}.{body}.{signature}") is False


def test_verify__certificates_are_fetched_once_an_hour(place: Place) -> None:
    before = place.fetched()
    for _ in range(3):
        place.verifier.verify("on_edit", f"Bearer {place.token()}")
    assert place.fetched() == before + 1
    place.time = 3601.0
    place.verifier.verify("on_edit", f"Bearer {place.token()}")
    assert place.fetched() == before + 2


def test_verify__bad_tokens_cannot_hurry_it_to_fetch_again(place: Place) -> None:
    place.verifier.verify("on_edit", f"Bearer {place.token()}")
    before = place.fetched()
    for _ in range(5):
        place.refused("Bearer a.b.c")
    assert place.fetched() == before


def test_verify__new_keys_are_found_before_the_hour_is_over(place: Place) -> None:
    class Turning(requests.Session):
        """Gives an older set of certificates first."""

        def __init__(self) -> None:
            super().__init__()
            self.answers = [{"old": "none"}, place.emulator.identity.certificates()]

        def get(self, url: str | bytes, **_more: Any) -> requests.Response:
            answer = requests.Response()
            answer.status_code, answer._content = 200, json.dumps(self.answers.pop(0)).encode()
            return answer

    verifier = Verifier(AUDIENCE, ALLOWED, "https://certs", Turning(), monotonic=lambda: place.time)
    with pytest.raises(CallerRefused):
        verifier.verify("on_edit", f"Bearer {place.token()}")
    place.time = 61.0
    assert verifier.verify("on_edit", f"Bearer {place.token()}") == ROBOT


@pytest.mark.parametrize(
    ("header", "fresh_at", "stale_at"),
    [("public, max-age=100, must-revalidate", 99.0, 101.0), ("no-transform", 3599.0, 3601.0)],
)
def test_verify__certificates_are_kept_as_long_as_their_answer_says(
    place: Place, header: str, fresh_at: float, stale_at: float
) -> None:
    class Counting(requests.Session):
        asked = 0

        def get(self, url: str | bytes, **_more: Any) -> requests.Response:
            self.asked += 1
            answer = requests.Response()
            answer.status_code = 200
            answer._content = json.dumps(place.emulator.identity.certificates()).encode()
            answer.headers["Cache-Control"] = header
            return answer

    session = Counting()
    verifier = Verifier(AUDIENCE, ALLOWED, None, session, monotonic=lambda: place.time)
    for at, asked in ((0.0, 1), (fresh_at, 1), (stale_at, 2)):
        place.time = at
        verifier.caller(f"Bearer {place.token()}")
        assert session.asked == asked


def test_verify__certificates_out_of_reach_say_try_again(place: Place) -> None:
    verifier = Verifier(AUDIENCE, ALLOWED, "http://127.0.0.1:9/certs", place.session)
    with pytest.raises(Unavailable):
        verifier.verify("on_edit", f"Bearer {place.token()}")
    with pytest.raises(Unavailable, match="404"):
        place.fresh(certs="/oauth2/v1/nothing").verify("on_edit", f"Bearer {place.token()}")


@pytest.mark.parametrize(
    "make",
    [
        lambda place: place.fresh(audience=""),
        lambda place: place.fresh(audience=" , "),
        lambda place: Verifier(AUDIENCE, {"on_edit": ""}, place.url + "/oauth2/v1/certs"),
        lambda place: Verifier(AUDIENCE, {}, place.url + "/oauth2/v1/certs"),
    ],
)
def test_verify__nothing_configured_lets_nobody_in(place: Place, make: Callable[[Place], Verifier]) -> None:
    with pytest.raises(ConfigError):
        make(place).verify("on_edit", f"Bearer {place.token()}")


def test_verify__one_of_several_audiences(place: Place) -> None:
    verifier = place.fresh(audience=f"https://other.example, {AUDIENCE}")
    assert verifier.verify("on_edit", f"Bearer {place.token()}") == ROBOT

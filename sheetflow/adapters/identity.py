"""Who calls a function: OpenID tokens that Google signed, checked by google-auth.

Each entry point has one account that may call it: the trigger's service user, the scheduler's service
account. An account that is not configured lets nobody in.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from google.auth.exceptions import GoogleAuthError
from google.oauth2 import id_token

from sheetflow.errors import CallerRefused, ConfigError, Unavailable

GOOGLE_CERTS = "https://www.googleapis.com/oauth2/v1/certs"
ISSUERS = ("accounts.google.com", "https://accounts.google.com")
LONGEST_TOKEN = 8_000
"""Characters; Google's tokens have about a thousand."""
SKEW = 10
"""Seconds by which our clock and Google's may differ."""
KEPT = 3_600.0
"""Seconds that certificates are kept where the answer does not say how long."""
ASKED_AGAIN = 60.0
"""Seconds before a key that we do not know makes us ask for certificates again: no stranger can hurry us."""

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*(\d{1,9})")


class Verifier:
    """Lets a caller in, or not.

    Args:
        audience: whom the tokens must be made for; several where trigger and scheduler differ.
        allowed: entry point -> the account that may call it.
        certs_url: where the certificates are, in Google's X.509 form; None for Google.
        session: what they are fetched with.
        monotonic: seconds that only grow.

    A verifier without an audience, or asked about an entry point without an account, raises ConfigError.
    """

    def __init__(
        self,
        audience: str | Sequence[str],
        allowed: Mapping[str, str],
        certs_url: str | None = None,
        session: requests.Session | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        audiences = audience.split(",") if isinstance(audience, str) else audience
        self.audience = [name.strip() for name in audiences if name.strip()]
        self.allowed = {purpose: email.strip().lower() for purpose, email in allowed.items()}
        self._certs = _Certificates(certs_url or GOOGLE_CERTS, session or requests.Session(), monotonic)

    def verify(self, purpose: str, authorization: str | None) -> str:
        """Let in the account of an entry point alone.

        Args:
            purpose: the entry point's name.
            authorization: the Authorization header.

        Returns:
            The caller's address.

        Raises:
            CallerRefused: no token, a token that does not hold, or (`known`) another account's.
            ConfigError: nobody may call this, for nothing is configured.
            Unavailable: the certificates cannot be had.
        """
        expected = self.allowed.get(purpose, "")
        if not self.audience or not expected:
            raise ConfigError([f"nobody may call {purpose}: its audience or its account is not configured"])
        caller = self.caller(authorization)
        if caller != expected:
            raise CallerRefused(f"{purpose} is not for this account", known=True)
        return caller

    def person(self, credential: str, nonce: str) -> str:
        """The address of whoever has signed in with Google's button.

        `nonce`: what the button was given, so that a token of another page or day is none for this one.

        Raises as `verify` does.
        """
        return self.caller(f"Bearer {credential}", nonce)

    def caller(self, authorization: str | None, nonce: str = "") -> str:
        """The address of whoever bears a valid token for us. Raises as `verify` does."""
        if not self.audience:
            raise ConfigError(["no audience is configured, so no token can be for us"])
        scheme, _, token = (authorization or "").strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise CallerRefused("no bearer token")
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise CallerRefused("no such token can be valid")
        claims = self._claims(token)
        email = claims.get("email")
        if claims.get("iss") not in ISSUERS:
            raise CallerRefused("the token is not Google's")
        if not isinstance(email, str) or not email or claims.get("email_verified") is not True:
            raise CallerRefused("the token names no verified address")
        if nonce and claims.get("nonce") != nonce:
            raise CallerRefused("the token was made for another page")
        return email.lower()

    def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            return self._decode(token)
        except CallerRefused:
            if not self._certs.forget(older_than=ASKED_AGAIN):
                raise
        return self._decode(token)  # Google may have changed its keys since

    def _decode(self, token: str) -> Mapping[str, Any]:
        certificates = self._certs.get()
        kept: Any = lambda *_args, **_kwargs: certificates  # noqa: E731 - a transport that answers from memory
        try:
            claims: Mapping[str, Any] = id_token.verify_token(
                token,
                kept,
                audience=self.audience,
                certs_url=self._certs.url,
                clock_skew_in_seconds=SKEW,
            )
        except (GoogleAuthError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            # Garbage of any kind: google-auth raises different things for different malformations.
            raise CallerRefused(f"the token does not hold: {type(error).__name__}") from error
        return claims


@dataclass(slots=True)
class _Answer:
    """An answer as google-auth's transports give it."""

    data: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class _Certificates:
    """Google's certificates, kept in memory for as long as their answer says."""

    def __init__(self, url: str, session: requests.Session, monotonic: Callable[[], float]) -> None:
        self.url = url
        self._session, self._monotonic = session, monotonic
        self._lock = threading.Lock()
        self._kept: _Answer | None = None
        self._fetched = self._until = 0.0

    def get(self) -> _Answer:
        """The answer, fetched where it is too old. Raises Unavailable, ConfigError."""
        with self._lock:
            if self._kept is None or self._monotonic() >= self._until:
                self._kept, seconds = self._fetch()
                self._fetched = self._monotonic()
                self._until = self._fetched + seconds
            return self._kept

    def forget(self, *, older_than: float) -> bool:
        """Drop what was fetched more than so many seconds ago; False where it is younger."""
        with self._lock:
            if self._kept is None or self._monotonic() < self._fetched + older_than:
                return False
            self._kept = None
            return True

    def _fetch(self) -> tuple[_Answer, float]:
        try:
            answer = self._session.get(self.url, timeout=(5, 10))
            found = answer.json() if answer.ok else None
        except (requests.RequestException, ValueError) as error:
            raise Unavailable("identity", f"no certificates: {type(error).__name__}") from error
        if found is None:
            raise Unavailable("identity", f"no certificates: status {answer.status_code}")
        if not isinstance(found, dict) or not found or "keys" in found:
            raise ConfigError([f"{self.url} does not give certificates as Google's /oauth2/v1/certs does"])
        age = _MAX_AGE.search(answer.headers.get("Cache-Control", ""))
        return _Answer(answer.content), float(age[1]) if age else KEPT

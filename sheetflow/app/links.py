"""Signed links to the request page: who may open which request, until when, and having seen what.

A link is bound to one request and one person. Its signature says that we made it; that it decides only once
is kept in history (`link_is_used_once`), for a signature cannot know. A mail's link carries the letter's id
as its nonce, so the same letter always has the same link.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from sheetflow.core.rules.case import Objection, rule_id
from sheetflow.core.rules.links import LinkCase, link_is_valid, link_not_expired
from sheetflow.errors import ConfigError, LinkRefused

DAYS = 14
"""How long a link works."""
SHORTEST_KEY = 32
"""Bytes of the signing key."""
LONGEST_TOKEN = 2_000
"""Characters; a longer text is no link of ours and is not even looked at."""

_SALT = b"sheetflow.links.1"


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """What a link says.

    `person` is an e-mail address. `nonce`: the link is used up by the first act under it. `fingerprint`:
    what its bearer has seen of the request (`projection.fingerprint`). `expires`: whole seconds, UTC.
    """

    request: str
    person: str
    nonce: str
    fingerprint: str
    expires: datetime

    def seeing(self, fingerprint: str) -> LinkClaim:
        """The same link for somebody who now has this before them: what a form's token says."""
        return replace(self, fingerprint=fingerprint)


class Links:
    """Makes and opens links.

    Args:
        key: the secret they are signed with.
        page_url: where the request page is served.

    Raises:
        ConfigError: the key is shorter than 32 bytes.
    """

    def __init__(self, key: bytes, page_url: str) -> None:
        if len(key) < SHORTEST_KEY:
            raise ConfigError([f"the key that links are signed with is shorter than {SHORTEST_KEY} bytes"])
        self.page_url = page_url
        signing: dict[str, Any] = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._serializer = URLSafeSerializer(key, salt=_SALT, signer_kwargs=signing)

    def make(
        self, request: str, person: str, nonce: str, fingerprint: str, now: datetime, days: int = DAYS
    ) -> str:
        """The address of the request page for one person and one request."""
        expires = now.astimezone(UTC).replace(microsecond=0) + timedelta(days=days)
        return self.url(self.sign(LinkClaim(request, person, nonce, fingerprint, expires)))

    def url(self, token: str) -> str:
        """The page's address with this token in it."""
        return f"{self.page_url}{'&' if '?' in self.page_url else '?'}t={token}"

    def sign(self, claim: LinkClaim) -> str:
        """The claim as a token: letters, digits, "-", "_" and "."."""
        content = [
            claim.request, claim.person, claim.nonce, claim.fingerprint, int(claim.expires.timestamp())
        ]  # fmt: skip
        return str(self._serializer.dumps(content))

    def read(self, token: str) -> LinkClaim:
        """What the link says, its signature checked and its age not: for before the time is known.

        Raises:
            LinkRefused: "link-is-valid".
        """
        claim = self._claim(token)
        _ask(link_is_valid, LinkCase(intact=claim is not None))
        assert claim is not None  # noqa: S101 - the rule has just refused that
        return claim

    def open(self, token: str, now: datetime) -> LinkClaim:
        """What the link says, signature and age checked.

        Raises:
            LinkRefused: "link-is-valid" or "link-not-expired".
        """
        claim = self.read(token)
        _ask(link_not_expired, LinkCase(intact=True, expires=claim.expires, now=now))
        return claim

    def _claim(self, token: str) -> LinkClaim | None:
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            request, person, nonce, fingerprint, expires = self._serializer.loads(token)
            until = datetime.fromtimestamp(expires, UTC)
        except (BadData, ValueError, TypeError, OverflowError, OSError):
            return None
        return LinkClaim(str(request), str(person), str(nonce), str(fingerprint), until)


def _ask(rule: Callable[[LinkCase], Objection | None], case: LinkCase) -> None:
    if rule(case) is not None:
        raise LinkRefused(rule_id(rule))

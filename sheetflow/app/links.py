"""Signed links to people's pages: who may open what, until when, and having seen what.

A link is bound to one person, and is of one kind: a request, all that waits for somebody, one payment as its
contractor may see it, or the payment calendar. Its signature says that we made it; that it decides only once
is kept in history (`link_is_used_once`), for a signature cannot know. A mail's link carries the letter's id
as its nonce, so the same letter always has the same link. A form's token is the link of the page, bound to
the browser that the page was shown in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from sheetflow.core.rules.case import Objection, rule_id
from sheetflow.core.rules.links import LinkCase, link_is_valid, link_not_expired
from sheetflow.errors import ConfigError, LinkRefused

REQUEST, WAITING, PAYMENT, NEWS, CALENDAR = "request", "waiting", "payment", "news", "calendar"
"""The kinds of links: to one request; to all that waits for a person; to a payment, for its contractor; to
where a person says whether they want news; to what is due when."""
DAYS: Mapping[str, int] = {REQUEST: 14, WAITING: 7, PAYMENT: 60, NEWS: 60, CALENDAR: 7}
"""How long a link of each kind works."""
SHORTEST_KEY = 32
"""Bytes of the signing key."""
LONGEST_TOKEN = 2_000
"""Characters; a longer text is no link of ours and is not even looked at."""

_SALT, _VOUCHING = b"sheetflow.links.1", b"sheetflow.vouched.1"


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """What a link says.

    `request`: "" where the link is to no single one. `person` is an e-mail address. `nonce`: the link is used
    up by the first act under it, for each request. `fingerprint`: what its bearer has seen of the request
    (`projection.fingerprint`). `expires`: whole seconds, UTC. `visit`: digest of the cookie of the browser
    that a form was shown in, "" in the link itself.
    """

    request: str
    person: str
    nonce: str
    fingerprint: str
    expires: datetime
    kind: str = REQUEST
    visit: str = ""

    def seeing(self, fingerprint: str, visit: str = "") -> LinkClaim:
        """The same link for somebody who now has this before them: what a form's token says."""
        return replace(self, fingerprint=fingerprint, visit=visit or self.visit)

    def to_request(self, request: str) -> LinkClaim:
        """A link to one request, used up together with this one."""
        return replace(self, request=request, kind=REQUEST, fingerprint="", visit="")


@dataclass(frozen=True, slots=True)
class Vouched:
    """Google vouched for an address. `until`: seconds since 1970, by the clock of whoever wrote it."""

    address: str
    until: int


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
        self._vouching = URLSafeSerializer(key, salt=_VOUCHING, signer_kwargs=signing)

    def make(
        self,
        request: str,
        person: str,
        nonce: str,
        fingerprint: str,
        now: datetime,
        days: int | None = None,
        *,
        kind: str = REQUEST,
    ) -> str:
        """The address of a page for one person."""
        lasting = timedelta(days=DAYS[kind] if days is None else days)
        expires = now.astimezone(UTC).replace(microsecond=0) + lasting
        return self.url(self.sign(LinkClaim(request, person, nonce, fingerprint, expires, kind)))

    def url(self, token: str) -> str:
        """The page's address with this token in it."""
        return f"{self.page_url}{'&' if '?' in self.page_url else '?'}t={token}"

    def sign(self, claim: LinkClaim) -> str:
        """The claim as a token: letters, digits, "-", "_" and "."."""
        content = [
            claim.request, claim.person, claim.nonce, claim.fingerprint, int(claim.expires.timestamp()),
        ]  # fmt: skip
        if claim.kind != REQUEST or claim.visit:
            content += [claim.kind, claim.visit]
        return str(self._serializer.dumps(content))

    def read(self, token: str, *kinds: str) -> LinkClaim:
        """What the link says, its signature checked and its age not: for before the time is known.

        `kinds`: of which it may be, the request's where none is named.

        Raises:
            LinkRefused: "link-is-valid".
        """
        claim = self._claim(token)
        intact = claim is not None and claim.kind in (kinds or (REQUEST,))
        _ask(link_is_valid, LinkCase(intact=intact))
        assert claim is not None  # noqa: S101 - the rule has just refused that
        return claim

    def open(self, token: str, now: datetime, *kinds: str) -> LinkClaim:
        """What the link says, signature and age checked.

        Raises:
            LinkRefused: "link-is-valid" or "link-not-expired".
        """
        claim = self.read(token, *kinds)
        _ask(link_not_expired, LinkCase(intact=True, expires=claim.expires, now=now))
        return claim

    def vouch(self, vouched: Vouched) -> str:
        """Who has signed in, as a cookie of ours."""
        return str(self._vouching.dumps([vouched.address, vouched.until]))

    def vouched(self, cookie: str) -> Vouched | None:
        """Who has signed in; None for anything that we have not written."""
        try:
            address, until = self._vouching.loads(cookie[:LONGEST_TOKEN])
            return Vouched(str(address), int(until))
        except (BadData, ValueError, TypeError, OverflowError):
            return None

    def _claim(self, token: str) -> LinkClaim | None:
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            request, person, nonce, fingerprint, expires, *more = self._serializer.loads(token)
            kind, visit = more or (REQUEST, "")
            until = datetime.fromtimestamp(expires, UTC)
        except (BadData, ValueError, TypeError, OverflowError, OSError):
            return None
        return LinkClaim(
            str(request), str(person), str(nonce), str(fingerprint), until, str(kind), str(visit)
        )


def _ask(rule: Callable[[LinkCase], Objection | None], case: LinkCase) -> None:
    if rule(case) is not None:
        raise LinkRefused(rule_id(rule))

"""Links of the request page: whole, in time, one person's, always the same for the same letter."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest

from sheetflow.app.links import LinkClaim, Links
from sheetflow.errors import ConfigError, LinkRefused

NOW = datetime(2026, 11, 24, 9, 0, 0, 250_000, tzinfo=UTC)
LINKS = Links(b"k" * 32, "https://pages.example/request")


def token(person: str = "olga@firm.example", request: str = "PR-000002", now: datetime = NOW) -> str:
    return LINKS.make(request, person, "letter1", "f" * 64, now).partition("?t=")[2]


def refused_by(text: str, now: datetime = NOW, links: Links = LINKS) -> str:
    with pytest.raises(LinkRefused) as refused:
        links.open(text, now)
    return refused.value.rule


def test_open__gives_back_what_was_signed() -> None:
    claim = LINKS.open(token(), NOW)
    whole = NOW.replace(microsecond=0) + timedelta(days=14)
    assert claim == LinkClaim("PR-000002", "olga@firm.example", "letter1", "f" * 64, whole)


def test_make__is_the_same_for_the_same_letter() -> None:
    assert token() == token()
    assert token(now=NOW + timedelta(milliseconds=300)) == token()


def test_make__differs_for_another_person_or_request() -> None:
    assert len({token(), token(person="dora@firm.example"), token(request="PR-000004")}) == 3


def test_make__needs_no_escaping_in_a_url_whatever_the_request_holds() -> None:
    made = token(person="жена@почта.example", request="PR-000002&t=x #")
    assert set(made) <= set(string.ascii_letters + string.digits + "-_.")
    assert LINKS.open(made, NOW).person == "жена@почта.example"


def test_make__joins_an_address_that_has_a_query_already() -> None:
    made = Links(b"k" * 32, "https://pages.example/?lang=ru").make("PR-1", "a@b.example", "n", "", NOW)
    assert made.startswith("https://pages.example/?lang=ru&t=")


def test_link_is_valid__every_single_letter_counts() -> None:
    made = token()
    for place, sign in enumerate(made):
        other = "A" if sign != "A" else "B"
        altered = made[:place] + other + made[place + 1 :]
        if place < len(made) - 1:  # the last sign of base64 has bits that mean nothing
            assert refused_by(altered) == "link-is-valid", place


@pytest.mark.parametrize("cut", [0, 1, 10, -1, -20])
def test_link_is_valid__cut_off(cut: int) -> None:
    assert refused_by(token()[:cut]) == "link-is-valid"


@pytest.mark.parametrize(
    "text", ["", ".", "a.b", "\x00", "é" * 50, "..", "x" * 100_000, "%00", "WyJhIl0.sig", "{}", "null"]
)
def test_link_is_valid__garbage(text: str) -> None:
    assert refused_by(text) == "link-is-valid"


def test_link_is_valid__another_key() -> None:
    assert refused_by(token(), links=Links(b"l" * 32, "")) == "link-is-valid"


def test_link_is_valid__one_persons_signature_under_another_persons_claim() -> None:
    own, others = token().split("."), token(person="dora@firm.example").split(".")
    assert refused_by(f"{others[0]}.{own[1]}") == "link-is-valid"


def test_link_is_valid__something_else_signed_with_the_same_key() -> None:
    assert refused_by(str(LINKS._serializer.dumps({"request": "PR-1"}))) == "link-is-valid"
    assert refused_by(str(LINKS._serializer.dumps(["PR-1", "a", "b", "c"]))) == "link-is-valid"
    assert refused_by(str(LINKS._serializer.dumps(["PR-1", "a", "b", "c", 1e300]))) == "link-is-valid"
    assert refused_by(str(LINKS._serializer.dumps(["PR-1", "a", "b", "c", "soon"]))) == "link-is-valid"


def test_link_not_expired__to_the_second() -> None:
    end = NOW.replace(microsecond=0) + timedelta(days=14)
    assert LINKS.open(token(), end - timedelta(milliseconds=1)).nonce == "letter1"
    assert refused_by(token(), end) == "link-not-expired"
    assert refused_by(token(), end + timedelta(days=400)) == "link-not-expired"


def test_link_not_expired__read_leaves_the_age_to_later() -> None:
    old = token(now=NOW - timedelta(days=400))
    assert LINKS.read(old).request == "PR-000002"
    assert refused_by(old) == "link-not-expired"


def test_seeing__only_the_fingerprint_changes() -> None:
    claim = LINKS.open(token(), NOW)
    form = LINKS.open(LINKS.sign(claim.seeing("a" * 64)), NOW)
    assert form.fingerprint == "a" * 64
    assert form.seeing(claim.fingerprint) == claim


def test_key__too_short_is_refused() -> None:
    with pytest.raises(ConfigError, match="shorter than 32 bytes"):
        Links(b"k" * 31, "")

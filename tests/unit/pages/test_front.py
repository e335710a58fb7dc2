"""The front of the pages: what a knock says, which cookie goes with which link, how a request is read."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask import Flask, Request
from werkzeug.test import EnvironBuilder

from sheetflow.app.links import Links, Vouched
from sheetflow.pages import web
from sheetflow.pages.headers import CHOOSING, HEADERS, policy
from sheetflow.pages.knock import UNDO, Answer, Cookie, Knock, cookie_name, digest_of

URL = "https://pages.example/sheetflow-request-page"
LINKS = Links(b"k" * 32, URL)


def request(method: str = "GET", base: str = "https://pages.example", **more: object) -> Request:
    return Request(EnvironBuilder("/", base_url=base, method=method, **more).get_environ())  # type: ignore[arg-type]


def test_cookie_name__one_a_link_and_the_same_for_what_its_page_adds() -> None:
    assert cookie_name("letter1") != cookie_name("letter2")
    assert cookie_name(f"letter1{UNDO}withdraw") == cookie_name("letter1")
    assert digest_of("") == ""
    assert digest_of("a") != digest_of("b")


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, True),
        ({"Origin": "https://pages.example"}, True),
        ({"Origin": "https://PAGES.example", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://pages.example.evil.example"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
    ],
)
def test_knock__whether_a_form_is_ours(headers: dict[str, str], ours: bool) -> None:
    form = {"token": "t"}
    assert web.knock(request("POST", data=form, headers=headers), URL).ours is ours


@pytest.mark.parametrize("base", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:9"])
def test_knock__only_a_machine_s_own_address_goes_without_https(base: str) -> None:
    assert web.knock(request(base=base), URL).secure is False
    assert web.knock(request(base="http://pages.example"), URL).secure is True


def test_knock__a_form_with_a_file() -> None:
    data = {"token": "t", "act": "pay", "order": (BytesIO(b"%PDF-x"), "order.pdf")}
    knocked = web.knock(request("POST", data=data), URL)
    assert (knocked.token, knocked.field("act")) == ("t", "pay")
    assert knocked.paper is not None
    assert (knocked.paper.name, knocked.paper.content) == ("order.pdf", b"%PDF-x")
    blank = web.knock(request("POST", data={"token": "t", "order": (BytesIO(b""), "")}), URL)
    assert blank.paper is None


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x", 400),
        (b"--x", "multipart/form-data", 400),
        (b"{}", "application/json", 415),
        (b"a=%ff", web.FORM, 400),
        (b"&".join(b"a=1" for _ in range(200)), web.FORM, 400),
        (b"x" * (web.LONGEST_FORM + 1), web.FORM, 413),
    ],
)
def test_knock__what_is_no_form(body: bytes, kind: str, status: int) -> None:
    with pytest.raises(web.Unreadable) as refused:
        web.knock(request("POST", data=body, content_type=kind), URL)
    assert refused.value.status == status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_knock__other_methods(method: str) -> None:
    with pytest.raises(web.Unreadable) as refused:
        web.knock(request(method), URL)
    assert (refused.value.status, refused.value.headers) == (405, {"Allow": "GET, HEAD, POST"})


def test_response__cookies_that_nobody_else_reads() -> None:
    cookie = Cookie("sf_x", "value", 60)
    with Flask(__name__).app_context():
        sent = web.response(Answer(200, "page", cookies=(cookie,)), Knock("GET"), URL)
    told = sent.headers["Set-Cookie"]
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/sheetflow-request-page", "Max-Age=60"):
        assert part in told
    assert sent.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_policy__a_script_by_its_hash_alone() -> None:
    assert "script-src" not in policy()
    with_script = policy(script=CHOOSING)
    assert "script-src 'sha256-" in with_script
    for one in (policy(), with_script, policy(sign_in=True)):
        assert "unsafe" not in one
        assert one.startswith("default-src 'none'")


def test_vouched__only_what_we_wrote() -> None:
    vouched = Vouched("olga@firm.example", 1_800_000_000)
    cookie = LINKS.vouch(vouched)
    assert LINKS.vouched(cookie) == vouched
    other = Links(b"l" * 32, URL)
    for forged in ("", "x", cookie[:-4], cookie + "a", other.vouch(vouched), "é" * 3_000):
        assert LINKS.vouched(forged) is None
    link = LINKS.make("PR-1", "a@b.example", "n", "", datetime(2026, 11, 24, tzinfo=UTC))
    assert LINKS.vouched(link.partition("?t=")[2]) is None

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetflow.emulator.drive.errors import DriveError
from sheetflow.emulator.drive.query import (
    DRIVE_TERMS,
    FILE_TERMS,
    Both,
    Clause,
    Either,
    Not,
    Query,
    parse,
    quote,
)

A, B, C = Clause("name", "=", "a"), Clause("trashed", "=", value=True), Clause("parents", "in", "x")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", None),
        ("name = 'a'", A),
        ('name="a"', A),
        ("trashed", B),
        ("trashed=true", B),
        ("trashed != false", Clause("trashed", "!=", value=False)),
        ("'x' in parents", C),
        ("parents in 'x'", C),
        (r"name = 'It\'s \\ \"'", Clause("name", "=", "It's \\ \"")),
        ("name = 'a' and trashed and 'x' in parents", Both(Both(A, B), C)),
        ("name = 'a' and trashed or 'x' in parents", Either(Both(A, B), C)),
        ("name = 'a' or trashed and 'x' in parents", Both(Either(A, B), C)),
        ("name = 'a' or (trashed and 'x' in parents)", Either(A, Both(B, C))),
        ("not trashed and name = 'a'", Both(Not(B), A)),
        ("not (trashed or not name = 'a')", Not(Either(B, Not(A)))),
        (
            "appProperties has { key='k' and value='v' }",
            Clause("appProperties", "has", ("k", "v")),
        ),
        (
            "modifiedTime > '2012-06-04T12:00:00'",
            Clause("modifiedTime", ">", datetime(2012, 6, 4, 12, tzinfo=UTC)),
        ),
        (
            "createdTime<='2012-06-04T12:00:00-08:00'",
            Clause("createdTime", "<=", datetime(2012, 6, 4, 12, tzinfo=timezone(timedelta(hours=-8)))),
        ),
        ("mimeType contains 'image/'", Clause("mimeType", "contains", "image/")),
        (
            "sharedWithMe and name contains 'a'",
            Both(Clause("sharedWithMe", "=", value=True), Clause("name", "contains", "a")),
        ),
        ("visibility = 'limited'", Clause("visibility", "=", "limited")),
        ("'me' in owners", Clause("owners", "in", "me")),
        ("shortcutDetails.targetId = 'x'", Clause("shortcutDetails.targetId", "=", "x")),
    ],
)
def test_parse__reads(text: str, tree: Query | None) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "name",
        "name = a",
        "name = 'a",
        "name > 'a'",
        "title = 'a'",
        "name = 'a' name = 'b'",
        "name = 'a' and",
        "(name = 'a'",
        "name = 'a')",
        "fullText = 'a'",
        "modifiedTime > 'yesterday'",
        "modifiedTime contains '2012'",
        "'x' in name",
        "'' in parents",
        "'x' parents",
        "trashed = maybe",
        "visibility = 'secret'",
        "properties has { key='k' }",
        "properties has {key='k' and value='v'",
        "NOT trashed",
        "trashed; drop",
        "not",
        "(" * 5000 + "trashed" + ")" * 5000,
        "not " * 5000 + "trashed",
    ],
)
def test_parse__refuses_with_invalid_value(text: str) -> None:
    with pytest.raises(DriveError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.message) == (400, "Invalid Value")
    assert caught.value.errors[0]["location"] == "q"


def test_parse__a_long_chain_is_no_deep_one() -> None:
    query = parse(" or ".join(["'x' in parents"] * 90))
    assert isinstance(query, Either)


@given(st.text())
def test_quote__round_trips(text: str) -> None:
    assert parse(f"name = {quote(text)}") == Clause("name", "=", text)
    pair = parse(f"properties has {{ key={quote(text)} and value={quote(text)} }}")
    assert pair == Clause("properties", "has", (text, text))


_WORDS = st.sampled_from(
    [
        *(*FILE_TERMS, *DRIVE_TERMS, "and", "or", "not", "in", "has", "contains", "=", "!=", "<", ">=", "("),
        *(")", "{", "}", "key", "value", "'a'", '"b"', "'", "\\", "true", "false", "5", "é"),
        "'2012-06-04T12:00:00'",
    ]
)


@given(st.one_of(st.text(), st.lists(_WORDS, max_size=12).map(" ".join)))
def test_parse__never_crashes(text: str) -> None:
    for terms in (FILE_TERMS, DRIVE_TERMS):
        with contextlib.suppress(DriveError):
            parse(text, terms)


def _said(query: Query) -> str:
    """A tree as a query, with parentheses around everything."""
    if isinstance(query, Clause):
        if isinstance(query.value, bool):
            return f"{query.term} {query.operator} {str(query.value).lower()}"
        return (
            f"{quote(str(query.value))} in {query.term}"
            if query.operator == "in"
            else (f"{query.term} {query.operator} {quote(str(query.value))}")
        )
    if isinstance(query, Not):
        return f"not ({_said(query.inner)})"
    join = "and" if isinstance(query, Both) else "or"
    return f"({_said(query.left)}) {join} ({_said(query.right)})"


_CLAUSES: st.SearchStrategy[Query] = st.one_of(
    st.builds(Clause, st.just("name"), st.sampled_from(["=", "!=", "contains"]), st.text()),
    st.builds(Clause, st.sampled_from(["trashed", "starred"]), st.sampled_from(["=", "!="]), st.booleans()),
    st.builds(Clause, st.sampled_from(["parents", "owners"]), st.just("in"), st.text(min_size=1)),
)


@given(
    st.recursive(
        _CLAUSES,
        lambda inner: st.one_of(
            st.builds(Not, inner), st.builds(Both, inner, inner), st.builds(Either, inner, inner)
        ),
        max_leaves=12,
    )
)
def test_parse__gives_back_any_tree(query: Query) -> None:
    assert parse(_said(query)) == query

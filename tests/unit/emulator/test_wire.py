from __future__ import annotations

import pytest

from sheetflow.emulator.shapes import Shapes
from sheetflow.emulator.wire import GoogleError, assign, bad_request, envelope, parse_mask, pick

BOOK = {"title": "T", "sheets": [{"id": 1, "data": [{"row": [{"note": "n", "value": 2}, {"value": 3}]}]}]}


@pytest.mark.parametrize(
    ("mask", "picked"),
    [
        ("*", BOOK),
        ("title", {"title": "T"}),
        ("sheets.id", {"sheets": [{"id": 1}]}),
        ("sheets/data/row/note", {"sheets": [{"data": [{"row": [{"note": "n"}, {}]}]}]}),
        ("title,sheets(id)", {"title": "T", "sheets": [{"id": 1}]}),
        (
            "sheets(id,data(row(value)))",
            {"sheets": [{"id": 1, "data": [{"row": [{"value": 2}, {"value": 3}]}]}]},
        ),
        ("sheets.*.row.note", {"sheets": [{"id": 1, "data": [{"row": [{"note": "n"}, {}]}]}]}),
        ("sheets.id,sheets", {"sheets": BOOK["sheets"]}),
        ("sheets,sheets.id", {"sheets": BOOK["sheets"]}),
        ("absent", {}),
    ],
)
def test_mask__picks_what_it_names(mask: str, picked: object) -> None:
    assert pick(BOOK, parse_mask(mask)) == picked


@pytest.mark.parametrize("text", ["", "a(b", "a..b", "a,", "a b!", ")"])
def test_mask__a_broken_one_is_refused(text: str) -> None:
    with pytest.raises(GoogleError) as caught:
        parse_mask(text)
    assert caught.value.code == 400


def test_assign__writes_and_clears_what_the_mask_names_and_nothing_else() -> None:
    target = {"a": 1, "deep": {"x": 1, "y": 2}, "kept": True}
    assign(target, {"deep": {"x": 5}, "new": 3, "ignored": 4}, parse_mask("a,deep.x,deep.y,new"))
    assert target == {"deep": {"x": 5}, "new": 3, "kept": True}


def test_envelope__carries_code_status_message_and_details() -> None:
    body = envelope(bad_request([("requests[0]", "one"), ("", "two")]))
    assert body == {
        "error": {
            "code": 400,
            "message": "one\ntwo",
            "status": "INVALID_ARGUMENT",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.BadRequest",
                    "fieldViolations": [
                        {"field": "requests[0]", "description": "one"},
                        {"description": "two"},
                    ],
                }
            ],
        }
    }


TABLE = """\
# a comment
Outer inner:Inner items:*Inner flag:boolean count:int32 share:double kind:enum(A|B) names:%string
Inner textValue:string
"""


def test_shapes__names_are_made_canonical_and_nulls_dropped() -> None:
    shapes = Shapes(TABLE, "google.test")
    payload = {
        "inner": {"text_value": "x"},
        "items": None,
        "count": "7",
        "share": "0.5",
        "kind": "A",
        "names": {"k": "v"},
    }
    assert shapes.fit("Outer", payload) == {
        "inner": {"textValue": "x"},
        "count": 7,
        "share": 0.5,
        "kind": "A",
        "names": {"k": "v"},
    }


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({"x": 1}, 'Invalid JSON payload received. Unknown name "x": Cannot find field.'),
        (
            {"items": [{}, {"y": 1}]},
            "Invalid JSON payload received. Unknown name \"y\" at 'items[1]': Cannot find field.",
        ),
        ({"flag": "yes"}, "Invalid value at 'flag' (TYPE_BOOL), \"yes\""),
        ({"count": 1.5}, "Invalid value at 'count' (TYPE_INT32), 1.5"),
        ({"inner": {"textValue": 3}}, "Invalid value at 'inner.text_value' (TYPE_STRING), 3"),
        ({"inner": []}, "Invalid value at 'inner' (type.googleapis.com/google.test.Inner)"),
    ],
)
def test_shapes__what_does_not_fit_is_told_in_googles_words(payload: object, message: str) -> None:
    with pytest.raises(GoogleError) as caught:
        Shapes(TABLE, "google.test").fit("Outer", payload)
    assert caught.value.message == message

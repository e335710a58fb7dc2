"""Whatever people do to a form: once put right nothing is left to do, and what is their own is as it was."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sheetflow.emulator.forms import batch
from sheetflow.emulator.forms.items import QUESTION_KINDS
from sheetflow.emulator.forms.model import Form
from sheetflow.emulator.forms.service import forms_shapes
from tests.discovery import assert_fits
from tests.long import examples
from tests.unit.app.forms import declared, differences, form, shown

SHAPES = forms_shapes()
LANGUAGE = st.sampled_from(["en", "ru"])
PLACE = st.integers(0, 40)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("remove"), PLACE, PLACE),
        st.tuples(st.just("move"), PLACE, PLACE),
        st.tuples(st.just("own"), PLACE, PLACE),
        st.tuples(st.just("again"), PLACE, PLACE),
        st.tuples(st.just("retitle"), PLACE, PLACE),
        st.tuples(st.just("ask"), PLACE, PLACE),
        st.tuples(st.just("require"), PLACE, PLACE),
    ),
    max_size=12,
)
KINDS: list[dict[str, Any]] = [
    {"textQuestion": {}}, {"textQuestion": {"paragraph": True}}, {"dateQuestion": {"includeTime": True}},
    {"choiceQuestion": {"type": "CHECKBOX", "options": [{"value": "RUB"}, {"isOther": True}]}},
    {"scaleQuestion": {"low": 1, "high": 5}}, {"timeQuestion": {}},
]  # fmt: skip


def done(items: list[dict[str, Any]], deed: tuple[str, int, int], number: int) -> None:
    """One thing that somebody does to a form's items."""
    kind, place, other = deed
    if not items:
        return
    place %= len(items)
    item = items[place]
    question = item.get("questionItem", {}).get("question", {})
    upload = "fileUploadQuestion" in question
    if kind == "remove":
        del items[place]
    elif kind == "move":
        items.insert(other % len(items), items.pop(place))
    elif kind == "own":
        own = {"textQuestion": {}, "questionId": f"0000f{number:03x}"}
        mine = {"itemId": f"0000e{number:03x}", "title": f"Own {number}", "questionItem": {"question": own}}
        items.insert(place, mine)
    elif kind == "again" and not upload:  # a copy, as the editor makes one
        twin = copy.deepcopy(item) | {"itemId": f"0000d{number:03x}"}
        if question:
            twin["questionItem"]["question"]["questionId"] = f"0000c{number:03x}"
        items.insert(place + 1, twin)
    elif kind == "retitle":
        item["title"] = f"Another {number}"
    elif kind == "ask" and question and not upload:
        for name in QUESTION_KINDS:
            question.pop(name, None)
        question.update(copy.deepcopy(KINDS[other % len(KINDS)]))
    elif kind == "require" and question:
        question["required"] = not question.get("required")


@settings(max_examples=examples(300), deadline=None)
@given(language=LANGUAGE, deeds=DEEDS)
def test_form__once_put_right_nothing_is_left(language: str, deeds: list[tuple[str, int, int]]) -> None:
    wanted = declared(language)
    items = [copy.deepcopy(item) for item in form(wanted).items]
    ours = {item["itemId"] for item in items}
    for number, deed in enumerate(deeds):
        done(items, deed, number)
    now = Form("f", "p", "Another title", items=tuple(items), settings={"emailCollectionType": "VERIFIED"})
    changes = differences(wanted, shown(now))
    requests = [one for change in changes for one in change.deed.get("requests", ())]
    assert_fits(document="forms.v1", schema="BatchUpdateFormRequest", value={"requests": requests})
    after, _ = batch.run(now, {"requests": requests}, SHAPES)
    left = differences(wanted, shown(after))
    assert [change for change in left if not change.by_hand] == []
    own = [item for item in items if item["itemId"] not in ours]
    kept = {item["itemId"]: item for item in after.items}
    assert [item["itemId"] for item in after.items if item["itemId"].startswith("0000e")] == [
        item["itemId"] for item in own if item["itemId"].startswith("0000e")
    ]
    assert all(kept[item["itemId"]] == item for item in own if item["title"].startswith("Own"))
    assert len(after.items) >= len(items)
    assert not any("deleteItem" in request for request in requests)

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetflow.core import history
from sheetflow.core.folding import fold
from sheetflow.core.history import GENESIS, chain, from_row, to_row, verify
from sheetflow.errors import HistoryBroken
from sheetflow.model.events import Event, Fact
from sheetflow.model.request import Request
from tests.desk import ADA, ANNA, HEAD, MIA, Desk

AT = datetime(2026, 11, 24, 9, 30, 0, 123_000, tzinfo=UTC)

FACTS = [
    Fact(AT, "PR-000002", "RequestSubmitted", MIA, "sheet",
         {"cells": {"amount": 100, "subject": "Бумага"}, "requester": MIA, "fingerprint": "f"}, "u1"),
    Fact(AT + timedelta(seconds=1), "", "PeopleChanged", "unknown", "sheet", {"rows": [["a", "b"]]}),
    Fact(AT + timedelta(seconds=2), "PR-000002", "RequestApproved", HEAD, "page", {"link": "n1"}, "u2"),
    Fact(AT + timedelta(seconds=3), "PR-000002", "RequestPartPaid", ANNA, "sheet", {"amount": "30.50"}, "u3"),
]  # fmt: skip

# --- the chain


def test_chain__goes_on_where_it_ended() -> None:
    whole = chain(GENESIS, 0, FACTS)
    first = chain(GENESIS, 0, FACTS[:2])
    rest = chain(first[-1].hash, first[-1].seq, FACTS[2:])
    assert first + rest == whole
    assert [event.seq for event in whole] == [1, 2, 3, 4]
    assert verify(whole) == whole[-1].hash


def test_chain__is_pinned() -> None:
    """The form of the hash is a promise: a history written today must verify for ever."""
    assert chain(GENESIS, 0, FACTS)[0].hash == PINNED


PINNED = "428ffe05201113435167da8dac144b0534bc4f540beba536ce06396148940f02"


def test_verify__an_empty_history_holds() -> None:
    assert verify([], head=GENESIS, seq=0) == GENESIS


@pytest.mark.parametrize(
    "change",
    [
        {"at": AT + timedelta(milliseconds=1)},
        {"request": "PR-000004"},
        {"kind": "RequestRejected"},
        {"actor": ANNA},
        {"via": "sheet"},
        {"data": {"link": "n2"}},
        {"data": {}},
        {"cause": "u9"},
        {"hash": "0" * 64},
        {"seq": 2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_verify__a_changed_field_is_found_at_its_event(change: dict[str, Any]) -> None:
    events = chain(GENESIS, 0, FACTS)
    events[2] = replace(events[2], **change)
    with pytest.raises(HistoryBroken) as caught:
        verify(events)
    assert caught.value.seq == 3


def test_verify__a_changed_event_with_a_hash_made_anew_is_found_at_the_next() -> None:
    events = chain(GENESIS, 0, FACTS)
    forged = chain(events[1].hash, 2, [replace(FACTS[2], actor=ANNA)])
    with pytest.raises(HistoryBroken) as caught:
        verify([*events[:2], *forged, events[3]])
    assert caught.value.seq == 4


def test_verify__a_chain_forged_to_its_end_is_found_by_the_token() -> None:
    events = chain(GENESIS, 0, FACTS)
    forged = chain(events[1].hash, 2, [replace(FACTS[2], actor=ANNA), FACTS[3]])
    verify([*events[:2], *forged])
    with pytest.raises(HistoryBroken):
        verify([*events[:2], *forged], head=events[-1].hash, seq=4)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_verify__a_dropped_event(place: int) -> None:
    events = chain(GENESIS, 0, FACTS)
    del events[place]
    with pytest.raises(HistoryBroken) as caught:
        verify(events)
    assert caught.value.seq == place + 1


def test_verify__two_events_in_each_others_place() -> None:
    events = chain(GENESIS, 0, FACTS)
    events[1], events[2] = events[2], events[1]
    with pytest.raises(HistoryBroken) as caught:
        verify(events)
    assert caught.value.seq == 2


def test_verify__an_inserted_event() -> None:
    events = chain(GENESIS, 0, FACTS)
    events.insert(1, events[0])
    with pytest.raises(HistoryBroken) as caught:
        verify(events)
    assert caught.value.seq == 2


def test_verify__a_cut_off_end_is_found_by_the_token_alone() -> None:
    events = chain(GENESIS, 0, FACTS)
    verify(events[:-1])
    with pytest.raises(HistoryBroken) as caught:
        verify(events[:-1], head=events[-1].hash, seq=4)
    assert caught.value.seq == 4


def test_verify__more_than_the_token_knows() -> None:
    events = chain(GENESIS, 0, FACTS)
    with pytest.raises(HistoryBroken) as caught:
        verify(events, head=events[2].hash, seq=3)
    assert caught.value.seq == 4


# --- rows


def test_to_row__and_back() -> None:
    for place, event in enumerate(chain(GENESIS, 0, FACTS), 1):
        assert from_row(to_row(event), place) == event


def test_from_row__numbers_and_blanks_as_the_sheet_gives_them() -> None:
    row = to_row(chain(GENESIS, 0, FACTS)[1])
    row[0] = float(str(row[0]))
    assert from_row(row, 2).seq == 2
    assert verify([from_row(to_row(event), n) for n, event in enumerate(chain(GENESIS, 0, FACTS), 1)])


@pytest.mark.parametrize(
    ("place", "junk"),
    [
        (0, "x"),
        (0, ""),
        (0, "1.5"),
        (1, "yesterday"),
        (1, "2026-11-24T09:30:00"),
        (6, "{"),
        (6, ""),
        (6, "17"),
        (6, "[]"),
    ],
)
def test_from_row__what_no_pass_can_have_written(place: int, junk: str) -> None:
    row = to_row(chain(GENESIS, 0, FACTS)[0])
    row[place] = junk
    with pytest.raises(HistoryBroken) as caught:
        from_row(row, 7)
    assert caught.value.seq == 7


def test_from_row__an_empty_row() -> None:
    with pytest.raises(HistoryBroken):
        from_row([], 1)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.text(max_size=20),
    st.dictionaries(st.text(max_size=5), st.one_of(st.text(), st.integers(), st.booleans(), st.none())),
)
def test_to_row__anything_that_happens_can_be_written_and_verified(
    at: datetime, text: str, data: dict[str, Any]
) -> None:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    events = chain(GENESIS, 0, [Fact(at, text, "CommentAdded", text, "sheet", data, text)] * 2)
    again = [from_row(to_row(event), n) for n, event in enumerate(events, 1)]
    assert again == events
    verify(again)


def test_moment__what_instant_wrote() -> None:
    assert history.instant(AT) == "2026-11-24T09:30:00.123Z"
    assert history.moment("2026-11-24T09:30:00.123Z") == AT
    with pytest.raises(ValueError, match="time zone"):
        history.moment("2026-11-24T09:30:00.123")


# --- the fold


def folded(*kinds: tuple[str, str, dict[str, Any]]) -> Any:
    start = ("RequestSubmitted", MIA, {"cells": {"amount": 100}, "requester": MIA, "fingerprint": "f"})
    facts = [
        Fact(AT + timedelta(seconds=n), "PR-000002", kind, actor, "sheet", data, f"u{n}")
        for n, (kind, actor, data) in enumerate([start, *kinds])
    ]
    return fold(chain(GENESIS, 0, facts))["PR-000002"]


def test_fold__submitted() -> None:
    request = folded()
    assert (request.status, request.requester, request.fingerprint) == ("Submitted", MIA, "f")
    assert request.submitted
    assert request.cells == {"amount": 100}
    assert request.updated == AT


def test_fold__a_new_submit_voids_the_approval_and_takes_blanked_cells_away() -> None:
    again = {"cells": {"amount": "", "subject": "x"}, "requester": MIA, "fingerprint": "g"}
    request = folded(
        ("RequestApproved", HEAD, {}), ("RequestReturned", HEAD, {}), ("RequestSubmitted", MIA, again)
    )
    assert (request.status, request.approver, request.fingerprint) == ("Submitted", "", "g")
    assert request.cells == {"subject": "x"}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("RequestWithdrawn", "Draft"),
        ("RequestReturned", "Returned"),
        ("RequestRejected", "Rejected"),
        ("RequestCancelled", "Cancelled"),
    ],
)
def test_fold__each_end(kind: str, status: str) -> None:
    request = folded((kind, HEAD, {}))
    assert request.status == status
    assert (request.fingerprint == "") is (status in ("Draft", "Returned"))


def imported(status: str, **more: str) -> Request:
    data = {"cells": {"amount": 100, "inn": "7707083893"}, "requester": MIA, "status": status, **more}
    fact = Fact(AT, "PR-000002", "RequestImported", "ivan@firm.example", "import", data, "f#7")
    return fold(chain(GENESIS, 0, [fact]))["PR-000002"]


def test_fold__an_imported_draft_has_a_history_and_nobody_who_vouches_for_its_payee() -> None:
    draft = imported("Draft")
    assert (draft.status, draft.requester, draft.submitted) == ("Draft", MIA, True)
    assert draft.unsigned == {"inn"}


def test_fold__an_imported_payment_is_paid_and_was_approved_by_nobody_here() -> None:
    paid = imported("Paid", paid="100")
    assert (paid.status, paid.paid, paid.approver, paid.fingerprint) == ("Paid", Decimal(100), "", "")
    assert paid.unsigned == set()


def test_fold__payments_add_up_and_a_reversal_takes_all_of_them_back() -> None:
    parts = [
        ("RequestApproved", HEAD, {}),
        ("RequestPartPaid", ANNA, {"amount": "30.10"}),
        ("RequestPaid", ANNA, {"amount": "69.90"}),
    ]
    paid = folded(*parts)
    assert (paid.status, paid.paid, paid.approver) == ("Paid", Decimal("100.00"), HEAD)
    asked = folded(*parts, ("ReversalAsked", ANNA, {"reason": "bounced"}))
    assert (asked.status, asked.reversal.by, asked.reversal.reason) == ("Paid", ANNA, "bounced")
    back = folded(*parts, ("ReversalAsked", ANNA, {"reason": "bounced"}), ("PaymentReversed", ADA, {}))
    assert (back.status, back.paid, back.reversal, back.approver) == ("Approved", Decimal(0), None, HEAD)


def test_fold__comments_and_fields_and_links() -> None:
    request = folded(
        ("CommentAdded", HEAD, {"text": "why?", "link": "n1"}),
        ("FieldChanged", ANNA, {"column": "to_pay", "value": True}),
        ("FieldChanged", ANNA, {"column": "amount", "value": ""}),
    )
    assert request.cells == {"comment": "why?", "to_pay": True}
    assert request.links == {"n1": "u1"}


def test_fold__what_was_refused_changes_nothing_but_is_kept() -> None:
    before, after = folded(), folded(("EditRefused", MIA, {"rule": "right-role"}))
    assert before == after


def test_apply__an_event_of_a_newer_version_is_not_guessed_at() -> None:
    with pytest.raises(KeyError):
        folded(("RequestTeleported", MIA, {}))


def test_fold__is_what_the_passes_accepted() -> None:
    desk = Desk()
    rid = desk.approved()
    desk.comment(ANNA, rid, "30")
    desk.status(ANNA, rid, "Part-paid")
    desk.run()
    desk.verify()
    events: list[Event] = desk.sheet.read_history()[1]
    assert fold(events)[rid].paid == 30

"""Whatever statements a bank gives, in whatever order: each payment counts once, and none is lost."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.banks import Movement, payee
from tests.desk import ANNA, Desk
from tests.unit.app.test_bank import bank, carried_out, desk_with, ready, request, settled, take

COUNT = 4
STRANGER = Movement(payee(77), Decimal(7), "900", purpose="Unasked")


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.permutations(range(COUNT + 1)).flatmap(lambda all_: st.integers(0, COUNT + 1).map(
        lambda size: all_[:size])), max_size=5),
    st.sets(st.integers(0, COUNT - 1)),
)  # fmt: skip
def test_take__each_payment_once_in_any_statements(parts: list[list[int]], by_hand: set[int]) -> None:
    """Statements with parts of what happened, overlapping, and at last one with all of it."""
    desk: Desk = desk_with()
    rids = ready(desk, COUNT)
    bank(desk).export()
    movements = [*carried_out(desk, *rids), STRANGER]
    for place in by_hand:  # marked by a person, before or after the bank's word
        desk.status(ANNA, rids[place], "Paid")
    desk.run()
    for part in [*parts, list(range(COUNT + 1))]:
        if part:
            take(desk, *(movements[place] for place in part))
    for rid in rids:
        one = request(desk, rid)
        assert (one.status, one.paid, one.seen) == ("Paid", Decimal("12500.50"), Decimal("12500.50"))
        assert (one.bank_file, len(one.banked)) == ("", 1)
    kinds = Counter(event.kind for event in desk.sheet.read_history()[1])
    assert kinds["RequestPaid"] == COUNT
    assert kinds["PaymentSeen"] == len(by_hand)
    assert kinds["UnknownDebit"] == 1
    settled(desk)

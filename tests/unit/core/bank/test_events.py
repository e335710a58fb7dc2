from __future__ import annotations

from datetime import UTC, datetime

from sheetflow.core.bank.events import MADE, numbers_of
from sheetflow.core.history import GENESIS, chain
from sheetflow.model.events import Fact

AT = datetime(2026, 11, 24, tzinfo=UTC)


def made(account: str, number: str) -> Fact:
    return Fact(
        AT, "PR-1", MADE, "system", "system", {"account": account, "number": number, "date": "2026-11-24"}
    )


def test_numbers_of__the_last_order_of_each_account() -> None:
    facts = [
        made("a", "7"),
        made("b", "PR-000012-31"),
        Fact(AT, "", "UnknownDebit", "bank", "bank"),
        made("a", "8"),
    ]
    assert numbers_of(chain(GENESIS, 0, facts)) == {"a": 8, "a/2026": 8, "b": 31, "b/2026": 31}

"""What an approver should look at twice before a request is approved: warnings, never refusals.

What is surely wrong was refused at submit. Here is what is only unusual, told from the letter's facts alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from sheetflow.model.requisites import account_currency, is_iban, is_usual_bik

SOON = timedelta(days=1)
"""A request that has to be paid by tomorrow leaves no time for questions."""


def cautions(facts: Mapping[str, object], today: date) -> list[tuple[str, dict[str, str]]]:
    """The warnings about a request, as keys of `[warnings]` with their own facts.

    Args:
        facts: those of a letter: dates as ISO texts, the rest as the cells have it.
        today: the day of the event behind the letter.
    """
    account, currency, bik = (str(facts.get(key, "")) for key in ("account", "currency", "bik"))
    found: list[tuple[str, dict[str, str]]] = []
    try:
        left = date.fromisoformat(str(facts.get("pay_by", ""))) - today
    except ValueError:
        left = None
    if left is not None and left <= SOON:
        found.append(("due-past" if left < timedelta(0) else "due-soon", {}))
    if is_iban(account):
        found.append(("payee-abroad", {}))
    elif (kept_in := account_currency(account)) and currency and kept_in != currency:
        found.append(("account-currency", {"account_currency": kept_in, "currency": currency}))
    if bik and not is_usual_bik(bik):
        found.append(("unusual-bik", {"bik": bik}))
    if not facts.get("invoice"):
        found.append(("no-invoice", {}))
    return found

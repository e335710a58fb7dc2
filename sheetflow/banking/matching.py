"""Which request a line of a bank's statement pays.

Decided here: what is sure, what a person has to decide, and what nobody asked for. Not decided: what happens
then (`decide`), and who may say that the statement is the bank's.

In: lines of statements (`statement.read`, `camt053.read`), the payments that are open (or were made lately:
those with nothing due), and the keys of lines that were taken in before. The caller vouches that the lines'
accounts are the company's own. Out: one `Match` for each line, in the lines' order. The order of lines and
payments, lines repeated, and statements that overlap change nothing in what is sure.

Money that went to the payee's account is necessary for "sure"; beyond that it takes either our own order
(number, date, own account, amount), or the right INN and the request or its invoice named in the purpose.
Whatever speaks against it makes the line doubtful: nothing is chosen among two, and a line that stands twice
in one statement counts once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sheetflow.banking import naming
from sheetflow.banking.statement import Direction, StatementLine, keys

_SHOWN_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order of ours that the bank was given and no line has paid yet; `account`: the own account.

    `number` is as the bank repeats it: the order's number, or in a pain.001 its EndToEndId.
    """

    number: str
    dated: date
    amount: Decimal
    account: str


@dataclass(frozen=True, slots=True)
class OpenPayment:
    """A request that may be paid.

    `due`: what is left to pay, zero where it is Paid already. `account`: the payee's, or an IBAN. `inn`: ""
    for a payee who needs none. `since`: the day it was approved: an older line belongs to something else.
    """

    request: str
    due: Decimal
    currency: str
    account: str
    inn: str = ""
    invoice_no: str = ""
    since: date | None = None
    orders: tuple[Ordered, ...] = ()


class Kind(StrEnum):
    """What a line is."""

    SURE = "sure"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"
    """Taken from an own account for nothing that stands in the registry."""
    KNOWN = "known"
    """Taken in before."""
    INCOMING = "incoming"


class Reason(StrEnum):
    """Why a line is sure (the first two) or doubtful; sentences stand in [match] of `rules.toml`."""

    BY_ORDER = "by-order"
    BY_PURPOSE = "by-purpose"
    TWICE = "twice"
    SEVERAL = "several"
    MORE_THAN_DUE = "more-than-due"
    ORDER_DIFFERS = "order-differs"
    OTHER_ORDER = "other-order"
    OTHER_NAMED = "other-named"
    OTHER_INN = "other-inn"
    OTHER_ACCOUNT = "other-account"
    NOT_NAMED = "not-named"


@dataclass(frozen=True, slots=True)
class Match:
    """What a line is.

    `key`: to be kept, so that the line is known again. `request`: what it surely pays; `order`: the order's
    number where it was found by it; `left`: what is then left of the request. `candidates`: what a person
    may choose from, the likeliest first.
    """

    line: StatementLine
    key: str
    kind: Kind
    reason: Reason | None = None
    request: str = ""
    order: str = ""
    left: Decimal = Decimal(0)
    candidates: tuple[str, ...] = ()


def match(
    lines: Sequence[StatementLine], payments: Iterable[OpenPayment], known: Collection[str] = ()
) -> tuple[Match, ...]:
    """What each line is.

    >>> from sheetflow.banking.statement import Side
    >>> due = OpenPayment("PR-7", Decimal(100), "RUB", "40702810400000000001", "7707083893", "15")
    >>> day, side = date(2026, 11, 12), Side(account=due.account, inn=due.inn)
    >>> line = StatementLine("own", Direction.OUT, "3", day, day, Decimal(60), "RUB", side, "Счет 15", "", 1)
    >>> found = match([line, line], [due])
    >>> [(one.kind.value, one.reason.value, one.request, one.left) for one in found]
    [('sure', 'by-purpose', 'PR-7', Decimal('40')), ('doubtful', 'twice', '', Decimal('0'))]
    """
    payees = _Payees()
    for payment in payments:
        payees.add(payment)
    seen = frozenset(known)
    found = [_judged(line, key, payees, seen) for line, key in zip(lines, keys(lines), strict=True)]
    return tuple(_within_what_is_due(found, payees))


@dataclass(slots=True)
class _Payees:
    """The payments, to be found without a look at each."""

    by_request: dict[str, OpenPayment] = field(default_factory=dict)
    by_name: dict[str, OpenPayment] = field(default_factory=dict)
    by_account: dict[str, list[OpenPayment]] = field(default_factory=lambda: defaultdict(list))
    by_inn: dict[str, list[OpenPayment]] = field(default_factory=lambda: defaultdict(list))
    by_order: dict[tuple[str, str], list[tuple[OpenPayment, Ordered]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    prefixes: set[str] = field(default_factory=set)

    def add(self, payment: OpenPayment) -> None:
        name = naming.plain(payment.request)
        self.by_request[payment.request] = payment
        self.by_name[name] = payment
        self.prefixes.add(name.rstrip("0123456789"))
        self.by_account[_account(payment.account)].append(payment)
        if payment.inn:
            self.by_inn[payment.inn].append(payment)
        for order in payment.orders:
            self.by_order[_account(order.account), naming.plain(order.number)].append((payment, order))

    def requests_in(self, named: naming.Named) -> frozenset[str]:
        """What in a text has the form of a request's id, known here or not."""
        return frozenset(
            token
            for token in named.tokens
            if token[-1:].isdigit() and token.rstrip("0123456789") in self.prefixes - {""}
        )


def _judged(line: StatementLine, key: str, payees: _Payees, known: frozenset[str]) -> Match:
    if key in known:
        return Match(line, key, Kind.KNOWN)
    if line.direction is Direction.IN:
        return Match(line, key, Kind.INCOMING)
    found = _by_order(line, key, payees) or _by_purpose(line, key, payees)
    if found is None:
        others = _elsewhere(line, payees)
        found = (
            _doubtful(line, key, Reason.OTHER_ACCOUNT, others) if others else Match(line, key, Kind.UNKNOWN)
        )
    if found.kind is Kind.SURE and not key.endswith("/1"):  # a twin of a line before it
        return _doubtful(line, key, Reason.TWICE, [payees.by_request[found.request]])
    return found


def _by_order(line: StatementLine, key: str, payees: _Payees) -> Match | None:
    """A line with the number and the date of an order of ours."""
    number = naming.plain(line.number)
    near = [
        (payment, order)
        for payment, order in payees.by_order.get((_account(line.account), number), ())
        if _possible(line, payment) and line.dated in (None, order.dated)
    ]
    exact = [
        (payment, order)
        for payment, order in near
        if order.amount == line.amount
        and _account(payment.account) == _account(line.other.account)
        and (not payment.inn or line.other.inn in ("", payment.inn))
    ]
    if not near or (not exact and line.dated is None):
        return None
    candidates = [payment for payment, _ in exact or near]
    if not exact:
        payee = payees.by_account.get(_account(line.other.account), [])
        candidates += [payment for payment in payee if _possible(line, payment)]
        return _doubtful(line, key, Reason.ORDER_DIFFERS, candidates)
    if len(near) > 1:
        return _doubtful(line, key, Reason.SEVERAL, candidates)
    payment, order = exact[0]
    names = payees.requests_in(naming.read(line.purpose)) - {naming.plain(payment.request)}
    if names:
        others = [payees.by_name[name] for name in sorted(names) if name in payees.by_name]
        return _doubtful(line, key, Reason.OTHER_NAMED, [*candidates, *others])
    return Match(line, key, Kind.SURE, Reason.BY_ORDER, payment.request, order.number, payment.due)


def _by_purpose(line: StatementLine, key: str, payees: _Payees) -> Match | None:
    """A line to the account of a payee who has something to get, by what its purpose names."""
    payee = [
        payment
        for payment in payees.by_account.get(_account(line.other.account), ())
        if _possible(line, payment)
    ]
    if not payee:
        return None
    named = naming.read(line.purpose)
    requests = payees.requests_in(named)
    by_id = [payment for payment in payee if naming.plain(payment.request) in requests]
    meant = by_id or [payment for payment in payee if named.names(payment.invoice_no)]
    if not meant:
        fitting = [payment for payment in payee if payment.due > 0]
        if not fitting:
            return None
        fitting.sort(key=lambda payment: (payment.due != line.amount, payment.request))
        return _doubtful(line, key, Reason.OTHER_NAMED if requests else Reason.NOT_NAMED, fitting)
    if len(meant) > 1:
        return _doubtful(line, key, Reason.SEVERAL, meant)
    payment = meant[0]
    reason = _against(line, payment, named, requests, payee, by_id=bool(by_id))
    if reason is not None:
        return _doubtful(line, key, reason, [payment, *(other for other in payee if other is not payment)])
    return Match(line, key, Kind.SURE, Reason.BY_PURPOSE, payment.request, "", payment.due)


def _against(
    line: StatementLine, payment: OpenPayment, named: naming.Named, requests: frozenset[str],
    payee: Sequence[OpenPayment], *, by_id: bool,
) -> Reason | None:  # fmt: skip
    """What speaks against the one request that a purpose names."""
    if requests - {naming.plain(payment.request)}:
        return Reason.OTHER_NAMED
    if payment.inn and payment.inn != line.other.inn:
        return Reason.OTHER_INN
    if payment.orders:  # in a bank file already: its order is still to come, and this is another
        return Reason.OTHER_ORDER
    if named.names_other(payment.invoice_no) and (payment.invoice_no or not by_id):
        return Reason.SEVERAL if named.names(payment.invoice_no) else Reason.OTHER_NAMED
    if line.amount > payment.due:
        return Reason.MORE_THAN_DUE
    nameless = [one for one in payee if one is not payment and not one.invoice_no and one.due >= line.amount]
    return Reason.SEVERAL if nameless and not by_id else None


def _elsewhere(line: StatementLine, payees: _Payees) -> list[OpenPayment]:
    """Requests that a line to another account may have been meant for: named in it, or the same payee's."""
    requests = payees.requests_in(naming.read(line.purpose))
    found = [payees.by_name[name] for name in sorted(requests) if name in payees.by_name]
    found += [one for one in payees.by_inn.get(line.other.inn, ()) if one.due == line.amount]
    return [payment for payment in found if _possible(line, payment)]


def _possible(line: StatementLine, payment: OpenPayment) -> bool:
    return payment.currency == line.currency and (payment.since is None or payment.since <= line.booked)


def _within_what_is_due(found: Sequence[Match], payees: _Payees) -> list[Match]:
    """The same, where lines that are sure one by one do not pay a request or an order more than once."""
    result = list(found)
    left = {request: payment.due for request, payment in payees.by_request.items()}
    used: set[tuple[str, str]] = set()
    sure = [place for place, one in enumerate(found) if one.kind is Kind.SURE]
    for place in sorted(sure, key=lambda place: _rank(found[place])):
        one = found[place]
        again = bool(one.order) and (one.request, one.order) in used
        if again or one.line.amount > left[one.request]:
            reason = Reason.TWICE if again else Reason.MORE_THAN_DUE
            result[place] = _doubtful(one.line, one.key, reason, [payees.by_request[one.request]])
            continue
        left[one.request] -= one.line.amount
        used.add((one.request, one.order))
        result[place] = replace(one, left=left[one.request])
    return result


def _rank(one: Match) -> tuple[bool, date, str]:
    """Our own orders first, then by day; the key makes it the same in any order of the lines."""
    return one.reason is not Reason.BY_ORDER, one.line.booked, one.key


def _doubtful(line: StatementLine, key: str, reason: Reason, candidates: Iterable[OpenPayment]) -> Match:
    names = tuple(dict.fromkeys(payment.request for payment in candidates))
    return Match(line, key, Kind.DOUBTFUL, reason, candidates=names[:_SHOWN_CANDIDATES])


def _account(text: str) -> str:
    return "".join(text.split()).upper()

"""Rules of comments, payments and their reversal."""

from __future__ import annotations

from sheetflow.core.policy.steps import involved
from sheetflow.core.rules.case import MoveCase, Objection, rule, same_person
from sheetflow.model.cells import text_of
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency


@rule
def comment_required(case: MoveCase) -> Objection | None:
    """This step needs a comment.

    Allowed: a comment by the same person, newer than the last step, before or after the status was picked.
    Refused: none within the time that the status is held for.
    """
    return None if case.comment.strip() else Objection(column="comment", waits=True)


@rule
def not_in_bank_file(case: MoveCase) -> Objection | None:
    """The request stands in a bank file.

    Allowed: once the file is cancelled or paid. Refused: while the bank may still pay it.
    """
    return Objection({"file": case.request.bank_file}) if case.request.bank_file else None


@rule
def payer_is_not_approver(case: MoveCase) -> Objection | None:
    """Whoever approved a request does not pay it.

    Allowed: the accountant pays what the head approved. Refused: one person in both roles; also whoever gave
    one of several approvals, or had a substitute give it.
    """
    person = case.person
    mixed = person is not None and any(
        same_person(person.email, address, case.company) for address in involved(case.request)
    )
    return Objection() if mixed else None


@rule
def part_payment_has_amount(case: MoveCase) -> Objection | None:
    """A part payment needs the amount that was paid.

    Allowed: the number alone in the Comment, or in the field of the request page, less than what is open.
    Refused: no number, one of another currency, or all that is open (that is Paid).
    """
    text = case.amount or case.comment
    if not text.strip():
        return Objection(column="comment", waits=True)
    try:
        amount = parse_amount(text, parse_currency(text_of(case.request.cell("currency"))))
        due = parse_amount(case.request.cell("amount")) - case.request.paid
    except Invalid:
        return Objection({"amount": text}, column="comment", waits=True)
    return None if amount < due else Objection({"amount": text}, column="comment")


@rule
def second_person_reverses(case: MoveCase) -> Objection | None:
    """A payment is taken back by two people.

    Allowed: one accountant asks, with the reason, and another person confirms. Refused: the same twice.
    """
    asked, person = case.request.reversal, case.person
    if asked is None or person is None or same_person(person.email, asked.by, case.company):
        return Objection()
    return None


@rule
def paid_here(case: MoveCase) -> Objection | None:
    """Only a payment that was made by this registry is taken back here.

    Allowed: of a request that was approved here. Refused: of one that was imported as paid, for it would
    become approved, and nobody here ever approved it.
    """
    return None if case.request.approver else Objection()

"""Rules about cells other than the status: who may change which, and when."""

from __future__ import annotations

from sheetflow.core.rules.case import EditCase, Objection, parties_of, rule
from sheetflow.core.rules.fields import LONGEST
from sheetflow.model.columns import BY_KEY, Writer
from sheetflow.model.people import Role
from sheetflow.workflow.table import Party, Status

OPEN_FOR_CHANGE = (Status.DRAFT, Status.RETURNED)


@rule
def known_editor(case: EditCase) -> Objection | None:
    """Only people on the People tab can change a request's cells.

    Allowed: a manager types into a draft. Refused: an address nobody has, or somebody without any role.
    """
    return None if case.person and case.person.roles else Objection({}, case.column)


@rule
def fields_change_in_draft(case: EditCase) -> Objection | None:
    """A submitted request is not changed in place.

    Allowed: any field of a request in Draft or Returned. Refused: the amount of an approved one.
    """
    if BY_KEY[case.column].writer is not Writer.REQUESTER or case.request.status in OPEN_FOR_CHANGE:
        return None
    return Objection({"status": case.request.status}, case.column)


@rule
def only_the_requester_edits(case: EditCase) -> Objection | None:
    """A request's fields belong to its requester.

    Allowed: the requester, or an admin for them. Refused: a colleague who corrects the account.
    """
    if BY_KEY[case.column].writer is not Writer.REQUESTER or case.person is None:
        return None
    allowed = {Party.REQUESTER, Party.ADMIN}
    if allowed & parties_of(case.person, case.request, case.company):
        return None
    return Objection({"requester": case.request.requester}, case.column)


@rule
def accountants_columns(case: EditCase) -> Objection | None:
    """This column is the accountants'.

    Allowed: an accountant ticks To pay. Refused: anybody else does.
    """
    if BY_KEY[case.column].writer is not Writer.ACCOUNTANT:
        return None
    return None if case.person and case.person.has(Role.ACCOUNTANT) else Objection({}, case.column)


@rule
def no_formulas(case: EditCase) -> Objection | None:
    """A cell of a request holds a value, not a formula.

    Allowed: 1200. Refused: =1000*1.2, or =IMPORTXML(...).
    """
    return Objection({}, case.column) if case.new.startswith("=") else None


@rule
def text_fits(case: EditCase) -> Objection | None:
    """The text is too long for a cell of the registry.

    Allowed: a comment of 2,000 characters. Refused: a letter of 5,000 pasted into Comment; a field of the
    request that long stays in its draft, and is held there with words.
    """
    if BY_KEY[case.column].writer is Writer.REQUESTER or case.length <= LONGEST:
        return None
    return Objection({"limit": str(LONGEST)}, case.column)


@rule
def unexplained_change(case: EditCase) -> Objection | None:
    """Nobody is known to have made this change.

    Allowed: a value in a draft, which is then taken as unknown. Refused: any difference in a request that
    was submitted.
    """
    return None if case.request.status in OPEN_FOR_CHANGE else Objection({}, case.column)


EDIT_RULES = (
    known_editor,
    no_formulas,
    text_fits,
    fields_change_in_draft,
    only_the_requester_edits,
    accountants_columns,
)
"""What an edit that somebody made is asked, in this order."""

"""Rules about whole rows and ids: what people's hands cannot take away."""

from __future__ import annotations

from sheetflow.core.rules.case import EditCase, Objection, rule


@rule
def id_is_kept(case: EditCase) -> Objection | None:
    """A request's number is given once.

    Allowed: the system numbers a new row. Refused: a number that was typed over, emptied or copied.
    """
    return Objection({"id": case.request.id}, "id") if case.column == "id" else None


@rule
def submitted_rows_stay(case: EditCase) -> Objection | None:
    """A request that was submitted cannot be deleted.

    Allowed: a draft is deleted. Refused: the row of anything that was ever submitted; it comes back.
    """
    return Objection({"id": case.request.id}, "id") if case.request.submitted else None


@rule
def archived_is_closed(case: EditCase) -> Objection | None:
    """Nothing can be done with an archived request.

    Allowed: a closed request of this month is commented on. Refused: any step with one that was archived.
    """
    return Objection({"id": case.request.id}, "id") if case.request.archived else None

"""The transitions of a payment request: the whole law of who may move what, in one table.

The guards named here are functions of `core.rules`. The diagram and the table in the README are made from
this module (`sheetflow workflow`).
"""

from __future__ import annotations

from sheetflow.workflow.table import Party, Status, Table, Transition

_S = Status
_P = Party


def _move(
    act: str,
    sources: tuple[Status, ...],
    target: Status,
    parties: tuple[Party, ...],
    event: str,
    *guards: str,
) -> Transition:
    return Transition(act, frozenset(sources), target, frozenset(parties), event, guards)


TABLE = Table(
    (
        _move(
            "submit",
            (_S.DRAFT, _S.RETURNED),
            _S.SUBMITTED,
            (_P.REQUESTER, _P.ADMIN),
            "RequestSubmitted",
            "required-fields",
            "valid-fields",
            "payee-author-known",
        ),
        _move("withdraw", (_S.SUBMITTED,), _S.DRAFT, (_P.REQUESTER,), "RequestWithdrawn"),
        _move(
            "approve",
            (_S.SUBMITTED,),
            _S.APPROVED,
            (_P.APPROVER,),
            "RequestApproved",
            "no-self-approval",
            "approves-once",
            "asked-by-policy",
            "limit-covers-amount",
            "bank-details-confirmed",
            "approved-as-seen",
            "duplicate-has-reason",
        ),
        _move("reject", (_S.SUBMITTED,), _S.REJECTED, (_P.APPROVER,), "RequestRejected", "comment-required"),
        _move(
            "return",
            (_S.SUBMITTED, _S.APPROVED),
            _S.RETURNED,
            (_P.APPROVER, _P.ACCOUNTANT),
            "RequestReturned",
            "not-in-bank-file",
            "comment-required",
        ),
        _move(
            "pay-part",
            (_S.APPROVED, _S.PART_PAID),
            _S.PART_PAID,
            (_P.ACCOUNTANT, _P.BANK),
            "RequestPartPaid",
            "payer-is-not-approver",
            "approved-as-seen",
            "part-payment-has-amount",
        ),
        _move(
            "pay",
            (_S.APPROVED, _S.PART_PAID),
            _S.PAID,
            (_P.ACCOUNTANT, _P.BANK),
            "RequestPaid",
            "payer-is-not-approver",
            "approved-as-seen",
        ),
        _move(
            "reverse",
            (_S.PAID, _S.PART_PAID),
            _S.APPROVED,
            (_P.ACCOUNTANT,),
            "PaymentReversed",
            "paid-here",
            "comment-required",
            "second-person-reverses",
        ),
        _move("cancel", (_S.DRAFT, _S.RETURNED), _S.CANCELLED, (_P.REQUESTER,), "RequestCancelled"),
        _move(
            "cancel-approved",
            (_S.APPROVED,),
            _S.CANCELLED,
            (_P.APPROVER,),
            "RequestCancelled",
            "not-in-bank-file",
        ),
    ),
    initial=Status.DRAFT,
)


def mermaid() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    direction LR", f"    [*] --> {_node(TABLE.initial)}"]
    for transition in TABLE.transitions:
        who = ", ".join(sorted(transition.parties))
        lines.extend(
            f"    {_node(source)} --> {_node(transition.target)}: {transition.act} ({who})"
            for source in Status
            if source in transition.sources
        )
    lines.extend(f"    {_node(status)} --> [*]" for status in Status if not TABLE.leaving(status))
    return "\n".join(lines) + "\n"


def _node(status: Status) -> str:
    return status.value.replace("-", "_")

"""Requests in every status: what a workspace with demo data starts with."""

from __future__ import annotations

from sheetflow.workspace.story import Answer, Chapter, Fill, Govern, Pick, Step, Told, Write
from sheetflow.workspace.story_policy import LARGE

_SENT = ("cloud", "paper", "phones", "wagons", "tickets", "internet", "haulage", "loader")


def _quietly(who: str, does: Answer | Fill | Govern | Pick | Write) -> Step:
    return Step(who, Told("", ""), does)


SHOWCASE = Chapter(
    Told("Requests in every status", "Заявки во всех статусах"),
    (
        _quietly("ivan", LARGE),
        *(_quietly("mia", Fill(name)) for name in (*_SENT, "gas")),
        _quietly("mia", Pick(_SENT, "Submitted")),
        _quietly("mia", Pick(("gas",), "Submitted")),
        *(_quietly("olga", Pick((name,), "Approved")) for name in ("cloud", "paper", "wagons", "loader")),
        _quietly("olga", Write("phones", "comment", Told("Not this year.", "Не в этом году."))),
        _quietly("olga", Pick(("phones",), "Rejected")),
        _quietly("olga", Write("internet", "comment", Told("Which contract is it?", "По какому договору?"))),
        _quietly("olga", Pick(("internet",), "Returned")),
        _quietly("mia", Pick(("tickets",), "Draft")),
        _quietly("mia", Pick(("tickets",), "Cancelled")),
        _quietly("anna", Pick(("cloud",), "Paid")),
        _quietly("anna", Write("paper", "comment", "20000")),
        _quietly("anna", Pick(("paper",), "Part-paid")),
        _quietly("mia", Answer("stand", "invoice")),
    ),
)
"""What `sheetflow local --demo` plays on an empty registry: afterwards there is one in every status,
and one that came by the form with its invoice."""

ENDS = {
    "cloud": "Paid", "paper": "Part-paid", "phones": "Rejected", "wagons": "Approved", "tickets": "Cancelled",
    "internet": "Returned", "haulage": "Submitted", "loader": "Submitted", "gas": "Draft",
    "stand": "Submitted",
}  # fmt: skip
"""Where each request of the showcase ends."""

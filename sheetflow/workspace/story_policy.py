"""The chapter about the approval policy: large sums take two people."""

from __future__ import annotations

from sheetflow.workspace.story import Chapter, Decide, Fill, Govern, Pick, Step, Told

LARGE = Govern(Told("large", "крупные"), "500000", ("approver", "director"))
"""From half a million on the head approves first, then the director."""

POLICY = Chapter(
    Told("Large sums take two people", "Крупные суммы согласуют двое"),
    (
        Step(
            "ivan",
            Told(
                "writes a rule into the approval policy: from 500,000 RUB an approver, then the director",
                "пишет правило согласования: от 500 000 ₽ сначала согласующий, потом директор",
            ),
            LARGE,
        ),
        Step(
            "max",
            Told("pastes a large request", "вставляет крупную заявку"),
            Fill("loader"),
            confirmed="Draft",
        ),
        Step(
            "max",
            Told("sends it: only the head is asked", "отправляет её: спрашивают только руководителя"),
            Pick(("loader",), "Submitted"),
            confirmed="Submitted",
            mails=("olga",),
        ),
        Step(
            "dora",
            Told("tries to be first, in the sheet", "пробует решить первой, прямо в таблице"),
            Pick(("loader",), "Approved"),
            confirmed="Submitted",
            put_back=("status", "asked-by-policy"),
            mails=("dora",),
        ),
        Step(
            "olga",
            Told(
                "approves it from her mail: it stays submitted, and the director is asked",
                "согласует её из письма: заявка остаётся на согласовании, теперь спрашивают директора",
            ),
            Decide("loader", "approve"),
            confirmed="Submitted",
            mails=("dora",),
            checks=True,
        ),
        Step(
            "dora",
            Told("approves it too", "тоже согласует её"),
            Decide("loader", "approve"),
            confirmed="Approved",
            mails=("max", "anna", "ada"),
        ),
    ),
)

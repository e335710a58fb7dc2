"""The first chapters: from the form to the contractor, with the papers; then what the book of them knows."""

from __future__ import annotations

from sheetflow.workspace.story import (
    Answer,
    Chapter,
    Decide,
    Fill,
    HandIn,
    Open,
    Pick,
    Review,
    Step,
    Told,
    Write,
)
from sheetflow.workspace.story_requests import SWINDLER

_MAIL = "office@expostroy.example"
"""The contractor's."""
_BY_CODE = (
    "contractor", "details", "inn", "kpp", "bik", "account", "corr_account", "purpose", "invoice_no",
    "invoice_date",
)  # fmt: skip
_BY_BOOK = ("contractor", "details", "kpp", "bik", "account", "corr_account", "purpose", "contractor_email")

FORM = Chapter(
    Told("It begins at the form, with an invoice", "Всё начинается с формы и счета"),
    (
        Step("mia", Told("opens the form", "открывает форму"), Open()),
        Step(
            "mia",
            Told(
                "says what for, how much and by when, hands in the invoice and sends it for approval at once",
                "пишет, за что, сколько и к какому сроку, прикладывает счет и сразу передает на согласование",
            ),
            Answer("stand", "invoice"),
            confirmed="Submitted",
            filled=_BY_CODE,
            filed=("invoice",),
            mails=("olga",),
            full=True,
        ),
    ),
)

FORM_PAID = Chapter(
    Told("Paid, and the contractor has the payment order", "Оплачено, и платежка уже у подрядчика"),
    (
        Step(
            "olga",
            Told(
                "opens the link in her mail and chooses “Approve” on the request page",
                "открывает ссылку из письма и нажимает «Согласовать» на странице заявки",
            ),
            Decide("stand", "approve"),
            confirmed="Approved",
            mails=("mia", "anna", "ada"),
        ),
        Step(
            "anna",
            Told(
                "pays it at the bank, puts the payment order into Drive and its link into the row",
                "платит в банке, кладет платежку на Диск и вставляет ссылку на неё в строку",
            ),
            HandIn("stand", "payment_order", "order"),
            confirmed="Approved",
            filed=("invoice", "order"),
        ),
        Step(
            "anna",
            Told("picks “Paid”", "выбирает «Оплачен»"),
            Pick(("stand",), "Paid"),
            confirmed="Paid",
            mails=("mia", _MAIL),
            full=True,
            attached="order",
        ),
        Step(
            "",
            Told("What there is about it now", "Что теперь есть по этой заявке"),
            Review("stand"),
            confirmed="Paid",
            filed=("invoice", "order"),
            written=("olga", "mia", "anna", "ada", "mia", _MAIL),
        ),
    ),
)

BOOK = Chapter(
    Told("The contractor is known from now on", "Подрядчик теперь известен"),
    (
        Step(
            "max",
            Told(
                "pastes a row for the same contractor, of whom he gives the INN alone",
                "вставляет строку с тем же подрядчиком, указав только ИНН",
            ),
            Fill("stand-again"),
            confirmed="Draft",
            filled=_BY_BOOK,
        ),
        Step(
            "max",
            Told(
                "was written by “the contractor” that their account is a new one, and types it",
                "получил от «подрядчика» письмо о новом счете и вписывает его",
            ),
            Write("stand-again", "account", SWINDLER),
            confirmed="Draft",
            warned="account-not-in-book",
        ),
        Step(
            "max",
            Told(
                "sends it: it waits, and accounting and the approver are to ring the contractor up",
                "отправляет её: она ждёт, а бухгалтерия и согласующий должны позвонить подрядчику",
            ),
            Pick(("stand-again",), "Submitted"),
            confirmed="Submitted",
            warned="details-changed",
            mails=("olga", "anna", "ada"),
            full=True,
        ),
        Step(
            "olga",
            Told("rings the contractor up, and rejects it", "звонит подрядчику и отказывает"),
            Decide(
                "stand-again",
                "reject",
                Told("I rang them: their account is the old one.", "Звонила им: счет у них прежний."),
            ),
            confirmed="Rejected",
            mails=("max",),
        ),
    ),
)

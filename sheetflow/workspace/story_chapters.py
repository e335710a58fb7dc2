"""The chapters of the demo's story, in order."""

from __future__ import annotations

from sheetflow.workspace.story import (
    Chapter,
    Decide,
    Fill,
    Grant,
    Later,
    Pick,
    Step,
    Swap,
    Told,
    Write,
)
from sheetflow.workspace.story_form import BOOK, FORM, FORM_PAID
from sheetflow.workspace.story_policy import POLICY
from sheetflow.workspace.story_requests import SWINDLER

_ASK = Chapter(
    Told("A payment is asked for", "Заявка на оплату"),
    (
        Step(
            "mia",
            Told(
                "types a request into a free row, cell by cell",
                "заполняет свободную строку, ячейка за ячейкой",
            ),
            Fill("cloud", typed=True),
            confirmed="Draft",
        ),
        Step(
            "mia",
            Told("picks the status “Submitted”", "выбирает статус «На согласовании»"),
            Pick(("cloud",), "Submitted"),
            confirmed="Submitted",
            mails=("olga",),
            full=True,
        ),
    ),
)
_BARRED = Chapter(
    Told("Who may not approve, cannot", "Кому нельзя, тот не согласует"),
    (
        Step(
            "mia",
            Told("picks “Approved” on her own request", "выбирает «Согласован к оплате» в своей же заявке"),
            Pick(("cloud",), "Approved"),
            confirmed="Submitted",
            put_back=("status", "right-role"),
            mails=("mia",),
        ),
        Step(
            "anna",
            Told("of accounting approves it", "из бухгалтерии согласует её"),
            Pick(("cloud",), "Approved"),
            confirmed="Submitted",
            put_back=("status", "right-role"),
            mails=("anna",),
            full=True,
        ),
        Step(
            "eve@elsewhere.example",
            Told("from elsewhere tries to approve it", "со стороны пробует согласовать её"),
            Pick(("cloud",), "Approved"),
            confirmed="Submitted",
            barred=True,
        ),
    ),
)
_APPROVE = Chapter(
    Told("The approver decides from the mail", "Согласующий решает прямо из письма"),
    (
        Step(
            "olga",
            Told(
                "opens the link in her mail and chooses “Approve” on the request page",
                "открывает ссылку из письма и нажимает «Согласовать» на странице заявки",
            ),
            Decide("cloud", "approve"),
            confirmed="Approved",
            mails=("mia", "anna", "ada"),
        ),
    ),
)
_KEPT = Chapter(
    Told("What was approved stays what was approved", "Согласовано — значит, именно это и согласовано"),
    (
        Step(
            "max",
            Told(
                "runs a script that writes another account into the row, past every trigger",
                "запускает скрипт, который пишет в строку другой счет мимо всех триггеров",
            ),
            Swap("cloud", "account", SWINDLER),
            confirmed="",
        ),
        Step(
            "",
            Told("A minute later the schedule runs", "Через минуту срабатывает расписание"),
            Later("PT1M", "cloud"),
            confirmed="Approved",
            put_back=("account", "unexplained-change"),
        ),
        Step(
            "max",
            Told("types that account by hand", "вписывает тот же счет руками"),
            Write("cloud", "account", SWINDLER),
            confirmed="Approved",
            put_back=("account", "fields-change-in-draft"),
            mails=("max",),
            full=True,
        ),
    ),
)
_PAY = Chapter(
    Told("Paid, and everybody is told", "Оплачено, и все об этом знают"),
    (
        Step("", Told("The next morning", "На следующее утро"), Later("PT20H")),
        Step(
            "anna",
            Told("pays it at the bank and picks “Paid”", "платит в банке и выбирает «Оплачен»"),
            Pick(("cloud",), "Paid"),
            confirmed="Paid",
            mails=("mia", "billing@yandex.example"),
            full=True,
        ),
    ),
)
_REWORK = Chapter(
    Told("Returned for rework, corrected, paid in part", "Доработка, исправление и оплата частями"),
    (
        Step(
            "max", Told("pastes a whole row", "вставляет сразу всю строку"), Fill("paper"), confirmed="Draft"
        ),
        Step(
            "max",
            Told("sends it", "отправляет её"),
            Pick(("paper",), "Submitted"),
            confirmed="Submitted",
            mails=("olga",),
        ),
        Step(
            "olga",
            Told(
                "returns it from the request page, with a comment",
                "возвращает её со страницы заявки с комментарием",
            ),
            Decide(
                "paper",
                "return",
                Told("Which invoice is it? Its number is missing.", "По какому счету? Не указан номер."),
            ),
            confirmed="Returned",
            mails=("max",),
            full=True,
        ),
        Step(
            "max",
            Told("adds the number of the invoice", "дописывает номер счета"),
            Write("paper", "invoice_no", Told("K-88120", "К-88120")),
            confirmed="Returned",
        ),
        Step(
            "max",
            Told("sends it again", "отправляет её снова"),
            Pick(("paper",), "Submitted"),
            confirmed="Submitted",
            mails=("olga",),
        ),
        Step(
            "olga",
            Told("approves it from the newer mail", "согласует её из нового письма"),
            Decide("paper", "approve"),
            confirmed="Approved",
            mails=("max", "anna", "ada"),
        ),
        Step(
            "ada",
            Told("writes in Comment what was paid so far", "пишет в комментарии, сколько уже уплачено"),
            Write("paper", "comment", "20000"),
            confirmed="Approved",
        ),
        Step(
            "ada",
            Told("then picks “Part-paid”", "затем выбирает «Оплачен частично»"),
            Pick(("paper",), "Part-paid"),
            confirmed="Part-paid",
            mails=("max", "order@komus.example"),
        ),
    ),
)
_REJECT = Chapter(
    Told("Rejected in the sheet, with a reason", "Отказ прямо в таблице, с причиной"),
    (
        Step("mia", Told("pastes a row", "вставляет строку"), Fill("phones"), confirmed="Draft"),
        Step(
            "mia",
            Told("sends it", "отправляет её"),
            Pick(("phones",), "Submitted"),
            confirmed="Submitted",
            mails=("olga",),
        ),
        Step(
            "olga",
            Told(
                "picks “Rejected” without a word: it waits for the reason",
                "выбирает «Отказано» без единого слова: отказ ждет причины",
            ),
            Pick(("phones",), "Rejected"),
            confirmed="Submitted",
            checks=True,
        ),
        Step(
            "olga",
            Told("writes the reason in Comment", "пишет причину в комментарии"),
            Write(
                "phones",
                "comment",
                Told("The old ones are a year old. Not this year.", "Старым всего год. Не в этом году."),
            ),
            confirmed="Rejected",
            mails=("mia",),
            full=True,
        ),
    ),
)
_OWN = Chapter(
    Told("Nobody approves their own request", "Свою заявку не согласует никто"),
    (
        Step(
            "ivan",
            Told(
                "makes Olga a manager too, on the People tab",
                "делает Ольгу ещё и менеджером на вкладке сотрудников",
            ),
            Grant("olga", ("approver", "manager")),
        ),
        Step(
            "olga",
            Told("pastes a request of her own", "вставляет свою заявку"),
            Fill("wagons"),
            confirmed="Draft",
        ),
        Step(
            "olga",
            Told("sends it: the director is asked, not she", "отправляет её: спрашивают директора, а не её"),
            Pick(("wagons",), "Submitted"),
            confirmed="Submitted",
            mails=("dora",),
        ),
        Step(
            "olga",
            Told("approves it all the same", "всё же согласует её сама"),
            Pick(("wagons",), "Approved"),
            confirmed="Submitted",
            put_back=("status", "no-self-approval"),
            mails=("olga",),
            full=True,
        ),
        Step(
            "dora",
            Told("approves it from her mail", "согласует её из своего письма"),
            Decide("wagons", "approve"),
            confirmed="Approved",
            mails=("olga", "anna", "ada"),
        ),
    ),
)
_GIVEN_UP = Chapter(
    Told("Withdrawn and given up; held with words", "Отозвана и отменена; задержана с объяснением"),
    (
        Step("max", Told("pastes a row", "вставляет строку"), Fill("tickets"), confirmed="Draft"),
        Step(
            "max",
            Told("sends it", "отправляет её"),
            Pick(("tickets",), "Submitted"),
            confirmed="Submitted",
            mails=("olga",),
        ),
        Step(
            "max",
            Told("withdraws it: picks “Draft”", "отзывает её: выбирает «Черновик»"),
            Pick(("tickets",), "Draft"),
            confirmed="Draft",
        ),
        Step(
            "max",
            Told("then cancels it", "затем отменяет её"),
            Pick(("tickets",), "Cancelled"),
            confirmed="Cancelled",
        ),
        Step(
            "mia",
            Told("pastes a row; one digit of the INN is wrong", "вставляет строку; в ИНН одна цифра неверна"),
            Fill("gas"),
            confirmed="Draft",
        ),
        Step(
            "mia",
            Told("tries to send it", "пробует отправить её"),
            Pick(("gas",), "Submitted"),
            confirmed="Draft",
            put_back=("status", "valid-fields"),
            mails=("mia",),
            checks=True,
        ),
    ),
)

STORY = (
    FORM, FORM_PAID, BOOK, _ASK, _BARRED, _APPROVE, _KEPT, _PAY, _REWORK, _REJECT, _OWN, POLICY, _GIVEN_UP,
)  # fmt: skip
"""What `sheetflow demo` plays."""

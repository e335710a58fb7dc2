"""The demo's own words around the story, in both languages."""

from __future__ import annotations

from sheetflow.workspace.story import Told

_WORDS = {
    "barred": Told("Google does not let it through: {}", "Google не пропускает: {}"),
    "page_offers": Told("the page offers: {}", "страница предлагает: {}"),
    "page_says": Told("the page says: {}", "страница отвечает: {}"),
    "row": Told("{}: Status “{}”, Confirmed “{}”", "{}: статус «{}», подтверждено «{}»"),
    "row_blank": Told(
        "{}: Status “{}”, Confirmed blank at once", "{}: статус «{}», «Подтверждено» сразу пусто"
    ),
    "put_back": Told("put back, with a note at {}: {}", "возвращено, с примечанием у «{}»: {}"),
    "mail": Told("mail to {}: {}", "письмо для {}: {}"),
    "form_asks": Told("the form “{}” asks: {}", "форма «{}» спрашивает: {}"),
    "answers": Told("given: {}", "указано: {}"),
    "hands_in": Told("handed in: {}, {} bytes", "приложено: {}, байт: {}"),
    "code": Told("its QR code: {}", "его QR-код: {}"),
    "form_says": Told("the form says: {}", "форма отвечает: {}"),
    "filled": Told("filled in: {}", "заполнено: {}"),
    "noted": Told("with a note at each: {}", "с примечанием у каждой ячейки: {}"),
    "folder": Told("Drive, {}:", "Диск, {}:"),
    "file": Told("{}, {} bytes, {}", "{}, байт: {}, {}"),
    "recorded": Told("History, event {} {}: {}, SHA-256 {}", "История, событие {} {}: {}, SHA-256 {}"),
    "attached": Told(
        "attached: {}, {} bytes; an answer goes to {}", "приложено: {}, байт: {}; ответ получит {}"
    ),
    "written": Told("Mails about {}: {}", "Писем по {}: {}"),
    "csv": Told("Requests from {}", "Заявки из {}"),
    "typed": Told("typed by {}: {}", "вводит {}: {}"),
    "sent": Told("sent by {}: {}", "отправляет {}: {}"),
    "result": Told("What became of them", "Что с ними стало"),
    "request": Told("Request", "Заявка"),
    "subject": Told("What for", "За что платим"),
    "ended": Told("Ended as", "Итог"),
    "as_expected": Told(
        "{} requests, each ended as the file expects", "заявок: {}, исход каждой — как ожидает файл"
    ),
    "differs": Told("{}: expected {}, but it ended as {} ({})", "{}: ожидалось {}, а вышло {} ({})"),
    "unexpecting": Told("{} requests: {} sent, {} held", "заявок: {}, отправлено {}, задержано {}"),
    "summary": Told("What it took", "Чего это стоило"),
    "counts": Told("API calls: {}; mails sent: {}; events: {}", "вызовов API: {}; писем: {}; событий: {}"),
    "verified": Told("history verified: {} events, head {}", "история проверена: событий {}, голова {}"),
    "filling": Told("The registry is being filled…", "Реестр заполняется…"),
    "place": Told("A fresh workspace at {}", "Новое рабочее место: {}"),
}


class Frame:
    """The words in one language: `frame.mail("mia@…", "Approved")`."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, key: str, *facts: object) -> str:
        """One sentence, filled."""
        return _WORDS[key][self.language].format(*facts)

    def barred(self, reason: str) -> str:
        """Google's own refusal."""
        return self.say("barred", reason)

    def page_offers(self, acts: str) -> str:
        """What may be chosen on the request page."""
        return self.say("page_offers", acts)

    def page_says(self, text: str) -> str:
        """The request page's answer."""
        return self.say("page_says", text)

    def row(self, request: str, status: str, confirmed: str) -> str:
        """What the Registry shows."""
        if not confirmed:
            return self.say("row_blank", request, status)
        return self.say("row", request, status, confirmed)

    def put_back(self, column: str, note: str) -> str:
        """A refusal and its note."""
        return self.say("put_back", column, " ".join(note.split()))

    def mail(self, to: str, subject: str) -> str:
        """A mail's head."""
        return self.say("mail", to, subject)

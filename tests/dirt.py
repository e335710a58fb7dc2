"""A registry as people really keep one in Excel, and what is right for each of its rows.

Deterministic: the same seed gives the same workbook. `Dirty.truth` knows of every row whether it is a request
(and which), whether it cannot be imported (and why), or is none.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from stdnum.ru import inn as inn_rules

from sheetflow.model import dates
from sheetflow.model.cells import Cell

HEADERS = {
    "ru": [
        "№ п/п", "№ заявки", "Статус", "Контрагент", "ИНН", "КПП", "БИК", "Р/с", "Назначение платежа",
        "Сумма, руб.", "Валюта", "Срок оплаты", "№ счёта", "Дата счета", "Инициатор", "Примечание",
    ],
    "en": [
        "Row no.", "Request No.", "Status", "Supplier", "Tax ID", "KPP", "BIC", "Account number",
        "Purpose of payment", "Amount", "Ccy", "Due date", "Invoice number", "Invoice date", "Requested by",
        "Remarks",
    ],
}  # fmt: skip
(NO, OLD, STATUS, NAME, INN, KPP, BIK, ACCOUNT, PURPOSE, AMOUNT, CURRENCY, DUE, INVOICE, DATED, WHO, NOTE) = (
    range(1, 17)
)
GROUP = {"ru": "Реквизиты получателя", "en": "Payee details"}
TITLES = {"ru": "Реестр платежей ООО «Фирма» на 2026 год", "en": "Payments of Firm Ltd in 2026"}
TOTALS = {"ru": ("Итого", "Итого за месяц:", "ВСЕГО"), "en": ("Total", "Subtotal:", "Grand total")}
SECTIONS = {"ru": "Февраль 2026", "en": "February 2026"}
WORDS: dict[str, dict[str, list[str | None]]] = {
    "ru": {
        "Paid": ["Оплачено", "оплачен", "опл.", "ОПЛАЧЕНО "],
        "Draft": ["в работе", "Черновик", "новая", "согл.", "На согласовании", None],
        "Rejected": ["отказ", "Отклонено"], "Cancelled": ["отменено", "Аннулировано"],
    },
    "en": {
        "Paid": ["Paid", "paid.", "Settled"],
        "Draft": ["open", "Draft", "approved", "pending approval", None],
        "Rejected": ["Rejected", "declined"], "Cancelled": ["Cancelled", "void"],
    },
}  # fmt: skip
PEOPLE = {
    "ru": [
        ("Мария Лугова", "mia"),
        ("Мельников М.", "max"),
        ("mia@firm.example", "mia"),
        ("Петров П.П.", ""),
    ],
    "en": [("Mia Meadows", "mia"), ("Mills M.", "max"), ("mia@firm.example", "mia"), ("P. Peters", "")],
}
MONTHS = {
    "ru": "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}
BANK = "044525225"
FIRST_ROW = 6


@dataclass
class Truth:
    """What is right for a row. `outcome`: import, refused or skipped; `code`: why, where it is no request."""

    outcome: str
    code: str = ""
    status: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)
    requester: str = ""
    notes: tuple[str, ...] = ()


def inn_of(number: int, *, person: bool = False, zero: bool = False) -> str:
    """A valid INN; `zero`: one that begins with 0."""
    body = f"{number + 274_051_580:0{10 if person else 9}d}"
    body = ("02" if zero else "77") + body[2:]
    return (
        body + str(inn_rules.calc_company_check_digit(body))
        if not person
        else body + str(inn_rules.calc_personal_check_digits(body))
    )


def account_of(number: int) -> str:
    """An account whose key fits `BANK`."""
    for digit in "0123456789":
        account = f"40702810{digit}{number:011d}"
        digits = BANK[6:] + account
        if sum(int(d) * weight % 10 for d, weight in zip(digits, (7, 1, 3) * 8, strict=False)) % 10 == 0:
            return account
    raise AssertionError(number)


class Dirty:
    """The workbook, row by row."""

    def __init__(self, language: str, rows: int, seed: int = 7, start: int = 0) -> None:
        self.language, self.random = language, random.Random(seed)
        self.book = Workbook()
        sheet = self.book.active
        assert isinstance(sheet, Worksheet)
        self.sheet = sheet
        self.truth: dict[int, Truth] = {}
        self.results: dict[str, str] = {}
        self.cached: dict[str, str] = {}
        self.blank = 0
        self.at, self.count = FIRST_ROW, start
        self._last_plain: list[Any] = []
        self._titles()
        kinds = self._kinds()
        names, weights = [kind for kind, _ in kinds], [weight for _, weight in kinds]
        while self.at < FIRST_ROW + rows:
            self.random.choices(names, weights)[0]()

    def save(self, path: Path) -> Path:
        """Write it, with the values that a spreadsheet program keeps for formulas."""
        plain = io.BytesIO()
        self.book.save(plain)
        with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                data = source.read(name)
                if name == "xl/worksheets/sheet1.xml":
                    data = self._with_values(data.decode()).encode()
                target.writestr(name, data)
        return path

    def _with_values(self, xml: str) -> str:
        def value(found: re.Match[str]) -> str:
            return f"{found[1]}<v>{self.cached[found[2]]}</v></c>" if found[2] in self.cached else found[0]

        return re.sub(r'(<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f>)<v ?/?>(?:</v>)?</c>', value, xml)

    # --- above the rows

    def _titles(self) -> None:
        sheet, headers = self.sheet, HEADERS[self.language]
        sheet["A1"] = TITLES[self.language]
        sheet.merge_cells("A1:P1")
        sheet["A2"] = "v. 3 (final)"
        for place, title in enumerate(headers, start=1):
            grouped = INN <= place <= ACCOUNT
            sheet.cell(5 if grouped else 4, place, title)
            if not grouped:
                sheet.merge_cells(start_row=4, end_row=5, start_column=place, end_column=place)
        sheet.cell(4, INN, GROUP[self.language])
        sheet.merge_cells(start_row=4, end_row=4, start_column=INN, end_column=ACCOUNT)

    # --- kinds of rows

    def _kinds(self) -> list[tuple[Callable[[], None], int]]:
        return [
            (self.good, 40), (self.blank_row, 2), (self.total, 2), (self.section, 1), (self.numbers, 1),
            (self.merged_contractor, 3), (self.merged_amount, 1), (self.tall, 1), (self.duplicate, 2),
            *((partial(self.bad, change, code), 1) for change, code in self._faults()),
        ]  # fmt: skip

    def good(self, **fixed: Any) -> None:
        """A row that is right, however it is written."""
        cells, truth = self._request()
        self._put(cells | {int(key[1:]): value for key, value in fixed.items()}, truth)
        if truth.cells.get("invoice_no"):
            self._last_plain = [dict(cells), self.at - 1]

    def blank_row(self) -> None:
        """Nothing, or spaces."""
        if self.random.random() < 0.5:
            self.sheet.cell(self.at, NOTE, "  \u00a0")
        self.blank += 1
        self.at += 1

    def total(self) -> None:
        """A sum of what stands above."""
        self.sheet.cell(self.at, self.random.choice([NO, NAME]), self.random.choice(TOTALS[self.language]))
        self.sheet.cell(self.at, AMOUNT, 123456.78)
        self._is(Truth("skipped", "total-row"))

    def section(self) -> None:
        """A heading over all columns."""
        self.sheet.cell(self.at, 1, SECTIONS[self.language])
        self.sheet.merge_cells(start_row=self.at, end_row=self.at, start_column=1, end_column=16)
        self._is(Truth("skipped", "heading"))

    def numbers(self) -> None:
        """The numbers of the columns."""
        for place in range(1, 17):
            self.sheet.cell(self.at, place, place)
        self._is(Truth("skipped", "column-numbers"))

    def merged_contractor(self) -> None:
        """One payee for several rows."""
        first, rows = self.at, self.random.randint(2, 4)
        payee, known = self._request()
        for n in range(rows):
            cells, truth = self._request()
            for place, key in ((NAME, "contractor"), (INN, "inn")):
                cells[place] = payee[place] if n == 0 else None
                truth.cells[key] = known.cells[key]
            truth.notes = (*(note for note in truth.notes if not note.startswith("inn")),
                           *(note for note in known.notes if note.startswith("inn")))  # fmt: skip
            self._put(cells, truth)
        for place in (NAME, INN):
            self.sheet.merge_cells(
                start_row=first, end_row=first + rows - 1, start_column=place, end_column=place
            )

    def merged_amount(self) -> None:
        """One amount for two rows: nobody can say what each is."""
        first = self.at
        for n in range(2):
            cells, _ = self._request()
            if n:
                cells[AMOUNT] = None
            self._put(cells, Truth("refused", "amount-merged"))
        self.sheet.merge_cells(start_row=first, end_row=first + 1, start_column=AMOUNT, end_column=AMOUNT)

    def tall(self) -> None:
        """One request over two rows of the sheet."""
        first = self.at
        cells, truth = self._request()
        self._put(cells, truth)
        for place in range(1, 17):
            self.sheet.merge_cells(start_row=first, end_row=first + 1, start_column=place, end_column=place)
        self.blank += 1
        self.at += 1

    def duplicate(self) -> None:
        """The last good row once more."""
        if self._last_plain:
            self._put(self._last_plain[0], Truth("refused", "duplicate-row"))

    def bad(self, change: dict[int, Any], code: str) -> None:
        """A row with one thing wrong."""
        cells, truth = self._request()
        if code in ("part-paid", "status-unknown") or truth.status == "Draft" or STATUS not in change:
            self._put(cells | change, Truth("refused", code))

    def _faults(self) -> list[tuple[dict[int, Any], str]]:
        status = {"ru": ("частично", "ждем Васю"), "en": ("partly paid", "ask Bob")}[self.language]
        return [
            ({ACCOUNT: 4.07028104e19}, "account-lost-digits"),
            ({ACCOUNT: "4,07028E+19"}, "account-lost-digits"),
            ({ACCOUNT: 40702810400000000001}, "account-lost-digits"),
            ({ACCOUNT: "40702810400000000002"}, "account-key"),
            ({ACCOUNT: "4070281040000000000"}, "account-length"),
            ({ACCOUNT: "40702810400000000000", BIK: None}, "account-zeros-at-end"),
            ({INN: "7707083894"}, "inn-check-digit"),
            ({INN: "770708389"}, "inn-length"),
            ({BIK: "0445"}, "bik-length"),
            ({KPP: "77360100"}, "kpp-format"),
            ({AMOUNT: "1,234"}, "amount-ambiguous"),
            ({AMOUNT: -500}, "amount-not-positive"),
            ({AMOUNT: "по счету"}, "amount-not-a-number"),
            ({AMOUNT: 10.005}, "amount-too-precise"),
            ({AMOUNT: "$100", CURRENCY: "EUR"}, "amount-other-currency"),
            ({AMOUNT: "=A1/0"}, "formula-without-value"),
            ({AMOUNT: "#REF!"}, "cell-error"),
            ({CURRENCY: "фантики"}, "currency-unknown"),
            ({DUE: "03/04/2026"}, "date-ambiguous"),
            ({DUE: "31.02.2026"}, "date-impossible"),
            ({DUE: "скоро"}, "date-not-a-date"),
            ({DATED: "01.02.1926"}, "date-out-of-range"),
            ({INVOICE: datetime(2026, 2, 1)}, "became-a-date"),
            ({STATUS: status[0]}, "part-paid"),
            ({STATUS: status[1]}, "status-unknown"),
            ({PURPOSE: "x" * 2001}, "text-too-long"),
        ]

    # --- one request

    def _request(self) -> tuple[dict[int, Any], Truth]:
        """The cells of a good row, dirty as they come, and what they say."""
        self.count += 1
        pick, n = self.random.choice, self.count
        status = pick(["Paid", "Paid", "Paid", "Draft", "Draft", "Rejected", "Cancelled"])
        word = pick(WORDS[self.language][status])
        inn, inn_cell, inn_note = self._inn(n)
        amount, amount_cell = self._amount(n)
        due, due_cell = self._date(date(2026, 1, 1) + timedelta(days=n % 350))
        dated, dated_cell = self._date(date(2025, 12, 1) + timedelta(days=n % 300))
        who, login = pick(PEOPLE[self.language])
        account = account_of(n)
        name = f"ООО «Ромашка {n % 97}»"
        cells: dict[int, Any] = {
            NO: n, OLD: f"З-{n:05d}", STATUS: word, NAME: pick([name, f"{name}  ", f"\u00a0{name}"]),
            INN: inn_cell,
            KPP: pick(["773601001", 773601001]), BIK: pick([BANK, 44525225, "044525225 "]),
            ACCOUNT: pick([account, f"{account[:5]} {account[5:8]} {account[8:]}", account + "\u00a0"]),
            PURPOSE: f"Оплата по счету {n}", AMOUNT: amount_cell,
            CURRENCY: pick(["RUB", "руб.", "р.", "RUR"]), DUE: due_cell,
            INVOICE: pick([f"A-{n}", n + 10_000]), DATED: dated_cell, WHO: who, NOTE: pick([None, "срочно "]),
        }  # fmt: skip
        truth = Truth("import", "", status, {
            "contractor": name, "inn": inn, "kpp": "773601001", "bik": BANK, "account": account,
            "purpose": f"Оплата по счету {n}", "amount": amount, "currency": "RUB", "pay_by": due,
            "invoice_date": dated, "invoice_no": str(cells[INVOICE]),
        }, f"{login}@firm.example" if login else "")  # fmt: skip
        if cells[NOTE]:
            truth.cells["comment"] = "срочно"
        notes = [inn_note] if inn_note else []
        if cells[BIK] == 44525225:
            notes.append("bik-padded")
        if not login:
            notes.append("requester-unknown")
        if login == "max":
            notes.append("requester-taken-for")
        if word in ("согл.", "На согласовании", "approved", "pending approval"):
            notes.append("became-draft")
        truth.notes = tuple(notes)
        return cells, truth

    def _inn(self, n: int) -> tuple[str, Any, str]:
        match n % 6:
            case 0:
                inn = inn_of(n * 7919, zero=True)
                return inn, int(inn), "inn-padded"  # a number has lost the zero
            case 1:
                inn = inn_of(n * 7919, person=True, zero=True)
                return inn, inn[1:], "inn-padded"
            case 2:
                inn = inn_of(n * 7919)
                return inn, f" {inn}\u00a0", ""
            case 3:
                inn = inn_of(n * 7919)
                return inn, int(inn), ""
            case _:
                inn = inn_of(n * 7919, person=n % 2 == 0)
                return inn, inn, ""

    def _amount(self, n: int) -> tuple[float, Any]:
        whole, cents = 1000 + n, n % 100
        amount = round(whole + cents / 100, 2)
        grouped = f"{whole:,}"
        match self.random.randrange(8):
            case 0:
                return amount, f"{grouped.replace(',', ' ')},{cents:02d} р."
            case 1:
                return amount, f"{grouped.replace(',', '.')},{cents:02d}"
            case 2:
                return amount, f"{grouped.replace(',', chr(39))}.{cents:02d}"
            case 3:
                return amount, f"{grouped.replace(',', chr(160))},{cents:02d} руб."
            case 4:
                return amount, amount + 1e-12  # what calculation leaves
            case 5:
                formula = f"={whole}+{cents}/100"
                self.results[formula] = repr(amount)
                return amount, formula
            case _:
                return amount, amount

    def _date(self, day: date) -> tuple[int, Any]:
        serial = dates.to_serial(day)
        month = MONTHS[self.language].split()[day.month - 1]
        return serial, self.random.choice(
            [
                day.strftime("%d.%m.%Y"), f"{day.day} {month} {day.year}", serial,
                datetime(day.year, day.month, day.day), f"{day:%d.%m.%Y} г.",
                datetime(day.year, day.month, day.day, 15, 30), day.isoformat() + " ",
            ]
        )  # fmt: skip

    def _put(self, cells: dict[int, Any], truth: Truth) -> None:
        for place, value in cells.items():
            if value is not None:
                self.sheet.cell(self.at, place, value)
        amount = self.sheet.cell(self.at, AMOUNT)
        if amount.value in self.results:
            self.cached[amount.coordinate] = self.results[str(amount.value)]
        self._is(truth)

    def _is(self, truth: Truth) -> None:
        self.truth[self.at] = truth
        self.at += 1

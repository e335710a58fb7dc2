"""A payment order on paper: the Bank of Russia's form 0401060, as a PDF.

Decided here: where each numbered field stands on the sheet, how texts are broken into lines and made smaller
until they fit, and that nothing is left out. Not decided: what the order says (`orders`), and whether the
bank carried it out: the sheet has no mark of the bank, `debited` alone is taken from its statement.

In: an `orders.PaymentOrder`. Out: PDF bytes, the same for the same order. The form is that of the Bank of
Russia's rule No 762-P, appendices 1-3; a field's number stands beside its place in the code.

The library that draws and the font (PT Sans, ParaType, OFL) come with the extra `orders` and are loaded with
the first sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from io import BytesIO
from typing import TYPE_CHECKING

from sheetflow.banking.amount_words import in_words
from sheetflow.banking.orders import Party, PaymentOrder

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_FONT = "SheetflowPTSans"
_MM = 72 / 25.4
_PAGE = (210, 297)
_LEFT, _RIGHT, _TOP = 20.0, 200.0, 287.0
_SIZE, _SMALLEST, _LABEL = 9.5, 5.0, 8.0
"""Points: of what is filled in, of what has to be squeezed, of the form's own words."""
_LINE = 1.18
"""A line's height, in sizes of its letters."""
_PAD = 1.0


def draw(order: PaymentOrder, debited: date | None = None) -> bytes:
    """The order as a PDF of one page.

    Args:
        order: one that `orders.check_order` has nothing against.
        debited: the day on which the payer's bank took the money, field 71.

    Raises:
        ImportError: the extra `orders` is not installed.

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> one = Party("АО Луч", "40602810700000000025", "049805746", "Банк", inn="7707083893")
    >>> draw(PaymentOrder("PR-1", 7, date(2026, 11, 12), Decimal(5), one, one, "За бумагу"))[:5]
    b'%PDF-'
    """
    from reportlab.pdfgen.canvas import Canvas

    _load_font()
    output = BytesIO()
    canvas = Canvas(output, pagesize=(_PAGE[0] * _MM, _PAGE[1] * _MM), invariant=1)
    canvas.setTitle(f"Платежное поручение № {order.number} от {order.date:%d.%m.%Y}")
    canvas.setSubject(order.request)
    canvas.setCreator("sheetflow")
    _head(_Sheet(canvas), order, debited)
    _parties(_Sheet(canvas), order)
    _foot(_Sheet(canvas), order)
    canvas.showPage()
    canvas.save()
    return output.getvalue()


def _load_font() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if _FONT not in pdfmetrics.getRegisteredFontNames():
        with as_file(files("fontpkg_pt_sans") / "files" / "PT_Sans-Web-Regular.ttf") as path:
            pdfmetrics.registerFont(TTFont(_FONT, str(path)))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The page in millimetres, measured from its lower left corner."""

    canvas: Canvas

    def rule(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self.canvas.setLineWidth(0.6)
        self.canvas.line(x1 * _MM, y1 * _MM, x2 * _MM, y2 * _MM)

    def box(self, left: float, bottom: float, right: float, top: float) -> None:
        self.canvas.setLineWidth(0.6)
        self.canvas.rect(left * _MM, bottom * _MM, (right - left) * _MM, (top - bottom) * _MM)

    def label(self, x: float, y: float, text: str, *, middle: bool = False, size: float = _LABEL) -> None:
        self.canvas.setFont(_FONT, size)
        (self.canvas.drawCentredString if middle else self.canvas.drawString)(x * _MM, y * _MM, text)

    def fill(
        self, left: float, bottom: float, right: float, top: float, text: str, *, middle: bool = False
    ) -> None:
        """A text from the top of a place, in letters as large as fit into it."""
        width, height = (right - left - 2 * _PAD) * _MM, (top - bottom - _PAD) * _MM
        size = _SIZE
        lines = _broken(text, width, size)
        while size > _SMALLEST and len(lines) * size * _LINE > height:
            size -= 0.25
            lines = _broken(text, width, size)
        self.canvas.setFont(_FONT, size)
        y = (top - _PAD) * _MM - size
        for line in lines:
            if middle:
                self.canvas.drawCentredString((left + right) / 2 * _MM, y, line)
            else:
                self.canvas.drawString((left + _PAD) * _MM, y, line)
            y -= size * _LINE


def _broken(text: str, width: float, size: float) -> list[str]:
    """A text in lines of a width: between words, and inside a word that is wider than a line."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    def fits(line: str) -> bool:
        return bool(stringWidth(line, _FONT, size) <= width)

    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".lstrip()
        if fits(joined):
            lines[-1] = joined
            continue
        lines.append("")
        for sign in word:
            if lines[-1] and not fits(lines[-1] + sign):
                lines.append("")
            lines[-1] += sign
    return [line for line in lines if line]


def _head(sheet: _Sheet, order: PaymentOrder, debited: date | None) -> None:
    for left, label, value in (
        (_LEFT, "Поступ. в банк плат.", ""),  # 62
        (_LEFT + 48, "Списано со сч. плат.", f"{debited:%d.%m.%Y}" if debited else ""),  # 71
    ):
        sheet.fill(left, _TOP - 8, left + 38, _TOP - 2, value, middle=True)
        sheet.rule(left, _TOP - 8, left + 38, _TOP - 8)
        sheet.label(left + 19, _TOP - 11.5, label, middle=True)
    sheet.box(_RIGHT - 20, _TOP - 8, _RIGHT, _TOP - 2)
    sheet.label(_RIGHT - 10, _TOP - 6.2, "0401060", middle=True, size=_SIZE)

    top = _TOP - 17
    sheet.label(_LEFT, top - 7, "ПЛАТЕЖНОЕ ПОРУЧЕНИЕ №", size=11)
    sheet.label(_LEFT + 54, top - 7, str(order.number), size=11)  # 3
    for left, width, label, value in (
        (_LEFT + 78, 32.0, "Дата", f"{order.date:%d.%m.%Y}"),  # 4
        (_LEFT + 118, 36.0, "Вид платежа", order.way.lower()),  # 5
    ):
        sheet.fill(left, top - 8, left + width, top - 2, value, middle=True)
        sheet.rule(left, top - 8, left + width, top - 8)
        sheet.label(left + width / 2, top - 11.5, label, middle=True)
    sheet.box(_RIGHT - 10, top - 8, _RIGHT, top - 2)
    status = order.budget.status if order.budget else ""
    sheet.fill(_RIGHT - 10, top - 8, _RIGHT, top - 2, status, middle=True)  # 101

    top -= 15
    sheet.label(_LEFT, top - 4, "Сумма")
    sheet.label(_LEFT, top - 7.5, "прописью")
    sheet.fill(_LEFT + 17, top - 14, _RIGHT, top, in_words(order.amount))  # 6
    sheet.rule(_LEFT + 17, top, _LEFT + 17, top - 14)


_TABLE = _TOP - 46
"""Where the table of the two parties begins."""
_MIDDLE, _VALUES, _SECOND = _LEFT + 100, _LEFT + 115, _LEFT + 148
"""Its columns: names on the left, labels, values, and further down a second label and value."""


def _parties(sheet: _Sheet, order: PaymentOrder) -> None:
    top = _TABLE
    payer, payee = order.payer, order.payee
    _tax_numbers(sheet, top, payer, order)  # 60, 102
    _named(sheet, top - 6, top - 26, payer.name, "Плательщик")  # 8
    _named(sheet, top - 26, top - 42, _bank(payer), "Банк плательщика")  # 10
    _named(sheet, top - 42, top - 58, _bank(payee), "Банк получателя")  # 13
    _tax_numbers(sheet, top - 58, payee, order)  # 61, 103
    _named(sheet, top - 64, top - 90, payee.name, "Получатель")  # 16

    roubles, kopecks = f"{order.amount:.2f}".split(".")
    _cells(
        sheet,
        (
            (top, top - 14, "Сумма", f"{roubles}-{kopecks}"),  # 7
            (top - 14, top - 26, "Сч. №", payer.account),  # 9
            (top - 26, top - 33, "БИК", payer.bik),  # 11
            (top - 33, top - 42, "Сч. №", payer.corr_account),  # 12
            (top - 42, top - 49, "БИК", payee.bik),  # 14
            (top - 49, top - 58, "Сч. №", payee.corr_account),  # 15
            (top - 58, top - 72, "Сч. №", payee.account),  # 17
        ),
    )
    for place, (left, left_value, right, right_value) in enumerate(
        (
            ("Вид оп.", order.operation, "Срок плат.", ""),  # 18, 19
            ("Наз. пл.", order.purpose_code, "Очер. плат.", str(order.priority)),  # 20, 21
            ("Код", order.code or ("0" if order.budget else ""), "Рез. поле", ""),  # 22, 23
        )
    ):
        upper = top - 72 - 6 * place
        for start, label_width, end, label, value in (
            (_MIDDLE, 15.0, _SECOND, left, left_value),
            (_SECOND, 17.0, _RIGHT, right, right_value),
        ):
            sheet.label(start + _PAD, upper - 4.2, label)
            sheet.fill(start + label_width, upper - 6, end, upper, value)
    for x in (_VALUES, _SECOND, _SECOND + 17):
        sheet.rule(x, top - 72, x, top - 90)
    sheet.rule(_MIDDLE, top, _MIDDLE, top - 90)
    sheet.rule(_VALUES, top, _VALUES, top - 72)
    for y in (14, 58, 72, 90):
        sheet.rule(_MIDDLE, top - y, _RIGHT, top - y)
    sheet.rule(_LEFT, top, _RIGHT, top)


def _tax_numbers(sheet: _Sheet, top: float, party: Party, order: PaymentOrder) -> None:
    half = (_LEFT + _MIDDLE) / 2
    kpp = party.kpp or ("0" if order.budget else "")
    sheet.fill(_LEFT, top - 6, half, top, f"ИНН {party.inn}")
    sheet.fill(half, top - 6, _MIDDLE, top, f"КПП {kpp}".strip())
    sheet.rule(half, top, half, top - 6)
    sheet.rule(_LEFT, top - 6, _MIDDLE, top - 6)


def _named(sheet: _Sheet, top: float, bottom: float, text: str, label: str) -> None:
    sheet.fill(_LEFT, bottom + 4, _MIDDLE, top, text)
    sheet.label(_LEFT, bottom + 1.2, label)
    sheet.rule(
        _LEFT, bottom, _RIGHT if label.startswith("Банк") or label == "Плательщик" else _MIDDLE, bottom
    )


def _bank(party: Party) -> str:
    return ", ".join(filter(None, (party.bank, party.city)))


def _cells(sheet: _Sheet, cells: Sequence[tuple[float, float, str, str]]) -> None:
    for top, bottom, label, value in cells:
        sheet.label(_MIDDLE + _PAD, top - 4.2, label)
        sheet.fill(_VALUES, bottom, _RIGHT, top, value)
        if label == "БИК":
            sheet.rule(_MIDDLE, bottom, _VALUES, bottom)


def _foot(sheet: _Sheet, order: PaymentOrder) -> None:
    top = _TABLE - 90
    budget = order.budget
    values = (
        (
            budget.kbk,
            budget.oktmo,
            budget.basis,
            budget.period,
            budget.document,
            budget.document_date,
            budget.kind,
        )
        if budget
        else ("",) * 7
    )  # 104-110
    left = _LEFT
    for width, value in zip((44.0, 28.0, 14.0, 26.0, 36.0, 22.0, 10.0), values, strict=True):
        sheet.fill(left, top - 6, left + width, top, value, middle=True)
        left += width
        if left < _RIGHT:
            sheet.rule(left, top, left, top - 6)
    sheet.rule(_LEFT, top - 6, _RIGHT, top - 6)
    sheet.fill(_LEFT, top - 30, _RIGHT, top - 6, order.purpose)  # 24
    sheet.label(_LEFT, top - 33, "Назначение платежа")
    sheet.rule(_LEFT, top - 34.5, _RIGHT, top - 34.5)
    sheet.label(_LEFT + 88, top - 39, "Подписи", middle=True)  # 44
    sheet.label(_LEFT + 152, top - 39, "Отметки банка", middle=True)  # 45
    sheet.label(_LEFT + 28, top - 52, "М.П.", middle=True)  # 43
    for y in (48, 60):
        sheet.rule(_LEFT + 62, top - y, _LEFT + 114, top - y)

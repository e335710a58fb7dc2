from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pypdfium2
from hypothesis import HealthCheck, given, settings

from sheetflow.banking.orders import Party, PaymentOrder, check_order
from sheetflow.banking.payment_order import draw
from tests.banks import ORDER, PAYER, TAX, orders

WIDE = replace(
    ORDER,
    amount=Decimal("999999999999.99"),
    payee=replace(ORDER.payee, name="Щ" * 160, bank="Ы" * 60, city="Ю" * 20),
    purpose="Ш" * 210,
)


def page(order: PaymentOrder, debited: date | None = None) -> pypdfium2.PdfTextPage:
    document = pypdfium2.PdfDocument(draw(order, debited))
    assert len(document) == 1
    return document[0].get_textpage()


def text(order: PaymentOrder, debited: date | None = None) -> str:
    """What stands on the sheet, without blanks, of which a reader of PDF may see other ones."""
    read = page(order, debited).get_text_range()
    return "".join(read.replace("\ufffe", "-").split())  # its sign for a hyphen at a line's end


def parties(order: PaymentOrder) -> list[str]:
    def of(party: Party) -> list[str]:
        return [
            party.name, party.account, party.bik, f"{party.bank}, {party.city}", party.corr_account,
            f"ИНН {party.inn}", f"КПП {party.kpp}",
        ]  # fmt: skip

    return of(order.payer) + of(order.payee)


def test_draw__every_field_stands_on_the_sheet() -> None:
    found = text(TAX, date(2026, 11, 13))
    budget = TAX.budget
    assert budget is not None
    for said in (
        "0401060", "ПЛАТЕЖНОЕ ПОРУЧЕНИЕ № 16", "12.11.2026", "электронно",
        "Двенадцать тысяч рублей 00 копеек", "12000-00", *parties(TAX), TAX.purpose, "13.11.2026", budget.kbk,
        "Вид оп.", "Срок плат.", "Наз. пл.", "Очер. плат.", "Код", "Рез. поле", "Плательщик",
        "Банк плательщика", "Банк получателя", "Получатель", "Назначение платежа", "Подписи",
        "Отметки банка", "М.П.", "Поступ. в банк плат.", "Списано со сч. плат.", "Вид платежа",
        "Сумма прописью",
    ):  # fmt: skip
        assert "".join(said.split()) in found, said


def test_draw__nothing_says_that_the_bank_took_the_money_until_it_did() -> None:
    assert "13.11.2026" not in text(ORDER)


def test_draw__the_same_order_makes_the_same_bytes() -> None:
    assert draw(ORDER) == draw(ORDER)
    assert draw(ORDER) != draw(ORDER, date(2026, 11, 13))


def test_draw__the_longest_texts_are_squeezed_and_none_leaves_its_place() -> None:
    assert check_order(WIDE) == ()
    found = page(WIDE)
    signs = found.get_text_range()
    assert [signs.count(sign) for sign in "ЩЫЮШ"] == [160, 60, 20, 210]
    boxes = [(signs[i], found.get_charbox(i)) for i in range(len(signs)) if signs[i] in "ЩЫЮШ"]
    for sign, (left, _bottom, right, top) in boxes:
        assert left > 56
        assert right < (567 if sign == "Ш" else 341)  # the sheet's edge, the middle of the table
        assert top < 842
    lowest = {name: min(box[1] for sign, box in boxes if sign == name) for name in "ЩШ"}
    assert lowest["Щ"] > 428  # the table's lower edge
    assert lowest["Ш"] > 329  # the line above the signatures


def test_draw__the_font_has_every_letter_that_a_bank_file_has() -> None:
    from reportlab.pdfbase import pdfmetrics

    draw(ORDER)
    font: Any = pdfmetrics.getFont("SheetflowPTSans")
    letters = bytes(range(0x20, 0x100)).decode("cp1251", "ignore")
    assert [sign for sign in letters if sign.isprintable() and ord(sign) not in font.face.charToGlyph] == []


@given(orders())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_draw__any_order_says_what_it_says(order: PaymentOrder) -> None:
    found = text(order)
    for said in [*parties(order)[7:], f"{order.amount:.2f}".replace(".", "-"), str(order.number)]:
        assert "".join(said.split()) in found
    assert "".join(order.purpose.split()) in found


def test_import__the_drawing_library_waits_for_the_first_sheet() -> None:
    import subprocess

    code = "import sys, sheetflow.banking.payment_order; sys.exit('reportlab' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_draw__the_payer_is_a_sole_trader() -> None:
    assert "КППИНН" not in text(replace(ORDER, payer=replace(PAYER, kpp="")))
    assert "КПП0" in text(replace(TAX, payer=replace(PAYER, kpp="")))

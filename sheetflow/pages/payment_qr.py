"""The payment QR that an accountant's bank app reads: what is still to be paid, as it was approved."""

from __future__ import annotations

from sheetflow.banking.payment_qr import LIMITS, PaymentQr, build
from sheetflow.model.cells import text_of
from sheetflow.model.dates import parse_date
from sheetflow.model.invalid import Invalid
from sheetflow.model.money import parse_amount, parse_currency
from sheetflow.model.request import Request
from sheetflow.model.requisites import is_iban


def payment_qr(request: Request) -> str:
    """The code as a picture in a data: address; "" where the payment is none that the code is made for.

    GOST R 56042-2014 knows roubles to Russian accounts. What of the request is too long for it, or cannot be
    right, makes no code: a code is paid as it is.
    """
    text = payment_text(request)
    if not text:
        return ""
    import segno

    code = segno.make(text, error="m", micro=False, encoding="utf-8")
    return str(code.svg_data_uri(scale=4, border=4, light="#fff", dark="#000", omitsize=True))


def payment_text(request: Request) -> str:
    """What the code says, "" for none. The bank's name is the first thing that Details say."""
    cell = request.cell
    bank = text_of(cell("details")).partition("\n")[0].strip()[: LIMITS["BankName"]]
    try:
        if parse_currency(text_of(cell("currency"))) != "RUB" or is_iban(text_of(cell("account"))):
            return ""
        due = parse_amount(cell("amount")) - request.paid
        dated = parse_date(cell("invoice_date")) if cell("invoice_date") else None
        return build(
            PaymentQr(
                text_of(cell("contractor")), text_of(cell("account")), bank, text_of(cell("bik")),
                text_of(cell("corr_account")), due, text_of(cell("purpose")), text_of(cell("inn")),
                text_of(cell("kpp")), text_of(cell("invoice_no"))[: LIMITS["DocNo"]], dated,
            )
        )  # fmt: skip
    except Invalid:
        return ""

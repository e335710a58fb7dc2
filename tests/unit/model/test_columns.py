from __future__ import annotations

from sheetflow.model.columns import (
    BY_KEY,
    COLUMNS,
    INPUTS,
    PAYEE,
    REQUEST_FIELDS,
    REQUIRED,
    SEALED,
    SHOWN,
    Kind,
    Writer,
)  # fmt: skip

ORDER = """
id status confirmed subject contractor amount currency pay_by details inn kpp bik account corr_account purpose
invoice_no invoice_date vat department category contractor_email invoice pay_from to_pay payment_order paid
comment checks requester approver updated history
"""


def test_columns__stand_in_the_order_of_the_sheet_once_each() -> None:
    assert [column.key for column in COLUMNS] == ORDER.split()
    assert len(BY_KEY) == len(COLUMNS)


def test_columns__what_is_needed_to_submit() -> None:
    assert " ".join(REQUIRED) == "subject contractor amount currency pay_by details inn account purpose"


def test_columns__what_an_approval_is_bound_to() -> None:
    """Confirmed's formula and every fingerprint in history hang on this order: never change it."""
    assert " ".join(SEALED) == (
        "contractor amount currency inn kpp bik account corr_account purpose vat invoice"
    )


def test_columns__payee_fields_are_sealed() -> None:
    assert set(SEALED) >= PAYEE
    assert {"contractor", "inn", "kpp", "bik", "account", "corr_account"} == PAYEE


def test_columns__each_belongs_to_one_kind_of_writer() -> None:
    assert set(INPUTS).isdisjoint(SHOWN)
    assert {"id", "status", *INPUTS, *SHOWN} == {column.key for column in COLUMNS}
    assert set(REQUEST_FIELDS) < set(INPUTS)
    assert {column.key for column in COLUMNS if column.writer is Writer.ACCOUNTANT} == {
        "pay_from", "to_pay", "payment_order",
    }  # fmt: skip


def test_columns__only_what_the_requester_fills_is_required_or_sealed() -> None:
    assert {*REQUIRED, *SEALED} <= set(REQUEST_FIELDS)
    assert BY_KEY["to_pay"].kind is Kind.CHECKBOX

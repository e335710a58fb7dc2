from __future__ import annotations

import pytest

from sheetflow.banking.own_accounts import OwnAccount, read

ACCOUNT, OTHER = "40702810800000000003", "40602810700000000025"
IBAN = "DE89370400440532013000"


@pytest.mark.parametrize(
    ("line", "account"),
    [
        (f"{ACCOUNT} | BIK 044525225 | АО «Луч»", OwnAccount(ACCOUNT, "044525225", "АО «Луч»")),
        (f"{ACCOUNT}|044525225", OwnAccount(ACCOUNT, "044525225")),
        (f"{ACCOUNT} | БИК: 44525225 | bank Sberbank", OwnAccount(ACCOUNT, "044525225", bank="Sberbank")),
        (
            "407 028 108 000 000 000 03 | Луч, ООО | 30101810400000000225 | БИК 044525225",
            OwnAccount(ACCOUNT, "044525225", "Луч, ООО", corr_account="30101810400000000225"),
        ),
        (f"{ACCOUNT} Main", OwnAccount(ACCOUNT, name="Main")),
        (
            "de89 3704 0044 0532 0130 00 | BIC COBADEFFXXX | Luch LLC",
            OwnAccount(IBAN, "COBADEFFXXX", "Luch LLC"),
        ),
        (f"{IBAN} | COBADEFF", OwnAccount(IBAN, "COBADEFF")),
    ],
)
def test_read__one_account(line: str, account: OwnAccount) -> None:
    found = read(line)
    assert (found.accounts, found.problems) == ((account,), ())
    assert found.choices == (account.choice,)
    assert found.find(account.choice) == account


@pytest.mark.parametrize("between", ["\n", "; ", ";\n", ", "])
def test_read__several_in_any_way_of_listing(between: str) -> None:
    found = read(between.join([f"{ACCOUNT} | 044525225 | A", f"{OTHER} | 049805746 | B"]))
    assert [(one.number, one.name) for one in found.accounts] == [(ACCOUNT, "A"), (OTHER, "B")]


def test_read__the_bare_list_of_before() -> None:
    found = read(f"{ACCOUNT}, {OTHER}, Cash")
    assert [one.number for one in found.accounts] == [ACCOUNT, OTHER]
    assert found.choices == (ACCOUNT, OTHER, "Cash")
    assert found.find("Cash") is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("407028108", "this one has 9"),
        (f"{ACCOUNT} | BIK 044525974", "does not fit the bank with the BIK 044525974"),
        ("DE89370400440532013001 | COBADEFF", "iban-"),
        (f"{ACCOUNT} | 044525225\n{ACCOUNT}|044525225", "twice"),
    ],
)
def test_read__what_is_wrong_is_told_with_its_line(line: str, said: str) -> None:
    (problem,) = read(line).problems
    assert said in problem
    assert problem.startswith("own_accounts: ")


def test_read__nothing() -> None:
    assert read(" ;\n, ") == read("")
    assert read("").find(ACCOUNT) is None

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetflow.model import requisites
from sheetflow.model.invalid import Invalid
from sheetflow.model.requisites import Checked

SBERBANK = "044525225"
DIGITS = st.integers(min_value=0, max_value=9)


def code_of(check: str, *cells: object) -> str:
    with pytest.raises(Invalid) as caught:
        getattr(requisites, check)(*cells)
    return caught.value.code


def with_key(account: str, prefix: str) -> str:
    """The account with its key (digit 9) set so that it fits; independent of the code under test."""
    for key in "0123456789":
        candidate = account[:8] + key + account[9:]
        total = 0
        for position, digit in enumerate(prefix + candidate):
            total += int(digit) * (7, 1, 3)[position % 3] % 10
        if total % 10 == 0:
            return candidate
    raise AssertionError(account)


@pytest.mark.parametrize(
    ("cell", "checked"),
    [
        ("7707083893", Checked("7707083893")),
        (7707083893, Checked("7707083893")),
        (7707083893.0, Checked("7707083893")),
        ("500100732259", Checked("500100732259")),
        (" 7707 083\u00a0893\n", Checked("7707083893")),
        (274051582, Checked("0274051582", padded=True)),
        ("274051582", Checked("0274051582", padded=True)),
    ],
)
def test_inn__accepts(cell: object, checked: Checked) -> None:
    assert requisites.inn(cell) == checked


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "inn-missing"),
        (None, "inn-missing"),
        ("7707083894", "inn-check-digit"),
        ("500100732258", "inn-check-digit"),
        ("500100732269", "inn-check-digit"),
        ("0000000000", "inn-zeros"),
        ("000000000000", "inn-zeros"),
        (0, "inn-zeros"),
        ("77070838", "inn-length"),
        (274051583, "inn-length"),
        ("77070838931", "inn-length"),
        ("7.70708E+09", "inn-lost-digits"),
        ("7,70708Е+09", "inn-lost-digits"),
        (7707083893.5, "inn-not-digits"),
        ("ИНН 7707083893", "inn-not-digits"),
        ("٧٧٠٧٠٨٣٨٩٣", "inn-not-digits"),
        (True, "inn-not-digits"),
        ("=A1", "inn-not-digits"),
    ],
)
def test_inn__refuses(cell: object, code: str) -> None:
    assert code_of("inn", cell) == code


@given(st.lists(DIGITS, min_size=9, max_size=9), DIGITS)
def test_inn__one_last_digit_of_ten_is_right(head: list[int], last: int) -> None:
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    right = sum(w * d for w, d in zip(weights, head, strict=True)) % 11 % 10
    number = "".join(map(str, head)) + str(last)
    try:
        accepted = requisites.inn(number).value == number
    except Invalid as problem:
        accepted = False
        assert problem.code == ("inn-zeros" if not int(number) else "inn-check-digit")  # noqa: PT017
    assert accepted == (last == right and int(number) > 0)


@pytest.mark.parametrize("cell", ["773601001", 773601001, "7736AZ001", "7736az001", "7736 01 001"])
def test_kpp__accepts(cell: object) -> None:
    assert requisites.kpp(cell).value in {"773601001", "7736AZ001"}


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "kpp-missing"),
        ("77360100", "kpp-format"),
        (10501001, "kpp-format"),
        ("7736АЯ001", "kpp-format"),
        ("A73601001", "kpp-format"),
        ("000000000", "kpp-zeros"),
    ],
)
def test_kpp__refuses(cell: object, code: str) -> None:
    assert code_of("kpp", cell) == code


def test_bik__accepts_and_pads() -> None:
    assert requisites.bik(SBERBANK) == Checked(SBERBANK)
    assert requisites.bik(44525225.0) == Checked(SBERBANK, padded=True)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "bik-missing"),
        ("4452522", "bik-length"),
        ("0445252250", "bik-length"),
        ("04452522A", "bik-not-digits"),
        ("000000000", "bik-zeros"),
        ("4.45252E+07", "bik-lost-digits"),
    ],
)
def test_bik__refuses(cell: object, code: str) -> None:
    assert code_of("bik", cell) == code


@pytest.mark.parametrize(
    ("account", "bik"),
    [
        ("40602810700000000025", "049805746"),  # the Bank of Russia's own example
        ("40602.810.7.0000.0000025", "049805746"),
        ("40602810700000000025", 49805746),
        ("03100643000000017300", "004525988"),  # the treasury's accounts do not follow the plain rule
        ("40102810545370000003", "004525988"),
        ("30101810400000000225", SBERBANK),  # the bank itself is paid
    ],
)
def test_account__accepts(account: str, bik: object) -> None:
    assert requisites.account(account, bik).value == account.replace(".", "")


@pytest.mark.parametrize(
    ("account", "bik", "code"),
    [
        ("", SBERBANK, "account-missing"),
        ("40602810700000000026", "049805746", "account-key"),
        ("40602810700000000025", "044525974", "account-key"),
        (4.07028e19, SBERBANK, "account-lost-digits"),
        (40602810700000000025, "049805746", "account-lost-digits"),
        ("4.07028E+19", SBERBANK, "account-lost-digits"),
        ("4,07028E+19", SBERBANK, "account-lost-digits"),
        (4.07028e19, "", "account-lost-digits"),
        (407028, SBERBANK, "account-length"),
        ("4060281070000000002", "049805746", "account-length"),
        ("4060281070000000002Z", "049805746", "account-characters"),
        ("40602Z10700000000025", "049805746", "account-characters"),
        ("40602А10700000000025", "049805746", "account-characters"),  # a Cyrillic А
        ("0" * 20, SBERBANK, "account-zeros"),
        ("4060281070000000002", "", "account-length"),
        ("40602810700000000025", "49805", "bik-length"),
    ],
)
def test_account__refuses(account: object, bik: object, code: str) -> None:
    assert code_of("account", account, bik) == code


def test_account__without_a_bik_is_held_to_its_form_only() -> None:
    assert requisites.account("40602810700000000026", "").value == "40602810700000000026"
    assert requisites.corr_account("30101810500000000225", " ").value == "30101810500000000225"


@pytest.mark.parametrize(("letter", "digit"), list(zip("ABCEHKMPTX", "0123456789", strict=True)))
def test_account__a_letter_in_position_6_stands_for_its_digit(letter: str, digit: str) -> None:
    plain = with_key(f"40702{digit}10000000000001", SBERBANK[6:])
    lettered = plain[:5] + letter + plain[6:]
    assert requisites.account(lettered, SBERBANK).value == lettered
    wrong = lettered[:-1] + str((int(lettered[-1]) + 1) % 10)
    assert code_of("account", wrong, SBERBANK) == "account-key"


@given(st.text("0123456789", min_size=15, max_size=15), st.text("0123456789", min_size=3, max_size=3), DIGITS)
def test_account__no_single_wrong_digit_passes(tail: str, bank: str, step: int) -> None:
    bik = "044525" + bank
    prefix = "025" if bank in {"000", "001", "002"} else bank
    right = with_key("40702" + tail, prefix)
    assert requisites.account(right, bik).value == right
    place = step + 8  # weights 7, 1 and 3 have no common factor with 10, so each changed digit is seen
    changed = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
    assert code_of("account", changed, bik) == "account-key"


@pytest.mark.parametrize(
    ("corr", "bik"),
    [
        ("30101810400000000225", SBERBANK),
        ("30101810800000000746", "049805000"),  # seen from the Bank of Russia's unit
        ("30101810800000000746", "049805746"),
        ("30101810145250000974", "044525974"),
        ("30101810200000000593", "044525593"),
        ("40102810545370000003", "004525988"),
    ],
)
def test_corr_account__accepts(corr: str, bik: str) -> None:
    assert requisites.corr_account(corr, bik).value == corr


@pytest.mark.parametrize(
    ("corr", "bik", "code"),
    [
        ("", SBERBANK, "corr-account-missing"),
        (3.01018104e19, SBERBANK, "corr-account-lost-digits"),
        ("301018104000000225", SBERBANK, "corr-account-length"),
        ("3010181040000000022X", SBERBANK, "corr-account-characters"),
        ("0" * 20, SBERBANK, "corr-account-zeros"),
        ("30101810400000000225", "044525974", "corr-account-other-bank"),
        ("30101810500000000225", SBERBANK, "corr-account-key"),
        ("30101810400000000225", "x", "bik-not-digits"),
    ],
)
def test_corr_account__refuses(corr: object, bik: object, code: str) -> None:
    assert code_of("corr_account", corr, bik) == code


def test_iban__accepts() -> None:
    assert requisites.iban("de89 3704-0044 0532 0130 00").value == "DE89370400440532013000"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "iban-missing"),
        ("DE88370400440532013000", "iban-check-digits"),
        ("DE8937040044053201300", "iban-check-digits"),
        ("ZZ89370400440532013000", "iban-check-digits"),
        ("ZZ22370400440532013000", "iban-format"),
        ("40702810400000000001", "iban-format"),
        ("DE89 3704 00", "iban-check-digits"),
    ],
)
def test_iban__refuses(cell: object, code: str) -> None:
    assert code_of("iban", cell) == code


def test_shapes__tell_the_two_kinds_of_account_apart_even_with_wrong_digits() -> None:
    assert requisites.is_russian_account("40602 810 7 00000000026")
    assert requisites.is_russian_account("40602a10700000000025")
    assert not requisites.is_russian_account("4060281070000000002")
    assert requisites.is_iban("DE88370400440532013000")
    assert not requisites.is_iban("Deutsche Bank")


def test_soft_questions__say_what_is_unusual() -> None:
    assert requisites.account_currency("40702840400000000001") == "USD"
    assert requisites.account_currency("40702A10400000000001") is None
    assert requisites.is_usual_bik("004525988")
    assert not requisites.is_usual_bik("144525225")


def test_import__is_light_until_the_first_number_is_checked() -> None:
    script = "import sys; import sheetflow.model.requisites; print(sorted(sys.modules))"
    listed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "stdnum" not in listed
    assert "'socket'" not in listed

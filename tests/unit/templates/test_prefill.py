"""Links to the form with a contractor's answers: the same by the program and by the sheet's formula."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sheetflow.app.form import LISTS, QUESTIONS, UPLOAD
from sheetflow.core.contractors import BOOK_FIELDS
from sheetflow.emulator.sheets.formulas import Engine, Formula
from sheetflow.model.columns import BY_KEY, Kind
from sheetflow.templates.prefill import PREFILLED, link_formula, mark, prefilled
from tests.unit.emulator.formulas.sheets import ListGrid

TEMPLATE = "https://docs.google.com/forms/d/e/1/viewform?usp=pp_url&" + "&".join(
    f"entry.{n}={mark(key)}" for n, key in enumerate(PREFILLED)
)


def test_prefilled__are_texts_that_both_form_and_book_have() -> None:
    assert set(PREFILLED) <= set(BOOK_FIELDS) & set(QUESTIONS) - {*LISTS, UPLOAD}
    assert all(BY_KEY[key].kind is not Kind.DATE for key in PREFILLED)


def test_mark__is_in_no_other_and_no_address_changes_it() -> None:
    marks = [mark(key) for key in PREFILLED]
    assert [(one, other) for one in marks for other in marks if one != other and one in other] == []
    assert all(set(one) <= set("abcdefghijklmnopqrstuvwxyz_.") for one in marks)


def test_prefilled__encodes_every_answer_and_blanks_what_is_missing() -> None:
    link = prefilled(TEMPLATE, {"contractor": "ООО «A & B»", "inn": "77", "details": "x=1?#"})
    asked = parse_qsl(urlsplit(link).query, keep_blank_values=True)
    told = {name: text for name, text in asked if name.startswith("entry.")}
    cells = {"contractor": "ООО «A & B»", "inn": "77", "details": "x=1?#"}
    assert told == {f"entry.{n}": cells.get(key, "") for n, key in enumerate(PREFILLED)}
    assert prefilled("", cells) == ""


def test_link_formula__gives_the_same_address_as_the_program() -> None:
    payees = [("ООО «A & B» + 1", "77"), ("", ""), ("Иванов~_-.", "")]
    rows: list[list[Any]] = [
        [None, name, *[""] * 2, inn, *[""] * 5] for name, inn in [("Contractor", "INN"), *payees]
    ]
    columns = dict.fromkeys(PREFILLED, "I") | {"contractor": "B", "inn": "E"}
    text = link_formula(columns, "Link", "Open", settings="Set's", setting="Form")
    rows[0][0] = Formula(text.replace("HYPERLINK(", "CHOOSE(1;"))  # the address itself, not what it says
    grid = ListGrid({"Book": rows, "Set's": [["Other", "x"], ["Form", TEMPLATE]]})
    values = [Engine(grid).effective(0, row, 0) for row in range(5)]
    assert values == [
        "Link",
        prefilled(TEMPLATE, {"contractor": payees[0][0], "inn": "77"}),
        None,
        prefilled(TEMPLATE, {"contractor": payees[2][0]}),
        None,
    ]

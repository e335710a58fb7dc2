"""Every rule, problem, label and setting has its words in each language, and they mention only real facts."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import sheetflow.core.rules
import sheetflow.model
from sheetflow.core.company import DEFAULTS
from sheetflow.core.rulebook import LANGUAGES, Rulebook
from sheetflow.core.rules import RULES
from sheetflow.core.tabs import HISTORY_HEADERS
from sheetflow.model.columns import COLUMNS
from sheetflow.model.events import Refusal
from sheetflow.model.people import Role
from sheetflow.workflow.payments import TABLE
from sheetflow.workflow.table import Party, Status
from tests.words import all_words

both = pytest.mark.parametrize("language", LANGUAGES)

CHECKS = {
    "required-fields", "valid-fields", "no-formulas", "hold", "reversal", "unsigned", "no-requester",
    "archived",
}  # fmt: skip
TEXT_PROBLEMS = {"text-too-long", "text-has-seal-sign", "text-has-control-characters", "is-formula"}
HELD = {
    "comment-required",
    "part-payment-has-amount",
    "unexplained-change",
    "files-first",
    "duplicate-has-reason",
}

RULE_FACTS = {
    "required-fields": {"columns"},
    "valid-fields": {"problem"},
    "comment-required": {"target"},
    "part-payment-has-amount": {"target"},
    "only-the-requester-edits": {"requester"},
    "fields-change-in-draft": {"status"},
    "known-decision": {"value"},
    "line-pays-its-payee": {"account", "went"},
    "line-fits-what-is-due": {"amount", "due"},
}
"""Facts that a rule's refusal has though its function does not state them in one literal."""

CHECK_FACTS = {
    "required-fields": {"columns"},
    "valid-fields": {"column"},
    "no-formulas": {"column"},
    "hold": {"target", "until", "wanted"},
    "reversal": {"by", "reason"},
    "unsigned": {"columns"},
    "no-requester": set(),
    "archived": {"link"},
}
PROBLEM_FACTS = {"text-too-long": {"limit"}, "date-ambiguous": {"value", "day_first", "month_first"}}
"""Facts of problems that are put together elsewhere than in the call."""


def places(text: str) -> set[str]:
    return set(re.findall(r"\{([^}]*)\}", text))


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def literal_keys(node: ast.expr | None) -> set[str]:
    return (
        {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}
        if isinstance(node, ast.Dict)
        else set()
    )


def facts_of_rule(name: str) -> set[str]:
    """The facts that a rule gives whatever it objects to; the cell's column is always among them."""
    tree = ast.parse(inspect.getsource(RULES[name]))
    always = [literal_keys(call.args[0] if call.args else None) for call in calls(tree, "Objection")]
    return (set.intersection(*always) if always else set()) | RULE_FACTS.get(name, set()) | {"column"}


def problem_codes() -> dict[str, set[str]]:
    """Every code that a cell can be refused with, and the facts it always has, read from the source."""
    found: dict[str, set[str]] = {code: set() for code in TEXT_PROBLEMS}
    built: dict[str, set[str]] = {}
    described: set[str] = set()
    folders = [Path(package.__path__[0]) for package in (sheetflow.model, sheetflow.core.rules)]
    for file in (file for folder in folders for file in sorted(folder.glob("*.py"))):
        source = file.read_text("utf-8")
        for call in calls(ast.parse(source), "Invalid"):
            keys = literal_keys(call.args[1] if len(call.args) > 1 else None)
            if isinstance(call.args[0], ast.JoinedStr):  # f"{field}-length": which fields, the docstrings say
                built[str(ast.literal_eval(call.args[0].values[-1]))] = keys
            else:
                code = str(ast.literal_eval(call.args[0]))
                found[code] = found[code] & keys if code in found else keys
        for raises in re.findall(r'Raises:.*?"""', source, re.DOTALL):
            described |= set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', raises))
    for code in described - set(found):
        found[code] = next(keys for suffix, keys in built.items() if code.endswith(suffix))
    return found


@both
@pytest.mark.parametrize("rule", RULES)
def test_rules__have_words_that_mention_only_facts_they_have(language: str, rule: str) -> None:
    entry = all_words()[language].sentences["rules"][rule]
    assert set(entry) == {"says", "todo"}
    assert places(entry["says"]) == set()
    assert places(entry["todo"]) <= facts_of_rule(rule)
    assert all(text.endswith(".") for text in entry.values())


@pytest.mark.parametrize("rule", RULES)
def test_rules__say_in_english_what_their_docstring_says(rule: str) -> None:
    docstring = inspect.getdoc(RULES[rule]) or ""
    assert all_words()["en"].sentences["rules"][rule]["says"] == docstring.splitlines()[0]


@both
def test_rules__no_words_for_rules_that_are_gone(language: str) -> None:
    assert set(all_words()[language].sentences["rules"]) == set(RULES)


@both
def test_checks__each_line_has_its_words(language: str) -> None:
    sentences = all_words()[language].sentences
    assert {key: places(text) for key, text in sentences["checks"].items()} == CHECK_FACTS
    assert set(CHECK_FACTS) == CHECKS
    assert set(sentences["holds"]) == HELD


@both
def test_problems__every_code_has_a_sentence_with_facts_it_has(language: str) -> None:
    codes, sentences = problem_codes(), all_words()[language].sentences["problems"]
    assert set(sentences) == set(codes)
    wrong = {
        code: places(text)
        for code, text in sentences.items()
        if not places(text) <= codes[code] | PROBLEM_FACTS.get(code, set())
    }
    assert wrong == {}


def keys_of(group: str) -> set[str]:
    return {
        "statuses": set(Status),
        "roles": {*Role, Party.REQUESTER, Party.BANK},
        "columns": {column.key for column in COLUMNS} | {"decision"},  # of the Bank tab
        "column_help": {column.key for column in COLUMNS},
        "settings": set(DEFAULTS),
        "settings_help": set(DEFAULTS),
        "acts": {transition.act for transition in TABLE.transitions} | {"comment", "confirm-details"},
        "history": set(HISTORY_HEADERS),
        "months": {str(month) for month in range(1, 13)},
    }[group]


@both
@pytest.mark.parametrize(
    "group",
    ["statuses", "roles", "columns", "column_help", "settings", "settings_help", "acts", "history", "months"],
)
def test_labels__exactly_the_keys_that_exist(language: str, group: str) -> None:
    assert set(all_words()[language].labels[group]) == keys_of(group)


@both
@pytest.mark.parametrize(
    "group", ["tabs", "columns", "statuses", "roles", "people", "settings", "acts", "history"]
)
def test_labels__no_two_keys_look_alike(language: str, group: str) -> None:
    labels = [label.strip().lower() for label in all_words()[language].labels[group].values()]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("group", ["columns", "statuses", "roles", "people", "settings"])
def test_labels__one_text_means_one_key_in_every_language(group: str) -> None:
    meanings: dict[str, set[str]] = {}
    for words in all_words().values():
        for key, label in words.labels[group].items():
            meanings.setdefault(label.strip().lower(), set()).add(key)
            meanings.setdefault(key.lower(), set()).add(key)
    assert {text: keys for text, keys in meanings.items() if len(keys) > 1} == {}


def book(language: str = "en") -> Rulebook:
    return Rulebook(language, all_words(), "sheet")


def test_rulebook__knows_headers_and_statuses_of_both_languages() -> None:
    assert book().headers["р/с"] == book().headers["account"] == "account"
    assert book().statuses["согласован к оплате"] == book().statuses["approved"] == "Approved"
    assert book("ru").status_labels["Returned"] == "На доработке"


def test_rulebook__bank_and_requester_are_no_roles_of_a_person() -> None:
    assert book().roles["бухгалтер"] == "accountant"
    assert {"bank", "банк", "requester", "автор заявки"} & set(book().roles) == set()


def refused(language: str, rule: str, column: str, facts: Mapping[str, str]) -> tuple[str, str]:
    return all_words()[language].refusal(Refusal(rule, "PR-000001", column, facts))


def test_refusal__labels_statuses_roles_and_columns() -> None:
    facts = {"status": "Submitted", "target": "Paid", "ways": "Approved, Draft"}
    _, todo = refused("ru", "lawful-transition", "status", facts)
    assert todo == (
        "Сейчас «На согласовании», и сделать «Оплачен» нельзя. "
        "Дальше возможно: Согласован к оплате, Черновик."
    )
    _, todo = refused("en", "right-role", "status", {"target": "Approved", "role": "accountant, approver"})
    assert todo == "Approved can be set only by: accountant, approver. Ask one of them."
    _, todo = refused("ru", "required-fields", "status", {"columns": "purpose, bik"})
    assert todo == "Заполните: Назначение платежа, БИК банка. Затем выберите статус еще раз."


def test_refusal__from_a_last_status_nothing_follows() -> None:
    facts = {"status": "Rejected", "target": "Approved", "ways": ""}
    _, todo = refused("en", "lawful-transition", "status", facts)
    assert todo.endswith("What can follow: nothing, this status is final; copy the request as a new one.")


def test_refusal__tells_the_problem_of_the_field() -> None:
    says, todo = refused(
        "en", "valid-fields", "inn", {"problem": "inn-length", "length": "8", "value": "77070838"}
    )
    assert says == "A field holds something that cannot be right."
    assert todo == (
        "INN: The INN has 8 digits; a company's has 10, a person's 12. Copy it from the invoice. "
        "Then pick the status again."
    )


def test_refusal__a_fact_is_never_filled_itself() -> None:
    _, todo = refused("en", "known-status", "status", {"wish": "{status} {column} {wish}", "status": "Draft"})
    assert todo == "Pick a status from the cell's list; “{status} {column} {wish}” is none of them."


@pytest.mark.parametrize(
    ("rule", "column", "facts", "line"),
    [
        ("required-fields", "", {"columns": "purpose, inn"}, "Still needed: Payment purpose, INN."),
        (
            "valid-fields",
            "amount",
            {"problem": "amount-ambiguous", "value": "1,234", "thousands": "1234", "decimals": "1.234"},
            (
                "Amount: “1,234” can be read as 1234 and as 1.234; "
                "type it without a separator between thousands."
            ),
        ),
        (
            "no-formulas",
            "subject",
            {"problem": "is-formula"},
            "What for: A formula is not allowed here; type the value itself, without “=”.",
        ),
        (
            "hold",
            "",
            {"target": "Rejected", "until": "12:40", "rule": "comment-required"},
            "Rejected waits until 12:40: add a comment with the reason, or it is put back.",
        ),
    ],
)
def test_problem__is_a_line_that_a_manager_understands(
    rule: str, column: str, facts: dict[str, Any], line: str
) -> None:
    assert all_words()["en"].problem(rule, column, facts) == line

"""What the form asks: its questions from the Registry's columns, the template's words and the settings.

Question ids are chosen here, so that an answer is known by its question's id whatever anybody renames. Only
what autofill cannot give is required; what is missing for a submit is said by Checks. Not decided here: what
becomes of an answer (`core.intake`).

No API can make an upload question (Google's reference of Forms and of Apps Script), and none but Apps Script
can send answers to a spreadsheet: `steps` says what is left to do by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sheetflow.core.rulebook import LANGUAGES, Words
from sheetflow.model.columns import BY_KEY, Kind
from sheetflow.ports import FormSchemaPort, SchemaPort
from sheetflow.templates.texts import Texts, fill, load_texts

Item = dict[str, Any]

FILE = "form.toml"
SEND, UPLOAD = "send", "invoice"
QUESTIONS = (
    "subject", "contractor", "amount", "currency", "pay_by",
    "inn", "kpp", "bik", "account", "corr_account", "details", "purpose",
    "invoice_no", "invoice_date", "vat", "department", "category", "contractor_email",
    UPLOAD, "comment", SEND,
)  # fmt: skip
"""What is asked, in this order: column keys, and whether to send it at once."""
REQUIRED = frozenset({"subject", "amount", "currency", "pay_by"})
"""What neither the contractor book nor an invoice's QR can always give."""
LONG = frozenset({"details", "purpose", "comment"})
LISTS = {"currency": "currencies", "vat": "vat_rates", "department": "departments", "category": "categories"}
"""Questions with a setting's parts to choose from; where it has none, a text is asked for."""
SECTIONS = {"inn": "payee", "invoice_no": "more"}
"""Headings, by the question that each stands above."""
MAX_FILES, MAX_FILE_SIZE = 10, 100 * 2**20
"""What the upload question takes: as many files as Forms allows short of a folder, 100 MB each."""


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """How answers are read. `columns`: question id -> column key; `send`: id of that question.

    `titles`: title in any language, lower case -> key, for questions that a person made: the upload
    question, and all of a form that was made again by hand. `yes`: answers that send at once, lower case.
    """

    columns: Mapping[str, str]
    send: str
    titles: Mapping[str, str]
    yes: frozenset[str]


def load_form_texts(folder: Path) -> dict[str, Texts]:
    """Read the form's words in every language. Raises ConfigError with every problem."""
    needed = {f"help.{key}" for key in QUESTIONS} | {f"titles.{SEND}"}
    return load_texts(folder, FILE, LANGUAGES, needed=needed, free=("titles",))


def question_id(key: str) -> str:
    """The id of a question: eight hexadecimal digits, the first below 8, as Forms takes them.

    >>> question_id("inn") == question_id("inn") != question_id("kpp")
    True
    """
    digest = hashlib.sha1(f"sheetflow:{key}".encode(), usedforsecurity=False).hexdigest()
    return f"{int(digest[:8], 16) & 0x7FFFFFFF:08x}"


def item_id(key: str) -> str:
    """The id of the item that a question stands in."""
    return question_id(f"item {key}")


def questionnaire(words: Mapping[str, Words], texts: Mapping[str, Texts]) -> Questionnaire:
    """How to read answers, whatever language the form was made in."""
    titles = {
        _title(key, words[language], texts[language]).lower(): key
        for language in texts
        if language in words
        for key in QUESTIONS
    }
    return Questionnaire(
        {question_id(key): key for key in QUESTIONS if key not in (SEND, UPLOAD)},
        question_id(SEND),
        titles,
        frozenset(one["send"]["yes"].lower() for one in texts.values()),
    )


def items(words: Words, texts: Texts, settings: Mapping[str, str]) -> list[Item]:
    """The form's items in order, as the API has them, without the upload question.

    `settings`: setting key -> text, lists separated by commas.
    """
    found = []
    for key in QUESTIONS:
        if key in SECTIONS:
            name = SECTIONS[key]
            found.append(
                {
                    "itemId": question_id(f"section {name}"),
                    "title": texts["sections"][name],
                    "description": texts["sections"][f"{name}_text"],
                    "textItem": {},
                }
            )
        if key != UPLOAD:
            question = {"questionId": question_id(key), "required": key in REQUIRED}
            found.append(
                {
                    "itemId": item_id(key),
                    "title": _title(key, words, texts),
                    "description": texts["help"][key],
                    "questionItem": {"question": question | _kind(key, texts, settings)},
                }
            )
    return found


def upload_title(words: Words, texts: Texts) -> str:
    """What the upload question is called."""
    return _title(UPLOAD, words, texts)


def upload_place() -> int:
    """Where the upload question belongs among the items, from 0."""
    before = QUESTIONS[: QUESTIONS.index(UPLOAD)]
    return len(before) + sum(key in SECTIONS for key in before)


def requests(words: Words, texts: Texts, settings: Mapping[str, str]) -> list[dict[str, Any]]:
    """The batchUpdate that makes an empty form ours. Only verified addresses say who asked."""
    return [
        {
            "updateFormInfo": {
                "info": {"title": texts["form"]["title"], "description": texts["form"]["description"]},
                "updateMask": "title,description",
            }
        },
        {
            "updateSettings": {
                "settings": {"emailCollectionType": "VERIFIED"},
                "updateMask": "emailCollectionType",
            }
        },
        *(
            {"createItem": {"item": item, "location": {"index": place}}}
            for place, item in enumerate(items(words, texts, settings))
        ),
    ]


def fill_form(
    port: FormSchemaPort, form: str, words: Words, texts: Texts, settings: Mapping[str, str]
) -> None:
    """Make an empty form ours, whole, then open it for answers. What is left to do: `steps`.

    One that has questions is left as it is: done again it changes nothing.

    Raises:
        PortError: a form that was begun takes no answers; done again it is completed.
    """
    if port.is_empty(form):
        port.batch(form, requests(words, texts, settings))
    port.publish(form)


def tend_tab(port: SchemaPort, spreadsheet: str, tab: int, title: str, editors: Sequence[str]) -> None:
    """Give the tab of answers the registry's name for it, put it last, and keep hands off it.

    Google writes there whatever is protected; nothing of ours reads it. Where people have a tab of that name
    it keeps Google's.

    Args:
        port: acts as the spreadsheet's owner.
        spreadsheet: the registry's id.
        tab: the sheetId of the tab that Google made.
        title: what it is to be called.
        editors: who may write there all the same.
    """
    titles = port.tabs(spreadsheet)
    title = titles[tab] if title in titles.values() else title
    shown = {"sheetId": tab, "title": title, "index": len(titles)}
    kept = {"range": {"sheetId": tab}, "description": title, "editors": {"users": list(editors)}}
    port.batch(
        spreadsheet,
        [
            {"updateSheetProperties": {"properties": shown, "fields": "title,index"}},
            {"addProtectedRange": {"protectedRange": kept}},
        ],
    )


def steps(words: Words, texts: Texts, form: str) -> list[str]:
    """What no API can do, as sentences for whoever owns the form."""
    facts = {
        "url": f"https://docs.google.com/forms/d/{form}/edit",
        "form": form,
        "title": upload_title(words, texts),
        "before": _title(QUESTIONS[QUESTIONS.index(UPLOAD) - 1], words, texts),
    }
    return [fill(texts["steps"][step], **facts) for step in ("upload", "link")]


def _title(key: str, words: Words, texts: Texts) -> str:
    return texts.get("titles", {}).get(key) or words.label("columns", key)


def _kind(key: str, texts: Texts, settings: Mapping[str, str]) -> dict[str, Any]:
    if key == SEND:
        return _choice("RADIO", [texts["send"]["yes"], texts["send"]["no"]])
    parts = [" ".join(part.split()) for part in settings.get(LISTS.get(key, ""), "").split(",")]
    if choices := list(dict.fromkeys(part for part in parts if part)):
        return _choice("DROP_DOWN", choices)
    if BY_KEY[key].kind is Kind.DATE:
        return {"dateQuestion": {"includeYear": True, "includeTime": False}}
    return {"textQuestion": {"paragraph": key in LONG}}


def _choice(kind: str, choices: list[str]) -> dict[str, Any]:
    return {"choiceQuestion": {"type": kind, "options": [{"value": choice} for choice in choices]}}

"""A form as it should be, without any service: declared, as the emulator keeps it, as the API tells it."""

from __future__ import annotations

from typing import Any

from sheetflow.app.form import items, load_form_texts, upload_place, upload_title
from sheetflow.app.form_diff import Declared, compare
from sheetflow.core.company import DEFAULTS
from sheetflow.emulator.forms.items import pruned
from sheetflow.emulator.forms.model import Form
from sheetflow.runtime import templates_folder
from sheetflow.templates.plan import Change
from tests.desk import words

TEXTS = load_form_texts(templates_folder())
LANGUAGES = {language: (words()[language], TEXTS[language]) for language in TEXTS}


def declared(language: str = "en", **settings: str) -> Declared:
    """What should be."""
    own, texts = LANGUAGES[language]
    return Declared("form-1", "sheet-1", own, texts, {**DEFAULTS, **settings}, LANGUAGES)


def form(wanted: Declared) -> Form:
    """A form that is all of that, its upload question too."""
    made = [pruned(item) for item in items(wanted.words, wanted.texts, wanted.settings)]
    upload = {"questionId": "00000002", "fileUploadQuestion": {"folderId": "folder-1"}}
    title = upload_title(wanted.words, wanted.texts)
    made.insert(upload_place(), {"itemId": "00000001", "title": title, "questionItem": {"question": upload}})
    info = wanted.texts["form"]
    settings = {"emailCollectionType": "VERIFIED"}
    return Form("form-1", "p", info["title"], info["description"], tuple(made), settings)


def shown(one: Form, **more: Any) -> dict[str, Any]:
    """As forms.get tells it, linked and open."""
    state = {"isPublished": True, "isAcceptingResponses": True}
    return {
        "info": {"title": one.title, "description": one.description}, "settings": one.settings,
        "items": list(one.items), "linkedSheetId": "sheet-1", "publishSettings": {"publishState": state},
        "revisionId": one.revision_id, **more,
    }  # fmt: skip


def differences(wanted: Declared, found: dict[str, Any]) -> list[Change]:
    """What differs."""
    return compare(wanted, found)

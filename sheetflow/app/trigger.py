"""What the trigger's project has to know: its script properties, all but the secret.

`functions/trigger/trigger.js` reads them; its head says what each is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sheetflow.app.form import item_id
from sheetflow.core.decide import PREFIX
from sheetflow.core.rulebook import Words
from sheetflow.templates.prefill import PREFILLED, SETTING, mark

WATCHED = ("registry", "people", "settings", "contractors", "policy", "recurring", "bank")
"""Tabs whose edits the trigger writes down."""
PROGRAM = ("trigger.js", "form.js")
"""The files that are one program: all but what sets it up."""
SECRET = "SF_SECRET"  # noqa: S105 - a property's name
"""The property that is set by hand, or by whoever holds the secret."""


def properties(
    spreadsheet: str,
    sheets: Mapping[str, int],
    words: Mapping[str, Words],
    endpoint: str,
    *,
    form: str = "",
    form_endpoint: str = "",
    confirmation: str = "",
) -> dict[str, str]:
    """The properties.

    Args:
        spreadsheet: its id.
        sheets: tab key -> sheetId.
        words: of every language: the ID column may bear any one's name.
        endpoint: where `on_edit` is served.
        form: the form's id, "" where there is none; then what follows does not count.
        form_endpoint: where `on_form_submit` is served.
        confirmation: what respondents read when they have answered.
    """
    layout = {
        "registry": sheets["registry"],
        "inbox": sheets["inbox"],
        "id": sorted({each.label("columns", "id") for each in words.values()}),
        "prefix": PREFIX,
        "watched": [sheets[key] for key in WATCHED if key in sheets],
    }
    found = {
        "SF_SPREADSHEET": spreadsheet,
        "SF_LAYOUT": json.dumps(layout, ensure_ascii=False),
        "SF_ENDPOINT": endpoint,
    }
    if form:
        found |= {
            "SF_FORM": form,
            "SF_FORM_ENDPOINT": form_endpoint,
            "SF_FORM_CONFIRMATION": confirmation,
            "SF_FORM_PREFILL": json.dumps(_prefill(sheets["settings"], words), ensure_ascii=False),
        }
    return found


def _prefill(settings: int, words: Mapping[str, Words]) -> dict[str, object]:
    """Which items are filled in with which marks, and where the address that comes of it is written.

    Apps Script names an item by the decimal of the API's hexadecimal id. The setting's row is known by its
    name in any language.
    """
    return {
        "marks": {str(int(item_id(key), 16)): mark(key) for key in PREFILLED},
        "settings": settings,
        "names": sorted({each.label("settings", SETTING) for each in words.values()}),
    }

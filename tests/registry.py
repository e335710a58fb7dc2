"""A registry in a spreadsheet of somebody's, without folders and form: for tests of what stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gspread

from sheetflow.adapters.sheet_schema import SheetSchema
from sheetflow.app.provision import checked, fill
from sheetflow.core.rulebook import Words
from sheetflow.templates.schema import Template


@dataclass(frozen=True)
class Registry:
    """A registry that was made. `sheets`: tab key -> sheetId."""

    spreadsheet_id: str
    sheets: Mapping[str, int]


def make_registry(
    client: gspread.Client,
    template: Template,
    words: Words,
    people: Sequence[Mapping[str, Any]],
    settings: Mapping[str, str],
    *,
    owner: str,
    service_account: str,
    nonce: str,
) -> Registry:
    """Make a spreadsheet as `client`, fill it, and share it with everybody."""
    port = SheetSchema(client)
    rows, _ = checked(template, words, people, settings)
    title = {"properties": {"title": template.spreadsheet.title[words.language]}}
    url = "https://sheets.googleapis.com/v4/spreadsheets"
    file = str(client.http_client.request("post", url, json=title).json()["spreadsheetId"])
    accounts = {"owner": owner, "service_account": service_account}
    sheets = fill(port, file, template, words, people, settings, nonce=nonce, **accounts)
    for address in [service_account, *(row["email"] for row in rows)]:
        port.share(file, address, "writer")
    return Registry(file, sheets)

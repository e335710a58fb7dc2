"""What people and owners do to a registry that makes it differ from what was declared, one each.

A `Drift` is made by a hand at a `Firm` and names what a plan has to call it: action, kind and name. The names
are in English; `{title:people}` and `{column:inn}` are filled with the firm's own labels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sheetflow.adapters import http
from sheetflow.adapters.sheet_schema import LAYOUT, SheetSchema
from sheetflow.app.registry import RegistryPlace
from sheetflow.app.upkeep import Upkeep
from sheetflow.runtime import from_environment
from sheetflow.templates.looks import object_id
from sheetflow.templates.schema import read_template
from sheetflow.workspace import cast
from tests.firm import Firm

ROWS = 60
"""Rows of every tab, so that reading them all is quick."""
Act = Callable[[Firm], None]


@dataclass(frozen=True)
class Drift:
    """One kind of drift: what is done, and what the plan calls it."""

    key: str
    does: Act
    action: str
    kind: str
    name: str
    says: str = ""

    def named(self, firm: Firm) -> tuple[str, str, str]:
        """What the plan has to name, in the firm's language."""
        words = firm.runtime.book.own
        groups = {
            "title": "tabs", "column": "columns", "status": "statuses", "setting": "settings",
            "people": "people", "calendar": "calendar",
        }  # fmt: skip

        def fill(found: re.Match[str]) -> str:
            if found[1] == "view":
                template = read_template(TEXT)
                title = next(v.title[words.language] for v in template.views if v.key == found[2])
                olga = next(one["name"] for one in cast.people(words.language) if "olga" in str(one["email"]))
                return title.replace("{name}", str(olga))
            if found[1] == "chart":
                charts = read_template(TEXT).charts
                return next(one.title[words.language] for one in charts if one.key == found[2])
            return words.label(groups[found[1]], found[2])

        return self.action, self.kind, re.sub(r"\{(\w+):([\w-]+)\}", fill, self.name)


TEXT = re.sub(r"(?m)^rows = \d+", f"rows = {ROWS}", Path("sheet_templates/payments.toml").read_text("utf-8"))


def shorten(firm: Firm) -> Firm:
    """Leave so many rows of every tab as the template of these tests declares."""
    sizes = firm.robot.script.http_client.fetch_sheet_metadata(
        firm.spreadsheet, {"fields": "sheets.properties(sheetId,gridProperties.rowCount)"}
    )
    spare = [
        {"sheetId": one["properties"]["sheetId"], "dimension": "ROWS", "startIndex": ROWS,
         "endIndex": one["properties"]["gridProperties"]["rowCount"]}
        for one in sizes["sheets"]
        if one["properties"]["gridProperties"]["rowCount"] > ROWS
    ]  # fmt: skip
    firm.robot.batch(*({"deleteDimension": {"range": place}} for place in spare))
    return firm


def upkeep(environment: Mapping[str, str]) -> Upkeep:
    """Plan and apply over HTTP, as the service account, by the template of these tests."""
    runtime = from_environment(environment)
    client = http.client(runtime.credentials, runtime.config.api_root, runtime.clock, runtime.nonces)
    registry = RegistryPlace(
        SheetSchema(client), runtime.config.spreadsheet, read_template(TEXT), runtime.book, runtime.nonces,
        service_account=cast.SERVICE_ACCOUNT,
    )  # fmt: skip
    return Upkeep(registry, {})


# --- what the hands do


def properties(sheet: str, fields: str, **given: Any) -> Act:
    """Change a tab's properties as the owner."""

    def act(firm: Firm) -> None:
        update = {"properties": {"sheetId": firm.sheets[sheet], **given}, "fields": fields}
        firm.robot.batch({"updateSheetProperties": update})

    return act


def spreadsheet(field: str, value: str) -> Act:
    def act(firm: Firm) -> None:
        firm.robot.batch({"updateSpreadsheetProperties": {"properties": {field: value}, "fields": field}})

    return act


def column(firm: Firm, key: str) -> dict[str, Any]:
    """A column of the Registry as a dimension range."""
    at = firm.columns()[key]
    return {"sheetId": firm.sheets["registry"], "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}


def cells(firm: Firm, key: str, first: int = 1, last: int | None = None) -> dict[str, Any]:
    """Cells of a column of the Registry."""
    at = firm.columns()[key]
    place = {
        "sheetId": firm.sheets["registry"], "startColumnIndex": at, "endColumnIndex": at + 1,
        "startRowIndex": first,
    }  # fmt: skip
    return place if last is None else {**place, "endRowIndex": last}


def moved(key: str, to: str) -> Act:
    def act(firm: Firm) -> None:
        move = {"source": column(firm, key), "destinationIndex": firm.columns()[to]}
        firm.robot.batch({"moveDimension": move})

    return act


def deleted(key: str) -> Act:
    def act(firm: Firm) -> None:
        firm.robot.batch({"deleteDimension": {"range": column(firm, key)}})

    return act


def header(**texts: str) -> Act:
    """Write header cells of the Registry as the owner; `column:inn` of a text is that column's header."""

    def act(firm: Firm) -> None:
        places = firm.columns()
        labels = firm.runtime.book.own.labels["columns"]
        for key, text in texts.items():
            wanted = labels[text.removeprefix("column:")] if text.startswith("column:") else text
            start = {"sheetId": firm.sheets["registry"], "rowIndex": 0, "columnIndex": places[key]}
            value = "formulaValue" if wanted.startswith("=") else "stringValue"
            rows = [{"values": [{"userEnteredValue": {value: wanted}} if wanted else {}]}]
            write = {"start": start, "rows": rows, "fields": "userEnteredValue"}
            firm.robot.batch({"updateCells": write})

    return act


def noted(key: str, note: str) -> Act:
    def act(firm: Firm) -> None:
        where = cells(firm, key, 0, 1)
        cell = {"note": note}
        firm.robot.batch({"repeatCell": {"range": where, "cell": cell, "fields": "note"}})

    return act


def painted(firm: Firm) -> None:
    red = {"rgbColor": {"red": 1}}
    cell = {"userEnteredFormat": {"backgroundColorStyle": red}}
    fields = "userEnteredFormat.backgroundColorStyle"
    firm.robot.batch({"repeatCell": {"range": cells(firm, "details", 0, 1), "cell": cell, "fields": fields}})


def copied(source: str, target: str, first: int, last: int) -> Act:
    """A person copies a cell of one column over cells of another, as Ctrl-V does."""

    def act(firm: Firm) -> None:
        paste = {
            "source": cells(firm, source, 40, 41),
            "destination": cells(firm, target, first, last),
            "pasteType": "PASTE_NORMAL",
        }
        firm.mia.batch({"copyPaste": paste})

    return act


def formatted(key: str, kind: str) -> Act:
    def act(firm: Firm) -> None:
        cell = {"userEnteredFormat": {"numberFormat": {"type": kind}}}
        fields = "userEnteredFormat.numberFormat"
        where = cells(firm, key, 30, 33)
        firm.mia.batch({"repeatCell": {"range": where, "cell": cell, "fields": fields}})

    return act


def without_rule(key: str) -> Act:
    def act(firm: Firm) -> None:
        firm.mia.batch({"setDataValidation": {"range": cells(firm, key, 30, 35)}})

    return act


def setting(key: str, value: str) -> Act:
    """An admin types a setting's value."""

    def act(firm: Firm) -> None:
        label = firm.runtime.book.own.label("settings", key)
        row = [one[0] for one in firm.values("A1:A", tab="settings")].index(label) + 1
        firm.ivan.enters(f"{firm.title('settings')}!B{row}", value)

    return act


def setting_gone(firm: Firm) -> None:
    label = firm.runtime.book.own.label("settings", "draft_days")
    row = [one[0] for one in firm.values("A1:A", tab="settings")].index(label)
    place = {"sheetId": firm.sheets["settings"], "dimension": "ROWS", "startIndex": row, "endIndex": row + 1}
    firm.ivan.batch({"deleteDimension": {"range": place}})


def another_admin(firm: Firm) -> None:
    people = [one[0] for one in firm.values("A1:A", tab="people")]
    row = people.index(firm.max.address) + 1
    label = firm.runtime.book.own.label("roles", "admin")
    firm.ivan.enters(f"{firm.title('people')}!C{row}", label)


def protection(*names: str) -> int:
    return object_id("protection", *names)


def unprotected(*names: str) -> Act:
    def act(firm: Firm) -> None:
        firm.robot.batch({"deleteProtectedRange": {"protectedRangeId": protection(*names)}})

    return act


def protected(*names: str, fields: str, **given: Any) -> Act:
    def act(firm: Firm) -> None:
        item = {"protectedRangeId": protection(*names), **given}
        firm.robot.batch({"updateProtectedRange": {"protectedRange": item, "fields": fields}})

    return act


def let_in(firm: Firm) -> None:
    editors = {"users": [firm.service.address, firm.mia.address]}
    protected("registry", "confirmed", fields="editors", editors=editors)(firm)


def shoved(firm: Firm) -> None:
    at = firm.columns()["comment"]
    place = {"sheetId": firm.sheets["registry"], "startColumnIndex": at, "endColumnIndex": at + 1}
    protected("registry", "paid", fields="range", range=place)(firm)


def former_protection(firm: Firm) -> None:
    place = {"sheetId": firm.sheets["registry"], "startColumnIndex": 20, "endColumnIndex": 21}
    item = {
        "protectedRangeId": 77, "range": place, "description": "sheetflow: registry.old",
        "editors": {"users": [firm.service.address]},
    }  # fmt: skip
    firm.service.batch({"addProtectedRange": {"protectedRange": item}})


def layout(firm: Firm) -> Any:
    """The spreadsheet without cells, as its owner sees it."""
    return firm.robot.script.http_client.fetch_sheet_metadata(firm.spreadsheet, {"fields": LAYOUT})


def rules(firm: Firm) -> list[Any]:
    found = layout(firm)["sheets"]
    mine = next(one for one in found if one["properties"]["sheetId"] == firm.sheets["registry"])
    return list(mine.get("conditionalFormats", ()))


def rule_of(firm: Firm, text: str) -> tuple[int, Any]:
    """The place of the first conditional format whose condition has a text."""
    for place, rule in enumerate(rules(firm)):
        values = rule["booleanRule"]["condition"].get("values", ())
        if any(text in value["userEnteredValue"] for value in values):
            return place, rule
    raise AssertionError(text)


def unmarked(firm: Firm) -> None:
    place, _ = rule_of(firm, firm.label("Rejected"))
    firm.mia.batch({"deleteConditionalFormatRule": {"sheetId": firm.sheets["registry"], "index": place}})


def marked(change: Callable[[Firm, Any], Any], status: str) -> Act:
    def act(firm: Firm) -> None:
        place, rule = rule_of(firm, firm.label(status))
        update = {"sheetId": firm.sheets["registry"], "index": place, "rule": change(firm, rule)}
        firm.mia.batch({"updateConditionalFormatRule": update})

    return act


def repainted(_firm: Firm, rule: Any) -> Any:
    form = {"backgroundColorStyle": {"rgbColor": {"red": 1}}}
    return {**rule, "booleanRule": {**rule["booleanRule"], "format": form}}


def reworded(_firm: Firm, rule: Any) -> Any:
    condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": "something else"}]}
    return {**rule, "booleanRule": {**rule["booleanRule"], "condition": condition}}


def narrowed(_firm: Firm, rule: Any) -> Any:
    return {**rule, "ranges": rule["ranges"][:1]}


def reordered(firm: Firm) -> None:
    place, _ = rule_of(firm, "TODAY()+3")
    move = {"sheetId": firm.sheets["registry"], "index": place, "newIndex": 0}
    firm.mia.batch({"updateConditionalFormatRule": move})


def view(key: str, **given: Any) -> Act:
    def act(firm: Firm) -> None:
        item = {"filterViewId": object_id("view", key), **given}
        firm.mia.batch({"updateFilterView": {"filter": item, "fields": ",".join(given)}})

    return act


def view_shortened(firm: Firm) -> None:
    place = {"sheetId": firm.sheets["registry"], "endRowIndex": 20, "endColumnIndex": 32}
    view("overdue", range=place)(firm)


def view_gone(firm: Firm) -> None:
    firm.mia.batch({"deleteFilterView": {"filterId": object_id("view", "waiting")}})


def theirs_gone(firm: Firm) -> None:
    """The view of one person is deleted."""
    number = object_id("view", "waiting_for", "olga@firm.example")
    firm.mia.batch({"deleteFilterView": {"filterId": number}})


def chart_gone(firm: Firm) -> None:
    firm.robot.batch({"deleteEmbeddedObject": {"objectId": object_id("chart", "calendar")}})


def chart_changed(firm: Firm) -> None:
    place = {"sheetId": firm.sheets["people"], "startColumnIndex": 0, "endColumnIndex": 1}
    domain = {"domain": {"sourceRange": {"sources": [place]}}}
    spec = {"title": "Mine", "basicChart": {"chartType": "LINE", "domains": [domain]}}
    firm.robot.batch({"updateChartSpec": {"chartId": object_id("chart", "calendar"), "spec": spec}})


def name_gone(firm: Firm) -> None:
    firm.robot.batch({"deleteNamedRange": {"namedRangeId": "sf_request_amount"}})


def name_elsewhere(firm: Firm) -> None:
    place = {"sheetId": firm.sheets["people"], "startColumnIndex": 1, "endColumnIndex": 2}
    named = {"namedRangeId": "sf_request_paid", "name": "REQUEST_PAID", "range": place}
    firm.robot.batch({"updateNamedRange": {"namedRange": named, "fields": "range"}})


def day_typed_over(firm: Firm) -> None:
    firm.robot.batch(
        {
            "updateCells": {
                "start": {"sheetId": firm.sheets["calendar"], "rowIndex": 0, "columnIndex": 0},
                "rows": [{"values": [{"userEnteredValue": {"stringValue": "When"}}]}],
                "fields": "userEnteredValue",
            }
        }
    )


def named(**given: Any) -> Act:
    """Delete the token's named range as the owner, and make another where something is given."""

    def act(firm: Firm) -> None:
        token = firm.token()
        firm.robot.batch({"deleteNamedRange": {"namedRangeId": token.range_id}})
        if given:
            place = {
                "sheetId": firm.sheets["state"],
                "endRowIndex": 1,
                "endColumnIndex": 1,
                **given.get("range", {}),
            }
            item = {"namedRangeId": given.get("id", token.range_id), "name": "SF_VERSION", "range": place}
            firm.robot.batch({"addNamedRange": {"namedRange": item}})

    return act


def token_gone(firm: Firm) -> None:
    where = f"{firm.title('state')}!A1"
    firm.robot.script.http_client.values_update(
        firm.spreadsheet, where, {"valueInputOption": "RAW"}, {"values": [["hello"]]}
    )


def untagged(firm: Firm) -> None:
    lookup = {"developerMetadataLookup": {"metadataKey": "sf_column", "metadataValue": "bik"}}
    firm.mia.batch({"deleteDeveloperMetadata": {"dataFilter": lookup}})


def hidden(key: str) -> Act:
    def act(firm: Firm) -> None:
        update = {"range": column(firm, key), "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
        firm.mia.batch({"updateDimensionProperties": update})

    return act


def merged(firm: Firm) -> None:
    where = cells(firm, "subject", 50, 52)
    firm.mia.batch({"mergeCells": {"range": where, "mergeType": "MERGE_ALL"}})


def former_column(firm: Firm) -> None:
    """A column that an older template had, empty."""
    at = firm.columns()["comment"]
    span = {"sheetId": firm.sheets["registry"], "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
    tag = {
        "metadataKey": "sf_column", "metadataValue": "former", "visibility": "DOCUMENT",
        "location": {"dimensionRange": span},
    }  # fmt: skip
    rows = [{"values": [{"userEnteredValue": {"stringValue": "Former"}}]}]
    start = {"sheetId": firm.sheets["registry"], "rowIndex": 0, "columnIndex": at}
    firm.robot.batch(
        {"insertDimension": {"range": span, "inheritFromBefore": True}},
        {"createDeveloperMetadata": {"developerMetadata": tag}},
        {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}},
    )


def doubled(firm: Firm) -> None:
    """The owner puts a column of their own left of all others, under a header of ours."""
    sheet = firm.sheets["registry"]
    span = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    text = firm.runtime.book.own.label("columns", "inn")
    rows = [{"values": [{"userEnteredValue": {"stringValue": text}}]}]
    firm.robot.batch(
        {"insertDimension": {"range": span}},
        {"updateCells": {"start": {"sheetId": sheet}, "rows": rows, "fields": "userEnteredValue"}},
    )


def system_column(firm: Firm) -> None:
    """The owner puts an empty column among the Outbox's."""
    span = {"sheetId": firm.sheets["outbox"], "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}
    firm.robot.batch({"insertDimension": {"range": span}})


def people_header(firm: Firm) -> None:
    firm.robot.enters(f"{firm.title('people')}!B1", "Full name")


def roles_header(firm: Firm) -> None:
    firm.robot.enters(f"{firm.title('people')}!C1", "What they do")


def shrunk(firm: Firm) -> None:
    place = {
        "sheetId": firm.sheets["registry"],
        "dimension": "ROWS",
        "startIndex": ROWS - 5,
        "endIndex": ROWS,
    }
    firm.robot.batch({"deleteDimension": {"range": place}})


def impostor(firm: Firm) -> None:
    """Our tab is renamed, and another put under its title."""
    title = firm.title("banks")
    properties("banks", "title", title="Old banks")(firm)
    firm.mia.batch({"addSheet": {"properties": {"sheetId": 4242, "title": title}}})


def tab_gone(key: str) -> Act:
    def act(firm: Firm) -> None:
        firm.robot.batch({"deleteSheet": {"sheetId": firm.sheets[key]}})

    return act


BLUE = {"rgbColor": {"blue": 1}}
DRIFTS: tuple[Drift, ...] = (
    Drift("locale", spreadsheet("locale", "de_DE"), "change", "spreadsheet", "locale"),
    Drift("time-zone", spreadsheet("timeZone", "Asia/Tokyo"), "change", "spreadsheet", "time zone"),
    Drift(
        "tab-title", properties("people", "title", title="Staff"),
        "change", "tab", "{title:people}", "'Staff'",
    ),
    Drift(
        "tab-hidden", properties("history", "hidden", hidden=True),
        "change", "tab", "{title:history}", "hidden",
    ),
    Drift(
        "tab-shown", properties("inbox", "hidden", hidden=False),
        "change", "tab", "{title:inbox}", "shown",
    ),
    Drift("tab-order", properties("registry", "index", index=4), "move", "tab", "{title:registry}"),
    Drift(
        "thawed",
        properties("settings", "gridProperties.frozenRowCount", gridProperties={"frozenRowCount": 0}),
        "change", "tab", "{title:settings}", "0 rows are frozen, not 1",
    ),
    Drift(
        "colour", properties("contractors", "tabColorStyle", tabColorStyle=BLUE),
        "change", "tab", "{title:contractors}", "colour",
    ),
    Drift("shrunk", shrunk, "change", "tab", "{title:registry} (size)", "55 rows"),
    Drift("impostor", impostor, "change", "tab", "{title:banks} (somebody's own)", "not the registry's"),
    Drift("column-deleted", deleted("kpp"), "add", "column", "{title:registry} / {column:kpp}", "missing"),
    Drift("shown-column-deleted", deleted("checks"), "add", "column", "{title:registry} / {column:checks}"),
    Drift(
        "column-moved", moved("comment", "subject"),
        "move", "column", "{title:registry} / {column:comment}",
    ),
    Drift(
        "header-renamed", header(purpose="Why we pay"),
        "change", "header", "{title:registry} / {column:purpose}", "'Why we pay'",
    ),
    Drift("header-blank", header(vat=""), "change", "header", "{title:registry} / {column:vat}", "blank"),
    Drift(
        "headers-swapped", header(inn="column:account", account="column:inn"),
        "change", "header", "{title:registry} / {column:account}",
    ),
    Drift(
        "header-doubled", doubled,
        "change", "header", "{title:registry} / {column:inn} (2)", "not the registry's",
    ),
    Drift(
        "people-header", people_header,
        "change", "header", "{title:people} / {people:name}", "'Full name'",
    ),
    Drift(
        "roles-header", roles_header, "change", "header", "{title:people} / {people:roles}", "'What they do'",
    ),
    Drift("system-column", system_column, "move", "column", "{title:outbox} (somebody's own)"),
    Drift("former-column", former_column, "remove", "column", "{title:registry} / Former"),
    Drift("note", noted("amount", "whatever"), "change", "note", "{title:registry} / {column:amount}"),
    Drift(
        "formula-typed-over", header(confirmed="column:confirmed"),
        "change", "formula", "{title:registry} / {column:confirmed}",
    ),
    Drift(
        "formula-changed", header(paid='=ARRAYFORMULA(IF(ROW($A$1:$A)=1;"Paid";1))'),
        "change", "formula", "{title:registry} / {column:paid}",
    ),
    Drift("header-format", painted, "change", "header format", "{title:registry}", "1 of its headers"),
    Drift(
        "dropdown-pasted-over", copied("amount", "status", 30, 34),
        "change", "dropdown", "{title:registry} / {column:status}", "4 cells",
    ),
    Drift(
        "dropdown-pasted-in", copied("status", "invoice_no", 30, 33),
        "change", "dropdown", "{title:registry} / {column:invoice_no}", "not theirs",
    ),
    Drift(
        "checkbox-gone", without_rule("to_pay"),
        "change", "checkbox", "{title:registry} / {column:to_pay}", "5 cells",
    ),
    Drift(
        "number-format", formatted("corr_account", "NUMBER"),
        "change", "format", "{title:registry} / {column:corr_account}", "3 cells",
    ),
    Drift(
        "setting-changed", setting("currencies", "RUB, KZT"),
        "change", "dropdown", "{title:registry} / {column:currency}", "59 cells",
    ),
    Drift("setting-gone", setting_gone, "add", "setting", "{setting:draft_days}"),
    Drift(
        "another-admin", another_admin,
        "change", "protection", "{title:settings}", "max@firm.example out",
    ),
    Drift(
        "unprotected", unprotected("registry", "updated"),
        "add", "protection", "{title:registry} / {column:updated}",
    ),
    Drift(
        "header-unprotected", unprotected("registry", "header"),
        "add", "protection", "{title:registry} / header row",
    ),
    Drift("tab-unprotected", unprotected("state"), "add", "protection", "{title:state}"),
    Drift(
        "let-in", let_in,
        "change", "protection", "{title:registry} / {column:confirmed}", "mia@firm.example write",
    ),
    Drift(
        "only-warns", protected("history", fields="warningOnly", warningOnly=True),
        "change", "protection", "{title:history}", "only warns",
    ),
    Drift(
        "protection-moved", shoved,
        "change", "protection", "{title:registry} / {column:paid}", "elsewhere",
    ),
    Drift(
        "protection-renamed", protected("registry", "requester", fields="description", description="x"),
        "change", "protection", "{title:registry} / {column:requester}", "description",
    ),
    Drift("former-protection", former_protection, "remove", "protection", "registry.old"),
    Drift("mark-gone", unmarked, "add", "conditional format", "{title:registry}: {status:Rejected}"),
    Drift(
        "mark-repainted", marked(repainted, "Returned"),
        "change", "conditional format", "{title:registry}: {status:Returned}", "its look",
    ),
    Drift(
        "mark-reworded", marked(reworded, "Draft"),
        "change", "conditional format", "{title:registry}: {status:Draft}", "its condition",
    ),
    Drift(
        "mark-narrowed", marked(narrowed, "Cancelled"),
        "change", "conditional format", "{title:registry}: {status:Cancelled}", "its cells",
    ),
    Drift(
        "marks-reordered", reordered,
        "move", "conditional format", "{title:registry} / {column:pay_by} (2)",
    ),
    Drift("view-gone", view_gone, "add", "filter view", "{view:waiting}"),
    Drift(
        "view-retitled", view("accounting", title="Mine"),
        "change", "filter view", "{view:accounting}", "'Mine'",
    ),
    Drift(
        "view-conditions", view("errors", filterSpecs=[]),
        "change", "filter view", "{view:errors}", "conditions",
    ),
    Drift("view-shortened", view_shortened, "change", "filter view", "{view:overdue}", "range"),
    Drift("view-of-one-gone", theirs_gone, "add", "filter view", "{view:waiting_for}"),
    Drift("chart-gone", chart_gone, "add", "chart", "{chart:calendar}"),
    Drift("chart-changed", chart_changed, "change", "chart", "{chart:calendar}", "something else"),
    Drift("range-gone", name_gone, "add", "named range", "REQUEST_AMOUNT"),
    Drift("range-elsewhere", name_elsewhere, "change", "named range", "REQUEST_PAID", "does not mean"),
    Drift("calendar-typed-over", day_typed_over, "change", "formula", "{title:calendar} / {calendar:day}"),
    Drift("name-gone", named(), "add", "named range", "SF_VERSION"),
    Drift(
        "name-moved", named(range={"startRowIndex": 4, "endRowIndex": 5}),
        "move", "named range", "SF_VERSION",
    ),
    Drift("name-anew", named(id="by_hand"), "change", "named range", "SF_VERSION"),
    Drift("token-gone", token_gone, "change", "token", "State / A1", "History"),
    Drift("untagged", untagged, "change", "column marks", "{title:registry}", "not marked"),
    Drift(
        "column-hidden", hidden("status"),
        "change", "column", "{title:registry} / {column:status} (hidden)",
    ),
    Drift("merged", merged, "change", "merge", "{title:registry} / {column:subject}", "rows 51 to 52"),
    Drift("state-gone", tab_gone("state"), "add", "tab", "{title:state}", "History"),
    Drift("people-gone", tab_gone("people"), "add", "tab", "{title:people}", "History recorded last"),
    Drift("inbox-gone", tab_gone("inbox"), "add", "tab", "{title:inbox}", "are lost"),
    Drift("registry-gone", tab_gone("registry"), "add", "tab", "{title:registry}", "come back"),
    Drift("banks-gone", tab_gone("banks"), "add", "tab", "{title:banks}", "bik load"),
)  # fmt: skip
BY_KEY = {drift.key: drift for drift in DRIFTS}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "the spreadsheet and its tabs": (
        "locale", "time-zone", "tab-title", "tab-hidden", "tab-shown", "tab-order", "thawed", "colour",
        "shrunk", "impostor",
    ),
    "columns": (
        "merged", "column-hidden", "untagged", "column-deleted", "shown-column-deleted", "column-moved",
        "former-column", "system-column", "people-header", "roles-header", "header-renamed", "header-blank",
        "headers-swapped", "header-doubled",
    ),
    "cells": (
        "note", "formula-typed-over", "formula-changed", "header-format", "dropdown-pasted-over",
        "dropdown-pasted-in", "checkbox-gone", "number-format", "setting-changed", "setting-gone",
    ),
    "rights": (
        "another-admin", "unprotected", "header-unprotected", "tab-unprotected", "let-in", "only-warns",
        "protection-moved", "protection-renamed", "former-protection",
    ),
    "looks": (
        "mark-gone", "mark-repainted", "mark-reworded", "mark-narrowed", "marks-reordered", "view-gone",
        "view-retitled", "view-conditions", "view-shortened", "view-of-one-gone", "chart-changed",
        "range-gone", "range-elsewhere", "calendar-typed-over",
    ),
    "a chart is gone": ("chart-gone",),
    "the token's name is gone": ("name-gone",),
    "the token's name was moved": ("name-moved",),
    "the token's name was made anew": ("name-anew",),
    "the token is gone": ("token-gone",),
    "tabs": ("state-gone", "people-gone", "inbox-gone", "banks-gone"),
    "the registry": ("registry-gone",),
}  # fmt: skip
"""Drifts that can be there together, in an order in which they can be made."""


# --- what is people's own


def make_own(firm: Firm) -> None:
    """A column, tab, filter view, conditional format, notes, protection and dropdown of people's."""
    sheet, at = firm.sheets["registry"], firm.columns()["pay_from"]
    span = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
    mine = {"sheetId": sheet, "startColumnIndex": at, "endColumnIndex": at + 1, "startRowIndex": 1}
    title = [{"values": [{"userEnteredValue": {"stringValue": "Mia's own"}}]}]
    data = [
        {"values": [{"userEnteredValue": {"stringValue": f"mine {n}"}, "note": f"note {n}"}]}
        for n in range(3)
    ]
    choice = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "mine"}]}}
    paint = {"backgroundColorStyle": {"rgbColor": {"green": 1}}}
    condition = {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": "mine"}]}
    rule = {"ranges": [mine], "booleanRule": {"condition": condition, "format": paint}}
    look = {
        "title": "Mia's view", "range": {"sheetId": sheet},
        "filterSpecs": [{"columnIndex": at, "filterCriteria": {"condition": condition}}],
    }  # fmt: skip
    firm.robot.batch(
        {"insertDimension": {"range": span, "inheritFromBefore": True}},
        {
            "updateCells": {
                "start": {"sheetId": sheet, "columnIndex": at},
                "rows": title,
                "fields": "userEnteredValue",
            }
        },
    )
    firm.mia.batch(
        {
            "updateCells": {
                "start": {"sheetId": sheet, "rowIndex": 40, "columnIndex": at},
                "rows": data,
                "fields": "userEnteredValue,note",
            }
        },
        {"setDataValidation": {"range": {**mine, "startRowIndex": 45, "endRowIndex": 49}, "rule": choice}},
        {"addConditionalFormatRule": {"rule": rule, "index": 3}},
        {"addFilterView": {"filter": look}},
        {"addSheet": {"properties": {"sheetId": 77, "title": "Mia's tab", "index": 2}}},
        {"updateCells": {"start": {"sheetId": 77}, "rows": data, "fields": "userEnteredValue,note"}},
        {
            "addProtectedRange": {
                "protectedRange": {
                    "protectedRangeId": 5,
                    "range": {"sheetId": 77},
                    "description": "mine",
                    "editors": {"users": [firm.mia.address]},
                }
            }
        },
    )


def own(firm: Firm) -> dict[str, Any]:
    """All of that as it stands now, wherever it stands."""
    http_client = firm.robot.script.http_client
    fields = "sheets(properties(sheetId,title),data(rowData(values(userEnteredValue,note,dataValidation))))"
    titles = [f"'{firm.title('registry')}'", "'Mia\\'s tab'".replace("\\'", "''")]
    grids = http_client.fetch_sheet_metadata(firm.spreadsheet, {"fields": fields, "ranges": titles})
    found: dict[str, Any] = {}
    for sheet in grids["sheets"]:
        rows = [row.get("values", []) for row in sheet["data"][0].get("rowData", [])]
        if sheet["properties"]["sheetId"] == 77:
            found["tab"] = rows
            continue
        header = [cell.get("userEnteredValue", {}).get("stringValue", "") for cell in rows[0]]
        at = header.index("Mia's own")
        column = [row[at] if at < len(row) else {} for row in rows]
        found["column"] = column[: len(column) - next(n for n, cell in enumerate(reversed(column)) if cell)]
    for sheet in layout(firm)["sheets"]:
        if sheet["properties"]["sheetId"] == 77:
            found["protection"] = [one["description"] for one in sheet["protectedRanges"]]
        if sheet["properties"]["sheetId"] == firm.sheets["registry"]:
            ours = [str(one["booleanRule"]["condition"]) for one in sheet["conditionalFormats"]]
            found["rule"] = [text for text in ours if "TEXT_CONTAINS" in text]
            views = [one for one in sheet["filterViews"] if one["title"] == "Mia's view"]
            found["view"] = [
                (one["title"], [spec["filterCriteria"] for spec in one["filterSpecs"]]) for one in views
            ]
    return found

"""Charts and slicers: kept, given back, moved with the grid; nothing is drawn."""

from __future__ import annotations

from sheetflow.emulator.sheets import defaults, styles
from sheetflow.emulator.sheets.kinds import tabs
from sheetflow.emulator.sheets.kinds.appearance import found, removed
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.sheet import Sheet
from sheetflow.emulator.sheets.shifts import with_sheet_ids, without_zero_ids
from sheetflow.emulator.wire import GoogleError, Json, assign, invalid


def _place(batch: Batch, position: Json, label: str) -> tuple[Sheet, Json]:
    """The sheet on which an object is put, which may be a new one of its own, and its position there."""
    if position.get("newSheet") or "sheetId" in position:
        sheet_id = position.get("sheetId") or defaults.fresh_id()
        if batch.book.find(sheet_id) is not None:
            raise invalid(f"A sheet with id {sheet_id} already exists.")
        properties = defaults.sheet_properties(sheet_id, tabs.free_title(batch.book, "Chart1"))
        sheet = Sheet(batch.book.token, {**properties, "sheetType": "OBJECT"})
        batch.book.sheets.append(sheet)
        return sheet, {"sheetId": sheet_id}
    if "overlayPosition" not in position:
        raise invalid(f"The position of a {label} must be specified.")
    overlay = {"widthPixels": 600, "heightPixels": 371, **position["overlayPosition"]}
    sheet = batch.book.writable(overlay.get("anchorCell", {}).get("sheetId", 0))
    return sheet, {"overlayPosition": overlay}


def _add(batch: Batch, wanted: Json, part: str, name: str, label: str) -> Json:
    wanted = with_sheet_ids(styles.with_color_styles(wanted))
    identifier = wanted.get(name) or defaults.fresh_id()
    if any(item[name] == identifier for sheet in batch.book.sheets for item in sheet.parts.get(part, ())):
        raise invalid(f"A {label} with id: {identifier} already exists.")
    sheet, position = _place(batch, wanted.get("position", {}), label)
    item = {name: identifier, **wanted, "position": position}
    sheet.parts.setdefault(part, []).append(item)
    shown: Json = without_zero_ids(item)
    return shown


@kind("addChart")
def add_chart(batch: Batch, request: Json) -> Json:
    """Keep a chart on a sheet, or on a sheet of its own."""
    wanted = request.get("chart", {})
    wanted = {**wanted, "spec": _spec(wanted.get("spec", {}))}
    return {"chart": _add(batch, wanted, "charts", "chartId", "chart")}


def _spec(wanted: Json) -> Json:
    """A chart's spec as Google keeps it: with the font, and with what becomes of hidden rows and columns."""
    spec = {"hiddenDimensionStrategy": "SKIP_HIDDEN_ROWS_AND_COLUMNS", "fontName": "Roboto", **wanted}
    if spec.get("title"):
        spec["titleTextFormat"] = {"fontFamily": spec["fontName"], **spec.get("titleTextFormat", {})}
    return spec


@kind("addSlicer")
def add_slicer(batch: Batch, request: Json) -> Json:
    """Keep a slicer on a sheet."""
    return {"slicer": _add(batch, request.get("slicer", {}), "slicers", "slicerId", "slicer")}


@kind("updateChartSpec")
def update_chart_spec(batch: Batch, request: Json) -> None:
    """Replace what a chart shows."""
    item = found(batch, "charts", "chartId", request.get("chartId", 0), "chart")
    item["spec"] = with_sheet_ids(styles.with_color_styles(_spec(request.get("spec", {}))))


@kind("updateSlicerSpec")
def update_slicer_spec(batch: Batch, request: Json) -> None:
    """Change a slicer."""
    mask = batch.mask(request, "SlicerSpec")
    item = found(batch, "slicers", "slicerId", request.get("slicerId", 0), "slicer")
    assign(
        item.setdefault("spec", {}), with_sheet_ids(styles.with_color_styles(request.get("spec", {}))), mask
    )


@kind("updateEmbeddedObjectPosition")
def update_embedded_object_position(batch: Batch, request: Json) -> Json:
    """Move a chart or slicer on its sheet."""
    item = _object(batch, request.get("objectId", 0))
    wanted = with_sheet_ids(request.get("newPosition", {}))
    old = item["position"]
    position = wanted
    if "overlayPosition" in wanted:
        overlay = dict(old.get("overlayPosition", {}))
        assign(overlay, wanted["overlayPosition"], batch.mask(request, "OverlayPosition"))
        position = {"overlayPosition": overlay}
    part, name = _part(item)
    home = next(sheet for sheet in batch.book.sheets if item in sheet.parts.get(part, ()))
    sheet, item["position"] = _place(batch, position, "chart")
    if sheet.sheet_id != home.sheet_id:
        kept = [one for one in home.parts[part] if one[name] != item[name]]
        mine = batch.book.writable(home.sheet_id)
        mine.parts[part] = kept
        if not kept:
            del mine.parts[part]
        sheet.parts.setdefault(part, []).append(item)
    if "sheetId" in old:
        batch.book.sheets.remove(batch.book.sheet(old["sheetId"]))
    return {"position": without_zero_ids(item["position"])}


@kind("updateEmbeddedObjectBorder")
def update_embedded_object_border(batch: Batch, request: Json) -> None:
    """Change the border of a chart."""
    mask = batch.mask(request, "EmbeddedObjectBorder")
    item = _object(batch, request.get("objectId", 0))
    if "chartId" not in item:
        raise invalid("Only charts have a border.")
    assign(item.setdefault("border", {}), styles.with_color_styles(request.get("border", {})), mask)


@kind("deleteEmbeddedObject")
def delete_embedded_object(batch: Batch, request: Json) -> None:
    """Remove a chart or slicer; a sheet of its own goes with it."""
    identifier = request.get("objectId", 0)
    item = _object(batch, identifier)
    part, name = _part(item)
    removed(batch, part, name, identifier, "embedded object")
    own = item["position"].get("sheetId")
    if own is not None:
        batch.book.sheets.remove(batch.book.sheet(own))


def _part(item: Json) -> tuple[str, str]:
    """Where an object is kept, and the name of its id."""
    return ("charts", "chartId") if "chartId" in item else ("slicers", "slicerId")


def _object(batch: Batch, identifier: int) -> Json:
    try:
        return found(batch, "charts", "chartId", identifier, "embedded object")
    except GoogleError:
        return found(batch, "slicers", "slicerId", identifier, "embedded object")

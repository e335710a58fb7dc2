"""Developer metadata: requests that create, change and delete it, and what a DataFilter finds."""

from __future__ import annotations

from sheetflow.emulator.sheets import a1, defaults
from sheetflow.emulator.sheets.a1 import Area
from sheetflow.emulator.sheets.book import Book
from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.sheets.kinds.dimensions import strip
from sheetflow.emulator.sheets.shifts import with_sheet_ids, without_zero_ids
from sheetflow.emulator.wire import Json, assign, invalid


@kind("createDeveloperMetadata")
def create_developer_metadata(batch: Batch, request: Json) -> Json:
    """Attach metadata to the spreadsheet, a sheet, one row or one column."""
    wanted = with_sheet_ids(request.get("developerMetadata", {}))
    if not wanted.get("metadataKey"):
        raise invalid("Metadata key must be specified.")
    if wanted.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise invalid("Metadata visibility must be specified.")
    if wanted.get("metadataId", 1) < 1:
        raise invalid("Metadata ID must be positive.")
    identifier = wanted.get("metadataId") or defaults.fresh_id()
    if any(item["metadataId"] == identifier for item in batch.book.metadata):
        raise invalid(
            f"Cannot add developer metadata with ID [{identifier}] because developer metadata with that ID"
            " already exists."
        )
    location = _location(batch.book, wanted.get("location", {}))
    item = {**wanted, "metadataId": identifier, "location": location}
    batch.book.metadata.append(item)
    return {"developerMetadata": shown(item)}


def _location(book: Book, wanted: Json) -> Json:
    if wanted.get("spreadsheet"):
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    if "dimensionRange" in wanted:
        place = wanted["dimensionRange"]
        sheet = book.sheet(place.get("sheetId", 0))
        start, end = place.get("startIndex", 0), place.get("endIndex", 0)
        if end - start != 1 or end > sheet.count(place.get("dimension", "ROWS")):
            raise invalid("Developer metadata can be attached to exactly one row or column of the grid.")
        kind_of = "ROW" if place.get("dimension") == "ROWS" else "COLUMN"
        return {"locationType": kind_of, "dimensionRange": place}
    if "sheetId" in wanted:
        book.sheet(wanted["sheetId"])
        return {"locationType": "SHEET", "sheetId": wanted["sheetId"]}
    raise invalid("Metadata location must be specified.")


def shown(item: Json) -> Json:
    """DeveloperMetadata as Google answers it."""
    answer: Json = without_zero_ids(item)
    return answer


@kind("updateDeveloperMetadata")
def update_developer_metadata(batch: Batch, request: Json) -> Json:
    """Change all metadata that the filters find."""
    mask = batch.mask(request, "DeveloperMetadata")
    wanted = with_sheet_ids(request.get("developerMetadata", {}))
    items = find(batch.book, request.get("dataFilters", []))
    if not items:
        raise invalid("No developer metadata matches the given filters.")
    for item in items:
        changed = {**wanted, "metadataId": item["metadataId"]}
        if "location" in mask or "*" in mask:
            changed["location"] = _location(batch.book, wanted.get("location", {}))
        assign(item, changed, mask)
    return {"developerMetadata": [shown(item) for item in items]}


@kind("deleteDeveloperMetadata")
def delete_developer_metadata(batch: Batch, request: Json) -> Json:
    """Delete all metadata that the filter finds; finding none is no error."""
    items = find(batch.book, [request.get("dataFilter", {})])
    batch.book.metadata = [item for item in batch.book.metadata if item not in items]
    return {"deletedDeveloperMetadata": [shown(item) for item in items]} if items else {}


def find(book: Book, filters: list[Json]) -> list[Json]:
    """Metadata that any of the DataFilters finds, in the order of creation."""
    return [item for item in book.metadata if any(matches(book, item, one) for one in filters)]


def matches(book: Book, item: Json, data_filter: Json) -> bool:
    """Whether a DataFilter finds this metadata."""
    if "developerMetadataLookup" in data_filter:
        _check_lookup(data_filter["developerMetadataLookup"])
        return _looked_up(item, with_sheet_ids(data_filter["developerMetadataLookup"]))
    area = filter_area(book, data_filter)
    place = area_of(item)
    return place is not None and area.overlaps(place)


def _check_lookup(lookup: Json) -> None:
    """Refuse a lookup whose parts cannot go together, as Google's reference lists them."""
    strategy = lookup.get("locationMatchingStrategy", "")
    if strategy.endswith("_LOCATION") and "metadataLocation" not in lookup:
        raise invalid("A metadata location must be specified with a location matching strategy.")
    if "locationType" not in lookup:
        return
    if strategy == "EXACT_LOCATION":
        raise invalid("The location type must be left unspecified when the strategy is EXACT_LOCATION.")
    elsewhere = "metadataLocation" in lookup and not lookup["metadataLocation"].get("spreadsheet")
    if lookup["locationType"] == "SPREADSHEET" and (strategy == "INTERSECTING_LOCATION" or elsewhere):
        raise invalid("The location type cannot be SPREADSHEET here.")


def _looked_up(item: Json, lookup: Json) -> bool:
    for name in ("metadataId", "metadataKey", "metadataValue", "visibility"):
        if name in lookup and item.get(name) != lookup[name]:
            return False
    location = item["location"]
    if "locationType" in lookup and location["locationType"] != lookup["locationType"]:
        return False
    if "metadataLocation" not in lookup:
        return True
    wanted = lookup["metadataLocation"]
    if wanted.get("spreadsheet"):
        return bool(location["locationType"] == "SPREADSHEET")  # which intersects nothing else
    place = area_of(item)
    aim = area_of({"location": wanted})
    if place is None or aim is None:
        return False
    if lookup.get("locationMatchingStrategy") == "EXACT_LOCATION":
        return place == aim
    return place.overlaps(aim)


def area_of(item: Json) -> Area | None:
    """The cells that metadata stands on; None when it is the spreadsheet's."""
    location = item["location"]
    if "dimensionRange" in location:
        place = location["dimensionRange"]
        return strip(
            place.get("sheetId", 0),
            place.get("dimension", "ROWS"),
            place.get("startIndex", 0),
            place.get("endIndex"),
        )
    return Area(location["sheetId"]) if "sheetId" in location else None


def filter_area(book: Book, data_filter: Json) -> Area:
    """The area of a DataFilter that names cells."""
    if "a1Range" in data_filter:
        return book.area(data_filter["a1Range"])
    if "gridRange" in data_filter:
        area = a1.area_of(data_filter["gridRange"])
        book.sheet(area.sheet_id)
        return area
    raise invalid("A data filter must have a range or a metadata lookup.")


def filter_areas(book: Book, data_filter: Json) -> list[Area]:
    """The areas that a DataFilter stands for; metadata stands for its row, column or sheet."""
    if "developerMetadataLookup" not in data_filter:
        return [filter_area(book, data_filter)]
    places = (area_of(item) for item in book.metadata if matches(book, item, data_filter))
    return [place for place in places if place is not None]

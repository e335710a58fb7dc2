"""Requests about what a local workspace has not: BigQuery and Looker behind a sheet.

They are refused as Google refuses a caller without the further scope, or an id that nothing has; a refresh of
objects that are no data source's is answered with a failure for each.
"""

from __future__ import annotations

from collections.abc import Callable

from sheetflow.emulator.sheets.kinds.batch import Batch, kind
from sheetflow.emulator.wire import GoogleError, Json, invalid

_SCOPES = "Request had insufficient authentication scopes."


def _needs_scope(batch: Batch, request: Json) -> None:
    del batch, request
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {
            "service": "sheets.googleapis.com",
            "method": "google.apps.sheets.v4.SpreadsheetsService",
        },
    }
    raise GoogleError(403, "PERMISSION_DENIED", _SCOPES, (detail,))


def _unknown(label: str, *path: str) -> Callable[[Batch, Json], None]:
    def refuse(batch: Batch, request: Json) -> None:
        del batch
        found: object = request
        for name in path:
            found = found.get(name, "") if isinstance(found, dict) else ""
        raise invalid(f"No {label} with id: {found}")

    return refuse


@kind("addDataSource")
def _add_data_source(batch: Batch, request: Json) -> None:
    spec = request.get("dataSource", {}).get("spec", {})
    sources = [spec[name] for name in ("bigQuery", "looker") if name in spec]
    if len(sources) != 1:
        raise invalid("Exactly one of bigQuery and looker must be set in the spec of a data source.")
    if "bigQuery" in spec:
        if not spec["bigQuery"].get("projectId"):
            raise invalid("The project ID of a BigQuery data source must be specified.")
        if ("querySpec" in spec["bigQuery"]) == ("tableSpec" in spec["bigQuery"]):
            raise invalid("Exactly one of querySpec and tableSpec must be set in a BigQuery data source.")
    _needs_scope(batch, request)


def _status(request: Json, name: str, status: Json) -> Json:
    """The answer about some data source objects, none of which is there; about all of them it is empty."""
    if request.get("isAll"):
        return {}
    if "dataSourceId" in request:
        raise invalid(f"No data source with id: {request['dataSourceId']}")
    wanted = request.get("references", {}).get("references", [])
    if not wanted:
        raise invalid("One of references, dataSourceId and isAll must be set.")
    return {"statuses": [{"reference": reference, name: dict(status)} for reference in wanted]}


@kind("refreshDataSource")
def _refresh(batch: Batch, request: Json) -> Json:
    del batch
    return _status(request, "dataExecutionStatus", {"state": "FAILED", "errorCode": "OBJECT_NOT_FOUND"})


@kind("cancelDataSourceRefresh")
def _cancel(batch: Batch, request: Json) -> Json:
    del batch
    status = {"state": "CANCEL_FAILED", "errorCode": "EXECUTION_NOT_FOUND"}
    return _status(request, "refreshCancellationStatus", status)


kind("updateDataSource")(_unknown("data source", "dataSource", "dataSourceId"))
kind("deleteDataSource")(_unknown("data source", "dataSourceId"))

"""Requests about what a local workspace has not: BigQuery and Looker behind a sheet, threads of comments.

They are refused as Google refuses a caller without the further scope, or an id that nothing has.
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


kind("addDataSource")(_needs_scope)
kind("updateDataSource")(_unknown("data source", "dataSource", "dataSourceId"))
kind("deleteDataSource")(_unknown("data source", "dataSourceId"))
kind("refreshDataSource")(_unknown("data source", "dataSourceId"))
kind("cancelDataSourceRefresh")(_unknown("data source", "dataSourceId"))

"""The discovery documents that googleapiclient bundles, as schemas: unknown fields are forbidden.

    assert_fits(document="sheets.v4", schema="Spreadsheet", value=answer)

A failure names the path and the problem.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import googleapiclient
import jsonschema_rs

_DOCUMENTS = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"


@functools.cache
def discovery(document: str) -> dict[str, Any]:
    """A discovery document by its name, such as `sheets.v4`."""
    loaded: dict[str, Any] = json.loads((_DOCUMENTS / f"{document}.json").read_text("utf-8"))
    return loaded


@functools.cache
def _validator(document: str, schema: str) -> Any:
    definitions = {name: _converted(body) for name, body in discovery(document)["schemas"].items()}
    return jsonschema_rs.validator_for({"$ref": f"#/$defs/{schema}", "$defs": definitions})


def _converted(body: dict[str, Any]) -> dict[str, Any]:
    """One schema of a discovery document as JSON Schema."""
    if "$ref" in body:
        return {"$ref": f"#/$defs/{body['$ref']}"}
    kind = body.get("type", "any")
    if kind == "any":
        return {}
    if kind == "array":
        return {"type": "array", "items": _converted(body["items"])}
    if kind == "object":
        fields = {name: _converted(inner) for name, inner in body.get("properties", {}).items()}
        more = body.get("additionalProperties")
        return {
            "type": "object",
            "properties": fields,
            "additionalProperties": _converted(more) if more else False,
        }
    if kind == "string" and body.get("format") in ("int64", "uint64"):
        return {"type": "string", "pattern": r"^-?\d+$"}
    converted: dict[str, Any] = {"type": kind}
    if "enum" in body:
        converted["enum"] = body["enum"]
    return converted


def problems(*, document: str, schema: str, value: Any) -> list[str]:
    """Why a value is no message of an API; empty where it is one."""
    validator = _validator(document, schema)
    if validator.is_valid(value):
        return []
    return [
        f"{schema}: {'/'.join(str(step) for step in error.instance_path)}: {error.message}"
        for error in validator.iter_errors(value)
    ]


def assert_fits(*, document: str, schema: str, value: Any) -> None:
    """Assert that a value is a message of an API, with no field that the API does not have."""
    found = problems(document=document, schema=schema, value=value)
    assert not found, f"{schema} of {document}:\n" + "\n".join(found)

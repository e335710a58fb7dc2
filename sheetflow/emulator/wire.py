"""What every emulated Google API has in common on the wire: the error envelope and field masks.

An error of any service is a `GoogleError`; `envelope` is the one place that shapes it. A field mask is parsed
once into a tree (`Mask`), in which an empty branch means "everything below". Google accepts dots and slashes,
commas, parentheses and `*`; source: Google's reference on partial responses, and recorded traffic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""A JSON object."""

Mask: TypeAlias = dict[str, "Mask"]
"""A field mask as a tree; `{}` selects everything below, the key `*` stands for every field."""

STATUS_OF_CODE = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}

_MASK_TOKEN = re.compile(r"[A-Za-z0-9_*\-]+|[(),./]")


class GoogleError(Exception):
    """A refusal as Google words it.

    Args:
        code: HTTP status.
        status: Google's canonical name of it, such as `INVALID_ARGUMENT`.
        message: the sentence that clients show.
        details: entries of `error.details`.
        errors: entries of `error.errors`, by which the older services tell a reason; theirs have no status.
    """

    def __init__(
        self,
        code: int,
        status: str,
        message: str,
        details: Sequence[Json] = (),
        errors: Sequence[Json] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.details = tuple(details)
        self.errors = tuple(errors)


def invalid(message: str, *, details: Sequence[Json] = ()) -> GoogleError:
    """A 400 INVALID_ARGUMENT."""
    return GoogleError(400, "INVALID_ARGUMENT", message, details)


def not_found(message: str = "Requested entity was not found.") -> GoogleError:
    """A 404 NOT_FOUND with Google's usual sentence."""
    return GoogleError(404, "NOT_FOUND", message)


def forbidden(message: str = "The caller does not have permission") -> GoogleError:
    """A 403 PERMISSION_DENIED with Google's usual sentence."""
    return GoogleError(403, "PERMISSION_DENIED", message)


def bad_request(violations: Iterable[tuple[str, str]]) -> GoogleError:
    """A 400 for a payload that does not fit its message type.

    Args:
        violations: pairs of (path of the field, description); the message is the descriptions, one a line.
    """
    pairs = list(violations)
    detail = {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [
            {"field": field, "description": text} if field else {"description": text} for field, text in pairs
        ],
    }
    return invalid("\n".join(text for _, text in pairs), details=[detail])


def envelope(error: GoogleError) -> Json:
    """The body of the answer for `error`, in the shape that Sheets and Forms use, or an older service's."""
    if error.errors:
        return {"error": {"code": error.code, "message": error.message, "errors": list(error.errors)}}
    body: Json = {"code": error.code, "message": error.message, "status": error.status}
    if error.details:
        body["details"] = list(error.details)
    return {"error": body}


def parse_mask(text: str) -> Mask:
    """Parse a field mask: `a.b,c/d`, `sheets(properties,data/rowData)`, `*`.

    Raises:
        GoogleError: 400 when the text is no field mask.
    """
    tokens = _MASK_TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text) or not tokens:
        raise _bad_mask(text)
    mask: Mask = {}
    rest = _parse_list(tokens, 0, mask, text)
    if rest != len(tokens):
        raise _bad_mask(text)
    return mask


def _parse_list(tokens: list[str], at: int, mask: Mask, text: str) -> int:
    """Read `path,path,...` into `mask`; returns the index of the first token that is not part of it."""
    while True:
        at = _parse_path(tokens, at, mask, text)
        if at < len(tokens) and tokens[at] == ",":
            at += 1
            continue
        return at


def _parse_path(tokens: list[str], at: int, mask: Mask, text: str) -> int:
    branch, whole = mask, False
    while True:
        if at >= len(tokens) or tokens[at] in "(),./":
            raise _bad_mask(text)
        name, known = tokens[at], branch.get(tokens[at])
        whole = whole or known == {}
        branch = branch.setdefault(name, {}) if not whole else {}
        at += 1
        if at < len(tokens) and tokens[at] in "./":
            at += 1
            continue
        break
    if at < len(tokens) and tokens[at] == "(":
        at = _parse_list(tokens, at + 1, branch, text)
        if at >= len(tokens) or tokens[at] != ")":
            raise _bad_mask(text)
        at += 1
    else:
        branch.clear()
    return at


def _bad_mask(text: str) -> GoogleError:
    return bad_request([("fields", f"Invalid field selection {text}")])


def pick(value: Any, mask: Mask) -> Any:
    """The part of `value` that `mask` selects. Lists are gone through; absent fields stay absent."""
    if not mask or (len(mask) == 1 and mask.get("*") == {}):
        return value
    if isinstance(value, list):
        return [pick(item, mask) for item in value]
    if not isinstance(value, Mapping):
        return value
    everything = mask.get("*")
    picked = {}
    for key, inner in value.items():
        branch = mask.get(key, everything)
        if branch is not None:
            picked[key] = pick(inner, branch)
    return picked


def selects(mask: Mask | None, *path: str) -> bool:
    """Whether `mask` touches the field at `path` (or something above or below it); no mask selects all."""
    if mask is None:
        return True
    for name in path:
        if not mask:
            return True
        branch = mask.get(name, mask.get("*"))
        if branch is None:
            return False
        mask = branch
    return True


def assign(target: Json, source: Json, mask: Mask) -> None:
    """Write the masked fields of `source` into `target`, as an update request does.

    A field that is in the mask and not in `source` is cleared; this is how Google clears a field.
    """
    if "*" in mask or not mask:
        target.clear()
        target.update(source)
        return
    for name, branch in mask.items():
        if not branch or not isinstance(source.get(name), dict):
            if name in source:
                target[name] = source[name]
            elif not branch:
                target.pop(name, None)
            elif isinstance(target.get(name), dict):
                inner = dict(target[name])
                assign(inner, {}, branch)
                _keep(target, name, inner)
        else:
            inner = dict(target.get(name) or {})
            assign(inner, source[name], branch)
            _keep(target, name, inner)


def _keep(target: Json, name: str, inner: Json) -> None:
    if inner:
        target[name] = inner
    else:
        target.pop(name, None)

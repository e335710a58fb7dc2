"""What a File in a request's body asks for: which fields may be written, and how they are kept.

Fields that Drive does not have are passed over, as Google does; fields that only Drive sets are refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sheetflow.emulator.drive.errors import DriveError, invalid_value, not_writable
from sheetflow.emulator.files import File
from sheetflow.emulator.wire import Json

_TEXT = (
    "name",
    "mimeType",
    "description",
    "folderColorRgb",
    "originalFilename",
    "createdTime",
    "modifiedTime",
)
_FLAGS = ("starred", "trashed", "copyRequiresWriterPermission", "viewersCanCopyContent", "writersCanShare")
_PAIRS = ("properties", "appProperties")
_OBJECTS = ("contentHints", "shortcutDetails")
_KEPT = (*("description", "folderColorRgb", "originalFilename"), *_OBJECTS, "contentRestrictions")
_KEPT_FLAGS = ("copyRequiresWriterPermission", "writersCanShare")
_READ_ONLY = (
    *("capabilities", "driveId", "explicitlyTrashed", "fileExtension", "fullFileExtension", "headRevisionId"),
    *(
        "iconLink",
        "imageMediaMetadata",
        "lastModifyingUser",
        "md5Checksum",
        "modifiedByMe",
        "ownedByMe",
        "owners",
    ),
    *("modifiedByMeTime", "permissionIds", "permissions", "quotaBytesUsed", "sha1Checksum", "sha256Checksum"),
    *(
        "shared",
        "sharedWithMeTime",
        "sharingUser",
        "size",
        "spaces",
        "thumbnailLink",
        "version",
        "viewedByMe",
    ),
    *("webContentLink", "webViewLink", "isAppAuthorized", "exportLinks", "trashedTime", "trashingUser"),
)
_PAIRS_MAX, _PAIR_BYTES = 30, 124


def checked(body: Any, *, new: bool) -> Json:
    """The fields of a body that can be written.

    Args:
        body: decoded JSON, None for none.
        new: whether a file is created; the parents, the id and the time of creation can be chosen then only.

    Raises:
        DriveError: 403 for fields that cannot be written, 400 for values of a wrong type.
    """
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise DriveError(400, "parseError", "Parse Error")
    meta = {name: value for name, value in body.items() if value is not None}
    if not new and "parents" in meta:
        raise not_writable(
            "The parents field is not directly writable in update requests. Use the addParents and"
            " removeParents parameters instead."
        )
    fixed = _READ_ONLY if new else (*_READ_ONLY, "id", "createdTime", "shortcutDetails")
    if any(name in meta for name in fixed):
        raise not_writable()
    for name, value in meta.items():
        if not _fits(name, value):
            raise invalid_value(name, f"Invalid value for: {name}")
    return meta


def _fits(name: str, value: Any) -> bool:
    if name in _TEXT or name == "id":
        return isinstance(value, str)
    if name in _FLAGS:
        return isinstance(value, bool)
    if name in _PAIRS:
        return isinstance(value, dict) and all(one is None or isinstance(one, str) for one in value.values())
    if name == "parents":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, dict) if name in _OBJECTS else True


def columns_of(meta: Mapping[str, Any], caller: str, before: File | None = None) -> Json:
    """The columns of a file's record that a body changes, but for its place, its trash and its content.

    Args:
        meta: from `checked`.
        caller: e-mail address; a star is each user's own.
        before: the record as it was; None for a new file.

    Raises:
        DriveError: 400 for times that are none, 403 for too many or too long properties.
    """
    columns: Json = {}
    if "name" in meta:
        columns["name"] = meta["name"] or "Untitled"
    for name, column in (("createdTime", "created"), ("modifiedTime", "modified")):
        if name in meta:
            columns[column] = stamp_of(meta[name], name)
    extra = dict(before.extra) if before else {}
    extra.update({name: meta[name] for name in (*_KEPT, *_KEPT_FLAGS) if name in meta})
    if "viewersCanCopyContent" in meta:
        extra["copyRequiresWriterPermission"] = not meta["viewersCanCopyContent"]
    for name in _PAIRS:
        if name in meta:
            pairs = {**extra.get(name, {}), **meta[name]}
            extra[name] = _limited({key: value for key, value in pairs.items() if value is not None})
    if "starred" in meta:
        others = [one for one in extra.get("starred", ()) if one != caller]
        extra["starred"] = [*others, caller] if meta["starred"] else others
    more = json.dumps(extra, ensure_ascii=False)
    if more != (before.more if before else "{}"):
        columns["more"] = more
    return columns


def _limited(pairs: dict[str, str]) -> dict[str, str]:
    if len(pairs) > _PAIRS_MAX:
        raise DriveError(403, "propertyCountLimitExceeded", "The property count limit has been exceeded.")
    if any(len((key + value).encode()) > _PAIR_BYTES for key, value in pairs.items()):
        raise DriveError(403, "propertySizeLimitExceeded", "The property size limit has been exceeded.")
    return pairs


def stamp_of(text: str, name: str) -> str:
    """A time from a request as it is kept: UTC, milliseconds.

    Raises:
        DriveError: 400 for what is no RFC 3339 time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid_value(name, f"Invalid value for: {name}") from error
    moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"

"""What Drive refuses, in Google's words and with Google's reasons.

A Drive error repeats itself in `error.errors` with a domain, a reason and where the fault lies; programs tell
errors apart by the reason. It has no `error.status`. Source: Google's guide on resolving Drive's errors, and
errors that users of the API reported.
"""

from __future__ import annotations

from collections.abc import Sequence

from sheetflow.emulator.wire import STATUS_OF_CODE, GoogleError


class DriveError(GoogleError):
    """A refusal of Drive's.

    Args:
        code: HTTP status.
        reason: Google's name of what is wrong.
        message: the sentence that clients show.
        location: the parameter at fault, "" for none.
        domain: `global` or `usageLimits`.
        location_type: where `location` stands.
    """

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        location: str = "",
        *,
        domain: str = "global",
        location_type: str = "parameter",
    ) -> None:
        entry = {"message": message, "domain": domain, "reason": reason}
        if location:
            entry.update(location=location, locationType=location_type)
        super().__init__(code, STATUS_OF_CODE.get(code, "UNKNOWN"), message, errors=[entry])
        self.reason = reason


NO_STORAGE = (
    "Service Accounts do not have storage quota. Leverage shared drives"
    " (https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth delegation"
    " (http://support.google.com/a/answer/7281227) instead."
)


def not_found(file_id: str) -> DriveError:
    """404 for a file that does not exist, or that the caller must not know of."""
    return DriveError(404, "notFound", f"File not found: {file_id}.", "fileId")


def insufficient() -> DriveError:
    """403 for a role that is too weak."""
    message = "The user does not have sufficient permissions for this file."
    return DriveError(403, "insufficientFilePermissions", message)


def no_storage() -> DriveError:
    """403 for content that a service account would have to own."""
    return DriveError(403, "storageQuotaExceeded", NO_STORAGE, domain="usageLimits")


def invalid_value(location: str, message: str = "Invalid Value") -> DriveError:
    """400 for a parameter that cannot be read."""
    return DriveError(400, "invalid", message, location)


def bad(message: str, location: str = "") -> DriveError:
    """400 for a request that makes no sense."""
    return DriveError(400, "badRequest", message, location)


def required(name: str) -> DriveError:
    """400 for a parameter or field that is missing."""
    return DriveError(400, "required", f"Required parameter: {name}", name)


def not_writable(
    message: str = "The resource body includes fields which are not directly writable.",
) -> DriveError:
    """403 for a field that only Drive itself sets."""
    return DriveError(403, "fieldNotWritable", message)


def inclusion_required() -> DriveError:
    """403 for a shared drive's items without the flag that asks for them."""
    message = (
        "The includeItemsFromAllDrives parameter must be set to true when driveId is specified or corpora"
        " contains drive or allDrives."
    )
    return DriveError(403, "teamDrivesInclusionRequired", message)


def one_of(name: str, value: str, allowed: Sequence[str]) -> DriveError:
    """400 for a parameter that is none of its words."""
    words = ", ".join(sorted(allowed))
    message = f"Invalid string value: '{value}'. Allowed values: [{words}]"
    return DriveError(400, "invalidParameter", message, name)

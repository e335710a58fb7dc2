"""Spreadsheets and forms made over Drive API v3, and what Drive says of places (DocumentsPort).

Drive makes an empty document of any kind in any folder, with our mark on it from the first moment on: so one
whose making was not answered is found again, and no second one is made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sheetflow.adapters import http
from sheetflow.adapters.folders import EVERYWHERE, DriveApi, DriveFolders
from sheetflow.adapters.forms import FormSchema
from sheetflow.adapters.permissions import DrivePermissions
from sheetflow.adapters.sheet_schema import SheetSchema
from sheetflow.app.founding import Ports
from sheetflow.app.ownership import DriveSeen, FileSeen
from sheetflow.errors import NotFound

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive",
    "https://www.googleapis.com/auth/forms.body",
)
"""What a founding needs to be let do."""

KINDS: Mapping[str, str] = {
    "spreadsheet": "application/vnd.google-apps.spreadsheet",
    "form": "application/vnd.google-apps.form",
}
_FILE = (
    "id,name,mimeType,trashed,driveId,parents,owners(emailAddress),"
    "capabilities(canEdit,canShare,canAddChildren)"
)

Json = Mapping[str, Any]


class DriveDocuments:
    """Documents as one account makes them."""

    def __init__(self, api: DriveApi) -> None:
        self.api, self.folders = api, DriveFolders(api)

    def me(self) -> str:
        """The account's own address; asked for once, and the first call that shows whether it is let in."""
        return self._me

    @cached_property
    def _me(self) -> str:
        about = self.api.again(self.api.service.about().get(fields="user(emailAddress)"))
        return str(about["user"].get("emailAddress", "")).lower()

    def ensure(self, kind: str, title: str, parent: str, mark: str) -> str:
        """The document of a founding; made where it is missing."""
        marks = {"properties": {"sf_founding": mark, "sf_kind": kind}}
        return str(self.folders.made(title, parent or "root", marks, kind=KINDS[kind])["id"])

    def file(self, file: str) -> FileSeen | None:
        """A file or folder, None where there is none that the account may see."""
        try:
            found: Json = self.api.again(self.api.files.get(fileId=file, fields=_FILE, **EVERYWHERE))
        except NotFound:
            return None
        owners = found.get("owners") or [{}]
        able = found.get("capabilities", {})
        return FileSeen(
            str(found["id"]), str(found["name"]), str(found["mimeType"]), bool(found.get("trashed")),
            str(owners[0].get("emailAddress", "")).lower(), str(found.get("driveId", "")),
            str((found.get("parents") or [""])[0]), bool(able.get("canEdit")), bool(able.get("canShare")),
            bool(able.get("canAddChildren")),
        )  # fmt: skip

    def drive(self, drive: str) -> DriveSeen | None:
        """A shared drive, None where there is none that the account is a member of."""
        asked = self.api.service.drives().get(driveId=drive, fields="id,name,capabilities,restrictions")
        try:
            found: Json = self.api.again(asked)
        except NotFound:
            return None
        able, held = found.get("capabilities", {}), found.get("restrictions", {})
        arranges = able.get("canTrashChildren") and not held.get("sharingFoldersRequiresOrganizerPermission")
        return DriveSeen(
            str(found["id"]), str(found["name"]), bool(able.get("canManageMembers") or arranges),
            bool(held.get("driveMembersOnly")),
        )  # fmt: skip


@contextmanager
def founding_ports(
    credentials: Credentials,
    api_root: str | None,
    free: Collection[str],
    clock: ClockPort,
    nonces: NoncesPort,
) -> Iterator[Ports]:
    """Everything that a founding is done through, as one account; closed afterwards.

    `free`: addresses of the system's own accounts, which no People tab names.
    """
    with ExitStack() as stack:
        api = DriveApi(credentials, api_root, clock, nonces)
        stack.callback(api.close)
        client = http.client(credentials, api_root, clock, nonces)
        stack.callback(client.http_client.session.close)
        form = FormSchema(credentials, api_root)
        stack.callback(form.close)

        def access(spreadsheet: str, root: str) -> DrivePermissions:
            made = DrivePermissions(credentials, api_root, spreadsheet, root, free, clock, nonces)
            stack.callback(made.close)
            return made

        yield Ports(DriveDocuments(api), SheetSchema(client), DriveFolders(api), form, access, nonces)

"""Files that people hand in on a page, put into the company's Drive (UploadsPort).

A service account has no storage: it may put files into a shared drive alone. Where the folder lies in
somebody's My Drive, the mailbox's account stores them instead, if it was allowed to. From the folder Incoming
a file is put away as one that an accountant laid there (`adapters.drive`).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import AuthorizedSession

from sheetflow.adapters.calls import counted
from sheetflow.adapters.folders import LISTED, SERVICE, DriveApi, DriveFolders, quoted
from sheetflow.adapters.google import TIMEOUT
from sheetflow.adapters.http import error_of
from sheetflow.errors import AccessDenied, ConfigError, Unavailable
from sheetflow.model.events import Upload

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

GOOGLE = "https://www.googleapis.com"
NO_STORAGE = "storageQuotaExceeded"


class DriveUploads:
    """The way into one company's folder.

    Args:
        credentials: of the functions' account.
        storer: gives the credentials of an account with storage; asked for only where the first has none.
        api_root: None for Google, else the root of a local workspace.
        folder: the id of the company's root folder.
        names: what the folders "bank", "incoming" and "outgoing" are called where they have to be made.
        clock: for the waits between tries.
        nonces: for their jitter.
    """

    def __init__(
        self,
        credentials: Credentials,
        storer: Callable[[], Credentials],
        api_root: str | None,
        folder: str,
        names: Mapping[str, str],
        clock: ClockPort,
        nonces: NoncesPort,
    ) -> None:
        self.credentials, self.storer, self.root, self.names = credentials, storer, folder, names
        self.url = (api_root or GOOGLE).rstrip("/") + "/upload/drive/v3/files"
        self.api = DriveApi(credentials, api_root, clock, nonces)

    def keep(
        self, key: str, name: str, kind: str, content: bytes, folder: str = "incoming", *, made: bool = False
    ) -> Upload:
        """Put a file into a folder of the bank's, or into one by its id (`made`); with the same key once.

        Raises:
            AccessDenied: nobody of ours has storage there.
            Unavailable, RateLimited, PortError: Drive is out of reach; sent again it is found or stored.
        """
        try:
            found = self._found(key)
            place = folder if found or made else self._place(folder)
            return Upload(found or self._stored(key, name, kind, content, place), name, kind)
        finally:
            self.api.close()

    def _stored(self, key: str, name: str, kind: str, content: bytes, folder: str) -> str:
        body = {
            "name": name, "mimeType": kind, "parents": [folder],
            "appProperties": {"sf_upload": key},
        }  # fmt: skip
        try:
            return self._store(self.credentials, body, content)
        except _NoStorage:
            return self._store(self._with_storage(), body, content)

    def _with_storage(self) -> Credentials:
        try:
            return self.storer()
        except ConfigError as error:
            raise AccessDenied(SERVICE, "no account of ours has storage") from error

    def _found(self, key: str) -> str:
        where = f"appProperties has {{ key='sf_upload' and value={quoted(key)} }} and trashed = false"
        asked = self.api.files.list(q=where, pageSize=1, fields="files(id)", **LISTED)
        files = self.api.again(asked).get("files", [])
        return str(files[0]["id"]) if files else ""

    def _place(self, folder: str) -> str:
        folders = DriveFolders(self.api)
        bank = folders.ensure("bank", self.names["bank"], self.root, self.root)
        return folders.ensure(folder, self.names[folder], bank, self.root)

    def _store(self, credentials: Credentials, body: Mapping[str, object], content: bytes) -> str:
        """A multipart upload, as Google's reference has it: what is known of the file, then its bytes."""
        mark = secrets.token_hex(16)
        head = f"--{mark}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json.dumps(body)}\r\n"
        part = f"--{mark}\r\nContent-Type: {body['mimeType']}\r\n\r\n"
        data = head.encode() + part.encode() + content + f"\r\n--{mark}--\r\n".encode()
        session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]
        try:
            with counted("drive.files.create"):
                answer = session.post(
                    self.url,
                    params={"uploadType": "multipart", "supportsAllDrives": "true", "fields": "id"},
                    data=data,
                    headers={"Content-Type": f"multipart/related; boundary={mark}"},
                    timeout=TIMEOUT,
                )
            found = answer.json() if answer.ok else _error(answer)
        except (requests.ConnectionError, requests.Timeout, TransportError, ValueError) as error:
            raise Unavailable(SERVICE, f"no answer: {type(error).__name__}") from error
        except GoogleAuthError as error:
            raise AccessDenied(SERVICE, type(error).__name__) from error
        finally:
            session.close()  # type: ignore[no-untyped-call]
        return str(found["id"])


class _NoStorage(AccessDenied):
    """The account has no storage of its own."""


def _error(answer: requests.Response) -> Mapping[str, object]:
    try:
        told = answer.json().get("error", {})
    except ValueError:
        told = {}
    reasons = {one.get("reason") for one in told.get("errors", ())}
    message = str(told.get("message") or "no message")
    if answer.status_code == 403 and NO_STORAGE in reasons:
        raise _NoStorage(SERVICE, message)
    raise error_of(SERVICE, answer.status_code, message)

"""Backups in Drive: an export without its workbook, packed into one file a day, Backup/<year>/.

The folder lies in the company's root folder and is opened to nobody: only the accounts of the system read it.
A file is known by the day in its properties, so a backup that was cut off is made again and none is made
twice; its manifest holds the head of the history, which `sheetflow restore` checks.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheetflow.adapters.export_files import write_export
from sheetflow.adapters.folders import EVERYWHERE, LISTED, DriveFolders, quoted
from sheetflow.adapters.uploads import DriveUploads
from sheetflow.errors import ConfigError, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheetflow.core.migration.archive import Everything

KIND = "application/zip"
LARGEST = 1024 * 1024 * 1024
"""Bytes of all that is in a backup, unpacked."""


class DriveBackups:
    """One registry's backups.

    Args:
        uploads: the way into the company's folder.
        spreadsheet: the registry's id.
        name: what the folder is called where it has to be made.
    """

    def __init__(self, uploads: DriveUploads, spreadsheet: str, name: str) -> None:
        self.uploads, self.spreadsheet, self.name = uploads, spreadsheet, name

    def keep(self, at: datetime, content: bytes) -> str:
        """Store the backup of a day; gives the file's id: that of the day's first where there is one."""
        day = f"{at:%Y-%m-%d}"
        key = f"{self._key} {day}"
        api = self.uploads.api
        folders = DriveFolders(api)
        place = folders.ensure("backup", self.name, self.uploads.root, self.uploads.root)
        marks = {"appProperties": {"sf_backups": day[:4]}}
        year = folders.made(day[:4], place, marks, f"{quoted(place)} in parents")
        stored = self.uploads.keep(key, f"sheetflow-{day}.zip", KIND, content, str(year["id"]), made=True)
        return stored.id

    def newest(self) -> tuple[str, bytes]:
        """Name and content of the last backup.

        Raises:
            NotFound: there is none.
        """
        api = self.uploads.api
        asked = api.files.list(
            q=f"name contains 'sheetflow-' and mimeType = {quoted(KIND)} and trashed = false",
            orderBy="name desc", pageSize=100, fields="files(id,name,appProperties)", **LISTED,
        )  # fmt: skip
        files = api.again(asked).get("files", [])
        own = [
            one for one in files if one.get("appProperties", {}).get("sf_upload", "").startswith(self._key)
        ]
        if not own:
            raise NotFound("Drive", "there is no backup of this registry")
        last: Mapping[str, Any] = max(own, key=lambda one: str(one["name"]))
        content: bytes = api.again(api.files.get_media(fileId=last["id"], **EVERYWHERE))
        return str(last["name"]), content

    @property
    def _key(self) -> str:
        return f"backup {self.spreadsheet}"


def pack(
    everything: Everything, language: str, spreadsheet: str, keys: Mapping[str, str], at: datetime
) -> bytes:
    """An export as one file. Arguments as of `write_export`."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "backup"
        write_export(folder, everything, language, spreadsheet, keys, at, workbook=False)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, file.name)
        return packed.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Write a packed export into a folder.

    Raises:
        ConfigError: it is none, or has anything in it that no export has.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = archive.infolist()
            if any(Path(one.filename).name != one.filename for one in inside):
                raise ConfigError(["this is no backup: it has files in folders"])
            if sum(one.file_size for one in inside) > LARGEST:
                raise ConfigError(["this is no backup: it is too large"])
            archive.extractall(folder)
    except zipfile.BadZipFile as error:
        raise ConfigError([f"this is no backup: {error}"]) from error

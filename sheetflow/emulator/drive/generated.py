"""Ids that are handed out before their files exist, so that a creation can be tried again without a twin."""

from __future__ import annotations

from sheetflow.emulator.drive.errors import DriveError, invalid_value
from sheetflow.emulator.files import FOLDER, NATIVE, Files, new_file_id


class GeneratedIds:
    """The ids that may be chosen for new files."""

    def __init__(self, files: Files) -> None:
        self._files = files
        files.store.ensure("CREATE TABLE IF NOT EXISTS generated_ids (id TEXT PRIMARY KEY) WITHOUT ROWID")

    def take(self, count: int) -> list[str]:
        """New ids."""
        ids = [self.fresh() for _ in range(count)]
        with self._files.store.write() as connection:
            connection.executemany("INSERT INTO generated_ids VALUES (?)", [(one,) for one in ids])
        return ids

    def fresh(self) -> str:
        """An id that is handed to nobody."""
        return new_file_id()

    def check(self, file_id: str, kind: str) -> None:
        """Refuse an id that cannot become a file's.

        Raises:
            DriveError: 409 when a file has it, 400 when it was not generated, or for a Docs editors file.
        """
        if kind.startswith(NATIVE) and kind != FOLDER:
            raise invalid_value("id", "Generated IDs are not supported for Docs Editors formats.")
        if self._files.get(file_id) is not None:
            raise DriveError(409, "fileIdInUse", "A file already exists with the provided ID.")
        if not self._files.store.read("SELECT 1 FROM generated_ids WHERE id = ?", (file_id,)):
            raise invalid_value("file.id", "The provided file ID is not usable.")

    def used(self, file_id: str) -> None:
        """Forget an id that became a file's."""
        with self._files.store.write() as connection:
            connection.execute("DELETE FROM generated_ids WHERE id = ?", (file_id,))

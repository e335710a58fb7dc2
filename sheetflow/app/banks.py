"""Loading the bank directory into the registry: all of it in one guarded commit, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sheetflow.banking.bank_directory import Bank
from sheetflow.core.history import instant
from sheetflow.core.tabs import range_id
from sheetflow.errors import ConcurrentEdit, ConfigError
from sheetflow.ports import Commit, NoncesPort, SheetPort

TRIES = 5


def load_banks(sheet: SheetPort, banks: Mapping[str, Bank], nonces: NoncesPort) -> int:
    """Put a directory in the place of the one before; gives the number of banks.

    Raises:
        ConfigError: the registry has no tab for it.
        ConcurrentEdit: somebody committed first, time after time; the old directory is still in use.
    """
    rows = [[bank.bik, bank.name, bank.corr_account, bank.city] for _, bank in sorted(banks.items())]
    for attempt in range(1, TRIES + 1):
        snapshot = sheet.read()
        if "banks" not in snapshot.token.sheets:
            raise ConfigError(["the registry has no tab for banks: it was made by an older sheetflow"])
        token = snapshot.token
        revision = token.revision + 1
        new = replace(
            token, revision=revision, range_id=range_id(revision, nonces.nonce()), banks=instant(snapshot.now)
        )
        try:
            sheet.commit(
                Commit(token, new, snapshot.registry.columns, len(snapshot.registry.rows), banks=rows)
            )
        except ConcurrentEdit:
            if attempt == TRIES:
                raise
        else:
            break
    return len(rows)

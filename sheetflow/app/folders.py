"""The company's folders for payments and invoices: what there is, and who may open it.

    sheetflow/                      the service account writes, its owner owns
        Payments/                   approvers, directors and accountants read all requests
            2026/2026-11/PR-000124 Romashka/     the requester reads this one (`adapters.drive`)
        Bank/
            Incoming/               accountants put in statements and payment orders
            Outgoing/               accountants take bank files from here

Each is known by a key in its properties: done again this finds what is there, whatever it is called now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sheetflow.core.access import READERS
from sheetflow.core.rulebook import Words
from sheetflow.ports import FoldersPort

LAYOUT: Mapping[str, str] = {"payments": "root", "bank": "root", "incoming": "bank", "outgoing": "bank"}
"""Folder key -> the key of the folder that it lies in."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders' ids, by key: root, payments, bank, incoming, outgoing."""

    ids: Mapping[str, str]

    @property
    def root(self) -> str:
        """The folder that holds all others: the setting SHEETFLOW_FOLDER."""
        return self.ids["root"]


def make_folders(
    port: FoldersPort,
    words: Words,
    registry: str,
    people: Mapping[str, Sequence[str]],
    *,
    service_account: str,
) -> Folders:
    """Make the folders of a registry and open them to the people who need them.

    Args:
        port: acts as the owner of the folders.
        words: the registry's own language: what new folders are called.
        registry: the spreadsheet's id: one owner may have several registries.
        people: address -> roles, by key.
        service_account: the address that the functions act under.

    Raises:
        PortError: some folders may be made; done again the rest is.
    """
    ids = {"root": port.ensure(f"root:{registry}", words.label("folders", "root"))}
    for key, above in LAYOUT.items():
        ids[key] = port.ensure(key, words.label("folders", key), ids[above])
    port.share(ids["root"], service_account, "writer")
    for key, readers in READERS.items():
        for address, roles in people.items():
            wanted = {readers[role] for role in readers if role in roles}
            if wanted:
                port.share(ids[key], address, "writer" if "writer" in wanted else "reader")
    return Folders(ids)

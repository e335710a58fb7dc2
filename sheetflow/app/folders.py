"""The company's folders for payments and invoices: what there is, and who may open it.

    sheetflow/                      the service account writes, its owner owns
        Payments/                   approvers, directors and accountants read all requests
            2026/2026-11/PR-000124 Romashka/     the requester reads this one (`adapters.drive`)
        Bank/
            Incoming/               accountants put in statements and payment orders
            Outgoing/               accountants take bank files from here
            Processed/2026/         statements that were taken in; accountants read them
            Rejected/               what was no statement, or nobody's who may bring one

Each is known by a key in its properties: done again this finds what is there, whatever it is called now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sheetflow.core.rulebook import Words
from sheetflow.ports import FoldersPort

LAYOUT: Mapping[str, str] = {
    "payments": "root", "bank": "root", "incoming": "bank", "outgoing": "bank", "processed": "bank",
    "rejected": "bank",
}  # fmt: skip
"""Folder key -> the key of the folder that it lies in."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders' ids, by key: root and those of `LAYOUT`."""

    ids: Mapping[str, str]

    @property
    def root(self) -> str:
        """The folder that holds all others: the setting SHEETFLOW_FOLDER."""
        return self.ids["root"]


def make_folders(
    port: FoldersPort, words: Words, registry: str, *, service_account: str, parent: str = ""
) -> Folders:
    """Make the folders of a registry, open to the functions alone: people are given theirs by `app.access`.

    Args:
        port: acts as the owner of the folders.
        words: the registry's own language: what new folders are called.
        registry: the spreadsheet's id: one owner may have several registries.
        service_account: the address that the functions act under; "" where the port acts as it.
        parent: the id of the folder or shared drive that the root folder lies in, "" for My Drive.

    Raises:
        PortError: some folders may be made; done again the rest is.
    """
    root = port.ensure(f"root:{registry}", words.label("folders", "root"), parent)
    if service_account:
        port.share(root, service_account, "writer")
    return make_inside(port, words, root)


def make_inside(port: FoldersPort, words: Words, root: str) -> Folders:
    """Make what lies in a root folder that is there."""
    ids = {"root": root}
    for key, above in LAYOUT.items():
        ids[key] = port.ensure(key, words.label("folders", key), ids[above], root)
    return Folders(ids)

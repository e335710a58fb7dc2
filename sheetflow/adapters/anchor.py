"""The anchor in Drive (AnchorPort): in the spreadsheet's `appProperties`, which versions do not include.

Restoring an old version brings back what stands in cells; what Drive knows of the file stays. `appProperties`
are private to the project that wrote them (Drive's reference): neither editors nor their scripts see them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetflow.adapters.folders import EVERYWHERE, DriveApi
from sheetflow.app.anchoring import Anchor

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from sheetflow.ports import ClockPort, NoncesPort

KEY = "sf_anchor"
"""With its value it has to stay below 124 bytes."""


class DriveAnchors:
    """One spreadsheet's anchor.

    Args:
        credentials: of the functions' account.
        api_root: None for Google, else the root of a local workspace.
        spreadsheet: its id.
        clock: for the waits between tries.
        nonces: for their jitter.
    """

    def __init__(
        self,
        credentials: Credentials,
        api_root: str | None,
        spreadsheet: str,
        clock: ClockPort,
        nonces: NoncesPort,
    ) -> None:
        self.api, self.spreadsheet = DriveApi(credentials, api_root, clock, nonces), spreadsheet

    def read(self) -> Anchor | None:
        """What was written last: one call. What nobody of ours can have written counts as nothing."""
        asked = self.api.files.get(fileId=self.spreadsheet, fields="appProperties", **EVERYWHERE)
        text = str(self.api.again(asked).get("appProperties", {}).get(KEY, ""))
        try:
            seq, revision, head = text.split(" ")
            return Anchor(int(seq), head, int(revision))
        except ValueError:
            return None

    def write(self, anchor: Anchor) -> None:
        """Keep another: one call."""
        body = {"appProperties": {KEY: f"{anchor.seq} {anchor.revision} {anchor.head}"}}
        self.api.again(self.api.files.update(fileId=self.spreadsheet, body=body, fields="id", **EVERYWHERE))

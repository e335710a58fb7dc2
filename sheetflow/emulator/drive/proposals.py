"""Access proposals: somebody asks for access to a file, and those who may share it grant or deny it.

People ask in Drive's own pages, for which `POST /workspace/ask` stands here; the API lists and resolves.
Source: Google's guide on pending access proposals.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from sheetflow.emulator.drive.errors import DriveError, insufficient, invalid_value, not_found, required
from sheetflow.emulator.drive.picture import capabilities, rank
from sheetflow.emulator.files import File
from sheetflow.emulator.wire import Json, invalid

if TYPE_CHECKING:
    from sheetflow.emulator.drive.service import Drive
    from sheetflow.emulator.drive.sharing import Sharing

_ROLES = ("reader", "commenter", "writer")


class Proposals:
    """All proposals that nobody has resolved."""

    def __init__(self, drive: Drive, sharing: Sharing) -> None:
        self._drive = drive
        self._sharing = sharing
        drive.files.store.ensure(
            "CREATE TABLE IF NOT EXISTS access_proposals (file TEXT NOT NULL, id TEXT NOT NULL,"
            " body TEXT NOT NULL, PRIMARY KEY (file, id))"
        )

    def ask(self, body: Json) -> Json:
        """Do what `POST /workspace/ask` asks for.

        Args:
            body: {"as": email, "file": id} and perhaps "role": reader, commenter or writer; "message"; and
                "recipient": the address that shall get access, where it is another's.

        Returns:
            The AccessProposal.

        Raises:
            GoogleError: 400 malformed, 404 for no such file.
        """
        who, role = body.get("as"), body.get("role", "reader")
        if not isinstance(who, str) or "@" not in who or role not in _ROLES:
            raise invalid('Send {"as": email, "file": id, "role": "reader", "commenter" or "writer"}')
        file = self._drive.files.get(str(body.get("file")))
        if file is None:
            raise not_found(str(body.get("file")))
        proposal: Json = {
            "fileId": file.id,
            "proposalId": secrets.token_urlsafe(24),
            "requesterEmailAddress": who.lower(),
            "recipientEmailAddress": str(body.get("recipient") or who).lower(),
            "rolesAndViews": [{"role": role}],
            "createTime": self._drive.files.stamp(),
        }
        if body.get("message"):
            proposal["requestMessage"] = str(body["message"])
        with self._drive.files.store.write() as connection:
            row = (file.id, proposal["proposalId"], json.dumps(proposal))
            connection.execute("INSERT INTO access_proposals VALUES (?, ?, ?)", row)
        return proposal

    def listed(self, file: File, caller: str) -> list[Json]:
        """The proposals on a file, the oldest first.

        Raises:
            DriveError: 403 for who may not share the file.
        """
        if not capabilities(file, self._drive.files.role(file.id, caller))["canShare"]:
            raise insufficient()
        rows = self._drive.files.store.read(
            "SELECT body FROM access_proposals WHERE file = ? ORDER BY rowid", (file.id,)
        )
        return [json.loads(row[0]) for row in rows]

    def one(self, file: File, caller: str, identifier: str) -> Json:
        """A proposal.

        Raises:
            DriveError: 403, 404.
        """
        for proposal in self.listed(file, caller):
            if proposal["proposalId"] == identifier:
                return proposal
        raise DriveError(404, "notFound", f"Access proposal not found: {identifier}.", "proposalId")

    def resolve(self, file: File, caller: str, identifier: str, body: Any) -> None:
        """Grant the access, or deny it; the proposal is gone then.

        Raises:
            DriveError: 400 for what is neither, or for a grant without a role; 403, 404.
        """
        body = body if isinstance(body, dict) else {}
        proposal = self.one(file, caller, identifier)
        action, roles = body.get("action"), body.get("role") or []
        if action not in ("ACCEPT", "DENY"):
            raise invalid_value("action") if action else required("action")
        if action == "ACCEPT":
            if not isinstance(roles, list) or not roles:
                raise required("role")
            if any(role not in _ROLES for role in roles):
                raise invalid_value("role")
            given = {"type": "user", "role": max(roles, key=rank)}
            given["emailAddress"] = proposal["recipientEmailAddress"]
            self._sharing.give(file, caller, given, notify=body.get("sendNotification") is True)
        with self._drive.files.store.write() as connection:
            connection.execute(
                "DELETE FROM access_proposals WHERE file = ? AND id = ?", (file.id, identifier)
            )

"""What is asked for and got later, over HTTP: access proposals, downloads as operations."""

from __future__ import annotations

from flask import Blueprint, Response, request

from sheetflow.emulator.drive import answers
from sheetflow.emulator.drive.answers import all_drives, answer, caller, mask, number
from sheetflow.emulator.drive.errors import DriveError
from sheetflow.emulator.drive.service import Drive
from sheetflow.emulator.wire import Json


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the routes on a blueprint."""
    root = "/drive/v3/files/<file_id>/accessproposals"

    @routes.get(root)
    def proposals(file_id: str) -> Response:
        tree = mask("ListAccessProposalsResponse", "*")
        found = drive.proposals.listed(drive.open(file_id, caller()), caller())
        chosen, token = answers.page(found, number("pageSize", 100, 1, 100))
        body: Json = {"accessProposals": chosen} if chosen else {}
        return answer({**body, "nextPageToken": token} if token else body, tree)

    @routes.get(f"{root}/<proposal>")
    def proposal_shown(file_id: str, proposal: str) -> Response:
        tree = mask("AccessProposal", "*")
        return answer(drive.proposals.one(drive.open(file_id, caller()), caller(), proposal), tree)

    @routes.post(f"{root}/<proposal>:resolve")
    def proposal_resolved(file_id: str, proposal: str) -> Response:
        drive.proposals.resolve(drive.open(file_id, caller()), caller(), proposal, answers.body())
        return Response(status=204)

    @routes.post("/drive/v3/files/<file_id>/download")
    def download(file_id: str) -> Response:
        tree = mask("Operation", "*")
        file = drive.open(file_id, caller(), all_drives=all_drives())
        if not drive.may_take(file, caller()):
            raise DriveError(403, "cannotDownloadFile", "This file cannot be downloaded by the user.")
        revision = request.args.get("revisionId", "")
        if revision:
            revision = drive.contents.one(file, revision).id
        where = request.base_url.removesuffix(f"/{file_id}/download")
        kind = request.args.get("mimeType", "")
        return answer(drive.operations.download(file, caller(), where, kind, revision), tree)

    @routes.get("/drive/v3/operations/<name>")
    def operation(name: str) -> Response:
        return answer(drive.operations.get(name, caller()), mask("Operation", "*"))

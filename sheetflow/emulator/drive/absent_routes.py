"""What nobody has here, told as to those who have none at Google: third-party apps, labels of Workspace."""

from __future__ import annotations

from flask import Blueprint, Response, request

from sheetflow.emulator.drive import answers
from sheetflow.emulator.drive.answers import answer, caller, mask, number
from sheetflow.emulator.drive.errors import DriveError
from sheetflow.emulator.drive.service import Drive
from sheetflow.emulator.wire import Json


def add(routes: Blueprint, drive: Drive) -> None:
    """Put the routes on a blueprint."""

    @routes.get("/drive/v3/apps")
    def apps() -> Response:
        body: Json = {"kind": "drive#appList", "selfLink": request.base_url, "defaultAppIds": [], "items": []}
        return answer(body, mask("AppList", "*"))

    @routes.get("/drive/v3/files/<file_id>/listLabels")
    def labels(file_id: str) -> Response:
        tree = mask("LabelList", "*")
        number("maxResults", 100, 1, 100)
        drive.open(file_id, caller())
        return answer({"kind": "drive#labelList", "labels": []}, tree)

    @routes.post("/drive/v3/files/<file_id>/modifyLabels")
    def modify_labels(file_id: str) -> Response:
        tree = mask("ModifyLabelsResponse", "*")
        drive.open(file_id, caller(), "writer")
        body = answers.body()
        wanted = body.get("labelModifications") if isinstance(body, dict) else None
        for one in wanted if isinstance(wanted, list) else []:
            label = one.get("labelId", "") if isinstance(one, dict) else ""
            raise DriveError(404, "notFound", f"Label not found: {label}.", "labelId")
        return answer({"kind": "drive#modifyLabelsResponse", "modifiedLabels": []}, tree)

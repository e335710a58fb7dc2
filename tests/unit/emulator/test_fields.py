"""For each method that is served, the fields that Google does return, by name: an answer lacks none of them.

The schemas (`tests/answers.py`) say what an answer may hold, this what it must. One story calls every method;
`fields` is a field mask each leaf of which must be there, in every element of a list. Sources: Google's
reference of each method, and recorded traffic for Sheets and Drive; what a field is for is told there.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from sheetflow.emulator.app import create_app
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.wire import Mask, parse_mask
from tests.methods import is_served, method_of, methods

ANNA, BORIS = "anna@example.com", "boris@example.com"
FOLDER = "application/vnd.google-apps.folder"
NOTHING = ""
"""Google answers an empty body."""
EMPTY = "{}"
"""Google answers an object without fields."""

UPDATED = "updatedRange,updatedRows,updatedColumns,updatedCells"
TOTALS = "totalUpdatedRows,totalUpdatedColumns,totalUpdatedCells,totalUpdatedSheets"
TAB = "sheetId,title,index,sheetType,gridProperties(rowCount,columnCount)"
BOOK = (
    "spreadsheetId,spreadsheetUrl,properties(title,locale,autoRecalc,timeZone,spreadsheetTheme(primaryFontFamily,"
    "themeColors(colorType,color)),defaultFormat(backgroundColor,padding,verticalAlignment,wrapStrategy,textFormat"
    "(foregroundColor,fontFamily,fontSize,bold,italic,strikethrough,underline),backgroundColorStyle)),"
    f"sheets/properties({TAB})"
)
METADATA = "metadataId,metadataKey,metadataValue,visibility,location(locationType,spreadsheet)"
FILE = "kind,id,name,mimeType"
PERSON = "kind,displayName,me,permissionId,emailAddress"
CONTENT = (
    "size,md5Checksum,sha1Checksum,sha256Checksum,originalFilename,fileExtension,fullFileExtension,"
    "headRevisionId"
)
WHOLE_FILE = (
    f"{FILE},starred,trashed,explicitlyTrashed,parents,spaces,version,webViewLink,webContentLink,createdTime,"
    f"modifiedTime,modifiedByMe,modifiedByMeTime,viewedByMe,owners({PERSON}),lastModifyingUser({PERSON}),shared,"
    "ownedByMe,capabilities(canEdit,canShare,canTrash,canDownload,canCopy),viewersCanCopyContent,writersCanShare,"
    "copyRequiresWriterPermission,permissions(kind,id,type,role,emailAddress,displayName),permissionIds,"
    f"quotaBytesUsed,isAppAuthorized,hasThumbnail,thumbnailVersion,iconLink,{CONTENT}"
)
SHARE = "kind,id,type,role"
PROPOSAL = (
    "fileId,proposalId,requesterEmailAddress,recipientEmailAddress,rolesAndViews/role,"
    "requestMessage,createTime"
)
COMMENT = "kind,id,createdTime,modifiedTime,htmlContent,content,deleted,author(kind,displayName,me)"
CHANNEL = "kind,id,resourceId,resourceUri,expiration"
MAIL = "id,threadId,labelIds"
SAID = "name,sender(name,type),createTime,text,formattedText,argumentText,thread(name,threadKey),space/name"
WHOLE_MAIL = (
    f"{MAIL},snippet,historyId,internalDate,sizeEstimate,"
    "payload(partId,mimeType,filename,headers(name,value),body/size)"
)
LABEL = "id,name,type,messageListVisibility,labelListVisibility"
ALIAS = "sendAsEmail,displayName,replyToAddress,signature"
FILTER = "id,criteria/from,action/addLabelIds"
FORM = "formId,info(title,documentTitle),revisionId,responderUri,settings,publishSettings/publishState"
RESPONSE = "responseId,createTime,lastSubmittedTime,answers"
WATCH = "id,target/topic/topicName,eventType,createTime,expireTime,state"

TASK_LIST = "kind,id,etag,title,updated,selfLink"
TASK = f"{TASK_LIST},position,status,webViewLink"

FIELDS = {
    "sheets.spreadsheets.create": BOOK,
    "sheets.spreadsheets.get": BOOK,
    "sheets.spreadsheets.getByDataFilter": (
        f"{BOOK},sheets/data(rowData/values,rowMetadata/pixelSize,"
        "columnMetadata/pixelSize)"
    ),
    "sheets.spreadsheets.batchUpdate": (
        f"spreadsheetId,replies/addSheet/properties({TAB}),"
        f"updatedSpreadsheet({BOOK})"
    ),
    "sheets.spreadsheets.values.update": f"spreadsheetId,{UPDATED},updatedData(range,majorDimension,values)",
    "sheets.spreadsheets.values.get": "range,majorDimension,values",
    "sheets.spreadsheets.values.append": f"spreadsheetId,tableRange,updates(spreadsheetId,{UPDATED})",
    "sheets.spreadsheets.values.clear": "spreadsheetId,clearedRange",
    "sheets.spreadsheets.values.batchGet": "spreadsheetId,valueRanges(range,majorDimension,values)",
    "sheets.spreadsheets.values.batchUpdate": f"spreadsheetId,{TOTALS},responses(spreadsheetId,{UPDATED})",
    "sheets.spreadsheets.values.batchClear": "spreadsheetId,clearedRanges",
    "sheets.spreadsheets.values.batchGetByDataFilter": (
        "spreadsheetId,valueRanges(valueRange(range,majorDimension,values),"
        "dataFilters/a1Range)"
    ),
    "sheets.spreadsheets.values.batchUpdateByDataFilter": (
        f"spreadsheetId,{TOTALS},responses({UPDATED},"
        "dataFilter/a1Range)"
    ),
    "sheets.spreadsheets.values.batchClearByDataFilter": "spreadsheetId,clearedRanges",
    "sheets.spreadsheets.developerMetadata.get": METADATA,
    "sheets.spreadsheets.developerMetadata.search": (
        f"matchedDeveloperMetadata(developerMetadata({METADATA}),"
        "dataFilters)"
    ),
    "sheets.spreadsheets.sheets.copyTo": TAB,
    "drive.about.get": (
        f"kind,user({PERSON}),storageQuota(limit,usage,usageInDrive,usageInDriveTrash),importFormats,"
        "exportFormats,maxUploadSize"
    ),
    "drive.files.create": FILE,
    "drive.files.get": WHOLE_FILE,
    "drive.files.list": f"kind,incompleteSearch,nextPageToken,files({FILE})",
    "drive.files.update": FILE,
    "drive.files.copy": FILE,
    "drive.files.delete": NOTHING,
    "drive.files.emptyTrash": NOTHING,
    "drive.files.generateIds": "kind,space,ids",
    "drive.files.export": "",
    "drive.files.watch": CHANNEL,
    "drive.permissions.create": f"{SHARE},emailAddress,displayName,deleted,pendingOwner",
    "drive.permissions.get": SHARE,
    "drive.permissions.list": f"kind,permissions({SHARE})",
    "drive.permissions.update": SHARE,
    "drive.permissions.delete": NOTHING,
    "drive.revisions.list": "kind,revisions(kind,id,mimeType,modifiedTime)",
    "drive.revisions.get": (
        f"kind,id,mimeType,modifiedTime,keepForever,published,lastModifyingUser({PERSON}),"
        "originalFilename,md5Checksum,size"
    ),
    "drive.revisions.update": "kind,id,mimeType,modifiedTime",
    "drive.revisions.delete": NOTHING,
    "drive.comments.create": f"{COMMENT},replies",
    "drive.comments.get": COMMENT,
    "drive.comments.list": f"kind,comments({COMMENT})",
    "drive.comments.update": COMMENT,
    "drive.comments.delete": NOTHING,
    "drive.replies.create": COMMENT,
    "drive.replies.get": COMMENT,
    "drive.replies.list": f"kind,replies({COMMENT})",
    "drive.replies.update": COMMENT,
    "drive.replies.delete": NOTHING,
    "drive.changes.getStartPageToken": "kind,startPageToken",
    "drive.changes.list": (
        "kind,newStartPageToken,changes(kind,type,changeType,time,removed,fileId,"
        f"file({FILE}))"
    ),
    "drive.changes.watch": CHANNEL,
    "drive.channels.stop": NOTHING,
    "drive.drives.create": "kind,id,name",
    "drive.drives.get": "kind,id,name",
    "drive.drives.list": "kind,drives(kind,id,name)",
    "drive.drives.update": "kind,id,name",
    "drive.drives.delete": NOTHING,
    "drive.drives.hide": "kind,id,name",
    "drive.drives.unhide": "kind,id,name",
    "drive.teamdrives.create": "kind,id,name",
    "drive.teamdrives.get": "kind,id,name",
    "drive.teamdrives.list": "kind,teamDrives(kind,id,name)",
    "drive.teamdrives.update": "kind,id,name",
    "drive.teamdrives.delete": NOTHING,
    "drive.apps.list": "kind,selfLink",
    "drive.files.listLabels": "kind",
    "drive.files.modifyLabels": "kind",
    "drive.files.download": "name,metadata",
    "drive.operations.get": "name,metadata,done,response(downloadUri,partialDownloadAllowed)",
    "drive.accessproposals.list": f"accessProposals({PROPOSAL})",
    "drive.accessproposals.get": PROPOSAL,
    "drive.accessproposals.resolve": NOTHING,
    "gmail.users.getProfile": "emailAddress,messagesTotal,threadsTotal,historyId",
    "gmail.users.watch": "historyId,expiration",
    "gmail.users.stop": NOTHING,
    "gmail.users.messages.send": MAIL,
    "gmail.users.messages.insert": MAIL,
    "gmail.users.messages.import": MAIL,
    "gmail.users.messages.list": "messages(id,threadId),resultSizeEstimate",
    "gmail.users.messages.get": WHOLE_MAIL,
    "gmail.users.messages.modify": MAIL,
    "gmail.users.messages.trash": MAIL,
    "gmail.users.messages.untrash": MAIL,
    "gmail.users.messages.batchModify": NOTHING,
    "gmail.users.messages.batchDelete": NOTHING,
    "gmail.users.messages.delete": NOTHING,
    "gmail.users.messages.attachments.get": "size,data",
    "gmail.users.threads.list": "threads(id,snippet,historyId),resultSizeEstimate",
    "gmail.users.threads.get": f"id,historyId,messages({WHOLE_MAIL})",
    "gmail.users.threads.modify": f"id,messages({MAIL})",
    "gmail.users.threads.trash": f"id,messages({MAIL})",
    "gmail.users.threads.untrash": f"id,messages({MAIL})",
    "gmail.users.threads.delete": NOTHING,
    "gmail.users.labels.list": "labels(id,name,type)",
    "gmail.users.labels.create": LABEL,
    "gmail.users.labels.get": f"{LABEL},messagesTotal,messagesUnread,threadsTotal,threadsUnread",
    "gmail.users.labels.update": LABEL,
    "gmail.users.labels.patch": f"{LABEL},color(textColor,backgroundColor)",
    "gmail.users.labels.delete": NOTHING,
    "gmail.users.drafts.create": f"id,message({MAIL})",
    "gmail.users.drafts.list": "drafts(id,message(id,threadId)),resultSizeEstimate",
    "gmail.users.drafts.get": f"id,message({WHOLE_MAIL})",
    "gmail.users.drafts.update": f"id,message({MAIL})",
    "gmail.users.drafts.send": MAIL,
    "gmail.users.drafts.delete": NOTHING,
    "gmail.users.history.list": f"historyId,history(id,messages(id,threadId),messagesAdded/message({MAIL}))",
    "gmail.users.settings.getAutoForwarding": "enabled",
    "gmail.users.settings.updateAutoForwarding": "enabled",
    "gmail.users.settings.getImap": "enabled,autoExpunge,expungeBehavior,maxFolderSize",
    "gmail.users.settings.updateImap": "enabled,autoExpunge,expungeBehavior,maxFolderSize",
    "gmail.users.settings.getPop": "accessWindow,disposition",
    "gmail.users.settings.updatePop": "accessWindow,disposition",
    "gmail.users.settings.getLanguage": "displayLanguage",
    "gmail.users.settings.updateLanguage": "displayLanguage",
    "gmail.users.settings.getVacation": "enableAutoReply,restrictToContacts,restrictToDomain",
    "gmail.users.settings.updateVacation": "enableAutoReply,responseSubject",
    "gmail.users.settings.sendAs.create": f"{ALIAS},verificationStatus",
    "gmail.users.settings.sendAs.list": f"sendAs({ALIAS})",
    "gmail.users.settings.sendAs.get": f"{ALIAS},verificationStatus",
    "gmail.users.settings.sendAs.update": f"{ALIAS},verificationStatus",
    "gmail.users.settings.sendAs.patch": f"{ALIAS},verificationStatus",
    "gmail.users.settings.sendAs.verify": NOTHING,
    "gmail.users.settings.sendAs.delete": NOTHING,
    "gmail.users.settings.filters.create": FILTER,
    "gmail.users.settings.filters.list": f"filter({FILTER})",
    "gmail.users.settings.filters.get": FILTER,
    "gmail.users.settings.filters.delete": NOTHING,
    "gmail.users.settings.forwardingAddresses.create": "forwardingEmail,verificationStatus",
    "gmail.users.settings.forwardingAddresses.list": (
        "forwardingAddresses(forwardingEmail,verificationStatus)"
    ),
    "gmail.users.settings.forwardingAddresses.get": "forwardingEmail,verificationStatus",
    "gmail.users.settings.forwardingAddresses.delete": NOTHING,
    "gmail.users.settings.delegates.create": "delegateEmail,verificationStatus",
    "gmail.users.settings.delegates.list": "delegates(delegateEmail,verificationStatus)",
    "gmail.users.settings.delegates.get": "delegateEmail,verificationStatus",
    "gmail.users.settings.delegates.delete": NOTHING,
    "forms.forms.create": FORM,
    "forms.forms.get": f"{FORM},items(itemId,title,questionItem/question/questionId)",
    "forms.forms.batchUpdate": (
        "replies/createItem(itemId,questionId),writeControl/requiredRevisionId,"
        f"form({FORM})"
    ),
    "forms.forms.setPublishSettings": "formId,publishSettings/publishState(isPublished,isAcceptingResponses)",
    "forms.forms.responses.list": f"responses({RESPONSE})",
    "forms.forms.responses.get": RESPONSE,
    "forms.forms.watches.create": WATCH,
    "forms.forms.watches.list": f"watches({WATCH})",
    "forms.forms.watches.renew": WATCH,
    "forms.forms.watches.delete": EMPTY,
    "tasks.tasklists.insert": TASK_LIST,
    "tasks.tasklists.get": TASK_LIST,
    "tasks.tasklists.list": f"kind,etag,items({TASK_LIST})",
    "tasks.tasklists.patch": TASK_LIST,
    "tasks.tasklists.update": TASK_LIST,
    "tasks.tasklists.delete": NOTHING,
    "tasks.tasks.insert": TASK,
    "tasks.tasks.get": TASK,
    "tasks.tasks.list": f"kind,etag,items({TASK})",
    "tasks.tasks.patch": f"{TASK},completed",
    "tasks.tasks.update": TASK,
    "tasks.tasks.move": TASK,
    "tasks.tasks.clear": NOTHING,
    "tasks.tasks.delete": NOTHING,
    "chat.spaces.messages.create": SAID,
    "chat.spaces.messages.get": SAID,
    "chat.spaces.messages.list": f"messages({SAID})",
}  # fmt: skip


class Story:
    """Calls as Anna, and what each method answered first."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.app = create_app(emulator)
        self._client: FlaskClient = self.app.test_client()
        self.answers: dict[str, Any] = {}

    def call(self, verb: str, path: str, body: Any = None, who: str = ANNA, **more: Any) -> Any:
        """The JSON of an answer, or its text."""
        headers = {"Authorization": f"Bearer local:{who}", **more.pop("headers", {})}
        given = {"json": body} if body is not None else more
        answer = self._client.open(path, method=verb, headers=headers, **given)
        assert answer.status_code < 300, f"{verb} {path}: {answer.text}"
        method = method_of(verb, path.partition("?")[0])
        assert method is not None, path
        told = (
            json.loads(answer.text) if answer.mimetype == "application/json" and answer.text else answer.text
        )
        self.answers.setdefault(method.id, told)
        return told

    def tell(self) -> None:
        """All services."""
        self.sheets()
        self.files()
        self.sharing()
        self.asking()
        self.talk()
        self.mail()
        self.forms()
        self.tasks()
        self.space()

    def sheets(self) -> None:
        book = self.call("POST", "/v4/spreadsheets", {"properties": {"title": "Register"}})["spreadsheetId"]
        root = f"/v4/spreadsheets/{book}"
        self.call("GET", root)
        row = {"values": [["item", "sum"], ["Rent", 900]]}
        self.call("PUT", f"{root}/values/A1?valueInputOption=RAW&includeValuesInResponse=true", row)
        self.call("POST", f"{root}/values/A1:append?valueInputOption=RAW", {"values": [["Food", 250]]})
        self.call("GET", f"{root}/values/A1:B3")
        self.call("GET", f"{root}/values:batchGet?ranges=A1:B1&ranges=A2")
        data = [{"range": "D1", "values": [[1]]}, {"range": "E1", "values": [[2]]}]
        self.call("POST", f"{root}/values:batchUpdate", {"valueInputOption": "RAW", "data": data})
        by_filter = {"dataFilter": {"a1Range": "F1"}, "values": [[3]], "majorDimension": "ROWS"}
        self.call(
            "POST", f"{root}/values:batchUpdateByDataFilter", {"valueInputOption": "RAW", "data": [by_filter]}
        )
        filters = {"dataFilters": [{"a1Range": "F1"}]}
        self.call("POST", f"{root}/values:batchGetByDataFilter", filters)
        self.call("POST", f"{root}:getByDataFilter", {**filters, "includeGridData": True})
        self.call("POST", f"{root}/values:batchClearByDataFilter", filters)
        self.call("POST", f"{root}/values:batchClear", {"ranges": ["E1"]})
        self.call("POST", f"{root}/values/D1:clear", {})
        self.call(
            "POST",
            f"{root}:batchUpdate",
            {"requests": [{"addSheet": {}}], "includeSpreadsheetInResponse": True},
        )
        kept = {
            "metadataId": 7,
            "metadataKey": "k",
            "metadataValue": "v",
            "visibility": "DOCUMENT",
            "location": {"spreadsheet": True},
        }
        self.call(
            "POST",
            f"{root}:batchUpdate",
            {"requests": [{"createDeveloperMetadata": {"developerMetadata": kept}}]},
        )
        self.call("GET", f"{root}/developerMetadata/7")
        lookup = {"developerMetadataLookup": {"metadataKey": "k"}}
        self.call("POST", f"{root}/developerMetadata:search", {"dataFilters": [lookup]})
        self.call("POST", f"{root}/sheets/0:copyTo", {"destinationSpreadsheetId": book})
        self.call("GET", f"/drive/v3/files/{book}/export?mimeType=text/csv")

    def upload(self, name: str) -> str:
        made = self.call(
            "POST",
            "/upload/drive/v3/files?uploadType=media",
            data=b"%PDF-1.7",
            headers={"Content-Type": "application/pdf"},
        )
        self.call("PATCH", f"/drive/v3/files/{made['id']}", {"name": name})
        return str(made["id"])

    def files(self) -> None:
        self.start = self.call("GET", "/drive/v3/changes/startPageToken")["startPageToken"]
        self.file = self.upload("invoice.pdf")
        root = f"/drive/v3/files/{self.file}"
        self.call("GET", f"/drive/v3/changes?pageToken={self.start}")
        self.call("GET", f"{root}?fields=*")
        self.call("GET", "/drive/v3/files?pageSize=1")
        copy = self.call("POST", f"{root}/copy", {"name": "copy.pdf"})["id"]
        self.call("DELETE", f"/drive/v3/files/{copy}")
        self.call("DELETE", "/drive/v3/files/trash")
        self.call("GET", "/drive/v3/files/generateIds?count=2")
        self.call("GET", "/drive/v3/about?fields=*")
        self.call("GET", f"{root}/revisions")
        self.call(
            "PATCH",
            f"/upload{root}?uploadType=media",
            data=b"%PDF-1.8",
            headers={"Content-Type": "application/pdf"},
        )
        first, second = [one["id"] for one in self.call("GET", f"{root}/revisions")["revisions"]]
        self.call("GET", f"{root}/revisions/{second}?fields=*")
        self.call("PATCH", f"{root}/revisions/{second}", {"keepForever": True})
        self.call("DELETE", f"{root}/revisions/{first}")
        channel = {"id": "c1", "type": "web_hook", "address": "https://example.com/hook"}
        watched = self.call("POST", f"{root}/watch", channel)
        self.call("POST", f"/drive/v3/changes/watch?pageToken={self.start}", {**channel, "id": "c2"})
        self.call("POST", "/drive/v3/channels/stop", {"id": "c1", "resourceId": watched["resourceId"]})

    def sharing(self) -> None:
        root = f"/drive/v3/files/{self.file}/permissions"
        body = {"type": "user", "role": "reader", "emailAddress": BORIS}
        given = self.call("POST", f"{root}?fields=*", body)["id"]
        self.call("GET", root)
        self.call("GET", f"{root}/{given}")
        self.call("PATCH", f"{root}/{given}", {"role": "writer"})
        self.call("DELETE", f"{root}/{given}")
        drive = self.call("POST", "/drive/v3/drives?requestId=1", {"name": "Team"})["id"]
        self.call("GET", "/drive/v3/drives")
        self.call("GET", f"/drive/v3/drives/{drive}")
        self.call("PATCH", f"/drive/v3/drives/{drive}", {"name": "Teams"})
        self.call("POST", f"/drive/v3/drives/{drive}/hide")
        self.call("POST", f"/drive/v3/drives/{drive}/unhide")
        self.call("DELETE", f"/drive/v3/drives/{drive}")
        team = self.call("POST", "/drive/v3/teamdrives?requestId=2", {"name": "Team"})["id"]
        self.call("GET", "/drive/v3/teamdrives")
        self.call("GET", f"/drive/v3/teamdrives/{team}")
        self.call("PATCH", f"/drive/v3/teamdrives/{team}", {"name": "Teams"})
        self.call("DELETE", f"/drive/v3/teamdrives/{team}")

    def asking(self) -> None:
        root = f"/drive/v3/files/{self.file}"
        self.call("GET", "/drive/v3/apps")
        self.call("GET", f"{root}/listLabels")
        self.call("POST", f"{root}/modifyLabels", {})
        begun = self.call("POST", f"{root}/download")["name"]
        self.call("GET", f"/drive/v3/operations/{begun}")
        asked = {"as": BORIS, "file": self.file, "role": "writer", "message": "please"}
        self.emulator.drive.proposals.ask(asked)
        (one,) = self.call("GET", f"{root}/accessproposals")["accessProposals"]
        self.call("GET", f"{root}/accessproposals/{one['proposalId']}")
        self.call("POST", f"{root}/accessproposals/{one['proposalId']}:resolve", {"action": "DENY"})

    def talk(self) -> None:
        root = f"/drive/v3/files/{self.file}/comments"
        for kind, words in (("", "why?"), ("replies", "because")):
            if kind:
                root = f"{root}/{self.call('POST', f'{root}?fields=*', {'content': 'again'})['id']}/replies"
            made = self.call("POST", f"{root}?fields=*", {"content": words})["id"]
            self.call("GET", f"{root}?fields=*")
            self.call("GET", f"{root}/{made}?fields=*")
            self.call("PATCH", f"{root}/{made}?fields=*", {"content": "else"})
            self.call("DELETE", f"{root}/{made}")

    def mail(self) -> None:
        root = "/gmail/v1/users/me"
        head = ("MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=x", "", "--x")
        words = ("Content-Type: text/plain", "", "hello", "--x")
        part = (
            "Content-Type: application/pdf",
            "Content-Disposition: attachment; filename=i.pdf",
            "",
            "%PDF",
        )
        text = "\r\n".join([f"To: {ANNA}", "Subject: Invoice", *head, *words, *part, "--x--", ""])
        raw = {"raw": base64.urlsafe_b64encode(text.encode()).decode()}
        before = self.call("GET", f"{root}/profile")["historyId"]
        sent = self.call("POST", f"{root}/messages/send", raw)
        self.call("GET", f"{root}/history?startHistoryId={before}")
        self.call("GET", f"{root}/messages")
        whole = self.call("GET", f"{root}/messages/{sent['id']}")
        token = whole["payload"]["parts"][1]["body"]["attachmentId"]
        self.call("GET", f"{root}/messages/{sent['id']}/attachments/{token}")
        self.call("POST", f"{root}/messages/{sent['id']}/modify", {"addLabelIds": ["STARRED"]})
        self.call("GET", f"{root}/threads")
        self.call("GET", f"{root}/threads/{sent['threadId']}")
        self.call("POST", f"{root}/messages/{sent['id']}/trash")
        self.call("POST", f"{root}/messages/{sent['id']}/untrash")
        for move in ("trash", "untrash"):
            self.call("POST", f"{root}/threads/{sent['threadId']}/{move}")
        self.call("POST", f"{root}/threads/{sent['threadId']}/modify", {"addLabelIds": ["IMPORTANT"]})
        self.call("GET", f"{root}/labels")
        draft = self.call("POST", f"{root}/drafts", {"message": raw})["id"]
        self.call("GET", f"{root}/drafts")
        self.call("GET", f"{root}/drafts/{draft}")
        self.call("PUT", f"{root}/drafts/{draft}", {"message": raw})
        self.call("POST", f"{root}/drafts/send", {"id": draft})
        self.call("DELETE", f"{root}/drafts/{self.call('POST', f'{root}/drafts', {'message': raw})['id']}")

        self.call("POST", f"{root}/watch", {"topicName": "projects/p/topics/t"})
        self.call("POST", f"{root}/stop")
        self.boxes(root, raw["raw"])
        self.settings(f"{root}/settings")

    def boxes(self, root: str, raw: str) -> None:
        made = self.call("POST", f"{root}/labels", {"name": "Bills"})["id"]
        self.call("GET", f"{root}/labels/{made}")
        self.call("PUT", f"{root}/labels/{made}", {"id": made, "name": "Paid"})
        colors = {"textColor": "#ffffff", "backgroundColor": "#000000"}
        self.call("PATCH", f"{root}/labels/{made}", {"color": colors})
        body = {"raw": raw, "labelIds": [made]}
        first, second = (self.call("POST", f"{root}/messages{way}", body) for way in ("", "/import"))
        self.call("POST", f"{root}/messages/batchModify", {"ids": [first["id"]], "addLabelIds": ["UNREAD"]})
        self.call("POST", f"{root}/messages/batchDelete", {"ids": [first["id"]]})
        self.call("DELETE", f"{root}/messages/{second['id']}")
        third = self.call("POST", f"{root}/messages", body)
        self.call("DELETE", f"{root}/threads/{third['threadId']}")
        self.call("DELETE", f"{root}/labels/{made}")

    def settings(self, root: str) -> None:
        written = {
            "imap": {"enabled": False},
            "pop": {"accessWindow": "allMail"},
            "language": {"displayLanguage": "ru"},
            "vacation": {"enableAutoReply": True, "responseSubject": "Away"},
            "autoForwarding": {"enabled": False},
        }
        for name, body in written.items():
            self.call("GET", f"{root}/{name}")
            self.call("PUT", f"{root}/{name}", body)
        made: dict[str, dict[str, Any]] = {
            "filters": {"criteria": {"from": BORIS}, "action": {"addLabelIds": ["STARRED"]}},
            "forwardingAddresses": {"forwardingEmail": BORIS},
            "delegates": {"delegateEmail": BORIS},
            "sendAs": {"sendAsEmail": "anna@elsewhere.example"},
        }
        for name, body in made.items():
            one = self.call("POST", f"{root}/{name}", body)
            key = next(one[key] for key in ("id", *body) if key in one)
            self.call("GET", f"{root}/{name}")
            self.call("GET", f"{root}/{name}/{key}")
            if name == "sendAs":
                self.call("PUT", f"{root}/{name}/{key}", body)
                self.call("PATCH", f"{root}/{name}/{key}", {"signature": "A."})
                self.call("POST", f"{root}/{name}/{key}/verify")
            self.call("DELETE", f"{root}/{name}/{key}")

    def forms(self) -> None:
        made = self.call("POST", "/v1/forms", {"info": {"title": "Ask", "documentTitle": "Ask"}})
        root = f"/v1/forms/{made['formId']}"
        item = {"title": "How much?", "questionItem": {"question": {"textQuestion": {}}}}
        request = {"createItem": {"item": item, "location": {"index": 0}}}
        self.call("POST", f"{root}:batchUpdate", {"requests": [request], "includeFormInResponse": True})
        self.call("GET", root)
        state = {"publishState": {"isPublished": True, "isAcceptingResponses": True}}
        self.call("POST", f"{root}:setPublishSettings", {"publishSettings": state})
        self.emulator.respondent.respond_request(
            {"as": BORIS, "form": made["formId"], "answers": {"How much?": "7"}}
        )
        told = self.call("GET", f"{root}/responses")["responses"][0]["responseId"]
        self.call("GET", f"{root}/responses/{told}")
        watch = {
            "watch": {"target": {"topic": {"topicName": "projects/p/topics/t"}}, "eventType": "RESPONSES"}
        }
        identifier = self.call("POST", f"{root}/watches", watch)["id"]
        self.call("GET", f"{root}/watches")
        self.call("POST", f"{root}/watches/{identifier}:renew", {})
        self.call("DELETE", f"{root}/watches/{identifier}")

    def tasks(self) -> None:
        root = "/tasks/v1/users/@me/lists"
        made = self.call("POST", root, {"title": "To do"})["id"]
        self.call("GET", root)
        self.call("GET", f"{root}/{made}")
        self.call("PATCH", f"{root}/{made}", {"title": "To pay"})
        self.call("PUT", f"{root}/{made}", {"id": made, "title": "To send"})
        tasks = f"/tasks/v1/lists/{made}/tasks"
        first, second = [self.call("POST", tasks, {"title": title})["id"] for title in ("Pay", "Send")]
        self.call("GET", tasks)
        self.call("GET", f"{tasks}/{first}")
        self.call("POST", f"{tasks}/{first}/move?previous={second}")
        self.call("PATCH", f"{tasks}/{first}", {"status": "completed"})
        self.call("PUT", f"{tasks}/{second}", {"id": second, "title": "Send it"})
        self.call("POST", f"/tasks/v1/lists/{made}/clear")
        self.call("DELETE", f"{tasks}/{second}")
        self.call("DELETE", f"{root}/{made}")

    def space(self) -> None:
        webhook = self.emulator.chat.webhook("Payments")
        body = {"text": "Paid", "thread": {"threadKey": "PR-1"}}
        said = self.call("POST", webhook, body, headers={"Authorization": ""})["name"]
        self.call("GET", f"/v1/{said}")
        self.call("GET", webhook.partition("?")[0])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story, told once."""
    emulator = Emulator(tmp_path_factory.mktemp("fields"))
    story = Story(emulator)
    story.tell()
    yield story
    emulator.close()


def lacking(value: Any, mask: Mask, path: str = "") -> list[str]:
    """The paths of a mask that a value lacks; a list must hold something, and each element all of it."""
    if isinstance(value, list):
        return [path + "[]"] if not value else [each for item in value for each in lacking(item, mask, path)]
    missing = []
    for name, branch in mask.items():
        here = f"{path}/{name}".lstrip("/")
        if not isinstance(value, dict) or name not in value:
            missing.append(here)
        elif branch:
            missing += lacking(value[name], branch, here)
    return missing


@pytest.mark.parametrize("method", FIELDS)
def test_fields__an_answer_has_all_that_google_returns(method: str, story: Story) -> None:
    answer, fields = story.answers[method], FIELDS[method]
    if method == "drive.files.export":
        assert answer.startswith("item,sum\r\n")
    elif fields in (NOTHING, EMPTY):
        assert answer == ({} if fields else "")
    else:
        assert sorted(set(lacking(answer, parse_mask(fields)))) == []


def test_fields__every_method_that_is_served_has_a_case(story: Story) -> None:
    served = {method.id for method in methods() if is_served(method, story.app)}
    assert served == FIELDS.keys()


def test_lacking__tells_what_is_not_there() -> None:
    answer = {"files": [{"id": "1", "name": "a"}, {"id": "2"}], "owners": []}
    assert lacking(answer, parse_mask("kind,files(id,name),owners/me")) == ["kind", "files/name", "owners[]"]
    assert lacking(answer, parse_mask("files/id")) == []

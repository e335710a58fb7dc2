"""google-api-python-client, built from its own discovery documents: one job for each API."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from googleapiclient.discovery import build, build_from_document
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseDownload, MediaIoBaseUpload

from sheetflow.emulator.testing import LocalGoogle
from tests.discovery import discovery

ANNA, BORIS = "anna@example.com", "boris@example.com"
ROBOT = "robot@sample-project.iam.gserviceaccount.com"
FOLDER = "application/vnd.google-apps.folder"
Service = Callable[..., Any]


@pytest.fixture
def service(google: LocalGoogle) -> Iterator[Service]:
    """An API for somebody, by its name and version."""
    built: list[Any] = []

    def service(name: str, version: str, email: str = ANNA) -> Any:
        built.append(
            build(name, version, credentials=google.credentials(email), client_options=google.options(name))
        )
        return built[-1]

    yield service
    for one in built:
        one.close()


@pytest.fixture
def drive(google: LocalGoogle) -> Iterator[Any]:
    """Drive with uploads, which go where the document's root is: `client_options` do not move them."""
    document = {**discovery("drive.v3"), "rootUrl": f"{google.url}/"}
    with build_from_document(document, credentials=google.credentials(ANNA)) as drive:
        yield drive


def test_sheets__a_register_is_built_filled_and_read(service: Service) -> None:
    sheets = service("sheets", "v4").spreadsheets()
    made = sheets.create(
        body={"properties": {"title": "Register"}, "sheets": [{"properties": {"title": "Costs"}}]}
    ).execute()
    book, tab = made["spreadsheetId"], made["sheets"][0]["properties"]["sheetId"]
    values = sheets.values()
    values.update(
        spreadsheetId=book,
        range="Costs!A1",
        valueInputOption="USER_ENTERED",
        body={
            "values": [["item", "sum", "day"], ["Rent", "900", "2026-11-01"], ["Food", "250", "2026-11-02"]]
        },
    ).execute()
    block = {
        "sheetId": tab,
        "startRowIndex": 1,
        "endRowIndex": 10,
        "startColumnIndex": 1,
        "endColumnIndex": 2,
    }
    answer = sheets.batchUpdate(
        spreadsheetId=book,
        body={
            "requests": [
                {
                    "repeatCell": {
                        "range": block,
                        "cell": {
                            "userEnteredFormat": {
                                "numberFormat": {"type": "CURRENCY", "pattern": "$#,##0.00"}
                            }
                        },
                        "fields": "userEnteredFormat.numberFormat",
                    }
                },
                {
                    "setDataValidation": {
                        "range": block,
                        "rule": {
                            "condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "0"}]},
                            "strict": True,
                        },
                    }
                },
                {
                    "addConditionalFormatRule": {
                        "rule": {
                            "ranges": [block],
                            "booleanRule": {
                                "condition": {
                                    "type": "NUMBER_GREATER",
                                    "values": [{"userEnteredValue": "500"}],
                                },
                                "format": {"textFormat": {"bold": True}},
                            },
                        },
                        "index": 0,
                    }
                },
                {"addNamedRange": {"namedRange": {"name": "sums", "range": block}}},
                {
                    "appendCells": {
                        "sheetId": tab,
                        "rows": [
                            {
                                "values": [
                                    {"userEnteredValue": {"stringValue": "Total"}},
                                    {"userEnteredValue": {"formulaValue": "=SUM(B2:B3)"}},
                                ]
                            }
                        ],
                        "fields": "userEnteredValue",
                    }
                },
            ],
            "includeSpreadsheetInResponse": True,
            "responseRanges": ["Costs!A4:B4"],
            "responseIncludeGridData": True,
        },
    ).execute()
    (row,) = answer["updatedSpreadsheet"]["sheets"][0]["data"][0]["rowData"]
    assert row["values"][1]["effectiveValue"] == {"numberValue": 1150}
    assert row["values"][1]["formattedValue"] == "$1,150.00"
    found = values.batchGet(
        spreadsheetId=book, ranges=["sums", "Costs!C2:C3"], valueRenderOption="UNFORMATTED_VALUE"
    ).execute()
    assert [each["values"] for each in found["valueRanges"]] == [[[900], [250], [1150]], [[46327], [46328]]]
    whole = sheets.get(
        spreadsheetId=book, fields="namedRanges(name),sheets(conditionalFormats/booleanRule/condition/type)"
    ).execute()
    assert whole == {
        "namedRanges": [{"name": "sums"}],
        "sheets": [{"conditionalFormats": [{"booleanRule": {"condition": {"type": "NUMBER_GREATER"}}}]}],
    }
    with pytest.raises(HttpError, match="No sheet with id: 7") as refused:
        sheets.batchUpdate(spreadsheetId=book, body={"requests": [{"deleteSheet": {"sheetId": 7}}]}).execute()
    assert refused.value.resp.status == 400


def test_drive__a_file_is_uploaded_found_shared_and_read(drive: Any, service: Service) -> None:
    files = drive.files()
    folder = files.create(body={"name": "Invoices", "mimeType": FOLDER}, fields="id").execute()["id"]
    content = b"%PDF-1.7 " + bytes(range(256)) * 3000
    media = MediaIoBaseUpload(io.BytesIO(content), "application/pdf", chunksize=256 * 1024, resumable=True)
    sent = files.create(
        body={"name": "invoice 7.pdf", "parents": [folder], "appProperties": {"request": "PR-1"}},
        media_body=media,
        fields="id,size,md5Checksum",
    )
    progress, made = 0, None
    while made is None:
        status, made = sent.next_chunk()
        progress += status is not None
    assert progress > 1
    assert int(made["size"]) == len(content)
    small = MediaIoBaseUpload(io.BytesIO(b"a,b\n1,2\n"), "text/csv")
    files.create(body={"name": "list.csv", "parents": [folder]}, media_body=small).execute()
    by_request = "appProperties has { key='request' and value='PR-1' }"
    query = f"'{folder}' in parents and trashed = false and {by_request}"
    assert [one["name"] for one in files.list(q=query, fields="files(name)").execute()["files"]] == [
        "invoice 7.pdf"
    ]
    request = files.list(
        q=f"'{folder}' in parents", orderBy="name", pageSize=1, fields="nextPageToken,files(name)"
    )
    names = []
    while request is not None:
        page = request.execute()
        names += [one["name"] for one in page["files"]]
        request = files.list_next(request, page)
    assert names == ["invoice 7.pdf", "list.csv"]
    drive.permissions().create(
        fileId=made["id"],
        body={"type": "user", "role": "reader", "emailAddress": BORIS},
        sendNotificationEmail=False,
    ).execute()
    his = service("drive", "v3", BORIS)
    into = io.BytesIO()
    download = MediaIoBaseDownload(into, his.files().get_media(fileId=made["id"]), chunksize=200_000)
    done = False
    while not done:
        _, done = download.next_chunk()
    assert into.getvalue() == content
    with pytest.raises(HttpError) as refused:
        his.files().update(fileId=made["id"], body={"name": "mine"}).execute()
    assert refused.value.resp.status == 403
    files.update(fileId=made["id"], body={"trashed": True}).execute()
    assert files.list(q=query).execute()["files"] == []


def test_forms__a_form_is_made_and_read(service: Service) -> None:
    forms = service("forms", "v1").forms()
    form = forms.create(body={"info": {"title": "Request", "documentTitle": "Request form"}}).execute()[
        "formId"
    ]
    question = {"title": "How much?", "questionItem": {"question": {"required": True, "textQuestion": {}}}}
    replies = forms.batchUpdate(
        formId=form,
        body={
            "requests": [{"createItem": {"item": question, "location": {"index": 0}}}],
            "includeFormInResponse": True,
        },
    ).execute()
    assert replies["replies"][0]["createItem"]["questionId"]
    assert forms.get(formId=form).execute()["items"][0]["title"] == "How much?"
    assert forms.responses().list(formId=form).execute() == {}


def test_gmail__a_mail_is_sent_found_and_read(service: Service) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ANNA, BORIS, "Invoice 7"
    mail.set_content("Please pay.")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="invoice.pdf")
    raw = base64.urlsafe_b64encode(mail.as_bytes()).decode()
    sent = service("gmail", "v1").users().messages().send(userId="me", body={"raw": raw}).execute()
    assert sent["labelIds"] == ["SENT"]
    box = service("gmail", "v1", BORIS).users().messages()
    (found,) = box.list(userId="me", q=f"from:{ANNA} subject:invoice has:attachment is:unread").execute()[
        "messages"
    ]
    message = box.get(userId="me", id=found["id"]).execute()
    headers = {each["name"]: each["value"] for each in message["payload"]["headers"]}
    assert headers["Subject"] == "Invoice 7"
    part = message["payload"]["parts"][1]
    body = (
        box.attachments().get(userId="me", messageId=found["id"], id=part["body"]["attachmentId"]).execute()
    )
    assert base64.urlsafe_b64decode(body["data"]) == b"%PDF-1.7"
    box.modify(userId="me", id=found["id"], body={"removeLabelIds": ["UNREAD"]}).execute()
    assert "messages" not in box.list(userId="me", q="is:unread subject:invoice").execute()


def test_service_account__gets_its_token_by_a_signed_assertion_and_has_no_storage(service: Service) -> None:
    robot = service("drive", "v3", ROBOT)
    assert robot.about().get(fields="user(emailAddress)").execute() == {"user": {"emailAddress": ROBOT}}
    with pytest.raises(HttpError, match="Service Accounts do not have storage quota"):
        service("drive", "v3", ROBOT).files().create(
            body={"name": "x.txt", "mimeType": "text/plain"}
        ).execute()

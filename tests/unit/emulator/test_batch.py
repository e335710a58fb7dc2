"""Batches over HTTP, as google-api-python-client sends them and as a plain request does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from googleapiclient.errors import HttpError

from sheetflow.emulator.control import Fault
from sheetflow.emulator.testing import LocalGoogle
from tests.services import Services

ANNA, BORIS = "anna@example.com", "boris@example.com"


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalGoogle]:
    with LocalGoogle(tmp_path_factory.mktemp("batch")) as google:
        yield google


@pytest.fixture(scope="module")
def services(google: LocalGoogle) -> Iterator[Services]:
    with Services(google) as services:
        yield services


def post(google: LocalGoogle, path: str, *parts: str, token: str = ANNA, boundary: str = "b") -> Any:
    """A batch by hand, with the outer token unless that is ""."""
    body = "".join(f"--{boundary}\r\nContent-Type: application/http\r\n{part}\r\n" for part in parts)
    headers = {"Content-Type": f"multipart/mixed; boundary={boundary}"}
    if token:
        headers["Authorization"] = f"Bearer local:{token}"
    data = f"{body}--{boundary}--\r\n".encode()
    return requests.post(google.url + path, data=data, headers=headers, timeout=5)


class Answers:
    """What a batch's callbacks got, by request id."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.errors: dict[str, Any] = {}

    def __call__(self, name: str, answer: Any, error: Any) -> None:
        (self.answers if error is None else self.errors)[name] = answer if error is None else error


@pytest.mark.parametrize("document", ["drive.v3", "drive.v3 on /batch"])
def test_batch__drive_calls_each_get_their_answer(
    google: LocalGoogle, services: Services, document: str
) -> None:
    drive, told = services("drive.v3", ANNA), Answers()
    batch = drive.new_batch_http_request(callback=told)
    if "/batch" in document:
        batch._batch_uri = f"{google.url}/batch"
    names = [f"Счёт {n}" for n in range(3)]
    for name in names:
        batch.add(drive.files().create(body={"name": name}, fields="id,name"), request_id=name)
    batch.add(drive.files().get(fileId="nothing"), request_id="none")
    batch.execute()
    assert [told.answers[name]["name"] for name in names] == names
    assert list(told.answers) == names, "in the order in which they were asked"
    assert told.errors["none"].resp.status == 404
    gone = Answers()
    batch = drive.new_batch_http_request(callback=gone)
    for name in names:
        batch.add(drive.files().delete(fileId=told.answers[name]["id"]), request_id=name)
    batch.execute()
    assert gone.answers == dict.fromkeys(names, "")


def test_batch__sheets_calls_are_written_and_read(services: Services) -> None:
    sheets, told = services("sheets.v4", ANNA), Answers()
    made = sheets.spreadsheets().create(body={"properties": {"title": "Book"}}).execute()
    book, values = made["spreadsheetId"], sheets.spreadsheets().values()
    batch = sheets.new_batch_http_request(callback=told)
    body = {"values": [["a & b", "é"]]}
    batch.add(
        values.update(spreadsheetId=book, range="A1:B1", valueInputOption="RAW", body=body), request_id="w"
    )
    batch.add(values.get(spreadsheetId=book, range="A1:B1"), request_id="r")
    batch.execute()
    assert told.answers["r"]["values"] == [["a & b", "é"]]


def test_batch__every_part_calls_as_its_own_token_says(google: LocalGoogle) -> None:
    about = "\r\nGET /drive/v3/about?fields=user/emailAddress HTTP/1.1\r\n"
    answer = post(
        google, "/batch/drive/v3", f"{about}\r\n", f"{about}Authorization: Bearer local:{BORIS}\r\n\r\n"
    )
    assert answer.status_code == 200
    first, second = answer.text.split("--batch_")[1:3]
    assert ANNA in first
    assert BORIS in second


def test_batch__without_any_token_each_part_is_refused(google: LocalGoogle) -> None:
    answer = post(google, "/batch", "\r\nGET /drive/v3/about?fields=user HTTP/1.1\r\n\r\n", token="")
    assert answer.status_code == 200
    assert "HTTP/1.1 401 Unauthorized" in answer.text


def test_batch__content_ids_come_back(google: LocalGoogle) -> None:
    call = "\r\nGET /drive/v3/about?fields=kind HTTP/1.1\r\n\r\n"
    answer = post(google, "/batch", f"Content-ID: <item1:12930812@x>\r\n{call}", call)
    assert "Content-ID: <response-item1:12930812@x>\r\n" in answer.text
    assert answer.text.count("Content-ID:") == 1, "a part without a name is answered without one"
    assert answer.headers["Content-Type"].startswith("multipart/mixed; boundary=batch_")


def test_batch__the_outer_parameters_are_every_parts(google: LocalGoogle) -> None:
    answer = post(google, "/batch?fields=kind", "\r\nGET /drive/v3/about HTTP/1.1\r\n\r\n")
    assert '{"kind":"drive#about"}' in answer.text.replace(" ", "").replace("\n", "")


def test_batch__a_hundred_calls_and_no_more(services: Services) -> None:
    drive, told = services("drive.v3", ANNA), Answers()
    batch = drive.new_batch_http_request(callback=told)
    for _ in range(101):
        batch.add(drive.about().get(fields="kind"))
    with pytest.raises(HttpError, match=r"exceeds the limit\. Received: 101, Limit: 100"):
        batch.execute()
    batch = drive.new_batch_http_request(callback=told)
    for _ in range(100):
        batch.add(drive.about().get(fields="kind"))
    batch.execute()
    assert len(told.answers) == 100


def test_batch__each_call_counts_and_can_fail_alone(google: LocalGoogle) -> None:
    before = google.emulator.calls.counts()
    google.emulator.faults.add(Fault(path="/drive/v3/about", status=503, skip=1))
    call = "\r\nGET /drive/v3/about?fields=kind HTTP/1.1\r\n\r\n"
    answer = post(google, "/batch/drive/v3", call, call, call)
    statuses = [line for line in answer.text.splitlines() if line.startswith("HTTP/1.1")]
    assert statuses == ["HTTP/1.1 200 OK", "HTTP/1.1 503 Service Unavailable", "HTTP/1.1 200 OK"]
    after = google.emulator.calls.counts()
    assert after["drive.about.get"] - before.get("drive.about.get", 0) == 3
    assert after["batch"] - before.get("batch", 0) == 1


@pytest.mark.parametrize("path", ["/v4/spreadsheets/x", "/batch/drive/v3"])
def test_batch__a_part_is_of_the_batchs_api(google: LocalGoogle, path: str) -> None:
    answer = post(google, "/batch/drive/v3", f"\r\nGET {path} HTTP/1.1\r\n\r\n")
    assert "HTTP/1.1 404 Not Found" in answer.text


def test_batch__an_api_without_batches_is_not_found(google: LocalGoogle) -> None:
    assert post(google, "/batch/calendar/v3", "\r\nGET /calendar HTTP/1.1\r\n\r\n").status_code == 404


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"--x\r\n\r\n--x--", b"--b\r\nContent-Type: application/http\r\n\r\n\r\n--b--"]
)
def test_batch__what_is_none_is_refused(google: LocalGoogle, body: bytes) -> None:
    headers = {"Content-Type": "multipart/mixed; boundary=b", "Authorization": f"Bearer local:{ANNA}"}
    answer = requests.post(f"{google.url}/batch", data=body, headers=headers, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("Failed to parse batch request, error: ")

from __future__ import annotations

import base64
import json
import os
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.unit.emulator.drive.world import ANNA, BORIS, FILES, SHEET, UPLOAD, Caller, World

BLOCK = 256 * 1024
DATA = os.urandom(3 * BLOCK + 1000)


def start(caller: Caller, body: Any = None, file_id: str = "", query: str = "", **headers: str) -> str:
    """Begin a resumable upload; its address."""
    method, path = ("PATCH", f"{UPLOAD}/{file_id}") if file_id else ("POST", UPLOAD)
    url = f"{path}?uploadType=resumable{query}"
    answer = caller.call(method, url, json=body or {"name": "a.bin"}, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["X-GUploader-UploadID"] in answer.headers["Location"]
    return answer.headers["Location"]


def put(world: World, url: str, data: bytes, span: str | None) -> requests.Response:
    """A further request, which needs no token."""
    headers = {} if span is None else {"Content-Range": span}
    return world.session.put(url, data=data, headers=headers, timeout=10, allow_redirects=False)


def chunk(world: World, url: str, first: int, last: int, data: bytes = DATA) -> requests.Response:
    return put(world, url, data[first : last + 1], f"bytes {first}-{last}/{len(data)}")


def test_media__content_alone(world: World) -> None:
    answer = world.anna.call(
        "POST",
        f"{UPLOAD}?uploadType=media&fields=id,name,mimeType",
        data=b"hello",
        headers={"Content-Type": "text/plain"},
    ).json()
    assert (answer["name"], answer["mimeType"]) == ("Untitled", "text/plain")
    assert world.anna.bytes(answer["id"]) == b"hello"


def test_media__new_content_is_a_new_revision(world: World) -> None:
    file_id = world.anna.upload("a.txt", b"one", kind="text/plain")
    before = world.anna.file(file_id, "headRevisionId,modifiedTime,version")
    world.anna.call(
        "PATCH", f"{UPLOAD}/{file_id}?uploadType=media", data=b"two", headers={"Content-Type": "text/csv"}
    )
    after = world.anna.file(file_id, "headRevisionId,modifiedTime,version,mimeType")
    assert world.anna.bytes(file_id) == b"two"
    assert after["headRevisionId"] != before["headRevisionId"]
    assert after["version"] == "2"
    revisions = world.anna.ok("GET", f"{FILES}/{file_id}/revisions?fields=*")["revisions"]
    assert [one["size"] for one in revisions] == ["3", "3"]
    assert revisions[-1]["id"] == after["headRevisionId"]
    first = revisions[0]["id"]
    assert world.anna.call("GET", f"{FILES}/{file_id}/revisions/{first}?alt=media").content == b"one"
    kept = world.anna.ok(
        "PATCH", f"{FILES}/{file_id}/revisions/{first}?fields=keepForever", {"keepForever": True}
    )
    assert kept == {"keepForever": True}
    assert (
        world.anna.refused("DELETE", f"{FILES}/{file_id}/revisions/head")[1] == "revisionDeletionNotSupported"
    )
    world.anna.ok("DELETE", f"{FILES}/{file_id}/revisions/{first}")
    assert world.anna.refused("GET", f"{FILES}/{file_id}/revisions/{first}")[:2] == (404, "notFound")
    world.anna.share(file_id, BORIS)
    assert world.boris.refused("GET", f"{FILES}/{file_id}/revisions")[1] == "insufficientFilePermissions"


@pytest.mark.parametrize("coding", ["binary", "base64"])
def test_multipart__with_a_quoted_boundary_and_crlf_in_the_content(world: World, coding: str) -> None:
    content = b"\r\n--not the boundary\r\n\x00\xff" + b"-" * 70_000
    sent = content if coding == "binary" else base64.encodebytes(content)
    body = b"\r\n".join(
        [
            b"preamble",
            b"--a b",
            b"Content-Type: application/json; charset=UTF-8",
            b"",
            json.dumps({"name": "Акт.bin"}).encode(),
            b"--a b",
            b"Content-Type: application/x-thing",
            b"Content-Transfer-Encoding: " + coding.encode(),
            b"",
            sent,
            b"--a b--",
            b"",
        ]
    )
    headers = {"Content-Type": 'multipart/related; boundary="a b"'}
    answer = world.anna.call("POST", f"{UPLOAD}?uploadType=multipart", data=body, headers=headers).json()
    assert (answer["name"], answer["mimeType"]) == ("Акт.bin", "application/x-thing")
    assert world.anna.bytes(answer["id"]) == content


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/related; boundary=x", b"--x\r\n\r\n{}\r\n--x--"),
        ("multipart/related; boundary=x", b"--x\r\n\r\n{}\r\n--x\r\n\r\nno end"),
        ("multipart/related; boundary=x", b"nothing"),
        ("multipart/related", b"--x\r\n\r\n{}\r\n--x\r\n\r\na\r\n--x--"),
        ("text/plain", b""),
        (
            "multipart/related; boundary=x",
            b"--x\r\n\r\n{}\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--",
        ),
        ("multipart/related; boundary=x", b"--x\r\n\r\n{nonsense\r\n--x\r\n\r\na\r\n--x--"),
    ],
)
def test_multipart__malformed_is_400_and_makes_nothing(world: World, kind: str, body: bytes) -> None:
    headers = {"Content-Type": kind}
    answer = world.anna.call("POST", f"{UPLOAD}?uploadType=multipart", data=body, headers=headers)
    assert answer.status_code == 400
    assert world.anna.found() == []
    assert list((world.folder / "blobs").iterdir()) == []


def test_upload__of_no_known_kind(world: World) -> None:
    assert world.anna.refused("POST", f"{UPLOAD}?uploadType=other", {})[:2] == (400, "badRequest")


def test_resumable__chunks_query_and_end(world: World) -> None:
    url = start(
        world.anna, {"name": "a.bin", "mimeType": "application/x-a"}, query="&fields=id,size,mimeType"
    )
    asked = put(world, url, b"", f"bytes */{len(DATA)}")
    assert (asked.status_code, asked.reason) == (308, "Resume Incomplete")
    assert "Range" not in asked.headers
    first = chunk(world, url, 0, BLOCK - 1)
    assert (first.status_code, first.headers["Range"]) == (308, f"bytes=0-{BLOCK - 1}")
    asked = put(world, url, b"", f"bytes */{len(DATA)}")
    assert asked.headers["Range"] == f"bytes=0-{BLOCK - 1}"
    assert chunk(world, url, BLOCK, 3 * BLOCK - 1).headers["Range"] == f"bytes=0-{3 * BLOCK - 1}"
    last = chunk(world, url, 3 * BLOCK, len(DATA) - 1)
    assert last.status_code == 200
    file = last.json()
    assert file == {"id": file["id"], "size": str(len(DATA)), "mimeType": "application/x-a"}
    assert world.anna.bytes(file["id"]) == DATA
    assert world.anna.file(file["id"], "owners/emailAddress")["owners"] == [{"emailAddress": ANNA}]
    again = put(world, url, b"", f"bytes */{len(DATA)}")
    assert (again.status_code, again.json()["id"]) == (200, file["id"])
    assert list((world.folder / "uploads").iterdir()) == []
    assert world.anna.found() == ["a.bin"]


def test_resumable__chunks_as_google_s_client_for_go_sends_them(world: World) -> None:
    """POST to the session's address, and no 308 wanted."""
    url = start(world.anna)

    def sent(data: bytes, first: int) -> requests.Response:
        span = f"bytes {first}-{first + len(data) - 1}/{len(DATA)}"
        headers = {"Content-Range": span, "X-GUploader-No-308": "yes"}
        return world.session.post(url, data=data, headers=headers, timeout=10)

    first = sent(DATA[:BLOCK], 0)
    assert (first.status_code, first.headers["Range"]) == (200, f"bytes=0-{BLOCK - 1}")
    assert (first.headers["X-HTTP-Status-Code-Override"], first.content) == ("308", b"")
    last = sent(DATA[BLOCK:], BLOCK)
    assert "X-HTTP-Status-Code-Override" not in last.headers
    assert world.anna.bytes(last.json()["id"]) == DATA
    again = start(world.anna, file_id=last.json()["id"])
    assert world.session.post(again, data=b"new", timeout=10).json()["id"] == last.json()["id"]
    assert world.anna.bytes(last.json()["id"]) == b"new"


def test_resumable__a_size_that_is_known_only_at_the_end(world: World) -> None:
    url = start(world.anna)
    assert put(world, url, DATA[:BLOCK], f"bytes 0-{BLOCK - 1}/*").status_code == 308
    assert put(world, url, b"", f"bytes */{BLOCK}").status_code == 200


def test_resumable__the_whole_in_one_request_and_no_bytes_at_all(world: World) -> None:
    made = put(world, start(world.anna), DATA, None).json()
    assert world.anna.bytes(made["id"]) == DATA
    empty = put(world, start(world.anna), b"", None).json()
    assert world.anna.file(empty["id"], "size,md5Checksum") == {
        "size": "0",
        "md5Checksum": "d41d8cd98f00b204e9800998ecf8427e",
    }


def test_resumable__odd_chunks_keep_whole_blocks_and_overlaps_are_passed_over(world: World) -> None:
    url = start(world.anna)
    odd = chunk(world, url, 0, BLOCK + 9)
    assert (odd.status_code, odd.headers["Range"]) == (308, f"bytes=0-{BLOCK - 1}")
    assert chunk(world, url, 0, 2 * BLOCK - 1).headers["Range"] == f"bytes=0-{2 * BLOCK - 1}"
    made = chunk(world, url, BLOCK, len(DATA) - 1).json()
    assert world.anna.bytes(made["id"]) == DATA


@pytest.mark.parametrize(
    ("data", "span", "words"),
    [
        (b"x", f"bytes 0-0/{len(DATA)}", "is required to be equal or greater than 262144"),
        (
            DATA[:BLOCK],
            f"bytes {BLOCK}-{2 * BLOCK - 1}/{len(DATA)}",
            "exceeds already uploaded size of 0 byte",
        ),
        (DATA[:BLOCK], "bytes 0-9/5", "beyond the end"),
        (b"x", "bytes nonsense", "Failed to parse Content-Range header."),
        (b"x", "bytes 5-1/9", "Failed to parse Content-Range header."),
    ],
)
def test_resumable__refuses(world: World, data: bytes, span: str, words: str) -> None:
    answer = put(world, start(world.anna), data, span)
    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_resumable__a_broken_line_keeps_what_came(world: World) -> None:
    url = start(world.anna)
    head, _, path = url.removeprefix("http://").partition("/")
    host, _, port = head.partition(":")
    with socket.create_connection((host, int(port))) as line:
        request = (
            f"PUT /{path} HTTP/1.1\r\nHost: {head}\r\nContent-Length: {len(DATA)}\r\n"
            f"Content-Range: bytes 0-{len(DATA) - 1}/{len(DATA)}\r\n\r\n"
        )
        line.sendall(request.encode() + DATA[: 2 * BLOCK + 77])
    deadline = time.monotonic() + 5
    while "Range" not in (asked := put(world, url, b"", f"bytes */{len(DATA)}")).headers:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert asked.headers["Range"] == f"bytes=0-{2 * BLOCK - 1}"
    made = chunk(world, url, 2 * BLOCK, len(DATA) - 1).json()
    assert world.anna.bytes(made["id"]) == DATA


def test_request__cut_off_takes_no_effect(world: World) -> None:
    head = world.server.url.removeprefix("http://")
    host, _, port = head.partition(":")
    with socket.create_connection((host, int(port))) as line:
        request = (
            f"POST {UPLOAD}?uploadType=media HTTP/1.1\r\nHost: {head}\r\n"
            f"Authorization: Bearer local:{ANNA}\r\nContent-Length: 100\r\n\r\nhalf"
        )
        line.sendall(request.encode())
        line.shutdown(socket.SHUT_WR)
        assert line.recv(10) == b""
    assert world.anna.found() == []


def test_resumable__new_content_for_an_old_file_and_a_move(world: World) -> None:
    folder = world.anna.folder("folder")
    file_id = world.anna.upload("a.pdf", b"old")
    root = world.anna.file("root", "id")["id"]
    query = f"&addParents={folder}&removeParents={root}&fields=id,name,parents,size"
    url = start(world.anna, {"name": "b.pdf"}, file_id, query)
    made = put(world, url, DATA, None).json()
    assert made == {"id": file_id, "name": "b.pdf", "parents": [folder], "size": str(len(DATA))}
    world.anna.share(file_id, BORIS)
    refused = world.boris.refused("PATCH", f"{UPLOAD}/{file_id}?uploadType=resumable", {})
    assert refused[1] == "insufficientFilePermissions"


def test_resumable__cancelled_expired_unknown(world: World) -> None:
    url = start(world.anna)
    chunk(world, url, 0, BLOCK - 1)
    assert world.session.delete(url, timeout=5).status_code == 499
    assert put(world, url, b"", "bytes */5").status_code == 404
    url = start(world.anna)
    world.emulator.clock.advance(timedelta(days=8))
    assert put(world, url, b"x", None).status_code == 404
    assert world.anna.call("PUT", f"{UPLOAD}?uploadType=resumable&upload_id=x", data=b"x").status_code == 404
    assert world.session.put(f"{world.server.url}{UPLOAD}", data=b"x", timeout=5).status_code == 401


def test_resumable__goes_on_after_a_restart(world: World) -> None:
    url = start(world.anna)
    chunk(world, url, 0, BLOCK - 1)
    old = world.server.url
    again = world.reopened()
    try:
        url = url.replace(old, again.server.url)
        assert put(again, url, b"", "bytes */*").headers["Range"] == f"bytes=0-{BLOCK - 1}"
        made = chunk(again, url, BLOCK, len(DATA) - 1).json()
        assert again.anna.bytes(made["id"]) == DATA
    finally:
        again.close()


def test_download__ranges(world: World) -> None:
    file_id = world.anna.upload("Счёт.bin", DATA)
    url = f"{FILES}/{file_id}?alt=media"
    whole = world.anna.call("GET", url)
    assert whole.headers["Content-Length"] == str(len(DATA))
    assert whole.headers["Content-Type"] == "application/pdf"
    assert whole.headers["Content-Disposition"].endswith("%D0%A1%D1%87%D1%91%D1%82.bin")
    for header, part, told in (
        ("bytes=0-9", DATA[:10], f"bytes 0-9/{len(DATA)}"),
        (f"bytes={BLOCK}-", DATA[BLOCK:], f"bytes {BLOCK}-{len(DATA) - 1}/{len(DATA)}"),
        ("bytes=-7", DATA[-7:], f"bytes {len(DATA) - 7}-{len(DATA) - 1}/{len(DATA)}"),
        (f"bytes=5-{len(DATA) + 99}", DATA[5:], f"bytes 5-{len(DATA) - 1}/{len(DATA)}"),
    ):
        answer = world.anna.call("GET", url, headers={"Range": header})
        assert (answer.status_code, answer.headers["Content-Range"]) == (206, told)
        assert answer.content == part
    beyond = world.anna.call("GET", url, headers={"Range": f"bytes={len(DATA)}-"})
    assert beyond.status_code == 416


def test_download__what_has_no_bytes(world: World) -> None:
    sheet = world.anna.ok("POST", FILES, {"name": "s", "mimeType": SHEET})["id"]
    answer = world.anna.call("GET", f"{FILES}/{sheet}?alt=media").json()["error"]
    assert answer["code"] == 403
    assert answer["errors"][0] == {
        "message": "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
        "domain": "global",
        "reason": "fileNotDownloadable",
        "location": "alt",
        "locationType": "parameter",
    }


def test_blobs__same_content_is_kept_once_until_the_last_file_goes(world: World) -> None:
    one, two = world.anna.upload("1", DATA), world.anna.upload("2", DATA)
    blobs = world.folder / "blobs"
    assert len(list(blobs.iterdir())) == 1
    world.anna.ok("DELETE", f"{FILES}/{one}")
    assert world.anna.bytes(two) == DATA
    world.anna.ok("DELETE", f"{FILES}/{two}")
    assert list(blobs.iterdir()) == []


def test_blobs__same_content_uploaded_and_deleted_at_once_is_never_lost(world: World) -> None:
    failures: list[str] = []

    def work(email: str) -> None:
        with requests.Session() as session:
            caller = Caller(world.server.url, email, session)
            for _ in range(12):
                file_id = caller.upload("x", b"the same")
                if caller.bytes(file_id) != b"the same":
                    failures.append(file_id)
                caller.ok("DELETE", f"{FILES}/{file_id}")

    threads = [threading.Thread(target=work, args=(f"p{n}@example.com",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list((world.folder / "blobs").iterdir()) == []


def test_upload__a_hundred_megabytes_in_bounded_memory(world: World) -> None:
    size, block = 100 * 1024 * 1024, os.urandom(1024 * 1024)

    def content() -> Iterator[bytes]:
        for _ in range(size // len(block)):
            yield block

    url = start(world.anna)
    tracemalloc.start()
    try:
        answer = world.session.put(url, data=content(), timeout=60)
        assert answer.status_code == 200
        url = f"{world.server.url}{FILES}/{answer.json()['id']}?alt=media"
        headers = {"Authorization": f"Bearer local:{ANNA}"}
        with world.session.get(url, headers=headers, stream=True, timeout=60) as got:
            assert sum(len(piece) for piece in got.iter_content(1024 * 1024)) == size
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024  # the server's and the client's together
    finally:
        tracemalloc.stop()

"""Files put into the request's folder, through Google's own client over real HTTP: one file, one place."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from google.oauth2.credentials import Credentials

from sheetflow.adapters.drive import LARGEST, MEGABYTE, DriveFiles
from sheetflow.adapters.folders import FOLDER, DriveApi, DriveFolders
from sheetflow.banking.payment_qr import PaymentQr, build
from sheetflow.core.filing import INVOICE, ORDER
from sheetflow.emulator.app import create_app, serve
from sheetflow.emulator.control import Fault
from sheetflow.emulator.drive import Drive
from sheetflow.emulator.emulator import Emulator
from sheetflow.emulator.files import SPREADSHEET, File
from sheetflow.errors import AccessDenied, NotFound, PortError, RateLimited, Unavailable
from sheetflow.model.events import Filing
from sheetflow.model.snapshot import Letter
from sheetflow.workspace.paper import invoice
from tests.desk import FakeClock, FakeNonces
from tests.long import STRIDE

ROBOT, MIA, ANNA = "robot@firm.example", "mia@firm.example", "anna@firm.example"
SERVICE = "sheetflow@firm-example.iam.gserviceaccount.com"
PDF = "application/pdf"
CONTENT = b"%PDF-1.4\n"
CODE = PaymentQr(
    "ООО «Ромашка»", "40602810700000000025", "Банк", "049805746", inn="7707083893", kpp="773601001"
)


class Place:
    """A company's folder in a Drive, a folder of uploads, and the adapter of the service account."""

    def __init__(self, emulator: Emulator, url: str) -> None:
        self.emulator, self.url = emulator, url
        self.before, self.notices_before = emulator.calls.last, emulator.drive.notices
        self.clock = FakeClock()
        self.root = self.drive.create(ROBOT, "sheetflow", FOLDER)
        self.uploads = self.drive.create(ROBOT, "Invoice (File responses)", FOLDER)
        for shared in (self.root, self.uploads):
            self.drive.files.share(shared, SERVICE, "writer")
        self.letters = 0
        self.instances: list[DriveFiles] = []
        self.files = self.instance()

    @property
    def drive(self) -> Drive:
        return self.emulator.drive

    def instance(self) -> DriveFiles:
        """Another function that does the same."""
        credentials = Credentials(token=f"local:{SERVICE}")  # type: ignore[no-untyped-call]
        made = DriveFiles(credentials, self.url, self.root, "Payments", self.clock, FakeNonces())
        self.instances.append(made)
        return made

    def upload(self, name: str = "Счет 17.pdf", data: bytes = CONTENT, kind: str = PDF, **more: Any) -> str:
        """A file that the form took; it belongs to the form's owner."""
        return self.drive.create(
            more.get("owner", ROBOT),
            name,
            kind,
            data,
            [more["parent"]] if "parent" in more else [self.uploads],
        )

    def letter(self, *files: str, rid: str = "PR-000124", template: str = INVOICE, **facts: Any) -> Letter:
        self.letters += 1
        names = facts.pop("names", "as uploaded.pdf")
        known: Mapping[str, Any] = {
            "files": [[file, names, PDF if names else ""] for file in files],
            "contractor": "ООО «Ромашка»", "requester": MIA, "month": "2026-11", **facts,
        }  # fmt: skip
        return Letter(f"letter{self.letters}", template, "", rid, known)

    def filed(self, *files: str, **more: Any) -> Filing:
        return self.files.file(self.letter(*files, **more))

    def record(self, file: str) -> File:
        found = self.drive.files.get(file)
        assert found is not None
        return found

    def path(self, file: str) -> str:
        """The folders above a file, from the company's on, and its name."""
        return "/".join(one.name for one in reversed(self.drive.files.above(file)) if one.name != "My Drive")

    def requests(self) -> list[File]:
        """The folders of requests that there are."""
        folders = [one for one in self.drive.files.below(self.root) if one.is_folder]
        return [one for one in folders if "sf_request" in one.extra.get("appProperties", {})]

    def calls(self) -> list[str]:
        return [call.kind for call in self.emulator.calls.since(self.before)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emulator, str]]:
    """One Drive for all the companies of these tests, and where it is."""
    emulator = Emulator(tmp_path_factory.mktemp("drive"))
    server = serve(create_app(emulator), 0)
    yield emulator, server.url
    server.shutdown()
    emulator.close()


@pytest.fixture
def place(served: tuple[Emulator, str]) -> Iterator[Place]:
    found = Place(*served)
    yield found
    found.emulator.faults.clear()
    for one in found.instances:
        one.api.close()


# --- one file, its name and its place


def test_file__lies_in_the_requests_folder_under_a_readable_name(place: Place) -> None:
    file = place.upload("Счет 17.pdf", b"%PDF-1.4 one")
    filing = place.filed(file)
    assert place.path(file) == "sheetflow/Payments/2026/2026-11/PR-000124 ООО «Ромашка»/PR-000124 Счет 17.pdf"
    assert (filing.request, filing.column, filing.problem) == ("PR-000124", "invoice", "")
    (filed,) = filing.files
    assert (filed.id, filed.name) == (file, "PR-000124 Счет 17.pdf")
    assert filed.sha256 == hashlib.sha256(b"%PDF-1.4 one").hexdigest()
    assert filing.link == filed.link == f"https://drive.google.com/file/d/{file}/view?usp=drivesdk"
    assert place.record(file).owner == ROBOT  # never copied: a service account has no storage


def test_file__several_share_the_folder_and_its_link(place: Place) -> None:
    files = [place.upload("Act.pdf"), place.upload("Act.pdf", CONTENT + b"2"), place.upload("ACT.PDF")]
    filing = place.filed(*files)
    assert [one.name for one in filing.files] == [
        "PR-000124 Act.pdf", "PR-000124 Act (2).pdf", "PR-000124 ACT (3).PDF"
    ]  # fmt: skip
    (folder,) = place.requests()
    assert {place.record(file).parent for file in files} == {folder.id}
    assert filing.link == f"https://drive.google.com/drive/folders/{folder.id}"


@pytest.mark.parametrize(
    ("original", "name"),
    [
        ("../../etc/passwd.pdf", "PR-000124 etc-passwd.pdf"),
        ("..", "PR-000124 file.pdf"),
        ("Счет 1/2 от «Ромашки».pdf", "PR-000124 Счет 1-2 от «Ромашки».pdf"),
        ("in\u202efdp.exe", "PR-000124 infdp.exe.pdf"),
        ("PR-000124 Счет.pdf", "PR-000124 PR-000124 Счет.pdf"),
    ],
)
def test_file__gets_a_safe_name(place: Place, original: str, name: str) -> None:
    file = place.upload(original)
    place.filed(file)
    assert place.record(file).name == name


def test_file__of_a_contractor_with_a_strange_name(place: Place) -> None:
    file = place.upload()
    place.filed(file, contractor="../O'Brien \\ Sons\n")
    assert place.path(file).split("/")[-2] == "PR-000124 O'Brien - Sons"


def test_file__a_payment_order_joins_the_invoice_in_a_later_month(place: Place) -> None:
    bill, order = place.upload(), place.upload("Платежка.pdf", parent=place.root, owner=ROBOT)
    place.filed(bill)
    filing = place.filed(order, template=ORDER, month="2026-12", names="", contractor="Renamed Ltd")
    assert filing.column == "payment_order"
    assert place.record(order).parent == place.record(bill).parent
    assert filing.files[0].name == "PR-000124 Платежка.pdf"


def test_file__requests_of_one_month_share_its_folder_and_two_registries_share_none(place: Place) -> None:
    one, two = place.upload(), place.upload()
    place.filed(one)
    place.filed(two, rid="PR-000126")
    months = {place.record(place.record(file).parent).parent for file in (one, two)}
    assert len(months) == 1
    elsewhere = place.drive.create(ROBOT, "another company", FOLDER)
    place.drive.files.share(elsewhere, SERVICE, "writer")
    place.files.root = elsewhere
    three = place.upload()
    place.filed(three)
    assert place.path(three).startswith("another company/Payments/2026/2026-11/PR-000124 ")


# --- who sees it


def test_file__is_open_to_its_requester_and_to_nobody_else(place: Place) -> None:
    file = place.upload()
    place.filed(file)
    assert {place.drive.files.role(file, one) for one in (MIA, SERVICE, ROBOT)} == {
        "reader",
        "writer",
        "owner",
    }
    assert place.drive.files.role(file, ANNA) is None
    assert place.drive.notices == place.notices_before
    place.filed(place.upload("Act.pdf"))
    assert place.calls().count("drive.permissions.create") == 1


def test_file__whose_requester_google_does_not_know_is_filed_and_it_is_said(place: Place) -> None:
    place.emulator.faults.add(Fault(path="/permissions", status=400, times=None))
    file = place.upload()
    filing = place.filed(file)
    assert (filing.problem, dict(filing.facts)) == ("not-shared", {"name": MIA})
    assert [one.id for one in filing.files] == [file]


# --- done again, by others, by people


def test_file__done_again_changes_nothing(place: Place) -> None:
    letter = place.letter(place.upload("Act.pdf"), place.upload("Act.pdf"))
    first = place.files.file(letter)
    before = [(one.id, one.name, one.parent, one.version) for one in place.drive.files.below(place.root)]
    assert place.instance().file(letter) == first
    assert [
        (one.id, one.name, one.parent, one.version) for one in place.drive.files.below(place.root)
    ] == before


def test_file__that_a_person_moved_away_is_put_back_under_the_name_it_has(place: Place) -> None:
    file = place.upload()
    letter = place.letter(file)
    place.files.file(letter)
    place.drive.change(
        file, ROBOT, {"name": "Renamed.pdf"}, add=[place.uploads], remove=[place.record(file).parent]
    )
    filing = place.files.file(letter)
    assert filing.files[0].name == "Renamed.pdf"
    assert place.record(file).parent == place.requests()[0].id


def test_file__a_folder_in_the_trash_is_made_again(place: Place) -> None:
    one, two = place.upload(), place.upload("Act.pdf")
    place.filed(one)
    (old,) = place.requests()
    place.drive.change(old.id, SERVICE, {"trashed": True})
    filing = place.filed(two)
    assert filing.files[0].name == "PR-000124 Act.pdf"
    assert place.record(two).parent != old.id
    assert not place.drive.files.in_trash(two)


def test_file__a_month_in_the_trash_is_made_again_with_all_below(place: Place) -> None:
    one, two = place.upload(), place.upload()
    place.filed(one)
    month = place.record(place.requests()[0].parent)
    place.drive.change(month.id, SERVICE, {"trashed": True})
    place.filed(two)
    assert place.path(two).startswith("sheetflow/Payments/2026/2026-11/PR-000124 ")
    assert not place.drive.files.in_trash(two)


def test_file__a_folder_that_a_person_renamed_and_moved_is_still_the_requests(place: Place) -> None:
    one, two = place.upload(), place.upload("Act.pdf")
    place.filed(one)
    (folder,) = place.requests()
    done = place.drive.create(ROBOT, "Done", FOLDER, parents=[place.root])
    place.drive.change(folder.id, ROBOT, {"name": "Ромашка"}, add=[done], remove=[folder.parent])
    place.filed(two)
    assert place.path(two) == "sheetflow/Done/Ромашка/PR-000124 Act.pdf"


def test_file__of_two_folders_the_older_is_used_by_all(place: Place) -> None:
    """Another instance found none either, and made one in the same moment: a search did not show it yet."""
    first = place.upload()
    place.filed(first)
    (older,) = place.requests()
    marks = {"sf_request": "PR-000124", "sf_root": place.root}
    place.drive.make(
        SERVICE, {"name": "again", "mimeType": FOLDER, "parents": [older.parent], "appProperties": marks}
    )
    second = place.upload("Act.pdf")
    place.instance().file(place.letter(second))
    assert len(place.requests()) == 2
    assert place.record(second).parent == older.id


# --- what is not taken stays where it was


@pytest.mark.parametrize(
    ("name", "kind", "data", "problem", "facts"),
    [
        ("setup.exe", "application/x-msdownload", b"MZ", "file-type", {"name": "setup.exe"}),
        ("bills.zip", "application/zip", b"PK", "file-type", {"name": "bills.zip"}),
        ("page.html", "text/html", b"<script>", "file-type", {"name": "page.html"}),
        ("Book", SPREADSHEET, b"", "file-type", {"name": "Book"}),
        ("Empty\u202e.pdf", PDF, b"", "file-empty", {"name": "Empty.pdf"}),
        ("S.pdf", PDF, b"0" * (LARGEST * MEGABYTE + 1), "file-too-large", {"name": "S.pdf", "limit": "30"}),
    ],
)  # fmt: skip
def test_file__that_is_not_taken(
    place: Place, name: str, kind: str, data: bytes, problem: str, facts: Mapping[str, str]
) -> None:
    file = place.upload(name, data, kind)
    filing = place.filed(file)
    assert (filing.problem, dict(filing.facts), filing.files, filing.link) == (problem, facts, (), "")
    assert (place.record(file).parent, place.record(file).name) == (place.uploads, name)
    assert place.requests() == []


def test_file__of_thirty_megabytes_is_taken(place: Place) -> None:
    data = b"%PDF-1.4 " + b"0" * (LARGEST * MEGABYTE - 9)
    file = place.upload("Scan.pdf", data)
    (filed,) = place.filed(file).files
    assert filed.sha256 == hashlib.sha256(data).hexdigest()
    assert "drive.files.get" in place.calls()
    assert place.files.download(file) == ("PR-000124 Scan.pdf", PDF, data)


def test_file__good_ones_are_taken_beside_bad_ones_and_all_bad_ones_of_a_kind_are_named(place: Place) -> None:
    good = place.upload("Act.pdf")
    bad = [place.upload("a.zip", b"PK", "application/zip"), place.upload("b.zip", b"PK", "application/zip")]
    filing = place.filed(bad[0], good, bad[1])
    assert (filing.problem, dict(filing.facts)) == ("file-type", {"name": "a.zip, b.zip"})
    assert [one.id for one in filing.files] == [good]
    assert filing.link == filing.files[0].link


def why(filing: Filing) -> str:
    assert (filing.problem, filing.files) == ("not-filed", ())
    return filing.facts["why"]


def test_link__to_a_file_that_the_account_cannot_see(place: Place) -> None:
    file = place.drive.create(MIA, "Act.pdf", PDF, CONTENT)
    assert why(place.filed(file, names="")) == "not-seen"
    assert why(place.filed("1nosuchfileatall", names="")) == "not-seen"


def test_upload__that_is_gone_or_in_the_trash(place: Place) -> None:
    gone, trashed = place.upload(), place.upload()
    place.drive.delete(gone, ROBOT)
    place.drive.change(trashed, ROBOT, {"trashed": True})
    assert why(place.filed(gone)) == "gone"
    assert why(place.filed(trashed)) == "in-trash"


def test_link__to_a_file_that_the_account_may_only_read(place: Place) -> None:
    file = place.drive.create(MIA, "Act.pdf", PDF, CONTENT)
    place.drive.files.share(file, SERVICE, "reader")
    assert why(place.filed(file, names="")) == "read-only"


def test_link__to_a_file_in_somebodys_own_folder(place: Place) -> None:
    file = place.drive.create(MIA, "Act.pdf", PDF, CONTENT)
    place.drive.files.share(file, SERVICE, "writer")
    assert why(place.filed(file, names="")) == "somebodys"
    assert place.path(file) == "Act.pdf"


def test_link__to_a_file_of_another_request_takes_nothing_away_from_it(place: Place) -> None:
    file = place.upload()
    place.filed(file)
    where = place.path(file)
    filing = place.filed(file, rid="PR-000999", names="", requester=ANNA)
    assert (why(filing), filing.facts["other"]) == ("other-request", "PR-000124")
    beside = place.drive.create(ROBOT, "by hand.pdf", PDF, CONTENT, [place.record(file).parent])
    assert why(place.filed(beside, rid="PR-000999", names="")) == "other-request"
    assert place.path(file) == where
    assert place.drive.files.role(file, ANNA) is None


def test_link__to_a_bank_file_of_the_company(place: Place) -> None:
    bank = DriveFolders(place.files.api).ensure("outgoing", "Outgoing", place.root)
    file = place.drive.create(ROBOT, "kl_to_1c.txt", "text/plain", b"1C", [bank])
    assert why(place.filed(file, names="")) == "companys"
    assert place.record(file).parent == bank


# --- the payment QR


def test_qr__of_an_invoice_comes_as_cells(place: Place) -> None:
    filing = place.filed(place.upload("Счет.pdf", invoice(build(CODE))))
    assert filing.qr == {
        "contractor": "ООО «Ромашка»", "currency": "RUB", "details": "Банк", "inn": "7707083893",
        "kpp": "773601001", "bik": "049805746", "account": "40602810700000000025",
    }  # fmt: skip


def test_qr__names_the_folder_where_nobody_else_did(place: Place) -> None:
    file = place.upload("Счет.pdf", invoice(build(CODE)))
    place.filed(file, contractor="")
    assert place.path(file).split("/")[-2] == "PR-000124 ООО «Ромашка»"


def test_qr__of_a_payment_order_is_nobodys_business(place: Place) -> None:
    assert place.filed(place.upload("Счет.pdf", invoice(build(CODE))), template=ORDER).qr == {}


@pytest.mark.parametrize("data", [CONTENT, invoice("https://example.com/pay"), b"%PDF-1.4 broken"])
def test_qr__that_is_none_is_no_problem(place: Place, data: bytes) -> None:
    filing = place.filed(place.upload("Счет.pdf", data))
    assert (filing.qr, filing.problem) == ({}, "")


def test_qr__is_looked_for_in_the_second_file_too(place: Place) -> None:
    filing = place.filed(
        place.upload("a.txt", b"words", "text/plain"), place.upload("b.pdf", invoice(build(CODE)))
    )
    assert filing.qr["inn"] == "7707083893"


def test_qr__without_the_libraries_is_not_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    filing = place.filed(place.upload("Счет.pdf", invoice(build(CODE))))
    assert (filing.qr, filing.problem, len(filing.files)) == ({}, "", 1)


# --- download


def test_download__of_what_has_no_content_is_gone_or_trashed(place: Place) -> None:
    book = place.drive.create(ROBOT, "Book", SPREADSHEET, b"", [place.root])
    trashed = place.upload()
    place.drive.change(trashed, ROBOT, {"trashed": True})
    with pytest.raises(PortError, match="no content"):
        place.files.download(book)
    for file in (trashed, "1nosuchfileatall"):
        with pytest.raises(NotFound):
            place.files.download(file)
    assert place.files.download(place.upload("e.txt", b"", "text/plain"))[2] == b""


def test_download__has_a_bound(place: Place) -> None:
    file = place.upload("Scan.pdf", b"0" * (35 * MEGABYTE + 1))
    with pytest.raises(PortError, match="larger than 35 MB"):
        place.files.download(file)


# --- when Drive fails


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, AccessDenied), (403, AccessDenied), (429, RateLimited), (500, Unavailable), (503, Unavailable)],
)
def test_file__an_error_of_drives_own_is_raised(place: Place, status: int, error: type[PortError]) -> None:
    place.emulator.faults.add(Fault(path="/drive/v3/files", status=status, times=None))
    with pytest.raises(error):
        place.filed("1AbCdEfGhIjKlMn")


def test_file__a_root_folder_that_is_gone_is_raised(place: Place) -> None:
    place.files.root = "1nosuchfolder"
    with pytest.raises(NotFound):
        place.filed(place.upload())


FAILURES: list[Mapping[str, Any]] = [
    {"status": 429},
    {"status": 503},
    {"status": 503, "after_effect": True},
    {"drop": True},
    {"drop": True, "after_effect": True},
]


@pytest.mark.parametrize("how", FAILURES)
def test_file__any_call_that_fails_once_leaves_no_trace(place: Place, how: Mapping[str, Any]) -> None:
    place.filed(place.upload(), rid="PR-000001", month="2026-12")
    for skip in range(FAILURES.index(how) % STRIDE, 100, STRIDE):  # each kind begins at another call
        rid, month, file = f"PR-1{skip:05}", f"20{10 + skip}-01", place.upload("Act.pdf")
        fault = Fault(path="/drive/v3", skip=skip, **how)
        place.emulator.faults.add(fault)
        filing = place.filed(file, rid=rid, month=month)
        place.emulator.faults.clear()
        assert (filing.problem, [one.id for one in filing.files]) == ("", [file])
        where = f"sheetflow/Payments/{month[:4]}/{month}/{rid} ООО «Ромашка»"
        assert place.path(file) == f"{where}/{rid} Act.pdf"
        assert place.drive.files.role(file, MIA) == "reader"
        folders = [one.name for one in place.drive.files.below(place.root) if one.is_folder]
        assert len(set(folders)) == len(folders)
        if not fault.hits:
            break
    assert skip >= 12


def test_folders__are_known_by_key_whatever_they_are_called(place: Place) -> None:
    credentials = Credentials(token=f"local:{ROBOT}")  # type: ignore[no-untyped-call]
    folders = DriveFolders(DriveApi(credentials, place.url, place.clock, FakeNonces()))
    made = folders.ensure("root:1abc", "O'Brien's \\ folder")
    place.drive.change(made, ROBOT, {"name": "another"})
    assert folders.ensure("root:1abc", "O'Brien's \\ folder") == made
    assert folders.ensure("root:1abd", "O'Brien's \\ folder") != made
    folders.share(made, ANNA, "reader")
    folders.share(made, ANNA, "reader")
    assert place.drive.files.role(made, ANNA) == "reader"
    folders.api.close()


def test_drive__is_loaded_with_the_first_call_only() -> None:
    heavy = "{'googleapiclient', 'PIL', 'pypdfium2', 'zxingcpp'}"
    code = f"import sheetflow.adapters.drive, sys; print({heavy} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == "set()"

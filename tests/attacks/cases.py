"""What attackers do where no other test does it: each in memory, each asserting that nothing was let in."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sheetflow.adapters import batches, csv_files, folders
from sheetflow.adapters.identity import Verifier
from sheetflow.app import channels, names
from sheetflow.banking import bank_directory, xml_tree
from sheetflow.cli import screen
from sheetflow.core import history, inbox
from sheetflow.core.projection import STATUS, from_row
from sheetflow.emulator.drive.query import parse
from sheetflow.emulator.identity import _sign
from sheetflow.errors import CallerRefused, ConfigError, HistoryBroken
from sheetflow.model.cells import Cell
from sheetflow.model.events import Fact
from sheetflow.model.invalid import Invalid
from tests.banks import numbered_account
from tests.desk import ANNA, HEAD, KEY, MIA, SPREADSHEET, Desk
from tests.unit.app import test_bank

AUDIENCE, ROBOT, SCHEDULER = "1-a.apps.googleusercontent.com", "robot@firm.example", "cron@firm.example"


# --- rows of the Inbox


def approval(office: Desk, rid: str, user: str = HEAD) -> list[Cell]:
    """The signed row of an approval, not delivered; the cell shows it."""
    return office.edit(user, rid, "status", "Approved", deliver=False)


def unmoved(office: Desk, rid: str, status: str = "Submitted") -> None:
    """Nothing was let in, however often a pass runs."""
    for _ in range(2):
        office.run(later=timedelta(minutes=2))
    assert office.accepted(rid) == status
    assert office.confirmed(rid) in ("", status)
    office.verify()


def forges_a_row() -> None:
    """Writes an approval into the Inbox without the secret."""
    office = Desk()
    rid = office.submitted()
    row = approval(office, rid)
    row[inbox.SIGNATURE] = "0" * 64
    office.sheet.inbox.append(row)
    unmoved(office, rid)


def replays_a_used_row() -> None:
    """Puts the row of an approval there once more, after the request was returned and sent again."""
    office = Desk()
    rid = office.submitted()
    row = approval(office, rid)
    office.sheet.inbox.append(list(row))
    office.run()
    assert office.accepted(rid) == "Approved"
    office.run(office.act(HEAD, rid, "return", comment="another account"))
    office.status(MIA, rid, "Submitted")
    office.run()
    assert office.accepted(rid) == "Submitted"
    office.sheet._write(office.row_of(rid), office.sheet.columns()["status"], "Approved")
    office.sheet.inbox.append(list(row))
    unmoved(office, rid)


def replays_what_was_pruned() -> None:
    """Puts the row of an old approval there, of which the Inbox knows nothing any more."""
    office = Desk()
    rid = office.submitted()
    row = approval(office, rid)
    horizon = history.instant(office.clock.at + timedelta(seconds=1))
    office.sheet.token = replace(office.sheet.token, horizon=horizon)
    office.clock.at += timedelta(minutes=5)
    office.sheet.inbox.append(row)
    unmoved(office, rid)


def brings_another_spreadsheets_row() -> None:
    """Copies an edit that the same secret signed for another spreadsheet, such as the one for tests."""
    office = Desk()
    rid = office.submitted()
    row = approval(office, rid)
    row[inbox.SIGNATURE] = inbox.signature(KEY, row, f"{SPREADSHEET}-for-tests")
    office.sheet.inbox.append(row)
    unmoved(office, rid)


def writes_from_the_future() -> None:
    """Signs ahead of time, to be the last word for ever."""
    office = Desk()
    rid = office.submitted()
    office.clock.at += timedelta(days=400)
    row = approval(office, rid)
    office.clock.at -= timedelta(days=400)
    office.sheet.inbox.append(row)
    unmoved(office, rid)


# --- tokens


@contextmanager
def gate() -> Iterator[tuple[Verifier, Any]]:
    """A verifier, and what makes tokens of any claims with the right key: no network in between."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
    at = history.moment("2020-01-01T00:00:00Z")
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(at).not_valid_after(at + timedelta(days=36_500))
    )  # fmt: skip
    kept = json.dumps({"k1": made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()})
    answer = SimpleNamespace(ok=True, content=kept.encode(), headers={}, json=lambda: json.loads(kept))
    session: Any = SimpleNamespace(get=lambda *_args, **_more: answer)
    verifier = Verifier(AUDIENCE, {"on_edit": ROBOT, "on_schedule": SCHEDULER}, "x", session)

    def token(**changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": "https://accounts.google.com", "aud": AUDIENCE, "email": ROBOT, "email_verified": True,
            "iat": now, "exp": now + 600, **changes,
        }  # fmt: skip
        return "Bearer " + _sign(key, "k1", claims)

    yield verifier, token


def knocks_with(**changes: Any) -> None:
    """Calls a function with a token whose claims are a little different."""
    with gate() as (verifier, token):
        assert verifier.verify("on_edit", token()) == ROBOT
        with pytest.raises(CallerRefused):
            verifier.verify("on_edit", token(**changes))


def brings_a_token_for_another() -> None:
    """Uses a token that Google made for somebody else's service."""
    knocks_with(aud="2-b.apps.googleusercontent.com")


def brings_a_token_of_another() -> None:
    """Uses another account of the same project."""
    knocks_with(email=SCHEDULER)


def brings_an_address_nobody_verified() -> None:
    """Made an account with the robot's address, and never proved it."""
    knocks_with(email_verified=False)


def brings_a_token_of_another_issuer() -> None:
    """Has an identity provider of their own."""
    knocks_with(iss="https://accounts.evil.example")


# --- texts that want to be more than texts

FORMULAS = ("=IMPORTXML(1)", "+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1")


def writes_a_formula_by_api() -> None:
    """Has a text beginning with = that a commit writes back."""
    for text in FORMULAS:
        asked = batches.put(1, 0, 0, [[text]])
        (cell,) = asked["updateCells"]["rows"][0]["values"]
        assert cell == {"userEnteredValue": {"stringValue": text}}


def writes_a_formula_into_a_csv_file() -> None:
    """Has a text that a spreadsheet program would run from an export."""
    for text in FORMULAS:
        assert csv_files.escaped(text).startswith("'")
        assert csv_files.unescaped(csv_files.escaped(text)) == text


def steers_the_admins_terminal() -> None:
    """Has control sequences in a subject that a command shows."""
    for text in ("\x1b]8;;https://evil.example\x07x", "\x1b[2J", "a\rb", "\x9b31m", "\u202etxt.exe", "\x00"):
        shown = screen._harmless(text)
        assert all(sign.isprintable() for sign in shown)


def speaks_chats_markup() -> None:
    """Mentions everybody, or hides a link, by a contractor's name."""
    for text in ("<users/all> *pay*", "<https://evil.example|here>", "_x_ ~y~ `z`", "40702810900000000001"):
        shown = channels.plain(text)
        assert not set(shown) & set("<>*_~`|")
        assert "https:" not in shown
        assert "40702810900000000001" not in shown


def climbs_out_of_the_folder() -> None:
    """Names an invoice so that it lands elsewhere, hides, or is run."""
    for text in (
        "../../etc/passwd",
        "..\\..\\boot.ini",
        "a/b",
        "\u202efdp.exe",
        ".bashrc",
        "CON.pdf",
        "a\x00b",
        "~/x",
    ):
        name = names.safe(text)
        assert not set(name) & set("/\\\x00\u202e")
        assert ".." not in name
        assert not name.startswith((".", "~", "-"))
        assert not name.upper().startswith("CON.")


def asks_drive_for_more() -> None:
    """Has quotes and backslashes in a name that Drive is searched by."""
    for text in ("x' or name contains '", "x\\", "x\\' or trashed = true or name = '", "''", "\\\\'"):
        asked = parse(f"name = {folders.quoted(text)}")
        assert repr(asked) == repr(parse("name = 'Q'")).replace("'Q'", repr(text))


# --- files that are more than files


def sends_a_zip_bomb() -> None:
    """Gives a bank directory of a few kilobytes that unpacks to more than is taken."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ED807.xml", b"x" * 3 * 2**20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bank_directory, "MAX_BYTES", 2**20)  # sixty-four times as much takes as much longer
        with pytest.raises(bank_directory.InvalidDirectory) as refused:
            bank_directory.read_ed807(packed.getvalue())
    assert [problem.facts["reason"] for problem in refused.value.problems] == ["too large"]


def sends_an_endless_tree() -> None:
    """Gives a statement of elements within elements, to exhaust whoever walks it."""
    with pytest.raises(Invalid, match="xml-deep"):
        xml_tree.parse(b"<a>" * 90_000)


# --- the history


def rewrites_the_history() -> None:
    """Changes who approved, in an exported or a live history."""
    office = Desk()
    rid = office.approved()
    assert rid
    row = next(row for row in office.sheet.history if row[3] == "RequestApproved")
    row[4] = ANNA
    with pytest.raises(HistoryBroken):
        office.verify()


def overwrites_the_state() -> None:
    """Owns the file, and writes into the State tab: another account, a payment that was taken back."""
    for account, paid in ((numbered_account(9), 0), ("", 1)):
        office = test_bank.desk_with()
        (rid,) = test_bank.ready(office)
        row = office.state_row(rid)
        request = from_row(row)
        request.cells["account"] = account or request.cells["account"]
        request.paid += paid
        row[:] = test_bank._row_of(office, request)  # with the fingerprint that goes with it
        before = len(office.sheet.history)
        with pytest.raises(ConfigError, match=f"stands there of {rid} is not what the History says"):
            test_bank.bank(office).export()
        assert len(office.sheet.history) == before


def approves_in_the_state() -> None:
    """Owns the file, and makes the State say that a request is approved."""
    office = test_bank.desk_with()
    rid = test_bank.submitted(office, **test_bank.payee(1))
    test_bank.to_pay(office, rid)
    office.state_row(rid)[STATUS] = "Approved"
    with pytest.raises(ConfigError, match="is not what the History says"):
        test_bank.bank(office).export()


def chains_a_history_of_their_own() -> None:
    """Owns the file, and adds an event to the History without the token that goes with it."""
    office = test_bank.desk_with()
    (rid,) = test_bank.ready(office)
    _, events = office.sheet.read_history()
    fact = Fact(office.clock.at, rid, "CommentAdded", HEAD, "sheet", {"text": "pay it"})
    (event,) = history.chain(events[-1].hash, events[-1].seq, [fact])
    office.sheet.history.append(history.to_row(event))
    with pytest.raises(ConfigError, match="nothing is paid until an admin"):
        test_bank.bank(office).export()

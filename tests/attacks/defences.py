"""Every defence by name: how to switch it off, and the attacks that must get through without it.

An attack is a test without fixtures, or a case of `tests.attacks.cases`: "module:function".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from types import FunctionType
from typing import Any
from zipfile import ZipFile

import pytest
from google.oauth2 import id_token
from itsdangerous import URLSafeSerializer
from jinja2 import Environment

from sheetflow.adapters import batches, csv_files, folders, identity
from sheetflow.app import answers, bank, channels, letters, mail_templates, names, process
from sheetflow.banking import bank_directory, xml_tree
from sheetflow.cli import screen
from sheetflow.core import contractors, correspondence, history, inbox
from sheetflow.core.rules import RULES
from sheetflow.pages import papers
from tests.unit.app import test_letters

Off = Callable[[pytest.MonkeyPatch], None]
CASES = "tests.attacks.cases"


@dataclass(frozen=True)
class Defence:
    """`file`: where it stands. `off` switches it off. `attacks`: what then gets through."""

    file: str
    off: Off
    attacks: tuple[str, ...]


def patched(target: object, name: str, value: object) -> Off:
    """Put something else in its place."""
    return lambda patch: patch.setattr(target, name, value)


def without_rule(rule: str) -> Off:
    """The rule objects to nothing, by whatever name it is called."""
    function = RULES[rule]
    assert isinstance(function, FunctionType)
    return lambda patch: patch.setattr(function, "__code__", (lambda case: None).__code__)


def passing(reason: str) -> Off:
    """The Inbox does not mind this."""
    asked = inbox._refuse
    return patched(inbox, "_refuse", lambda *given: "" if (said := asked(*given)) == reason else said)


def believing(**claims: object) -> Off:
    """Tokens are read as if they said this."""
    read = identity.Verifier._claims
    return patched(identity.Verifier, "_claims", lambda self, token: {**read(self, token), **claims})


def any_audience(patch: pytest.MonkeyPatch) -> None:
    verify = id_token.verify_token
    patch.setattr(id_token, "verify_token", lambda *args, **more: verify(*args, **{**more, "audience": None}))


def any_caller(patch: pytest.MonkeyPatch) -> None:
    caller: Any = identity.Verifier.caller
    patch.setattr(identity.Verifier, "verify", lambda self, _purpose, given: caller(self, given))


def unescaped(patch: pytest.MonkeyPatch) -> None:
    make = mail_templates.MailTemplates._environment

    def plain(self: mail_templates.MailTemplates, medium: str) -> Environment:
        made = make(self, medium)
        made.autoescape = False
        if made.cache is not None:
            made.cache.clear()
        return made

    patch.setattr(mail_templates.MailTemplates, "_environment", plain)
    patch.setattr(test_letters, "SHIPPED", mail_templates.MailTemplates(test_letters.SHIPPED.directory))


def any_signature(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(URLSafeSerializer, "loads", lambda self, text, **_more: self.loads_unsafe(text)[1])


def same_sheet(patch: pytest.MonkeyPatch) -> None:
    sign = inbox.signature
    patch.setattr(inbox, "signature", lambda key, row, _spreadsheet: sign(key, row, ""))


def all_of_it(data: bytes) -> bytes:
    with ZipFile(BytesIO(data)) as archive:
        return archive.read(archive.namelist()[0])


LINK, DOOR = "tests.unit.app.test_links", "tests.unit.pages.test_door"
ANCHOR = "tests.unit.app.test_anchoring"
SAFETY = "tests.unit.core.rules.test_safety"
DEFENCES: Mapping[str, Defence] = {
    "inbox-signature": Defence(
        "sheetflow/core/inbox.py", passing("its signature does not hold"), (f"{CASES}:forges_a_row",)
    ),
    "inbox-once": Defence(
        "sheetflow/core/inbox.py", passing("its uuid was used before"), (f"{CASES}:replays_a_used_row",)
    ),
    "inbox-horizon": Defence(
        "sheetflow/core/inbox.py", passing("it is older than what was pruned"),
        (f"{CASES}:replays_what_was_pruned",),
    ),
    "inbox-one-spreadsheet": Defence(
        "sheetflow/core/inbox.py", same_sheet, (f"{CASES}:brings_another_spreadsheets_row",)
    ),
    "inbox-clock": Defence(
        "sheetflow/core/inbox.py", passing("it comes from the future"), (f"{CASES}:writes_from_the_future",)
    ),
    "token-audience": Defence(
        "sheetflow/adapters/identity.py", any_audience, (f"{CASES}:brings_a_token_for_another",)
    ),
    "token-account": Defence(
        "sheetflow/adapters/identity.py", any_caller, (f"{CASES}:brings_a_token_of_another",)
    ),
    "token-address-verified": Defence(
        "sheetflow/adapters/identity.py", believing(email_verified=True),
        (f"{CASES}:brings_an_address_nobody_verified",),
    ),
    "token-issuer": Defence(
        "sheetflow/adapters/identity.py", believing(iss=identity.ISSUERS[0]),
        (f"{CASES}:brings_a_token_of_another_issuer",),
    ),
    "link-signature": Defence(
        "sheetflow/app/links.py", any_signature,
        (f"{LINK}:test_link_is_valid__another_key", f"{LINK}:test_link_is_valid__every_single_letter_counts"),
    ),
    "link-expiry": Defence(
        "sheetflow/core/rules/links.py", without_rule("link-not-expired"),
        (f"{LINK}:test_link_not_expired__to_the_second", f"{DOOR}:*link_not_expired"),
    ),
    "link-once": Defence(
        "sheetflow/core/rules/links.py", without_rule("link-is-used-once"),
        (f"{DOOR}:test_link_is_used_once__replayed",),
    ),
    "form-opened-here": Defence(
        "sheetflow/core/rules/links.py", without_rule("link-opened-here"),
        ("tests.unit.core.rules.test_links:test_link_opened_here__anything_else_is_refused",),
    ),
    "link-person": Defence(
        "sheetflow/core/rules/links.py", without_rule("link-person-signed-in"),
        ("tests.unit.core.rules.test_links:test_link_person_signed_in__a_forwarded_link_is_refused_and_noted",),
    ),
    "approved-as-seen": Defence(
        "sheetflow/core/rules/approvals.py", without_rule("approved-as-seen"),
        (f"{DOOR}:test_approved_as_seen__what_the_page_showed_is_what_counts",),
    ),
    "roles": Defence(
        "sheetflow/core/rules/moves.py", without_rule("right-role"),
        ("tests.unit.core.rules.test_moves:test_right_role__nobody_else_approves",),
    ),
    "no-self-approval": Defence(
        "sheetflow/core/rules/approvals.py", without_rule("no-self-approval"),
        ("tests.unit.core.rules.test_approvals:*no_self_approval",),
    ),
    "book-seal": Defence(
        "sheetflow/core/safety/vouching.py", patched(contractors, "is_sealed", lambda *_: True),
        (f"{SAFETY}:*a_row_altered_in_the_book", f"{SAFETY}:*a_seal_copied"),
    ),
    "mail-escaping": Defence(
        "sheetflow/app/mail_templates.py", unescaped,
        ("tests.unit.app.test_letters:test_compose__nothing_from_a_cell_becomes_more_than_text",),
    ),
    "mail-one-recipient": Defence(
        "sheetflow/app/letters.py", patched(letters, "address_of", lambda text: text),
        ("tests.unit.app.test_letters:test_compose__sends_to_exactly_one_plain_address",),
    ),
    "mail-sender-proved": Defence(
        "sheetflow/app/answers.py", patched(answers, "_vouched", lambda *_: True),
        ("tests.unit.app.test_answers:test_author__is_whom_gmail_vouches_for",),
    ),
    "mail-answer-by-a-party": Defence(
        "sheetflow/core/correspondence.py", patched(correspondence, "takes_part", lambda *_: True),
        ("tests.unit.core.test_correspondence:*",),
    ),
    "cells-written-raw": Defence(
        "sheetflow/adapters/batches.py",
        patched(batches, "entered", lambda value: {"userEnteredValue": {"formulaValue": value}}),
        (f"{CASES}:writes_a_formula_by_api",),
    ),
    "csv-escaping": Defence(
        "sheetflow/adapters/csv_files.py", patched(csv_files, "DANGEROUS", ("\0",)),
        (f"{CASES}:writes_a_formula_into_a_csv_file",),
    ),
    "terminal-escaping": Defence(
        "sheetflow/cli/screen.py", patched(screen, "_harmless", str), (f"{CASES}:steers_the_admins_terminal",)
    ),
    "chat-escaping": Defence(
        "sheetflow/app/channels.py", patched(channels, "plain", str), (f"{CASES}:speaks_chats_markup",)
    ),
    "safe-file-names": Defence(
        "sheetflow/app/names.py", patched(names, "clean", str), (f"{CASES}:climbs_out_of_the_folder",)
    ),
    "drive-quoting": Defence(
        "sheetflow/adapters/folders.py", patched(folders, "quoted", lambda text: f"'{text}'"),
        (f"{CASES}:asks_drive_for_more",),
    ),
    "files-by-their-bytes": Defence(
        "sheetflow/pages/papers.py", patched(papers, "kind_of", lambda content: "application/pdf"),
        ("tests.unit.pages.test_papers:test_refused__by_what_it_is_not_by_what_it_is_called",),
    ),
    "unpacked-size": Defence(
        "sheetflow/banking/bank_directory.py", patched(bank_directory, "_unzipped", all_of_it),
        (f"{CASES}:sends_a_zip_bomb",),
    ),
    "xml-depth": Defence(
        "sheetflow/banking/xml_tree.py", patched(xml_tree, "MAX_DEPTH", 10**9),
        (f"{CASES}:sends_an_endless_tree",),
    ),
    "anchor": Defence(
        "sheetflow/app/anchoring.py", patched(process, "stops", lambda *_: False),
        (f"{ANCHOR}:test_anchor__an_old_version_decides_nothing_and_admins_hear_once",
         f"{ANCHOR}:test_anchor__another_history_of_the_same_length_is_seen_too"),
    ),
    "state-proved": Defence(
        "sheetflow/core/bank/proof.py", patched(bank, "prove", lambda *_: None),
        (f"{CASES}:overwrites_the_state", f"{CASES}:approves_in_the_state",
         f"{CASES}:chains_a_history_of_their_own"),
    ),
    "history-chain": Defence(
        "sheetflow/core/history.py", patched(history, "verify", lambda *_args, **_more: ""),
        (f"{CASES}:rewrites_the_history",),
    ),
}  # fmt: skip

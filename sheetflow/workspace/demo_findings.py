"""What came of a step in cells, folders and mailboxes: shown, and held against what the story says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sheetflow.core.filing import drive_file
from sheetflow.core.rulebook import Rulebook
from sheetflow.workspace import cast
from sheetflow.workspace.demo_papers import Cabinet, made
from sheetflow.workspace.demo_registry import Registry
from sheetflow.workspace.demo_show import DemoFailed, Show
from sheetflow.workspace.doors import Doors, File, Mail
from sheetflow.workspace.frame import Frame
from sheetflow.workspace.story import Step, address

COLUMNS = ("invoice", "payment_order")
"""Cells that link to papers."""
_PLACE = re.compile(r"\{[a-z_]+\}")


class Findings:
    """Looks where people look. Its methods raise DemoFailed where something else is there."""

    def __init__(self, doors: Doors, book: Rulebook, registry: Registry, show: Show, frame: Frame) -> None:
        self.doors, self.book, self.registry, self.show, self.frame = doors, book, registry, show, frame
        self.language = frame.language
        self.cabinet = Cabinet(doors, address("anna"), book.own.label("tabs", "history"))

    def complete(self, step: Step, row: Mapping[str, str]) -> bool:
        """Whether a row shows what has to come of a step; where not, it may still be on its way."""
        if step.checks and not row["checks"]:
            return False
        if step.warned and not self._warns(step.warned, row["checks"]):
            return False
        if not all(row[key] for key in step.filled):
            return False
        return len(step.filed) <= sum(bool(row[key]) for key in COLUMNS)

    def look(self, step: Step, request: str) -> None:
        """Look at a row's completed cells, at the papers and at the mails that a step names."""
        if step.filled:
            self._look_at_filled(step.filled, request)
        if step.filed:
            self._look_at_papers(step.filed, request)
        if step.written:
            self._look_at_mails(step.written, request)

    def look_at_attachment(self, paper: File, answer_to: str, mails: Sequence[Mail]) -> None:
        """One of the mails has the paper with it, as it is; an answer goes to somebody."""
        found = [
            mail
            for mail in mails
            for file in mail.files
            if file.data == paper.data and paper.name in file.name
        ]
        if len(found) != 1 or answer_to not in found[0].reply_to:
            raise DemoFailed(f"{paper.name} should be attached once, with answers to {answer_to}: {found}")

    def _warns(self, key: str, checks: str) -> bool:
        """Whether Checks has a warning's whole sentence, whatever its facts."""
        parts = map(re.escape, _PLACE.split(self.book.own.sentences["warnings"][key]))
        return re.search(".+".join(parts), checks, re.DOTALL) is not None

    def _look_at_filled(self, keys: Sequence[str], request: str) -> None:
        at, row = self.registry.find(request)
        label = self.book.own.label
        self.show.got(
            self.frame.say("filled", "; ".join(f"{label('columns', key)}: {row[key]}" for key in keys))
        )
        words = str(self.book.own.sentences["notes"]["filled"])
        without = [key for key, note in self.registry.notes(at, keys).items() if note != words]
        if without:
            raise DemoFailed(f"{request}: no note says who filled in {', '.join(without)}")
        self.show.got(self.frame.say("noted", words))

    def _look_at_papers(self, papers: Sequence[str], request: str) -> None:
        row = self.registry.find(request)[1]
        link = next(row[key] for key in COLUMNS if drive_file(row[key]))
        folder = self.cabinet.folder(link)
        lines = [
            self.frame.say("file", one["name"], one["size"], one["webViewLink"])
            for one in self.cabinet.files(folder)
        ]
        self.show.listing(self.frame.say("folder", self.cabinet.path(folder)), lines)
        if len(lines) != len(papers):
            raise DemoFailed(f"{request}: {len(papers)} files should lie in its folder: {lines}")
        for name in papers:
            paper = made(name, self.language)
            file = self.cabinet.holds(folder, paper.data)
            event = self.cabinet.recorded(request, file["id"], paper.data) if file else None
            if file is None or event is None:
                raise DemoFailed(f"{request}: {paper.name} is not in its folder and its history as it was")
            digest = self.cabinet.digest(paper.data)
            self.show.got(self.frame.say("recorded", event.seq, event.kind, file["name"], digest))

    def _look_at_mails(self, people: Sequence[str], request: str) -> None:
        sent = self.doors.mails(cast.OWNER, "in:sent")
        mails = [mail for mail in sent if mail.subject.startswith(f"[{request}]")]
        lines = [
            self.frame.mail(mail.to, " + ".join([mail.subject, *(file.name for file in mail.files)]))
            for mail in mails
        ]
        self.show.listing(self.frame.say("written", request, len(mails)), lines)
        wanted = sorted(address(who) for who in people)
        if sorted(mail.to for mail in mails) != wanted:
            raise DemoFailed(f"{request}: these should have been written to, and nobody else: {wanted}")

"""Plays a story through the public doors, shows what each step did, and checks what the story states."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from sheetflow.core.rulebook import Rulebook
from sheetflow.errors import AccessDenied
from sheetflow.workspace import cast
from sheetflow.workspace.demo_findings import Findings
from sheetflow.workspace.demo_form import PaperForm
from sheetflow.workspace.demo_papers import code_of, made
from sheetflow.workspace.demo_registry import Registry
from sheetflow.workspace.demo_show import DemoFailed, Show, Silent
from sheetflow.workspace.doors import Doors, Mail
from sheetflow.workspace.frame import Frame
from sheetflow.workspace.story import (
    Answer,
    Chapter,
    Day,
    Decide,
    Fill,
    Govern,
    Grant,
    HandIn,
    Later,
    Open,
    Pick,
    Review,
    Step,
    Swap,
    Told,
    Value,
    Write,
    address,
)
from sheetflow.workspace.story_requests import REQUESTS, SHORT

PATIENCE = 20.0
"""Seconds to wait for what has to come of a step; the schedule is called meanwhile, as every minute."""


class Player:
    """One telling, on one workspace."""

    def __init__(self, doors: Doors, book: Rulebook, show: Show) -> None:
        self.doors, self.book, self.show = doors, book, show
        self.place = doors.describe()
        self.language = str(self.place["locale"])
        self.frame = Frame(self.language)
        self.names = {person["email"]: person["name"] for person in self.place["people"]}
        self.admin = address("ivan")
        self.registry = Registry(doors, book.own.label("tabs", "registry"), book.headers, self.admin)
        self.form = PaperForm(doors, book.own)
        self.findings = Findings(doors, book, self.registry, show, self.frame)
        self.ids: dict[str, str] = {}
        self.rows: dict[str, int] = {}
        self.read_mails: dict[str, set[str]] = {}
        self.links: dict[tuple[str, str], str] = {}

    def play(self, chapters: Iterable[Chapter]) -> None:
        """Tell it. Raises DemoFailed where something else came of a step than the story says."""
        for number, chapter in enumerate(chapters, start=1):
            self.show.chapter(f"{number}. {chapter.title[self.language]}")
            for step in chapter.steps:
                self.play_step(step)

    def play_quietly(self, chapter: Chapter, ends: Mapping[str, str]) -> None:
        """Do what it says, and show only how far it is. `ends`: the status that each request ends in.

        Raises:
            DemoFailed: one ends in another.
        """
        screen, self.show = self.show, Silent()
        for done, step in enumerate(chapter.steps, start=1):
            self._do(step)
            screen.progress(done, len(chapter.steps), chapter.title[self.language])
        wanted = {self.ids[name]: self.book.status_labels[status] for name, status in ends.items()}
        end = time.monotonic() + PATIENCE
        while (found := self._confirmed(wanted)) != wanted:
            if time.monotonic() > end:
                raise DemoFailed(f"the requests should be {wanted}; they are {found}")
            self._hurry()

    def _confirmed(self, requests: Iterable[str]) -> dict[str, str]:
        shown = {row["id"]: row["confirmed"] for row in self.registry.rows()}
        return {request: shown.get(request, "") for request in requests}

    def play_step(self, step: Step) -> None:
        """One step: told, done, and looked at."""
        who = self.names.get(address(step.who), step.who) if step.who else ""
        self.show.step(who, step.says[self.language])
        try:
            self._do(step)
        except AccessDenied as error:
            if not step.barred:
                raise
            self.show.refused(self.frame.barred(str(error)))
        else:
            if step.barred:
                raise DemoFailed(f"{step.who} was let in and must not be")
        self._look(step)

    # --- doing

    def _do(self, step: Step) -> None:
        who, does = address(step.who), step.does
        match does:
            case Fill():
                self._fill(who, does)
            case Pick():
                label = self.book.status_labels[does.status]
                at = self.rows[does.requests[0]]
                value = label if len(does.requests) == 1 else [[label]] * len(does.requests)
                self.doors.edit(who, self.registry.cell(at, "status"), value)
            case Write():
                at = self.rows[does.request]
                self.doors.edit(who, self.registry.cell(at, does.key), self.text(does.value))
            case Swap():
                at = self.rows[does.request]
                self.registry.write(who, at, does.key, does.value)
            case Decide():
                self._decide(who, does)
            case Grant():
                self._grant(who, does)
            case Govern():
                self._govern(who, does)
            case Later():
                self.doors.move_clock(advance=does.time)
                self.doors.run_schedule()
            case Open() | Answer() | HandIn():
                self._hand_in(who, does)
            case Review():
                pass

    def _hand_in(self, who: str, does: Open | Answer | HandIn) -> None:
        match does:
            case Open():
                title, questions = self.form.asks(who)
                self.show.got(self.frame.say("form_asks", title, ", ".join(questions)))
            case Answer():
                self._answer(who, does)
            case HandIn():
                folder = str(self.place["folders"]["incoming"]["id"])
                paper = made(does.paper, self.language)
                self.show.got(self.frame.say("hands_in", paper.name, len(paper.data)))
                link = self.doors.upload(who, paper, folder)
                self.doors.edit(who, self.registry.cell(self.rows[does.request], does.key), link)

    def _answer(self, who: str, does: Answer) -> None:
        known = {row["id"] for row in self.registry.rows()}
        paper = made(does.paper, self.language)
        cells = {
            key: self.day(value).isoformat() if isinstance(value, Day) else self.text(value)
            for key, value in SHORT[does.request].cells.items()
        }
        given = "; ".join(f"{self.form.title(key)}: {text}" for key, text in cells.items())
        self.show.got(self.frame.say("answers", given))
        self.show.got(self.frame.say("hands_in", paper.name, len(paper.data)))
        if code := code_of(does.paper, self.language):
            self.show.got(self.frame.say("code", code))
        done = self.form.answer(who, cells, paper)
        self.show.got(self.frame.say("form_says", done.text))
        if done.status != 200:
            raise DemoFailed(f"the form answered {done.status}: {done.text}")
        end = time.monotonic() + PATIENCE
        while not (fresh := [row["id"] for row in self.registry.rows() if row["id"] not in known]):
            if time.monotonic() > end:
                raise DemoFailed("the answer never became a request")
            self._hurry()
        self.ids[does.request] = fresh[0]
        self.rows[does.request] = self.registry.find(fresh[0])[0]

    def _fill(self, who: str, does: Fill) -> None:
        at = self.rows[does.request] = self.registry.free_row()
        sample = SHORT.get(does.request) or REQUESTS[does.request]
        cells = {key: self.text(value) for key, value in sample.cells.items()}
        if does.typed:
            for done, (key, text) in enumerate(cells.items(), start=1):
                self.doors.edit(who, self.registry.cell(at, key), text)
                self.show.progress(done, len(cells), self.book.own.label("columns", key))
        else:
            for key, values in self.registry.blocks(cells):
                self.doors.edit(who, self.registry.cell(at, key), [values])
        self.ids[does.request] = self.registry.rows()[at - 2]["id"]

    def _decide(self, who: str, does: Decide) -> None:
        link = self.links[who, self.ids[does.request]]
        page = self.doors.page(link)
        acts = ", ".join(self.book.own.label("acts", act) for act in page.acts)
        self.show.got(self.frame.page_offers(acts))
        done = self.doors.choose(link, does.act, self.text(does.comment))
        if done.status != 200:
            raise DemoFailed(f"the request page answered {done.status}: {done.text}")
        self.show.got(self.frame.page_says(done.text))

    def _grant(self, who: str, does: Grant) -> None:
        title = self.book.own.label("tabs", "people")
        rows = self.doors.tab(who, title).get_all_values()
        keys = [self.book.people_headers.get(text.lower(), "") for text in rows[0]]
        at = next(n for n, row in enumerate(rows) if row[keys.index("email")] == address(does.person))
        roles = ", ".join(self.book.own.label("roles", role) for role in does.roles)
        self.doors.edit(who, f"'{title}'!{chr(65 + keys.index('roles'))}{at + 1}", roles)
        self.show.got(roles)

    def _govern(self, who: str, does: Govern) -> None:
        labels = self.book.own.labels
        cells = {"rule": does.name[self.language], "amount_from": does.amount_from}
        cells |= {f"step{n}": labels["roles"][role] for n, role in enumerate(does.steps, start=1)}
        row = [cells.get(key, "") for key in labels["policy"]]
        self.doors.edit(who, f"'{labels['tabs']['policy']}'!A2", [row])
        self.show.got("; ".join(f"{labels['policy'][key]}: {text}" for key, text in cells.items()))

    def text(self, value: Value) -> str:
        """A value as a person of the registry's country types it."""
        if isinstance(value, Told):
            return value[self.language]
        if isinstance(value, Day):
            day = self.day(value)
            return f"{day:%d.%m.%Y}" if self.language == "ru" else f"{day.month}/{day.day}/{day.year}"
        return value

    def day(self, value: Day) -> date:
        """The day that is meant, by the workspace's clock."""
        return (datetime.fromisoformat(self.doors.describe()["now"]) + timedelta(days=value.ahead)).date()

    # --- looking

    def _look(self, step: Step) -> None:
        request = self._request(step)
        if request and step.confirmed is not None:
            self._look_at_row(step, request)
        if step.put_back is not None:
            self._look_at_note(step, request)
        self.findings.look(step, request)
        mails = [self._look_at_mail(address(who), request, full=step.full) for who in step.mails]
        if step.attached:
            self.findings.look_at_attachment(made(step.attached, self.language), address(step.who), mails)

    def _request(self, step: Step) -> str:
        match step.does:
            case Pick(requests=(first, *_)):
                return self.ids[first]
            case Fill() | Write() | Swap() | Decide() | Later() | Answer() | HandIn() | Review():
                return self.ids.get(step.does.request, "")
        return ""

    def _look_at_row(self, step: Step, request: str) -> None:
        wanted = self.book.status_labels[step.confirmed] if step.confirmed else ""
        row = self.registry.find(request)[1]
        waits = not isinstance(step.does, Swap)  # what a formula shows is there at once
        end = time.monotonic() + PATIENCE
        while row["confirmed"] != wanted or not self.findings.complete(step, row):
            if not waits or time.monotonic() > end:
                raise DemoFailed(
                    f"{request} should be {wanted!r}, with {step.filled or 'no'} cells filled in: {row}"
                )
            self._hurry()
            row = self.registry.find(request)[1]
        self.show.got(self.frame.row(request, row["status"], row["confirmed"]))
        if step.checks or step.warned:
            self.show.got(f"{self.book.own.label('columns', 'checks')}: {row['checks']}")

    def _look_at_note(self, step: Step, request: str) -> None:
        column, rule = step.put_back or ("", "")
        note = self.registry.note(self.registry.find(request)[0], column)
        if f"[{rule}]" not in note:
            raise DemoFailed(f"{request}: the note at {column} does not name {rule}: {note!r}")
        self.show.refused(self.frame.put_back(self.book.own.label("columns", column), note))

    def _look_at_mail(self, who: str, request: str, *, full: bool) -> Mail:
        known = self.read_mails.setdefault(who, set())
        end = time.monotonic() + PATIENCE
        while not (found := self.doors.mails(who, known=tuple(known))):
            if time.monotonic() > end:
                raise DemoFailed(f"{who} got no mail")
            self._hurry()
        if len(found) > 1:
            raise DemoFailed(f"{who} got {len(found)} mails at once: {[mail.subject for mail in found]}")
        (mail,) = found
        known.add(mail.id)
        if mail.link:
            self.links[who, request] = mail.link
        self.show.mail(self.frame.mail(who, mail.subject), shown_lines(mail) if full else ())
        for file in mail.files:
            self.show.got(self.frame.say("attached", file.name, len(file.data), mail.reply_to))
        return mail

    def _hurry(self) -> None:
        """A nudge that found the function busy leaves its edit to the schedule: let it run now."""
        time.sleep(0.2)
        self.doors.run_schedule()

    # --- at the end

    def count_mails(self) -> int:
        """How many mails the system has sent."""
        return self.doors.count_mails(cast.OWNER, "in:sent")


def shown_lines(mail: Mail) -> list[str]:
    """What of a mail's text is shown: up to its signature, without blank lines; the link cut short."""
    text = mail.text.partition("\n-- \n")[0]
    if mail.link:
        text = text.replace(mail.link, mail.link[: mail.link.index("t=") + 10] + "…")
    return [line.strip() for line in text.split("\n") if line.strip(" -")]

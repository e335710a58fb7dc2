"""The accountant's two actions: the bank file out, and the statement in.

Each is one read of the registry and one guarded commit, whatever the number of requests (with the bank
directory, or the history, read once besides). A commit that lost the race is decided anew; one whose answer
was lost is recognised by its token. Letters that follow are left in the Outbox: the next pass sends them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sheetflow.app import repair
from sheetflow.app.importing import WholeSheet
from sheetflow.app.outbox import queued
from sheetflow.app.process import commit_of
from sheetflow.banking.statement import Statement
from sheetflow.core.bank.events import CANCELLED, digest_of, told_lines
from sheetflow.core.bank.export import SYSTEM, Export, again, plan, wants_banks
from sheetflow.core.bank.gathering import gathered
from sheetflow.core.bank.intake import Taken, strange_accounts, take
from sheetflow.core.bank.lines import closed_by_bank, rows_of
from sheetflow.core.bank.paper import Papers, papers_of, with_papers
from sheetflow.core.bank.proof import prove
from sheetflow.core.bank.recording import record
from sheetflow.core.bank.writing import OutFile
from sheetflow.core.company import Company, read_company
from sheetflow.core.health import hold
from sheetflow.core.history import instant
from sheetflow.core.projection import DATA, WIDTH, from_row
from sheetflow.core.rulebook import Rulebook
from sheetflow.errors import ConcurrentEdit, ConfigError, Unavailable
from sheetflow.model.events import Event, Fact
from sheetflow.model.people import Role
from sheetflow.model.request import Request
from sheetflow.model.snapshot import Letter, Snapshot
from sheetflow.ports import ClockPort, Commit, NoncesPort
from sheetflow.workflow.table import Status

TRIES = 12
"""Commits that may lose the race in a row."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Freed:
    """What cancelling a file did. `requests`: freed by it. `paid`: those that the bank has paid since."""

    requests: tuple[str, ...] = ()
    paid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be committed: facts, numbers that move on, what letters carry, further letters, vitals."""

    facts: Sequence[Fact] = ()
    numbers: dict[str, int] = field(default_factory=dict)
    papers: Papers = field(default_factory=dict)
    letters: Sequence[Letter] = ()
    vitals: dict[str, str] = field(default_factory=dict)


class BankDesk:
    """The bank's use cases, wired to the world."""

    def __init__(self, sheet: WholeSheet, book: Rulebook, clock: ClockPort, nonces: NoncesPort) -> None:
        self.sheet, self.book, self.clock, self.nonces = sheet, book, clock, nonces

    def export(self, actor: str = "", account: str = "", *, dry_run: bool = False) -> Export:
        """Decide a bank file and record it; only then may its content be given out.

        Args:
            actor: an accountant's address, "" for a program.
            account: only from this own account.
            dry_run: decide, record nothing.

        Raises:
            ConfigError: the account is none of the company's, or the actor no accountant.
            ConcurrentEdit, Unavailable: nothing was recorded.
        """

        def decided(snapshot: Snapshot, company: Company) -> tuple[Export, Step]:
            own = company.settings.accounts
            if account and own.find(account) is None:
                raise ConfigError([f"{account} is none of the company's own accounts on the Settings tab"])
            if wants_banks(snapshot):
                snapshot.banks = self.sheet.read_banks(snapshot.token.banks)
            found = own.find(account) if account else None
            export = plan(snapshot, company, _accountant(actor, company), found.number if found else "")
            if export.facts:
                prove((fact.request for fact in export.facts), snapshot, self._history(snapshot))
            return export, Step(export.facts, export.numbers)

        return self.run(decided, dry_run=dry_run)

    def again(self, file: str) -> OutFile:
        """A file that was recorded and then lost, made once more; nothing is recorded.

        Raises:
            ConfigError: no request stands in such a file.
        """
        snapshot = self.sheet.read()
        if snapshot.token.banks:
            snapshot.banks = self.sheet.read_banks(snapshot.token.banks)
        company = read_company(snapshot.people, snapshot.settings, self.book)
        found = again(file, snapshot, company)
        if found is None:
            raise ConfigError([f"no request stands in a bank file named {file}"])
        return found

    def cancel(self, file: str, reason: str, actor: str = "", only: Sequence[str] = ()) -> Freed:
        """Free the requests that stand in a file which the bank will not carry out.

        Args:
            file: its name.
            reason: why, for the history.
            actor: an accountant's address, "" for a program.
            only: just these requests, all for none given.

        Raises:
            ConfigError: no request stands in such a file.
        """

        def decided(snapshot: Snapshot, company: Company) -> tuple[Freed, Step]:
            who = _accountant(actor, company)
            standing = [one for one in _in_files(snapshot) if one.bank_file == file]
            if only:
                standing = [one for one in standing if one.id in only]
            if missing := [one for one in only if one not in {each.id for each in standing}]:
                raise ConfigError([f"{rid} does not stand in {file}" for rid in missing])
            if not standing:
                raise ConfigError([f"no request stands in a bank file named {file}"])
            freed = [one for one in standing if one.status != Status.PAID]
            data = {"file": file, "reason": reason}
            facts = [Fact(snapshot.now, one.id, CANCELLED, who, "system", data, file) for one in standing]
            paid = tuple(one.id for one in standing if one not in freed)
            return Freed(tuple(one.id for one in freed), paid), Step(facts)

        return self.run(decided)

    def take(self, statement: Statement, file: str, actor: str = "", *, dry_run: bool = False) -> Taken:
        """Take a statement in. `actor`: the accountant who brought it, "" for a program.

        Raises:
            ConfigError: it is of accounts that are not the company's own: nothing is taken of it.
            ConcurrentEdit, Unavailable: nothing was recorded.
        """

        def decided(snapshot: Snapshot, company: Company) -> tuple[Taken, Step]:
            if strange := strange_accounts(statement, company):
                raise ConfigError(
                    [f"{one} is none of the company's own accounts on the Settings tab" for one in strange]
                )
            who, told = _accountant(actor, company), self._told(snapshot)
            taken = take(statement, file, snapshot, company, told, who if actor else "")
            if taken.facts and snapshot.token.banks and not dry_run:
                snapshot.banks = self.sheet.read_banks(snapshot.token.banks)
            return taken, Step(taken.facts, papers=papers_of(taken, snapshot, company))

        return self.run(decided, dry_run=dry_run)

    def _told(self, snapshot: Snapshot) -> set[str]:
        """Which debits past the registry the history has. Raises ConcurrentEdit where it moved on since."""
        return told_lines(self._history(snapshot))

    def _history(self, snapshot: Snapshot) -> Sequence[Event]:
        token, events = self.sheet.read_history()
        if token.seq != snapshot.token.seq:
            raise ConcurrentEdit("Sheets", "another commit came in between")
        return events

    def run(self, decided: Callable[[Snapshot, Company], tuple[_T, Step]], *, dry_run: bool = False) -> _T:
        """Decide on a fresh read and commit, anew for as long as others come first.

        Raises:
            ConcurrentEdit, Unavailable: nothing was recorded.
        """
        for attempt in range(TRIES):
            snapshot = self.sheet.read()
            hold(snapshot)
            company = read_company(snapshot.people, snapshot.settings, self.book)
            try:
                found, step = decided(snapshot, company)
                if dry_run or not (step.facts or step.vitals):
                    return found
                self._commit(snapshot, company, step)
            except ConcurrentEdit:
                self.clock.sleep(min(0.05 * 2**attempt, 2.0) * (0.5 + self.nonces.jitter()))
            else:
                return found
        raise ConcurrentEdit("Sheets", f"others committed first, {TRIES} times in a row")

    def _commit(self, snapshot: Snapshot, company: Company, step: Step) -> None:
        decision = record(snapshot, company, self.book, step.facts, snapshot.now)
        letters = gathered([with_papers(one, step.papers) for one in (*decision.letters, *step.letters)])
        commit = commit_of(snapshot, decision, queued(snapshot, letters), self.nonces.nonce())
        commit = self._with_lines(snapshot, commit, step)
        if step.numbers:
            commit = replace(commit, new=replace(commit.new, orders=step.numbers))
        if step.vitals:
            commit = replace(commit, new=replace(commit.new, vitals={**commit.new.vitals, **step.vitals}))
        try:
            receipt = self.sheet.commit(commit)
        except Unavailable as lost:
            if self._took_effect(commit):
                return
            raise ConcurrentEdit("Sheets", "the commit did not take effect") from lost
        repair.mend(self.sheet, self.clock, self.nonces, self.book, snapshot, commit, receipt)

    def _with_lines(self, snapshot: Snapshot, commit: Commit, step: Step) -> Commit:
        """The Bank tab follows: open lines are added, those that a statement brought home are closed."""
        if "bank" not in snapshot.token.sheets:
            return commit
        words = self.book.own
        paid = {digest_of(str(one.data["key"])): one.request for one in step.facts if one.data.get("key")}
        digests = {digest: request for digest, request in paid.items() if request}
        closed = closed_by_bank(snapshot.bank, digests, words, instant(snapshot.now))
        return replace(commit, lines=closed, new_lines=rows_of(step.facts, words))

    def _took_effect(self, commit: Commit) -> bool:
        """Whether a commit whose answer was lost was made: its last event stands in the history."""
        token, events = self.sheet.read_history()
        mine = commit.new
        return token.range_id == mine.range_id or any(
            event.seq == mine.seq and event.hash == mine.head for event in events
        )


def _accountant(address: str, company: Company) -> str:
    """Who acts, as history writes it. Raises ConfigError for somebody who is no accountant."""
    if not address:
        return SYSTEM
    person = company.people.find(address)
    if person is None or not person.has(Role.ACCOUNTANT):
        raise ConfigError([f"{address} is no accountant on the People tab"])
    return person.email


def _in_files(snapshot: Snapshot) -> list[Request]:
    """The requests that stand in a bank file."""
    rows = [row for row in snapshot.state if len(row) > DATA and '"bank_file"' in str(row[DATA])]
    return [from_row([*row, *[""] * (WIDTH - len(row))]) for row in rows]

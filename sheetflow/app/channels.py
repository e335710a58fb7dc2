"""What goes by other ways than mail: tasks in people's own lists, and messages in the Chat space.

Both ride in the Outbox as mails do. A task is looked for by its reference before it is made, and a message
is posted under its letter's id, which Chat takes once; so whoever comes after a crash does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sheetflow.app.letters import clean, day_text, money_text, reference_of
from sheetflow.app.links import Links
from sheetflow.core.attention import space, tasks
from sheetflow.core.attention.budget import SUMMARY
from sheetflow.core.history import moment
from sheetflow.core.rulebook import Words
from sheetflow.core.tabs import OutboxRow
from sheetflow.errors import ConfigError, PortError
from sheetflow.model.snapshot import Letter

FEW_TRIES = 6
"""Of a message or a task whose service is out of reach: an hour or so; then it is given up."""
LONGEST_TITLE, LONGEST_TEXT = 200, 3_500
"""Characters of a task's title (Google takes 1,024) and of a message (Google takes 4,096)."""
WAITS = "the task's own letter is still on its way"

_MARKUP = str.maketrans(
    {"<": "‹", ">": "›", "*": "∗", "_": "\u02cd", "~": "∼", "`": "ˋ", "|": "¦", "@": "＠"}
)
_NUMBER = re.compile(r"\d(?:[ \u00a0-]?\d){8,}")
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|chat):")


class TasksPort(Protocol):
    """People's own task lists."""

    def open(
        self, person: str, reference: str, title: str, notes: str, due: date | None, since: datetime
    ) -> str:
        """Make a task in somebody's list; gives its id. One that is there, in whatever state, stays as it is.

        Args:
            person: the list's owner, an address.
            reference: stands in the notes, and in no other task's.
            title: one line.
            notes: further lines.
            due: the day to have done it by.
            since: the task cannot have been made before that.
        """
        ...

    def close(self, person: str, reference: str, since: datetime) -> str:
        """Complete a task that is still open; gives its id, "" where there is none."""
        ...


class ChatPort(Protocol):
    """A space of Google Chat, by its webhook."""

    def post(self, key: str, text: str, thread: str) -> str:
        """Post a message under a key, once however often it is asked for; gives the message's name.

        Args:
            key: hexadecimal digits, the message's own.
            text: in Chat's markup.
            thread: messages of one thread are one conversation.
        """
        ...


def is_channel(template: str) -> bool:
    """Whether a letter goes by one of these ways."""
    return tasks.is_task(template) or space.is_for_space(template)


def plain(text: str) -> str:
    """A person's text so that Chat reads no markup, mention or link in it, and nobody an account number.

    Chat knows no way to escape a sign, so each that means something is written as one that looks like it.

    >>> plain("*Pay* <users/all> or <https://evil.example|here>, 40702810900000000001")
    '∗Pay∗ ‹users/all› or ‹https\u2236//evil.example¦here›, …0001'
    """
    shown = clean(text, lines=False).translate(_MARKUP)
    shown = _ADDRESS.sub(lambda found: found[1] + "\u2236", shown)
    return _NUMBER.sub(lambda found: "…" + found[0][-4:], shown)


@dataclass(frozen=True)
class Channels:
    """Delivers to tasks and to the space; each is None where it is not set up."""

    words: Mapping[str, Words]
    language: str
    spreadsheet: str
    links: Links | None
    tasks: TasksPort | None = None
    chat: ChatPort | None = None

    def deliver(self, row: OutboxRow, standing: MutableMapping[str, str]) -> OutboxRow:
        """Do what a letter asks for; gives the row as it is to be marked.

        `standing`: the states of the Outbox's letters, by id, as far as known.
        """
        template = row.letter.template
        try:
            if space.is_for_space(template):
                return row.marked("sent", self._post(row.letter))
            if template == tasks.CLOSE and standing.get(_opened(row.letter)) in ("leased", "doubt"):
                return row.marked("doubt", WAITS)
            close = template == tasks.CLOSE or tasks.closing(row.letter.id) in standing
            return row.marked("sent", self._close(row.letter) if close else self._open(row.letter))
        except PortError as error:
            doubt = error.retryable and row.tries < FEW_TRIES
            return row.marked("doubt" if doubt else "failed", str(error))
        except ConfigError as error:
            return row.marked("failed", str(error))

    # --- tasks

    def _open(self, letter: Letter) -> str:
        if self.tasks is None:
            return ""
        facts = letter.facts
        words = self._theirs(letter)
        reference = reference_of(_opened(letter))
        title = " ".join(
            part
            for part in (
                _money(facts["amount"], words.language),
                clean(str(facts["contractor"]), lines=False),
                "·",
                letter.request,
            )
            if part
        )
        notes = [words.sentence("tasks", str(facts["kind"]), {}), self._page(letter), reference]
        due = str(facts["due"])
        return self.tasks.open(
            str(facts["person"]), reference, title[:LONGEST_TITLE], "\n".join(filter(None, notes)),
            date.fromisoformat(due) if due else None, moment(str(facts["since"])),
        )  # fmt: skip

    def _close(self, letter: Letter) -> str:
        if self.tasks is None:
            return ""
        facts = letter.facts
        since = moment(str(facts["since"]))
        return self.tasks.close(str(facts["person"]), reference_of(_opened(letter)), since)

    def _page(self, letter: Letter) -> str:
        if self.links is None:
            return _sheet(self.spreadsheet)
        person, at = str(letter.facts["person"]), moment(str(letter.facts["at"]))
        return self.links.make(letter.request, person, letter.id, str(letter.facts["fingerprint"]), at)

    def _theirs(self, letter: Letter) -> Words:
        return self.words.get(str(letter.facts.get("language", ""))) or self.words[self.language]

    # --- the space

    def _post(self, letter: Letter) -> str:
        if self.chat is None:
            raise ConfigError(["SHEETFLOW_CHAT_WEBHOOK is not set, so nothing goes to the Chat space"])
        return self.chat.post(letter.id, self.text(letter), letter.request or SUMMARY)

    def text(self, letter: Letter) -> str:
        """What the space reads of a letter, in Chat's markup."""
        words, facts = self.words[self.language], letter.facts
        kind = str(facts["kind"])
        head = f"*{words.sentence('space', kind, {})}*"
        lines = self._summary(facts, words) if kind == SUMMARY else self._of_request(letter, words)
        link = f"<{_sheet(self.spreadsheet)}|{words.sentence('space', 'registry', {})}>"
        return "\n".join([head, *lines])[: LONGEST_TEXT - len(link)] + "\n" + link

    def _of_request(self, letter: Letter, words: Words) -> list[str]:
        facts = letter.facts
        what = [_money(facts["amount"], words.language), plain(str(facts["contractor"])), letter.request]
        lines = [" · ".join(part for part in what if part)]
        if facts["due"]:
            lines.append(words.sentence("space", "due", {"day": day_text(str(facts["due"]), words)}))
        if names := [plain(str(name)) for name in _list(facts["whom"])]:
            more = f" +{facts['more']}" if facts["more"] else ""
            lines.append(words.sentence("space", "whom", {"names": ", ".join(names) + more}))
        return lines

    def _summary(self, facts: Mapping[str, Any], words: Words) -> list[str]:
        lines = [day_text(str(facts["day"]), words)]
        for key in ("waiting", "payable"):
            count, sums = facts[key]
            monies = "; ".join(_money(money, words.language) for money in sums)
            if count:
                lines.append(words.sentence("space", key, {"count": str(count), "sums": monies}))
        lines += [
            words.sentence("space", key, {"count": str(facts[key])})
            for key in ("soon", "overdue", "late")
            if facts.get(key)
        ]
        return lines


def _opened(letter: Letter) -> str:
    return str(letter.facts["opened"])


def _sheet(spreadsheet: str) -> str:
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet}/edit"


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, (list, tuple)) else ()


def _money(value: object, language: str) -> str:
    parts = [str(part) for part in _list(value)]
    return money_text(parts[0], parts[1], language) if len(parts) == 2 else ""

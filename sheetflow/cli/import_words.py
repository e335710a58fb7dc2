"""What an import says: the guess as a table, every row's reason in plain words, the report file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sheetflow.adapters.csv_files import write_csv
from sheetflow.core.migration.headers import Guess, Header
from sheetflow.core.migration.rows import Judged, Remark
from sheetflow.core.migration.table import KEYS, NOTHING, Table, cell_at
from sheetflow.core.rulebook import Words
from sheetflow.model.cells import Cell
from sheetflow.model.columns import BY_KEY
from sheetflow.templates.texts import Texts, fill

SAMPLES, LONGEST = 3, 24
"""How many examples of a column are shown, and how much of each."""


class ImportWords:
    """One language: the registry's words, and those of `import.toml`."""

    def __init__(self, words: Words, texts: Texts) -> None:
        self.words, self.texts = words, texts

    def say(self, what: str, /, **facts: str) -> str:
        """A sentence of the import itself."""
        return fill(self.texts["say"][what], **facts)

    def column(self, key: str) -> str:
        """One of our columns, as people call it."""
        return self.texts["keys"].get(key) or self.words.label("columns", key)

    def columns(self, keys: Iterable[str]) -> str:
        """Several, with their keys, as `--map` takes them."""
        return ", ".join(f"{self.column(key)} ({key})" for key in keys if key != NOTHING)

    def remark(self, remark: Remark) -> str:
        """A reason or a note, in plain words."""
        facts = dict(remark.facts)
        if "columns" in facts:
            facts["columns"] = ", ".join(self.column(key) for key in facts["columns"].split(", "))
        for group in ("reasons", "notes"):
            if text := self.texts[group].get(remark.code):
                return fill(text, **facts | {"column": self.column(remark.column)})
        column = remark.column if remark.column in BY_KEY else ""
        return self.words.problem("valid-fields", column, {**facts, "problem": remark.code})

    def remarks(self, one: Judged) -> str:
        """All that there is to say about a row."""
        return " ".join(self.remark(remark) for remark in one.remarks)

    def guesses(self, guesses: Sequence[Guess], table: Table, header: Header) -> list[list[str]]:
        """The guess as rows of a table."""
        return [
            [
                one.title,
                self.column(one.key) if one.key else "-",
                fill(self.texts["how"][one.how], choices=self.columns(one.choices)),
                _samples(table, header, one.place),
            ]
            for one in guesses
        ]

    def problems(self, guesses: Sequence[Guess], unknown: Sequence[str]) -> list[str]:
        """Why the columns cannot be taken as they were guessed."""
        found = [self.say("no-title", title=title) for title in unknown]
        rivals: dict[str, list[str]] = {}
        for one in guesses:
            if one.how != "ambiguous":
                continue
            if len(one.choices) == 1:
                rivals.setdefault(one.choices[0], []).append(one.title)
            else:
                choices = self.columns(one.choices)
                found.append(self.say("ambiguous", title=one.title, choices=choices))
        for key, titles in rivals.items():
            names = ", ".join(f"“{title}”" for title in titles)
            found.append(self.say("twice", column=self.column(key), titles=names))
        if not found:
            known = {one.key for one in guesses}
            found += [
                self.say("need", column=self.column(key), key=key)
                for key in ("contractor", "amount")
                if key not in known
            ]
        return found

    def write_report(
        self, path: Path, table: Table, header: Header, judged: Sequence[Judged], *, dry: bool
    ) -> None:
        """Every row that is not blank: what became of it and why, and the cells that it had."""
        report = self.texts["report"]
        titles = [full or f"#{place + 1}" for place, (full, _) in enumerate(header.titles)]
        rows: list[list[Cell]] = [
            [report["row"], report["outcome"], report["request"], report["words"], *titles]
        ]
        for one in judged:
            outcome = self.outcome(one.outcome, dry=dry)
            original = [found.text for found in table.rows[one.row - 1]]
            rows.append([one.row, outcome, one.request, self.remarks(one), *original])
        write_csv(path, rows)

    def outcome(self, outcome: str, *, dry: bool) -> str:
        """What became of a row, in a word."""
        return self.texts["outcomes"]["would" if dry and outcome == "import" else outcome]


def parse_map(given: Sequence[str], words: ImportWords) -> tuple[dict[str, str], list[str]]:
    """`--map` as title -> key, and what is wrong with it. A column may be named by key or by its title."""
    labels = {words.column(key).lower(): key for key in KEYS} | {key: key for key in KEYS}
    found: dict[str, str] = {}
    problems = []
    for one in given:
        title, sign, name = one.rpartition("=")
        key = labels.get(name.strip().lower(), "")
        if not sign or (name.strip() and not key):
            problems.append(words.say("no-key", key=name.strip(), keys=", ".join(KEYS)))
        found[title.strip()] = key
    return found, problems


def parse_statuses(
    given: Sequence[str], statuses: Mapping[str, str], words: ImportWords
) -> tuple[dict[str, str], list[str]]:
    """`--status` as word -> status, and what is wrong with it."""
    found: dict[str, str] = {}
    problems = []
    for one in given:
        word, _, name = one.rpartition("=")
        status = statuses.get(name.strip().lower())
        if status is None or not word.strip():
            known = ", ".join(dict.fromkeys(statuses.values()))
            problems.append(words.say("no-status", status=name.strip(), statuses=known))
        else:
            found[word.strip()] = status
    return found, problems


def counts(table: Table, header: Header, judged: Sequence[Judged]) -> dict[str, int]:
    """How many rows came to which end, the blank ones too."""
    found = Counter(one.outcome for one in judged)
    rows = len(table.rows) - header.last
    ends = {outcome: found[outcome] for outcome in ("import", "known", "refused", "skipped")}
    return {**ends, "blank": rows - len(judged)}


def _samples(table: Table, header: Header, place: int) -> str:
    texts = []
    for row in table.rows[header.last :]:
        text = " ".join(cell_at(row, place).text.split())
        if text and text not in texts:
            texts.append(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")
        if len(texts) == SAMPLES:
            break
    return "; ".join(texts)

"""The steps done one by one: look, compare, and only where something differs make it so.

The first failure ends it; what was done stays done, and the next time it goes on from there.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from sheetflow.cli.deployment.commands import SOURCE, Command
from sheetflow.cli.deployment.gcloud import Gcloud, GcloudFailed
from sheetflow.cli.deployment.steps import RANDOM, Step

KEY_BYTES = 32
PATIENCE = 6
"""How often a role is given to an account that was made a moment ago and is not known everywhere yet."""
PAUSE = 10.0
"""Seconds between."""


class State(Enum):
    """How a step went."""

    RIGHT = "right"
    MADE = "made"
    MENDED = "mended"
    MISSING = "missing"
    DIFFERS = "differs"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A step and what became of it. `told`: how it differed, or why it failed. `command`: what was run."""

    step: Step
    state: State
    told: tuple[str, ...] = ()
    command: Command = ()

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "name": self.step.name,
            "why": self.step.why,
            "state": self.state.value,
            "told": list(self.told),
            "command": ["gcloud", *self.command] if self.command else [],
        }


@dataclass(slots=True)
class Rollout:
    """Does steps.

    Attributes:
        source: the folder that is uploaded.
        brought: secrets that are not made up: setting -> value.
        wait: sleeps so many seconds.
    """

    gcloud: Gcloud
    source: Path
    wait: Callable[[float], object]
    brought: Mapping[str, str] = field(default_factory=dict)

    def look(self, steps: Iterable[Step]) -> Iterator[Outcome]:
        """Compare and change nothing."""
        for step in steps:
            try:
                told = self._differences(step)
            except GcloudFailed as error:
                yield Outcome(step, State.FAILED, (error.words,))
                return
            if told is None:
                yield Outcome(step, State.MISSING, ("not there",), step.make)
            elif told:
                yield Outcome(step, State.DIFFERS, tuple(told), step.mend or step.make)
            else:
                yield Outcome(step, State.RIGHT)

    def run(self, steps: Iterable[Step]) -> Iterator[Outcome]:
        """Make everything as it should be; ends with the first failure."""
        for step in steps:
            outcome = self._do(step)
            yield outcome
            if outcome.state is State.FAILED:
                return

    def _do(self, step: Step) -> Outcome:
        command: Command = ()
        try:
            told = self._differences(step)
            if told == []:
                return Outcome(step, State.RIGHT)
            if told is not None:
                command = step.mend or step.make
                self._give(step, command)
                return Outcome(step, State.MENDED, tuple(told), command)
            command = step.make
            try:
                self._give(step, command)
            except GcloudFailed as error:
                if not error.there_already:
                    raise
                # Somebody else made it since we looked, or an earlier try did and its answer was lost.
                return self._do(step) if self._differences(step) is not None else self._failed(step, error)
            return Outcome(step, State.MADE, (), command)
        except GcloudFailed as error:
            return self._failed(step, error, command)

    def _failed(self, step: Step, error: GcloudFailed, command: Command = ()) -> Outcome:
        return Outcome(step, State.FAILED, (error.words,), command)

    def _differences(self, step: Step) -> list[str] | None:
        """None where the thing is not there."""
        try:
            return step.judge(self.gcloud.show(*step.look))
        except GcloudFailed as error:
            if error.missing:
                return None
            raise

    def _give(self, step: Step, command: Command) -> None:
        words = [word.replace(SOURCE, str(self.source)) for word in command]
        feed = self._feed(step) if command == step.make else None
        for left in reversed(range(PATIENCE)):
            try:
                self.gcloud.do(words, feed)
            except GcloudFailed as error:
                # IAM needs up to a minute to know a new account everywhere.
                if not (left and "add-iam-policy-binding" in command and "does not exist" in error.words):
                    raise
                self.wait(PAUSE)
            else:
                return

    def _feed(self, step: Step) -> str | None:
        if not step.feed:
            return None
        if step.feed == RANDOM:
            return secrets.token_hex(KEY_BYTES)
        if step.feed not in self.brought:
            words = "it has no value yet: give the file with it by --mail-credentials (README, Deploy)"
            raise GcloudFailed(step.make, words)
        return self.brought[step.feed]

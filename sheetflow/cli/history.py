"""`sheetflow history verify`: the chain holds, ends where the token says, and State is the fold of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetflow.cli.place import runtime_for, workspace_option

if TYPE_CHECKING:
    from sheetflow.adapters.sheets import Sheets
    from sheetflow.model.events import Event
    from sheetflow.model.snapshot import Row
    from sheetflow.runtime import Runtime

TRIES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found. `events`: how many rows History has; `first_bad`: the first event that is wrong."""

    ok: bool
    events: int
    head: str = ""
    first_bad: int = 0
    reason: str = ""

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        kept = ("ok", "events", "head") if self.ok else ("ok", "events", "first_bad", "reason")
        return {key: value for key, value in asdict(self).items() if key in kept}


def examine(runtime: Runtime) -> Finding:
    """Verify a registry's history. Three reads. Raises PortError and ConfigError."""
    from sheetflow.core import history as chain
    from sheetflow.errors import HistoryBroken, Unavailable

    sheet = runtime.sheet()
    for _ in range(TRIES):
        try:
            token, events = sheet.read_history()
            head = chain.verify(events, head=token.head, seq=token.seq)
            snapshot = sheet.read()
            if snapshot.token.seq != token.seq:
                continue  # a pass committed between the two reads
            _hold_state_against(snapshot.state, events)
        except HistoryBroken as broken:
            return Finding(ok=False, events=_count(sheet), first_bad=broken.seq, reason=broken.reason)
        return Finding(ok=True, events=len(events), head=head)
    raise Unavailable("Sheets", "the registry changes faster than it can be verified; try again")


def examine_file(path: Path) -> Finding:
    """Verify an exported history by itself. Raises ConfigError for a file that cannot be read."""
    from sheetflow.adapters.export_files import MANIFEST, read_history
    from sheetflow.core import history as chain
    from sheetflow.errors import ConfigError, HistoryBroken

    count = 0
    try:
        manifest = path.parent / MANIFEST
        said = json.loads(manifest.read_text("utf-8")) if manifest.is_file() else {}
        events = read_history(path)
        count = len(events)
        head = chain.verify(events, head=said.get("head"), seq=said.get("seq"))
    except HistoryBroken as broken:
        return Finding(ok=False, events=count, first_bad=broken.seq, reason=broken.reason)
    except (OSError, ValueError) as error:
        raise ConfigError([f"{path}: it cannot be read ({error})"]) from error
    return Finding(ok=True, events=count, head=head)


def _hold_state_against(state: Sequence[Row], events: Sequence[Event]) -> None:
    """Raises HistoryBroken for the first request whose State row is not what its events make of it."""
    from sheetflow.core import folding
    from sheetflow.core.projection import ID, STATUS
    from sheetflow.errors import HistoryBroken
    from sheetflow.model.request import Request

    requests: dict[str, Request] = {}
    last: dict[str, int] = {}
    for event in events:
        if not event.request:
            continue
        try:
            folding.apply(requests.setdefault(event.request, Request(event.request)), event)
        except (KeyError, ValueError, ArithmeticError) as error:
            reason = f"{event.kind} is not known to this version, or says too little ({error!r})"
            raise HistoryBroken(event.seq, reason) from error
        last[event.request] = event.seq
    stated = {str(row[ID]): str(row[STATUS]) for row in state if len(row) > STATUS and row[ID]}
    for rid, seq in sorted(last.items(), key=lambda item: item[1]):
        found = stated.get(rid, "nothing")
        if found != requests[rid].status:
            reason = f"after it {rid} is {requests[rid].status}, but the State tab says {found}"
            raise HistoryBroken(seq, reason)


def _count(sheet: Sheets) -> int:
    """How many rows the History tab has below its header, readable or not."""
    answer = sheet.http.values_get(sheet.spreadsheet, f"'{sheet.titles['history']}'!A2:A")
    return len(answer.get("values", []))


@click.group()
def history() -> None:
    """The record of everything that happened."""


@history.command()
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An exported history.jsonl instead of a registry; held against the manifest beside it, if any.",
)
@workspace_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def verify(ctx: click.Context, file: Path | None, workspace: str, env: str, *, as_json: bool) -> None:
    """Check that nothing in the history was changed, dropped or added, and that State follows from it."""
    found = examine_file(file) if file else examine(runtime_for(workspace, env))
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    elif found.ok:
        click.echo(f"history verified: {found.events} events, head {found.head or 'none'}")
    else:
        click.echo(
            f"the history is broken at event {found.first_bad} of {found.events}: {found.reason}", err=True
        )
    if not found.ok:
        ctx.exit(1)


@history.command()
@click.option(
    "--reason", required=True, help="Why what stands in the sheet is to count: it is kept in the history."
)
@click.option("--actor", metavar="ADDRESS", default="system", help="Who decided so.")
@workspace_option
def adopt(reason: str, actor: str, workspace: str, env: str) -> None:
    """Go on from a history that does not agree with its anchor: after an old version was restored.

    Until then nothing is approved, paid or sent. Edits that wait are judged by the next pass.
    """
    from sheetflow.app.anchoring import adopt as go_on

    runtime = runtime_for(workspace, env)
    event = go_on(runtime.sheet(), runtime.anchor_place(), runtime.clock, runtime.nonces, reason, actor)
    click.echo(f"adopted: event {event.seq} says so, and the registry goes on from there")

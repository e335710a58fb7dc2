"""`sheetflow local` serves a workspace on this machine; `sheetflow demo` plays a story on a fresh one."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from sheetflow.cli.history import examine
from sheetflow.cli.laws import LOCALES
from sheetflow.cli.place import runtime_for
from sheetflow.cli.screen import Screen, stop_politely
from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from sheetflow.core.rulebook import Rulebook
    from sheetflow.workspace.demo import Player
    from sheetflow.workspace.demo_requests import Wanted
    from sheetflow.workspace.local import LocalWorkspace

MORNING = "2026-11-24T09:00:00Z"
"""When the demo's story begins, by the workspace's own clock: the sample's dates fit to it for good."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: a free one.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".sheetflow/workspace"),
    show_default=True,
    help="The folder that keeps everything; a restart loses nothing.",
)
@click.option(
    "--locale", type=LOCALES, default="en", show_default=True, help="The language of a new registry."
)
@click.option("--demo", "filled", is_flag=True, help="Fill an empty registry: requests in every status.")
def local(port: int, data: Path, locale: str, *, filled: bool) -> None:
    """Serve what a company has at Google, on this machine: until Ctrl-C."""
    stop_politely()  # the functions stop too
    screen = Screen()
    try:
        _serve(screen, port, data, locale, filled=filled)
    except KeyboardInterrupt:
        screen.say("stopped; everything is kept in " + str(data))


def _serve(screen: Screen, port: int, data: Path, locale: str, *, filled: bool) -> None:
    check_port(port)
    if filled:
        _fill(screen, data, locale)
    with _workspace(data, locale, port=port) as place:
        if place.language != locale:
            screen.say(f"The registry in {data} keeps its own language: {place.language}")
        _introduce(screen, place)
        threading.Event().wait()


@click.command()
@click.option(
    "--requests",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV file of requests, its headers in either language. A column Expected is held against the end.",
)
@click.option("--locale", type=LOCALES, default="en", show_default=True, help="The registry's language.")
@click.pass_context
def demo(ctx: click.Context, file: Path | None, locale: str) -> None:
    """Play every person's part on a fresh workspace, through its public doors, and show what comes of it."""
    stop_politely()
    screen = Screen()
    _check_reader()
    book = _rulebook(locale)
    wanted = _read_requests(file, book) if file is not None else []
    with (
        tempfile.TemporaryDirectory(prefix="sheetflow-demo-") as folder,
        _workspace(Path(folder), locale, scheduled=False, digest="no") as place,
    ):
        good = _tell(screen, place, book, wanted, file.name if file else "")
    if not good:
        ctx.exit(1)


def _tell(screen: Screen, place: LocalWorkspace, book: Rulebook, wanted: Sequence[Wanted], file: str) -> bool:
    from sheetflow.workspace.demo import Player
    from sheetflow.workspace.doors import Doors
    from sheetflow.workspace.story_chapters import STORY

    doors = Doors(place.url)
    doors.move_clock(set=MORNING)
    player = Player(doors, book, screen)
    screen.say(player.frame.say("place", place.url))
    player.play(STORY)
    good = not wanted or _play_file(screen, player, wanted, file)
    screen.chapter(player.frame.say("summary"))
    calls, mails = sum(doors.call_counts().values()), player.count_mails()
    found = examine(runtime_for(place.url))
    screen.got(player.frame.say("counts", calls, mails, found.events))
    if not found.ok:
        screen.refused(f"{found.first_bad}: {found.reason}")
        return False
    screen.got(player.frame.say("verified", found.events, found.head))
    return good


def _play_file(screen: Screen, player: Player, wanted: Sequence[Wanted], file: str) -> bool:
    from sheetflow.workspace.demo_requests import play_requests

    frame, book = player.frame, player.book
    screen.chapter(frame.say("csv", file))
    outcomes = play_requests(player, wanted)
    headers = [frame.say(key) for key in ("request", "subject", "ended")] + [
        book.own.label("columns", "checks")
    ]
    screen.table(
        headers,
        [
            [each.request, each.subject, book.status_labels.get(each.status, "?"), each.checks]
            for each in outcomes
        ],
    )
    for each in outcomes:
        if each.difference:
            ended = book.status_labels.get(each.status, "?")
            screen.refused(frame.say("differs", each.request, each.difference, ended, each.checks))
    return not any(each.difference for each in outcomes)


def _fill(screen: Screen, data: Path, locale: str) -> None:
    """Requests in every status, once. Played behind another port: whoever sees the place sees it filled."""
    from sheetflow.workspace.demo import Player
    from sheetflow.workspace.doors import Doors
    from sheetflow.workspace.story_showcase import ENDS, SHOWCASE

    with _workspace(data, locale, scheduled=False, functions=False) as place:
        player = Player(Doors(place.url), _rulebook(place.language), screen)
        if player.registry.free_row() > 2:
            return
        _check_reader()
        screen.say(player.frame.say("filling"))
        place.functions.start()
        player.play_quietly(SHOWCASE, ENDS)


def _introduce(screen: Screen, place: LocalWorkspace) -> None:
    about, url = place.describe(), place.url
    spreadsheet, tab = about["spreadsheet"]["id"], _rulebook(place.language).own.label("tabs", "registry")
    screen.say(f"sheetflow's local workspace: {url}")
    screen.say(f"  the registry's id: {spreadsheet}    its tab: {tab}    its language: {place.language}")
    screen.say(f"  the form: {about['form']['url']}")
    screen.say("People:")
    screen.table(
        ["E-mail", "Name", "Roles"],
        [[each["email"], each["name"], ", ".join(each["roles"])] for each in about["people"]],
    )
    person = about["people"][0]["email"]
    screen.say(f"""Say who you are by the token local:<e-mail>. To read as {person}:
  curl -H 'Authorization: Bearer local:{person}' \\
    '{url}/v4/spreadsheets/{spreadsheet}/values/{quote(tab)}!A1:H20'
To type as that person's hand does in the sheet:
  curl -H 'Content-Type: application/json' {url}/workspace/edit \\
    -d '{{"as": "{person}", "range": "{tab}!D30", "value": "Paper"}}'
From Python:
  import gspread
  from google.oauth2.credentials import Credentials
  class Local(gspread.HTTPClient):
      def request(self, method, endpoint, *more, **others):
          endpoint = endpoint.replace("https://sheets.googleapis.com", "{url}")
          return super().request(method, endpoint, *more, **others)
  client = gspread.Client(Credentials(token="local:{person}"), http_client=Local)
  client.open_by_key("{spreadsheet}").worksheet("{tab}").get_all_values()
Whether the history holds:
  sheetflow history verify --workspace {url}
Ctrl-C stops it.""")


def _workspace(
    folder: Path,
    locale: str,
    *,
    port: int = 0,
    scheduled: bool = True,
    functions: bool = True,
    **settings: str,
) -> LocalWorkspace:
    try:
        from sheetflow.workspace.local import LocalWorkspace
    except ImportError as error:
        problem = f"the local workspace needs {error.name}: install sheetflow[local]"
        raise ConfigError([problem]) from error
    try:
        return LocalWorkspace(
            folder, port=port, language=locale, scheduled=scheduled, functions=functions, settings=settings
        )
    except OSError as error:
        raise ConfigError([f"{folder}: the workspace cannot be kept there ({error.strerror})"]) from error


def _check_reader() -> None:
    """Raises ConfigError where nothing can read the invoice that the demo's people hand in."""
    missing = [name for name in ("pypdfium2", "PIL", "zxingcpp") if find_spec(name) is None]
    if missing:
        problem = f"the demo hands in an invoice, which needs {', '.join(missing)}"
        raise ConfigError([f"{problem}: install sheetflow[invoices,local]"])


def check_port(port: int) -> None:
    """Raises ConfigError where nothing can listen on a port."""
    with socket.socket() as wanted:
        wanted.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            wanted.bind(("127.0.0.1", port))
        except OSError as error:
            problem = f"port {port} cannot be used ({error.strerror}): free it, or choose another with --port"
            raise ConfigError([problem]) from error


def _rulebook(locale: str) -> Rulebook:
    from sheetflow.core.rulebook import Rulebook
    from sheetflow.runtime import load_rulebook_words, templates_folder

    return Rulebook(locale, load_rulebook_words(templates_folder()), "")


def _read_requests(file: Path, book: Rulebook) -> list[Wanted]:
    from sheetflow.workspace.demo_requests import read_file

    return read_file(file, book)

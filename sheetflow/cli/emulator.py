"""`sheetflow emulator` serves Google's APIs alone: no registry, no functions, for any program's tests.

What it prints, docs/emulator.md shows and a test runs are the same four `SNIPPETS`.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from sheetflow.cli.local import check_port
from sheetflow.cli.screen import stop_politely
from sheetflow.errors import ConfigError

if TYPE_CHECKING:
    from sheetflow.emulator.emulator import Emulator

URL = "http://127.0.0.1:8765"


class Snippet(NamedTuple):
    """A few lines that point a client at the emulator; `language` as Markdown names it."""

    language: str
    text: str


SNIPPETS: Mapping[str, Snippet] = {
    "curl": Snippet(
        "sh",
        """\
curl -s -H 'Authorization: Bearer local:anna@example.com' -H 'Content-Type: application/json' \\
  http://127.0.0.1:8765/v4/spreadsheets -d '{"properties": {"title": "Budget"}}'
""",
    ),
    "gspread": Snippet(
        "python",
        """\
import gspread
from google.oauth2.credentials import Credentials


class Local(gspread.HTTPClient):
    def request(self, method, endpoint, *args, **kwargs):
        path = endpoint.partition("googleapis.com")[2]
        return super().request(method, "http://127.0.0.1:8765" + path, *args, **kwargs)


client = gspread.Client(Credentials("local:anna@example.com"), http_client=Local)
sheet = client.create("Budget").sheet1
sheet.update([["Rent", 900], ["Food", 250], ["Total", "=SUM(B1:B2)"]], "A1", raw=False)
print(sheet.acell("B3").value)
""",
    ),
    "google-api-python-client": Snippet(
        "python",
        """\
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build

anna = Credentials("local:anna@example.com")
here = {"api_endpoint": "http://127.0.0.1:8765/drive/v3/"}
with build("drive", "v3", credentials=anna, client_options=here) as drive:
    folder = {"name": "Invoices", "mimeType": "application/vnd.google-apps.folder"}
    drive.files().create(body=folder).execute()
    print([file["name"] for file in drive.files().list(q="name contains 'Inv'").execute()["files"]])
""",
    ),
    "googleapis": Snippet(
        "js",
        """\
import { google } from "googleapis";

const auth = new google.auth.OAuth2();
auth.setCredentials({ access_token: "local:anna@example.com" });
const sheets = google.sheets({ version: "v4", auth, rootUrl: "http://127.0.0.1:8765/" });
const made = await sheets.spreadsheets.create({ requestBody: { properties: { title: "Budget" } } });
console.log(made.data.properties.title);
""",
    ),
}
TITLES = {
    "curl": "curl",
    "gspread": "gspread",
    "google-api-python-client": "google-api-python-client",
    "googleapis": "Node's googleapis",
}


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: a free one.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that keeps everything over a restart. Without it nothing is kept.",
)
@click.option("--quotas", is_flag=True, help="Refuse, as Google does, what is over its minute quotas.")
def emulator(port: int, data: Path | None, *, quotas: bool) -> None:
    """Serve Google's Sheets, Drive, Gmail, Forms and Tasks APIs alone, on this machine: until Ctrl-C."""
    stop_politely()
    check_port(port)
    try:
        with _folder(data) as folder, _running(folder) as running:
            if quotas:
                running.switches.set({"quotas": True})
            _serve(running, port, data)
    except KeyboardInterrupt:
        click.echo("stopped" + (f"; everything is kept in {data}" if data else ""))


def _serve(running: Emulator, port: int, data: Path | None) -> None:
    from sheetflow.emulator.app import create_app, serve

    server = serve(create_app(running), port)
    try:
        click.echo(introduction(server.url, data))
        threading.Event().wait()
    finally:
        server.shutdown()


def introduction(url: str, data: Path | None) -> str:
    """What the command prints once it serves."""
    kept = f"Kept in {data}" if data else "Nothing is kept"
    parts = [
        f"Google's APIs, emulated: {url}",
        f"Sheets v4, Drive v3, Gmail v1, Forms v1, Tasks v1. {kept}.",
        "A token says who calls: local:<e-mail>. Anybody may be anybody; it listens on this machine alone.",
    ]
    for name, snippet in SNIPPETS.items():
        parts += ["", f"{TITLES[name]}:", *(f"  {line}" for line in snippet.text.splitlines())]
    return "\n".join([*parts, "", "Ctrl-C stops it."]).replace(URL, url)


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    """The folder of the state, held by this process alone; one that vanishes where none was named."""
    import fcntl

    if data is None:
        with tempfile.TemporaryDirectory(prefix="sheetflow-emulator-") as folder:
            yield Path(folder)
        return
    try:
        data.mkdir(parents=True, exist_ok=True)
        held = (data / "lock").open("ab")
    except OSError as error:
        raise ConfigError([f"{data}: nothing can be kept there ({error.strerror})"]) from error
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            problem = (
                f"another emulator or workspace runs in {data}; stop it, or name another folder with --data"
            )
            raise ConfigError([problem]) from error
        yield data


@contextmanager
def _running(folder: Path) -> Iterator[Emulator]:
    try:
        from sheetflow.emulator.emulator import Emulator
    except ImportError as error:
        raise ConfigError([f"the emulator needs {error.name}: install sheetflow[local]"]) from error
    running = Emulator(folder)
    try:
        yield running
    finally:
        running.close()

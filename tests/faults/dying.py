"""A pass in a process of its own that is killed, -9, between two of its calls."""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import googleapiclient.discovery  # noqa: F401 - loaded once, before the processes are forked
import requests

import sheetflow.cli.founding
import sheetflow.templates.plan  # noqa: F401 - so are these
from sheetflow.runtime import from_environment


def run_pass(
    environment: Mapping[str, str], after: int, *, form: bool = False, scheduled: bool = False
) -> bool:
    """Run a pass that dies once `after` of its HTTP requests were answered; 0: before the first.

    `form`: one that looks for answers of the form too; `scheduled`: into the mailbox too.

    Returns:
        Whether it was killed; False: it made no more than that many requests and came to its end.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    child = context.Process(target=_child, args=(dict(environment), after, form, scheduled), daemon=True)
    child.start()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0


def run_command(arguments: Sequence[str], after: int, batch: int) -> bool:
    """Run a command that migrates in batches of so many rows, and dies as `run_pass` does."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    child = context.Process(target=_command, args=(list(arguments), after, batch), daemon=True)
    child.start()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0


def run_founding(arguments: Sequence[str], environment: Mapping[str, str], seen: Path) -> bool:
    """Run a command that dies as soon as something was written that no run before it had written.

    `seen`: the file in which the runs keep what they wrote.
    """
    seen.touch()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    child = context.Process(target=_founding, args=(list(arguments), dict(environment), seen), daemon=True)
    child.start()
    child.join(60)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode != 0


def _founding(arguments: list[str], environment: dict[str, str], seen: Path) -> None:
    from sheetflow.cli import main

    os.environ.clear()
    os.environ.update(environment)
    send = requests.Session.send

    def watched(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> object:
        answer = send(session, request, **how)
        if request.method not in ("GET", "HEAD") and not str(request.url).endswith("/token"):
            key = hashlib.sha256(f"{request.method} {request.url} {request.body!r}".encode()).hexdigest()
            if key not in seen.read_text("utf-8"):
                seen.write_text(seen.read_text("utf-8") + key, "utf-8")
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

    requests.Session.send = watched  # type: ignore[method-assign,assignment]
    with redirect_stdout(io.StringIO()):
        main(arguments, standalone_mode=False)


def _command(arguments: list[str], after: int, batch: int) -> None:
    from sheetflow.app import importing, restoring
    from sheetflow.cli import main

    importing.BATCH = restoring.EVENTS = restoring.STATES = batch
    with _dying(after):
        main(arguments, standalone_mode=False)


def _child(environment: Mapping[str, str], after: int, form: bool, scheduled: bool) -> None:
    process = from_environment(environment).process()
    with _dying(after):
        process.run(form=form, scheduled=scheduled)


@contextmanager
def _dying(after: int) -> Iterator[None]:
    """Kill this process once so many of its requests were answered."""
    send = requests.Session.send
    answered = 0

    def counted(session: requests.Session, request: requests.PreparedRequest, **how: object) -> object:
        nonlocal answered
        if answered == after:
            os.kill(os.getpid(), signal.SIGKILL)
        answered += 1
        return send(session, request, **how)  # type: ignore[arg-type]

    requests.Session.send = counted  # type: ignore[method-assign,assignment]
    yield
    if answered == after:
        os.kill(os.getpid(), signal.SIGKILL)

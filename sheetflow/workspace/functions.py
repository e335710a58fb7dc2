"""The deployed functions as child processes: the real `functions/main.py` under functions-framework."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from sheetflow.errors import ConfigError

NAMES = ("on_edit", "on_form_submit", "on_schedule", "request_page")
START_SECONDS = 30


_TIED = """
import ctypes, os, sys
try:
    ctypes.CDLL(None).prctl(1, 9)
except (OSError, AttributeError):
    pass
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Ties a function to the workspace where the system can (Linux): a killed workspace leaves none behind."""


def source() -> Path:
    """Where `main.py` of the functions is: bundled with the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent.parent
    bundled = package / "_bundled" / "functions"
    return (bundled if bundled.is_dir() else package.parent / "functions") / "main.py"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Functions:
    """The child processes. `environment`: what a deployment would set; `log`: where they write.

    `urls` are known before anything runs. A function that was killed is started again by `start`.
    """

    def __init__(
        self, environment: Mapping[str, str], log: Path, ports: Mapping[str, int] | None = None
    ) -> None:
        self.environment = dict(environment)
        self.ports = dict(ports) if ports else {name: free_port() for name in NAMES}
        self.urls = {name: f"http://127.0.0.1:{port}" for name, port in self.ports.items()}
        self._log = log
        self._files: list[IO[bytes]] = []
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, *names: str) -> None:
        """Start those that do not run, and wait until they answer.

        Raises:
            ConfigError: one of them did not come up; its last words are in the message.
        """
        wanted = [name for name in (names or NAMES) if not self.running(name)]
        for name in wanted:
            file = (self._log.parent / f"{self._log.stem}-{name}.log").open("ab")
            self._files.append(file)
            command = [
                sys.executable, "-c", _TIED, "-m", "functions_framework", "--target", name,
                "--source", str(source()), "--host", "127.0.0.1", "--port", str(self.ports[name]),
            ]  # fmt: skip
            self._children[name] = subprocess.Popen(
                command,
                env=_inherited() | self.environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        for name in wanted:
            self._wait(name)

    def running(self, name: str) -> bool:
        """Whether the function's process is alive."""
        child = self._children.get(name)
        return child is not None and child.poll() is None

    def kill(self, *names: str) -> None:
        """Kill -9, the whole process group: what happens to an instance in the cloud without a warning."""
        for name in names or NAMES:
            self._signal(name, signal.SIGKILL)

    def stop(self) -> None:
        """Stop all."""
        for name in list(self._children):
            self._signal(name, signal.SIGKILL)
        for file in self._files:
            file.close()

    def _signal(self, name: str, number: signal.Signals) -> None:
        child = self._children.pop(name, None)
        if child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        child.wait()

    def _wait(self, name: str) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if not self.running(name):
                break
            try:
                urllib.request.urlopen(self.urls[name], timeout=5).close()  # noqa: S310 - our own address
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.05)
            else:
                return
        log = self._log.parent / f"{self._log.stem}-{name}.log"
        tail = log.read_text("utf-8", "replace")[-2000:] if log.exists() else ""
        raise ConfigError([f"the function {name} did not start; its log {log} ends:\n{tail}"])


def _inherited() -> dict[str, str]:
    """The environment without settings of another deployment."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SHEETFLOW_")}
    root = str(Path(__file__).parent.parent.parent)
    return kept | {
        "PYTHONPATH": os.pathsep.join([root, *filter(None, [kept.get("PYTHONPATH")])]),
        "THREADS": "4",
    }

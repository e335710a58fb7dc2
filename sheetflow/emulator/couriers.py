"""HTTP calls that the emulator makes by itself: notifications, in the background, to this machine alone.

A request that causes one never waits for it. Calls of a lane go out one after another, in their order, from a
thread that lives as long as the lane has any; a refused one is tried again after a pause that doubles. The
pauses are real time, whatever the workspace's clock says. Where a call may go is decided here too: to a
loopback address and nowhere else, directly, past any proxy, and never on to where it is redirected.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

SECONDS = 10.0
PAUSE_MOST = 600.0
_JOIN = 5.0
_READ_MOST = 65536


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine: `localhost`, an address of 127.0.0.0/8, or `[::1]`."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or parts.username is not None:
        return False
    return _address(host) is not None


def _address(host: str) -> str | None:
    """The numeric address of a loopback host, so that no name has to be looked up; None for any other."""
    if host.lower() == "localhost":
        return "127.0.0.1"
    try:
        return host if ipaddress.ip_address(host).is_loopback else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Parcel:
    """A POST, and what is to be done with its outcome.

    Attributes:
        url: where to; `is_loopback`.
        headers: of the request, made anew for every try.
        body: of the request.
        over: called with the status of each answer, None where there was none; whether this ends the matter.
            False means that the call is tried again.
        pause: seconds before the second try; they double with each further one, up to ten minutes.
        tries: how often it is sent at most; None for as often as it takes.
        due: whether it still matters; asked before every try.
    """

    url: str
    headers: Callable[[], Mapping[str, str]]
    body: bytes
    over: Callable[[int | None], bool]
    pause: float = 1.0
    tries: int | None = None
    due: Callable[[], bool] = field(default=lambda: True)


class Courier:
    """Sends parcels, each lane in a thread of its own."""

    def __init__(self) -> None:
        self._lanes: dict[str, deque[Parcel]] = {}
        self._threads: set[threading.Thread] = set()
        self._lines: set[http.client.HTTPConnection] = set()
        self._state = threading.Condition()
        self._closed = threading.Event()

    def send(self, lane: str, parcel: Parcel) -> None:
        """Put a parcel behind those of its lane; returns at once.

        Raises:
            ValueError: for an address that is not this machine's.
        """
        if not is_loopback(parcel.url):
            raise ValueError(f"not a loopback address: {parcel.url}")
        with self._state:
            if self._closed.is_set():
                return
            waiting = self._lanes.get(lane)
            if waiting is not None:
                waiting.append(parcel)
                return
            self._lanes[lane] = deque([parcel])
            thread = threading.Thread(target=self._run, args=(lane,), name=f"courier {lane}", daemon=True)
            self._threads.add(thread)
            thread.start()

    def drop(self, lane: str) -> None:
        """Forget what waits in a lane; a call that is under way is not tried again."""
        with self._state:
            if lane in self._lanes:
                self._lanes[lane].clear()
                self._state.notify_all()

    def settle(self, seconds: float = 30.0) -> bool:
        """Wait until nothing is left to send; whether that came about in time."""
        with self._state:
            return self._state.wait_for(lambda: not self._lanes, seconds)

    def close(self) -> None:
        """Stop: break off what is under way, and send nothing more."""
        with self._state:
            self._closed.set()
            self._state.notify_all()
            for line in self._lines:
                if line.sock is not None:
                    with contextlib.suppress(OSError):  # it ends by itself at this very moment
                        line.sock.shutdown(socket.SHUT_RDWR)
            threads = list(self._threads)
        for thread in threads:
            thread.join(_JOIN)

    def _run(self, lane: str) -> None:
        while (parcel := self._next(lane)) is not None:
            tries, pause = 0, parcel.pause
            while not self._closed.is_set() and parcel.due():
                status = self._post(parcel)
                tries += 1
                if self._closed.is_set() or parcel.over(status) or tries == parcel.tries:
                    break
                if not self._rest(lane, parcel, pause):
                    break
                pause = min(2 * pause, PAUSE_MOST)

    def _next(self, lane: str) -> Parcel | None:
        """The parcel that the lane's thread sends now, which is the first one; None ends the thread."""
        with self._state:
            waiting = self._lanes[lane]
            if waiting and not self._closed.is_set():
                return waiting.popleft()
            del self._lanes[lane]
            self._threads.discard(threading.current_thread())
            self._state.notify_all()
            return None

    def _rest(self, lane: str, parcel: Parcel, seconds: float) -> bool:
        """Wait before the next try; False when there shall be none."""
        with self._state:
            waiting = self._lanes[lane]
            waiting.appendleft(parcel)  # so that `drop` finds it
            self._state.wait_for(
                lambda: self._closed.is_set() or not waiting or waiting[0] is not parcel, seconds
            )
            if not waiting or waiting[0] is not parcel:
                return False
            waiting.popleft()
            return not self._closed.is_set()

    def _post(self, parcel: Parcel) -> int | None:
        """The status of the answer; None where none came."""
        parts = urlsplit(parcel.url)
        address = _address(parts.hostname or "") or ""
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        line = kind(address, parts.port, timeout=SECONDS)
        with self._state:
            self._lines.add(line)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            line.connect()
            if self._closed.is_set():
                return None  # `close` found no connection yet to cut
            line.request("POST", path, parcel.body, {"Host": parts.netloc, **parcel.headers()})
            answer = line.getresponse()
            answer.read(_READ_MOST)
        except (OSError, http.client.HTTPException, ValueError):
            return None  # nobody listens, the line broke, or `close` cut it
        else:
            return answer.status
        finally:
            with self._state:
                self._lines.discard(line)
            line.close()

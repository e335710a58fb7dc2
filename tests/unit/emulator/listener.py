"""Somebody on this machine who is called back: an HTTP server that keeps what it got."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Post:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass
class Listener:
    """What came, and what is answered: the statuses in `answers` first, then 200."""

    url: str
    posts: list[Post] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    @property
    def headers(self) -> list[dict[str, str]]:
        """Of each request."""
        return [post.headers for post in self.posts]


@contextmanager
def listening(port: int = 0) -> Iterator[Listener]:
    """A listener on a free port; `hold` is set, and a listener whose `hold` is cleared lets callers wait."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size)
            told.posts.append(Post(self.path, dict(self.headers.items()), body))
            told.hold.wait(20)
            self.send_response(told.answers.pop(0) if told.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    told = Listener(f"http://127.0.0.1:{server.server_address[1]}")
    told.hold.set()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()

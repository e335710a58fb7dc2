"""The HTTP server under the emulator: werkzeug's threaded one, with connections kept alive.

Werkzeug closes each connection after one answer. Real clients (requests, httplib2) hold theirs open, and a
workspace answers hundreds of small calls: so the request's body is read whole before the application runs,
which is what makes it safe to read the next request from the same connection. A large one waits on disk.
"""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

from werkzeug.exceptions import InternalServerError
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

NO_BODY = frozenset({204, 304})
IN_MEMORY = 1024 * 1024
_PIECE = 256 * 1024


def _pour(source: Any, target: IO[bytes], length: int | None) -> int:
    """Copy a body, `length` bytes or up to its end, a piece at a time; returns how many bytes came."""
    size = 0
    while length is None or size < length:
        piece = source.read(_PIECE if length is None else min(_PIECE, length - size))
        if not piece:
            break
        target.write(piece)
        size += len(piece)
    return size


class KeepAliveHandler(WSGIRequestHandler):
    """Answers any number of requests on one connection; logs nothing (the call log tells)."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer's head and body leave in one packet

    def run_wsgi(self) -> None:
        """Answer one request."""
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        environ = self.make_environ()
        length = None if environ.get("wsgi.input_terminated") else int(environ.get("CONTENT_LENGTH") or 0)
        source = environ["wsgi.input"] if length is None else self.rfile
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as body:
            size = _pour(source, body, length)
            if length is not None and size < length:
                self.close_connection = True
                if not self._keeps_parts():
                    return  # the client broke off: half a request must not take effect
            body.seek(0)
            environ.pop("HTTP_TRANSFER_ENCODING", None)  # the chunks are joined, and the length is known
            environ.update({"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": str(size)})
            try:
                self._run(self.server.app, environ)
            except OSError:
                self.close_connection = True  # the client, or a fault, cut the connection

    def _keeps_parts(self) -> bool:
        """Whether a request that was cut off counts as far as it came: the chunk of a resumable upload."""
        chunk = self.command in ("PUT", "POST") and "upload_id=" in self.path
        return chunk and "Content-Range" in self.headers

    def _run(self, app: WSGIApplication, environ: dict[str, Any]) -> None:
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _info: object = None) -> Any:
            started[:] = [status, headers]
            return self.wfile.write

        try:
            chunks = app(environ, start)
        except Exception as error:  # noqa: BLE001 - whatever the application did not answer is a bug of ours: tell it
            self.server.log("error", "Error on request %s: %r", self.path, error)
            chunks = InternalServerError()(environ, start)
        try:
            self._answer(started[0], started[1], chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def _answer(self, status: str, headers: list[tuple[str, str]], chunks: Iterable[bytes]) -> None:
        code, _, reason = status.partition(" ")
        names = {name.lower() for name, _ in headers}
        self.send_response_only(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        bare = self.command == "HEAD" or int(code) in NO_BODY
        chunked = not bare and "content-length" not in names
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in chunks:
            if chunk and not bare:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk)
                if chunked:
                    self.wfile.flush()  # a stream of events is read as it comes
        if chunked:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def finish(self) -> None:
        """Close the connection, which may be cut already."""
        with contextlib.suppress(OSError):
            super().finish()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class _Listener(ThreadedWSGIServer):
    """Knows its open connections: whoever keeps one alive would keep a closed workspace in memory."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *args: Any, **more: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args, **more)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection whose client or handler is done with it."""
        self._open.discard(request)
        super().shutdown_request(request)

    def hear_no_more(self) -> None:
        """Let every connection end with the answer that is under way, at once where there is none."""
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):  # it ends by itself at this very moment
                connection.shutdown(socket.SHUT_RD)


class Server:
    """A running server.

    Attributes:
        port: where it listens.
        url: `http://127.0.0.1:PORT`.
    """

    def __init__(self, app: WSGIApplication, port: int, host: str) -> None:
        self._server = _Listener(host, port, app, handler=KeepAliveHandler)
        self.port = int(self._server.server_address[1])
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def shutdown(self) -> None:
        """Stop listening. What is being answered is answered; connections that wait for more are closed."""
        self._server.shutdown()
        self._server.server_close()
        self._server.hear_no_more()
        self._thread.join(5)


def cut_connection(environ: dict[str, Any]) -> None:
    """Close the socket under a request, so that its client gets no answer at all."""
    connection: socket.socket | None = environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)

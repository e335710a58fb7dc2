"""Google's own addresses, led to an emulator: a proxy that programs find by `HTTPS_PROXY`.

A program that was written for Google runs as it is, endpoints included: it asks the proxy for
`sheets.googleapis.com:443`, gets a certificate of an authority that the environment tells it to trust, and
what it says then goes to the emulator. Python, Node and Go clients all heed the same few variables.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import socket
import ssl
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAMES = ("googleapis.com", "*.googleapis.com", "*.google.com")
"""Whom the certificate speaks for. Nothing else is led anywhere."""

_KNOWN = re.compile(r"(?:[a-z0-9-]+\.)?googleapis\.com|[a-z0-9-]+\.google\.com")
_PIECE = 64 * 1024


class Proxy:
    """Listens on a free port of this machine until closed.

    Args:
        target: the emulator, `http://127.0.0.1:PORT`.
        folder: for the authority's and the server's certificates.
    """

    def __init__(self, target: str, folder: Path) -> None:
        host, _, port = target.removeprefix("http://").partition(":")
        self._target = (host, int(port))
        self._authority = folder / "authority.pem"
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(_certificates(self._authority, folder / "server.pem"))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def environment(self) -> dict[str, str]:
        """What a program's environment needs so that it comes here."""
        authority = str(self._authority)
        trust = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HTTPLIB2_CA_CERTS", "NODE_EXTRA_CA_CERTS")
        ways = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        return {
            **dict.fromkeys(trust, authority),
            **dict.fromkeys(ways, self.url),
            "NO_PROXY": "",
            "no_proxy": "",
            "NODE_USE_ENV_PROXY": "1",
        }

    def close(self) -> None:
        """Take nobody any more."""
        self._listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._take, args=(client,), daemon=True).start()

    def _take(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as open_ones:
            open_ones.enter_context(client)
            head = _head(client)
            if head.startswith(b"CONNECT "):
                name, _, port = head.split()[1].decode().rpartition(":")
                if not _KNOWN.fullmatch(name):
                    client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                    return
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                if port == "443":  # the emulator's own addresses, as of an upload's session, are plain
                    client = open_ones.enter_context(self._tls.wrap_socket(client, server_side=True))
                head = b""
            server = open_ones.enter_context(socket.create_connection(self._target))
            server.sendall(head)
            back = threading.Thread(target=_pour, args=(server, client), daemon=True)
            back.start()
            _pour(client, server)
            back.join()


def _head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = client.recv(_PIECE)
        if not piece:
            raise ConnectionError
        head += piece
    return head


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def _certificates(authority: Path, server: Path) -> Path:
    """An authority's certificate, and a server's with its key; returns the latter's file."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, word)]) for word in ("authority", NAMES[0])]
    now = dt.datetime.now(dt.UTC)

    def certificate(whose: int) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder(names[0], names[whose], keys[whose].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=whose == 0, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key()), critical=False
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(keys[whose].public_key()), critical=False
            )
        )

    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in NAMES])
    root = certificate(0).sign(keys[0], hashes.SHA256())
    leaf = (
        certificate(1)
        .add_extension(usage, critical=False)
        .add_extension(alternatives, critical=False)
        .sign(keys[0], hashes.SHA256())
    )
    authority.write_bytes(root.public_bytes(Encoding.PEM))
    secret = keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    server.write_bytes(secret + leaf.public_bytes(Encoding.PEM))
    return server

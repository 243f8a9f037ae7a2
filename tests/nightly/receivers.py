"""Real receivers on loopback: a mail server that speaks SMTP with STARTTLS and AUTH, and a web address."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer, StreamRequestHandler, ThreadingTCPServer
from typing import Any, cast


@dataclass
class Inbox:
    """What arrived, and what the server was told before."""

    messages: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    port: int = 0


class _MailServer(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    inbox: Inbox
    tls: ssl.SSLContext | None
    wrapped: bool
    refuses: bool

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off a handshake is part of the tests."""


class _Dialogue(StreamRequestHandler):
    """One session of RFC 5321, with STARTTLS (RFC 3207) and AUTH PLAIN (RFC 4954)."""

    def handle(self) -> None:
        server = cast(_MailServer, self.server)
        self.encrypted = False
        if server.wrapped:
            self._encrypt(server)
        self._say("220 mail.example.org ESMTP")
        while line := self.rfile.readline():
            if not self._answer(line.decode().strip(), server):
                return

    def finish(self) -> None:
        self.rfile.close()
        self.wfile.close()
        self.request.close()

    def _answer(self, line: str, server: _MailServer) -> bool:
        word = line.split(" ")[0].upper()
        if word == "QUIT":
            self._say("221 bye")
            return False
        if word == "EHLO":
            offers = ["250-mail.example.org", *(["250-STARTTLS"] if server.tls and not self.encrypted else [])]
            self._say("\r\n".join([*offers, "250 AUTH PLAIN"]))
        elif word == "STARTTLS":
            self._say("220 go ahead")
            self._encrypt(server)
        elif word == "AUTH":
            _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
            server.inbox.logins.append((user, password))
            self._say("535 no" if server.refuses else "235 welcome")
        elif word == "DATA":
            self._take_mail(server)
        else:
            self._say("250 ok")
        return True

    def _take_mail(self, server: _MailServer) -> None:
        self._say("354 end with a dot")
        lines = list(iter(self.rfile.readline, b".\r\n"))
        content = b"".join(line[1:] if line.startswith(b"..") else line for line in lines)
        server.inbox.messages.append(cast(EmailMessage, message_from_bytes(content, policy=policy.default)))
        server.inbox.encrypted.append(self.encrypted)
        self._say("250 taken")

    def _encrypt(self, server: _MailServer) -> None:
        assert server.tls is not None
        self.rfile.close()
        self.wfile.close()
        self.request = server.tls.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
        self.encrypted = True

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None, wrapped: bool = False, refuses: bool = False) -> Iterator[Inbox]:
    """A mail server; ``wrapped`` speaks TLS from the first byte, ``refuses`` takes no password."""
    server = _MailServer(("127.0.0.1", 0), _Dialogue)
    server.inbox, server.tls, server.wrapped, server.refuses = Inbox(), tls, wrapped, refuses
    server.inbox.port = server.server_address[1]
    with _running(server):
        yield server.inbox


@dataclass
class Posts:
    """What was posted: path and JSON body; ``status`` is what is answered."""

    url: str = ""
    status: int = 200
    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@contextmanager
def web_receiver(status: int = 200) -> Iterator[Posts]:
    """A web address that takes JSON."""
    posts = Posts(status=status)

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posts.received.append((self.path, json.loads(body)))
            self.send_response(posts.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    posts.url = f"http://127.0.0.1:{server.server_address[1]}"
    with _running(server):
        yield posts


@contextmanager
def _running(server: BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

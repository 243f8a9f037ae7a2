"""A small press portal on loopback whose every address can be made to misbehave, byte by byte."""

from __future__ import annotations

import gzip
import io
import select
import socket
import socketserver
import struct
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

PER_PAGE = 5
FIRST_ID = 300_000
FILE = "/static/DS/Dateien/Beispiel/anlage.odt"

SENTENCE = "Verantwortliche müssen Auskunft über Verarbeitung und Empfänger geben, wenn Betroffene danach fragen"


class ClientGone(Exception):
    """The client closed the connection while the answer was being sent."""


@dataclass(kw_only=True)
class Exchange:
    """One request while it is answered."""

    site: HostileSite
    target: str
    headers: dict[str, str]
    connection: socket.socket
    began: float = field(default_factory=time.monotonic)

    def send(self, data: bytes) -> None:
        """Send bytes, or raise ClientGone."""
        try:
            self.connection.sendall(data)
        except OSError as error:
            raise ClientGone from error

    def wait(self, seconds: float) -> None:
        """Let time go by, or raise ClientGone as soon as the client has had enough."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self.is_gone(min(left, 0.02)):
                raise ClientGone

    def is_gone(self, seconds: float = 0.0) -> bool:
        """Whether the client closed its side."""
        try:
            readable, _, _ = select.select([self.connection], [], [], seconds)
            return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except (OSError, ValueError):
            return True

    def head(self, status: str = "200 OK", **headers: str) -> None:
        """Send the status line and headers (underscores stand for hyphens)."""
        lines = [f"HTTP/1.1 {status}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))

    def answer(self, body: bytes, status: str = "200 OK", **headers: str) -> None:
        """Send a whole, honest answer."""
        given = {"Content_Type": "text/html; charset=utf-8", "Content_Length": str(len(body))} | headers
        self.head(status, **given)
        self.send(body)

    def reset(self) -> None:
        """Break the connection with a RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Behaviour = Callable[[Exchange], None]


class HostileSite:
    """``releases`` releases on list pages of five; healthy until told otherwise. A context manager."""

    def __init__(self, *, releases: int = 7, with_file: bool = False, validators: bool = False) -> None:
        self.ids = [FIRST_ID - number * 7 for number in range(releases)]
        self.with_file = with_file
        self.validators = validators
        self.targets: list[str] = []
        self.times: list[float] = []
        self.overlaps: list[tuple[str, str]] = []
        self.on_request: Callable[[str], None] = lambda target: None
        self._troubles: dict[str, list[Behaviour | None]] = {}
        self._open: list[Exchange] = []
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.site = self
        self.port = self._server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def trouble(self, target: str, *behaviours: Behaviour | None) -> None:
        """What an address does at each request; the last stays. None is healthy. ``*`` stands for all addresses."""
        self._troubles[target] = list(behaviours)

    def heal(self) -> None:
        """Everything is well again."""
        self._troubles.clear()

    def forget(self) -> None:
        """Empty the log."""
        self.targets.clear()
        self.times.clear()
        self.overlaps.clear()

    def asked(self, target: str) -> int:
        """How often an address was asked."""
        return self.targets.count(target)

    # -- pages ------------------------------------------------------------------------------------

    def page(self, target: str) -> tuple[str, bytes]:
        """Status and body of an address of the healthy site."""
        if target == "/":
            return "200 OK", document("<h1>Willkommen</h1><p>Startseite</p>", title="Startseite")
        if target.startswith("/presse/?id="):
            number = target.split("=")[1].split("&")[0]
            if number.isdecimal() and int(number) in self.ids:
                return "200 OK", release_page(int(number), files=self._files(int(number)))
        elif target == "/presse/" or target.startswith("/presse/?pager."):
            offset = int(target.rsplit("=", 1)[1]) if "offset=" in target else 0
            return "200 OK", list_page(self.ids[offset : offset + PER_PAGE], self._next(offset))
        elif self.with_file and target == FILE:
            return "200 OK", b""
        return "404 Not Found", document("<h1>Seite nicht gefunden</h1>", title="Fehler 404")

    def _files(self, number: int) -> tuple[str, ...]:
        return (FILE,) if self.with_file and number == self.ids[1] else ()

    def _next(self, offset: int) -> str | None:
        following = offset + PER_PAGE
        return list_target(following) if following < len(self.ids) else None

    # -- requests ---------------------------------------------------------------------------------

    def behaviour(self, target: str) -> Behaviour | None:
        """What the address does this time."""
        with self._lock:
            for key in (target, "*"):
                left = self._troubles.get(key)
                if left:
                    return left.pop(0) if len(left) > 1 else left[0]
        return None

    @contextmanager
    def in_flight(self, exchange: Exchange) -> Iterator[None]:
        """Note the request, and every other one that is still being answered."""
        with self._lock:
            self.targets.append(exchange.target)
            self.times.append(exchange.began)
            others = [one for one in self._open if not one.is_gone()]
            self.overlaps += [(one.target, exchange.target) for one in others]
            self._open.append(exchange)
        self.on_request(exchange.target)
        try:
            yield
        finally:
            with self._lock:
                self._open.remove(exchange)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    site: HostileSite

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nothing to report."""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 30

    def handle(self) -> None:
        line = self.rfile.readline(65_537).decode("latin-1").split()
        headers = dict(self._headers())
        if len(line) < 2:
            return
        site = self.server.site
        exchange = Exchange(site=site, target=line[1], headers=headers, connection=self.connection)
        with site.in_flight(exchange), suppress(ClientGone):
            self._answer(site, exchange)

    def _headers(self) -> Iterator[tuple[str, str]]:
        while (line := self.rfile.readline(65_537).decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            yield name.strip().lower(), value.strip()

    def _answer(self, site: HostileSite, exchange: Exchange) -> None:
        behaviour = site.behaviour(exchange.target)
        if behaviour is not None:
            behaviour(exchange)
            return
        if exchange.target == "/robots.txt":
            exchange.answer(b"", "404 Not Found")
            return
        if exchange.target == FILE and site.with_file:
            exchange.answer(odt("Ein Text der Anlage."), Content_Type="application/vnd.oasis.opendocument.text")
            return
        status, body = site.page(exchange.target)
        etag = f'"{zlib.crc32(body):08x}"'
        if not site.validators or status != "200 OK":
            exchange.answer(body, status)
        elif exchange.headers.get("if-none-match") == etag:
            exchange.answer(b"", "304 Not Modified", ETag=etag)
        else:
            exchange.answer(body, status, ETag=etag)


# -- markup, as in shared notes about the site: containers by class, list with pager ------------------


def release_target(number: int) -> str:
    """The request target of a release."""
    return f"/presse/?id={number}&processor=processor.sa.pressemitteilung"


def list_target(offset: int) -> str:
    """The request target of a list page."""
    return f"/presse/?pager.page.nr={offset // PER_PAGE}&pager.items.offset={offset}"


def document(body: str, title: str = "Pressestelle") -> bytes:
    """A whole HTML page."""
    return (
        f"<!DOCTYPE html><html lang='de'><head><meta charset='utf-8'><title>{title}</title></head>"
        f"<body>{body}</body></html>"
    ).encode()


def headline(number: int) -> str:
    """The headline of a release."""
    return f"Prüfung Nummer {number} abgeschlossen"


def text_of(number: int) -> str:
    """Its one paragraph."""
    words = SENTENCE.split()
    turned = words[number % len(words) :] + words[: number % len(words)]
    return " ".join(turned) + f" ({number})."


def release_page(number: int, *, files: tuple[str, ...] = (), extra: str = "") -> bytes:
    """A release with heading, meta line, paragraph, attachments and furniture."""
    anlagen = "".join(f"<p><a href='{path}'>Anlage</a> (ODT, 0,01 MB)</p>" for path in files)
    block = f"<div class='dvz-contenttype-attachments'><h2>Anlagen</h2>{anlagen}</div>" if files else ""
    return document(
        "<div class='element_holder holder_75 center'>"
        f"<div class='dvz-contenttype-pagetitle'><h1>{headline(number)}</h1></div>"
        "<div class='teaser_meta'>Nr.20250416 | <span class='dtstart'>16.04.2025</span> | DSMV | datenschutz-mv.de</div>"
        f"<div class='dvz-contenttype-presseserviceassistent'><div class='absatz'><p>{text_of(number)}</p>{extra}</div>"
        f"</div>{block}<p>Zurück zur Übersicht</p></div>",
        title=headline(number),
    )


def list_page(numbers: list[int], following: str | None, *, extra: str = "") -> bytes:
    """A list page with its entries and the link to the next one."""
    entries = "".join(
        "<div class='teaser'><div class='teaser_text'><div class='teaser_meta'>"
        "<span class='dtstart'>16.04.2025</span> | <span class='ressort-name-short'>DSMV</span></div>"
        f"<h3><a href='{release_target(number).replace('&', '&amp;')}'>{headline(number)}</a></h3>"
        f"<p>Teaser {number}</p></div></div>"
        for number in numbers
    )
    href = (following or "").replace("&", "&amp;")
    pager = f"<div class='result_bottom_pager'><a class='next' href='{href}'>weiter</a></div>" if following else ""
    return document(
        "<form><input name='sa.query'><label>Suchbegriff</label></form>"
        f"<div class='resultlist'>{entries}{extra}</div>{pager}",
        title="Pressemitteilungen",
    )


def odt(text: str) -> bytes:
    """A minimal OpenDocument text."""
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
        f"<text:p>{text}</text:p></office:text></office:body></office:document-content>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        for name, body in (("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", content)):
            package.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), body)
    return packed.getvalue()


# -- misbehaviour -----------------------------------------------------------------------------------


def status(line: str, body: bytes = b"<html><body>Fehler</body></html>", **headers: str) -> Behaviour:
    """Answer with a status."""
    return lambda exchange: exchange.answer(body, line, **headers)


def page(body: bytes, **headers: str) -> Behaviour:
    """Answer with another body."""
    return lambda exchange: exchange.answer(body, **headers)


def redirect(location: str) -> Behaviour:
    """Answer with a redirect."""
    return lambda exchange: exchange.answer(b"", "302 Found", Location=location)


def hang(exchange: Exchange) -> None:
    """Never answer."""
    exchange.wait(60)


def slow_loris(exchange: Exchange) -> None:
    """Send the body one byte at a time, for ever."""
    exchange.head(Content_Type="text/html", Content_Length="100000")
    while True:
        exchange.send(b" ")
        exchange.wait(0.05)


def reset_at_once(exchange: Exchange) -> None:
    """Break the connection instead of answering."""
    exchange.reset()


def reset_in_body(exchange: Exchange) -> None:
    """Break the connection in mid-body."""
    body = exchange.site.page(exchange.target)[1]
    exchange.head(Content_Type="text/html", Content_Length=str(len(body)))
    exchange.send(body[: len(body) // 2])
    exchange.wait(0.05)
    exchange.reset()


def too_short(exchange: Exchange) -> None:
    """Announce more than is sent."""
    body = exchange.site.page(exchange.target)[1]
    exchange.head(Content_Type="text/html", Content_Length=str(len(body) + 500))
    exchange.send(body)


def too_long(exchange: Exchange) -> None:
    """Announce less than is sent: the page ends in the middle."""
    body = exchange.site.page(exchange.target)[1]
    exchange.head(Content_Type="text/html", Content_Length=str(len(body) - 60))
    exchange.send(body)


def no_length(exchange: Exchange) -> None:
    """Neither length nor chunks: the end of the connection is the end of the body."""
    exchange.head(Content_Type="text/html")
    exchange.send(exchange.site.page(exchange.target)[1])


def garbage(exchange: Exchange) -> None:
    """Something that is not HTTP at all."""
    exchange.send(b"\x00\x01\x02 this is no HTTP \xff\xfe\r\n\r\n" * 3)


def zipped(exchange: Exchange) -> None:
    """A healthy page, gzipped."""
    body = gzip.compress(exchange.site.page(exchange.target)[1])
    exchange.answer(body, Content_Encoding="gzip")


def cut_gzip(exchange: Exchange) -> None:
    """A gzipped page without its end."""
    body = gzip.compress(exchange.site.page(exchange.target)[1])[:-20]
    exchange.answer(body, Content_Encoding="gzip")


def false_gzip(exchange: Exchange) -> None:
    """A page that says it is gzipped and is not."""
    exchange.answer(exchange.site.page(exchange.target)[1], Content_Encoding="gzip")


def unknown_coding(exchange: Exchange) -> None:
    """A content coding nobody asked for."""
    exchange.answer(exchange.site.page(exchange.target)[1], Content_Encoding="br")


def gzip_bomb(megabytes: int) -> Behaviour:
    """A small body that unpacks to so many megabytes."""
    packer = zlib.compressobj(9, wbits=31)
    packed = [packer.compress(b" " * 1_000_000) for _ in range(megabytes)]
    body = b"".join([*packed, packer.flush()])
    return lambda exchange: exchange.answer(body, Content_Encoding="gzip")


def huge(megabytes: int, *, announced: bool) -> Behaviour:
    """A body of so many megabytes, announced with its length or sent in chunks."""

    def answer(exchange: Exchange) -> None:
        block = b"a" * 65_536
        if announced:
            exchange.head(Content_Type="text/html", Content_Length=str(megabytes * 1_000_000))
        else:
            exchange.head(Content_Type="text/html", Transfer_Encoding="chunked")
        for _ in range(megabytes * 1_000_000 // len(block)):
            exchange.send(block if announced else b"10000\r\n" + block + b"\r\n")

    return answer

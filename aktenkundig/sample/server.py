"""Serves the sample site on loopback: two hosts, validators, compression, faults, a request log."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from aktenkundig.sample.history import calendar_day
from aktenkundig.sample.site import Answer, answer

HOSTS = ("dsmv", "dsk")
COMPRESSIBLE = ("text/",)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request that the site received. ``at`` is seconds since the epoch."""

    host: str
    method: str
    target: str
    headers: Mapping[str, str]
    at: float
    status: int


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong at an address. ``times`` is how often; None means always.

    ``status`` answers with that status; ``delay`` waits so many seconds first; ``reset`` breaks the
    connection; ``cut`` sends only so many bytes of the announced body; ``body``, ``content_type``
    and ``headers`` replace those of the answer.
    """

    status: int | None = None
    delay: float = 0.0
    reset: bool = False
    cut: int | None = None
    body: bytes | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int | None = None


class SampleSite:
    """Both sample sites on 127.0.0.1, as a context manager.

    ``day`` may be set while it runs. ``releases`` makes so many releases from the sentence stock
    instead of the written ones. ``validators`` switches ETag, Last-Modified and 304.
    ``tokens`` puts another token into every page that is sent.
    """

    def __init__(
        self,
        *,
        day: int = 1,
        validators: bool = True,
        tokens: bool = False,
        releases: int = 0,
        ports: tuple[int, int] = (0, 0),
    ) -> None:
        self.day = day
        self.validators = validators
        self.tokens = tokens
        self.requests: list[Request] = []
        self.releases = releases
        answer("dsmv", "/presse/", day, releases)  # makes the texts before the first request needs them
        self._faults: dict[tuple[str | None, str], list[Fault]] = {}
        self._lock = threading.Lock()
        self._servers = {host: _Server(self, host, port) for host, port in zip(HOSTS, ports, strict=True)}
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        for server in self._servers.values():
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *error: object) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()

    def address(self, source: str) -> str:
        """``http://127.0.0.1:PORT`` of ``dsmv`` or ``dsk``; no slash at the end."""
        return f"http://127.0.0.1:{self._servers[source].server_address[1]}"

    def fault(self, path: str, *, host: str | None = None, **what: Any) -> None:
        """Make an address fail from now on, see `Fault`. A ``path`` ending in ``*`` is a beginning.

        Several faults on one address follow each other, each as often as it says in ``times``.
        """
        with self._lock:
            self._faults.setdefault((host, path), []).append(Fault(**what))

    def heal(self) -> None:
        """Take all faults back."""
        with self._lock:
            self._faults.clear()

    def forget_requests(self) -> None:
        """Empty the request log."""
        with self._lock:
            self.requests.clear()

    def record(self, request: Request) -> None:
        with self._lock:
            self.requests.append(request)

    def fault_at(self, host: str, target: str) -> Fault | None:
        """The fault that hits this request, if any; counts it."""
        if not self._faults:
            return None
        with self._lock:
            for (wanted, path), faults in self._faults.items():
                if wanted in (None, host) and _matches(path, target) and faults:
                    return self._spend(faults)
        return None

    @staticmethod
    def _spend(faults: list[Fault]) -> Fault:
        fault = faults[0]
        if fault.times is not None:
            left = fault.times - 1
            faults[:1] = [Fault(**{**vars(fault), "times": left})] if left else []
        return fault


def _matches(path: str, target: str) -> bool:
    return target.startswith(path[:-1]) if path.endswith("*") else target == path


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, site: SampleSite, host: str, port: int) -> None:
        self.site = site
        self.host = host
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 30

    def do_GET(self) -> None:
        self._serve(with_body=True)

    def do_HEAD(self) -> None:
        self._serve(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:
        """The request log is `SampleSite.requests`."""

    def _serve(self, *, with_body: bool) -> None:
        site, host = self.server.site, self.server.host
        fault = site.fault_at(host, self.path)
        if fault and fault.delay:
            time.sleep(fault.delay)
        if fault and fault.reset:
            self._log(0)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        given = answer(host, self.path, site.day, site.releases)
        if site.tokens and given.content_type.startswith("text/html"):
            given = _with_token(given, len(site.requests))
        if fault:
            given = _spoilt(given, fault)
        self._reply(given, with_body=with_body, cut=fault.cut if fault else None)

    def _reply(self, given: Answer, *, with_body: bool, cut: int | None) -> None:
        validators = self._validators(given)
        if validators and self._has_newest(validators):
            self._send(304, validators, b"")
            return
        headers = {"Content-Type": given.content_type, **validators, **given.headers}
        body = given.body
        if given.content_type.startswith(COMPRESSIBLE) and "gzip" in self.headers.get("Accept-Encoding", ""):
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            body = _zipped(body)
        headers["Content-Length"] = str(len(body))
        if cut is not None:
            body, self.close_connection = body[:cut], True
        self._send(given.status, headers, body if with_body else b"")

    def _validators(self, given: Answer) -> dict[str, str]:
        site = self.server.site
        if not site.validators or given.status != 200:
            return {}
        day = 1 if site.releases else _last_change(self.server.host, self.path, site.day, given.etag)
        moment = datetime.combine(calendar_day(day), datetime.min.time(), UTC) + timedelta(hours=6)
        return {"ETag": given.etag, "Last-Modified": f"{moment:%a, %d %b %Y %H:%M:%S} GMT"}

    def _has_newest(self, validators: Mapping[str, str]) -> bool:
        """RFC 9110 13.2.2: If-None-Match decides; If-Modified-Since only where it is absent."""
        wanted = self.headers.get("If-None-Match")
        if wanted is not None:
            return validators["ETag"] in (tag.strip().removeprefix("W/") for tag in wanted.split(","))
        return self.headers.get("If-Modified-Since") == validators["Last-Modified"]

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self._log(status)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers and status != 304:
            self.send_header("Content-Length", "0")
        self.end_headers()
        self.wfile.write(body)

    def _log(self, status: int) -> None:
        self.server.site.record(
            Request(
                host=self.server.host,
                method=self.command,
                target=self.path,
                headers=dict(self.headers.items()),
                at=time.time(),
                status=status,
            )
        )

    def version_string(self) -> str:
        return "Beispielseite"


def _spoilt(given: Answer, fault: Fault) -> Answer:
    status = fault.status or given.status
    body = fault.body
    if body is None:
        body = b"<html><body>Fehler</body></html>" if fault.status and fault.status != given.status else given.body
    return Answer(
        status=status,
        body=body,
        content_type=given.content_type if fault.content_type is None else fault.content_type,
        headers={**given.headers, **fault.headers},
    )


def _with_token(given: Answer, number: int) -> Answer:
    mark = b"<!-- %08x -->\n</body>" % (number * 2654435761 % 2**32)
    return Answer(
        status=given.status,
        content_type=given.content_type,
        headers=given.headers,
        body=given.body.replace(b"</body>", mark),
    )


@lru_cache(maxsize=128)
def _zipped(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=1, mtime=0)


@lru_cache(maxsize=8192)
def _last_change(host: str, target: str, day: int, etag: str) -> int:
    """The earliest day from which the address has answered as it does today."""
    since = day
    while since > 1 and answer(host, target, since - 1).etag == etag:
        since -= 1
    return since

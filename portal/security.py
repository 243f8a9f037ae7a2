"""Hardens every answer of the server: content security policy, no sniffing, no cookies, no inner pages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from portal.public_sql import asked_as

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
OpenApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ARCHIVED_POLICY = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
ARCHIVED_PDF_POLICY = (
    "default-src 'none'; object-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Not every browser starts its PDF viewer in a sandbox; a PDF has no access to the portal's pages anyway."""

_ALWAYS = {
    b"content-security-policy": PAGE_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"x-frame-options": b"DENY",
    b"x-dns-prefetch-control": b"off",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), interest-cohort=()",
}
_INNER = re.compile(
    r"/-/(?:actor|allow-debug|auth-token|databases|logout|messages|patterns|permissions|threads)(?:\.\w+)?/?$"
    r"|/_internal(?:[./].*)?$"
)
_READING = ("GET", "HEAD")
_ALLOWED = (b"allow", b"GET, HEAD, OPTIONS")
_DATA = re.compile(r"\.(?:json|jsonld|csv|bib|txt|atom)$|/daten/download/")
"""Addresses of data: public, read only, without cookies, so that pages of others may read them."""

_SHARED = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
_PREFLIGHT = ((b"access-control-allow-methods", b"GET, HEAD"), (b"access-control-max-age", b"86400"))
_STATIC = re.compile(r"/-/static(?:-plugins/[^/]+)?/")
_HASHED = b"v="


def own_location(location: bytes) -> bytes:
    """A redirect that stays here: Datasette's own for paths with slashes at the end may name another host.

    >>> own_location(b"/\\\\evil.example"), own_location(b"/dokument/dsmv-171183")
    (b'/evil.example', b'/dokument/dsmv-171183')
    """
    return b"/" + location.lstrip(b"/\\") if location[:2] in (b"//", b"/\\") else location


def hardened_headers(headers: Iterable[tuple[bytes, bytes]], *, lasting: bool = False) -> Headers:
    """Headers without cookies, with the fixed set; what a view has set itself stays.

    >>> dict(hardened_headers([(b"set-cookie", b"a=b")]))[b"x-content-type-options"]
    b'nosniff'
    """
    kept = [(name.lower(), value) for name, value in headers if name.lower() != b"set-cookie"]
    kept = [(name, own_location(value) if name == b"location" else value) for name, value in kept]
    names = {name for name, _ in kept}
    fixed = dict(_ALWAYS)
    if lasting:
        fixed[b"cache-control"] = b"public, max-age=31536000, immutable"
    return kept + [(name, value) for name, value in fixed.items() if name not in names]


def shared(path: str) -> Headers:
    """The headers by which data may be read from pages of others; none for anything else.

    >>> shared("/dokument/dsmv-171183"), len(shared("/archive/documents.json"))
    ([], 3)
    """
    return list(_SHARED) if _DATA.search(path) else []


async def _answer(send: Send, status: int, *given: tuple[bytes, bytes]) -> None:
    """A short answer without a page."""
    headers = hardened_headers([*given, (b"content-type", b"text/plain; charset=utf-8")])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


class Hardened:
    """ASGI middleware around the whole of Datasette."""

    def __init__(self, app: OpenApp, *, base_url: str = "/") -> None:
        self.app = app
        self.base_url = base_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a reading request on and harden the answer; inner pages of Datasette look absent."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] not in _READING:
            await self._not_reading(scope, send)
            return
        if self.base_url != "/" and scope["path"] == self.base_url.rstrip("/"):
            await _answer(send, 301, (b"location", self.base_url.encode()))
            return
        scope = self._below_base(scope)
        path = str(scope["path"])
        lasting = bool(_STATIC.match(path)) and scope.get("query_string", b"").startswith(_HASHED)

        async def harden(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = message["status"] in (200, 304)
                headers = hardened_headers([*message.get("headers", []), *shared(path)], lasting=lasting and found)
                message = {**message, "headers": [self._led_below_base(*header) for header in headers]}
            await send(message)

        if _INNER.match(path):
            scope = {**scope, "path": "/-/nicht-vorhanden", "raw_path": b"/-/nicht-vorhanden"}
        if asked_as.get() is not None:  # what a view asks Datasette in turn is part of the same answer
            await self.app(scope, receive, harden)
            return
        token = asked_as.set(next((kind for kind in ("csv", "json") if path.endswith("." + kind)), ""))
        try:
            await self.app(scope, receive, harden)
        finally:
            asked_as.reset(token)

    async def _not_reading(self, scope: Scope, send: Send) -> None:
        """What may be done here; data may be read from pages of others too."""
        if scope["method"] != "OPTIONS":
            await _answer(send, 405, _ALLOWED)
            return
        asked = shared(str(scope["path"]))
        await _answer(send, 204, _ALLOWED, *asked, *(_PREFLIGHT if asked else ()))

    def _below_base(self, scope: Scope) -> Scope:
        """The request without the path that a proxy leaves in front: Datasette puts it before every link itself.

        Where what follows could be taken for that path once more it stays; Datasette takes it away then.
        """
        path, raw = str(scope["path"]), bytes(scope.get("raw_path") or b"")
        base = self.base_url
        if base == "/" or not path.startswith(base) or path[len(base) - 1 :].startswith(base):
            return scope
        shorter = {"path": path[len(base) - 1 :]}
        if raw.startswith(base.encode()):
            shorter["raw_path"] = raw[len(base) - 1 :]  # type: ignore[assignment]
        return {**scope, **shorter}

    def _led_below_base(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        """A header; where it leads to an address of this server the path in front is there again."""
        base = self.base_url.encode()
        if name != b"location" or not value.startswith(b"/") or value.startswith(base):
            return name, value
        return name, base + value[1:]

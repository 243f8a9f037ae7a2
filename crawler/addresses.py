"""Addresses: one spelling for each, by RFC 3986 and the rules browsers follow for raw characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, parse_qsl, quote, urljoin, urlsplit, urlunsplit

from crawler.errors import UnknownIdentity
from crawler.wordlists import words

LONGEST_ADDRESS = 4000
"""Characters of an address; longer ones name nothing these sites publish."""

_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_SESSION_SEGMENT = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_PATH_SAFE = "/:@!$&'()*+,;=-._~%"
_QUERY_SAFE = _PATH_SAFE + "?"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_address(url: str, base: str, own_hosts: Collection[str], site: str, dropped: Collection[str] = ()) -> str:
    """The canonical spelling of ``url`` on the page ``base``; see ``crawler.identity.canonical_url``.

    ``dropped`` are the site's own parameters that name nothing, as ``name`` or as ``name=value``.

    >>> canonical_address("HTTP://Beispiel.DE:80/a/../Büro b.pdf?utm_source=x#s", "", (), "https://beispiel.de")
    'http://beispiel.de/B%C3%BCro%20b.pdf'
    """
    parts = _absolute(url, base)
    scheme, netloc = _origin(parts, own_hosts, site, url)
    path = _without_dots(spelled(_SESSION_SEGMENT.sub("", parts.path).replace("\\", "/"), _PATH_SAFE))
    own = netloc == urlsplit(site).netloc
    address = urlunsplit((scheme, netloc, path, _query(parts.query, dropped if own else ()), ""))
    if not host_of(address):
        raise UnknownIdentity(address[:200], "no readable address")
    return address


def spelled(text: str, safe: str) -> str:
    """``text`` in UTF-8 percent-encoding, once: escapes that are there stay, in upper case.

    Escaped letters, digits and ``-._~`` are unescaped, characters outside ASCII come in NFC;
    bytes that are no UTF-8 stay as they are; a lone ``%`` becomes ``%25``.

    >>> spelled("%c3%bc u\u0308 %41 %2F 5%", "/%")
    '%C3%BC%20%C3%BC%20A%20%2F%205%25'
    """
    pieces, at = [], 0
    for match in _ESCAPES.finditer(text):
        pieces += [text[at : match.start()].replace("%", "%25"), _readable(match.group())]
        at = match.end()
    joined = "".join([*pieces, text[at:].replace("%", "%25")])
    return quote(unicodedata.normalize("NFC", joined), safe=safe, errors="replace")


def host_of(url: str) -> str:
    """The host (with a port that is not the default) of an address, lower case; ``""`` if none.

    >>> host_of("http://[::FFFF:127.0.0.1]:22/x.pdf")
    '[::ffff:127.0.0.1]:22'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    if parts.netloc.rpartition("@")[2].startswith("["):
        host = f"[{host}]"
    return host if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{port}"


def parts_of(url: str) -> SplitResult:
    """The parts of an address; all empty for one that cannot be read.

    >>> parts_of("http://[::1").path
    ''
    """
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def query_value(url: str, name: str) -> str | None:
    """The first value of a query parameter, or None."""
    pairs = parse_qsl(parts_of(url).query, keep_blank_values=True, max_num_fields=None)
    return next((value for key, value in pairs if key == name), None)


def kept_query(url: str) -> str:
    """The query of an address without campaign and session parameters."""
    return _query(parts_of(url).query)


def _absolute(url: str, base: str) -> SplitResult:
    cleaned = _CONTROLS.sub("", url.strip())
    if len(cleaned) > LONGEST_ADDRESS:
        raise UnknownIdentity(cleaned[:100] + "…", "the address is too long")
    try:
        parts = urlsplit(urljoin(base, cleaned))
        port = parts.port
    except ValueError as error:
        raise UnknownIdentity(cleaned[:200], "no readable address") from error
    if parts.scheme not in _DEFAULT_PORTS or not (parts.hostname or "").strip(".") or port == 0:
        raise UnknownIdentity(cleaned[:200], "no http address")
    return parts


def _origin(parts: SplitResult, own_hosts: Collection[str], site: str, url: str) -> tuple[str, str]:
    host = host_of(urlunsplit(parts))
    if host in own_hosts:
        own = urlsplit(site)
        return own.scheme, own.netloc
    try:
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UnknownIdentity(url[:200], "no readable host") from error
    if re.search(r"[^a-z0-9.:_\[\]-]", ascii_host):
        raise UnknownIdentity(url[:200], "no readable host")
    return parts.scheme, ascii_host


def _readable(escapes: str) -> str:
    """A run of escapes: UTF-8 becomes its characters, except reserved ones, which stay escaped."""
    try:
        text = bytes.fromhex(escapes.replace("%", "")).decode("utf-8")
    except UnicodeDecodeError:
        return escapes.upper()
    return "".join(_unescaped(character) for character in text)


def _unescaped(character: str) -> str:
    if _UNRESERVED.match(character) or (not character.isascii() and character.isprintable()):
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode())


def _without_dots(path: str) -> str:
    """RFC 3986 5.2.4, after unescaping, so that ``%2e%2e`` climbs no further than ``..``."""
    kept: list[str] = []
    segments = path.split("/")[1:] if path.startswith("/") else path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in (".", "..") and (not kept or kept[-1]):
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str, dropped: Collection[str] = ()) -> str:
    kept = [pair for pair in query.split("&") if pair and not _is_tracking(pair)]
    if dropped:
        kept = [pair for pair in kept if not {pair.partition("=")[0].lower(), pair.lower()} & set(dropped)]
    return spelled("&".join(kept), _QUERY_SAFE)


def _is_tracking(pair: str) -> bool:
    name = pair.partition("=")[0].lower()
    return any(fnmatchcase(name, pattern) for pattern in words("addresses")["tracking"])

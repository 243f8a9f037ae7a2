"""Which document an address means, whatever its spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from pipelines.links.records import Paper

_MOST_STEPS = 5
_BARE = re.compile(r"[\w.-]{1,100}\.[a-z]{2,10}(?:[/?#]|$)")
_HYPHENS = re.compile("[\u2010\u2011\u2012\u2013\u00ad]")


def address_key(url: str) -> str | None:
    """A key that is the same for all spellings of an address; None for what is no web address.

    Scheme, "www.", upper case of the host, default ports, fragments, escapes and a closing slash do
    not count; a release is known by its id number.

    >>> address_key("http://www.Beispiel.de/media/oh/%C3%9Cbung.pdf#page=2")
    'beispiel.de/media/oh/Übung.pdf'
    >>> address_key("https://beispiel.de/presse/?processor=p&id=7")
    'beispiel.de/presse?id=7&processor=p'
    """
    text = url.strip()
    if "://" not in text:
        text = f"https://{text}" if _BARE.match(text) else ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    host = _HYPHENS.sub("-", (parts.hostname or "").lower()).removeprefix("www.")
    if parts.scheme not in ("http", "https") or ("." not in host and host != "localhost"):
        return None
    suffix = f":{port}" if port not in (None, 80, 443) else ""
    query = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(parts.query, max_num_fields=None)))
    path = unquote(parts.path).replace("\\", "/").rstrip("/")
    return f"{host}{suffix}{path}{'?' + query if query else ''}"


class AddressBook:
    """Documents by address, redirects and moves included; blocked documents are not in it."""

    def __init__(self, papers: Iterable[Paper], redirects: Mapping[str, str]) -> None:
        self._papers = {paper.id: paper for paper in sorted(papers, key=lambda paper: paper.id)}
        self._by_key: dict[str, str] = {}
        for paper in self._papers.values():
            key = address_key(paper.url)
            if key is not None:
                self._by_key.setdefault(key, paper.id)
        self._redirects = {
            source: target
            for url, location in sorted(redirects.items())
            if (source := address_key(url)) and (target := address_key(location)) and source != target
        }
        self.hosts = frozenset(key.split("/")[0] for key in self._by_key)

    def find(self, url: str) -> str | None:
        """The id of the document at ``url``: of its successor where it has moved; None if none is archived."""
        key = address_key(url)
        for _ in range(_MOST_STEPS):
            if key is None or key in self._by_key:
                break
            key = self._redirects.get(key)
        return self._latest(self._by_key.get(key)) if key else None

    def is_ours(self, url: str) -> bool:
        """Whether the address is on a host from which documents are archived."""
        key = address_key(url)
        return key is not None and key.split("/")[0] in self.hosts

    def _latest(self, document_id: str | None) -> str | None:
        for _ in range(_MOST_STEPS):
            successor = self._papers[document_id].successor_id if document_id else None
            if successor is None or successor not in self._papers:
                break
            document_id = successor
        return document_id

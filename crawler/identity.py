"""Identity: the one address and the one id of a document, whatever link led to it.

Two file names whose slugs are the same (``a-b.pdf``, ``a_b.pdf``) have the same contract id. Where both
are offered at the same time they are told apart by :func:`distinct_ids`, a function of the *set* of
addresses: the first in code-point order keeps the plain id, the others get eight hexadecimal digits of
the SHA-256 of their address. No order of crawling or listing enters.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote

from crawler.addresses import canonical_address, host_of, kept_query, parts_of, query_value
from crawler.errors import UnknownIdentity
from crawler.sources import SourceDescription
from crawler.wordlists import words

LONGEST_ID = 200
"""Characters of an id; a longer slug is cut and closed with the digest of its address."""

_LETTERS = str.maketrans(words("addresses")["letters"])
_NUMBER = re.compile(r"0*([1-9][0-9]{0,11})\Z")


def canonical_url(url: str, base: str, source: SourceDescription) -> str:
    """The one address of a link: absolute, with the source's own host, percent-encoded UTF-8 (NFC).

    ``base`` is the absolute address of the page the link stands on (``""`` for none). Dot segments are
    resolved, fragments, default ports, campaign and session parameters dropped; ``http`` and the bare
    host become ``https`` and the canonical host on the source's own hosts. A release has one address
    only. Raises UnknownIdentity for what is no http(s) address.

    >>> from crawler.sources import load_source
    >>> canonical_url("../media/oh/OH-Werbung_Februar 2022_final.pdf",
    ...               "https://www.datenschutzkonferenz-online.de/orientierungshilfen.html",
    ...               load_source("dsk"))
    'https://www.datenschutzkonferenz-online.de/media/oh/OH-Werbung_Februar%202022_final.pdf'
    >>> canonical_url("http://datenschutz-mv.de/presse/?processor=processor.sa.pressemitteilung&id=208815#top",
    ...               "", load_source("dsmv"))
    'https://www.datenschutz-mv.de/presse/?id=208815&processor=processor.sa.pressemitteilung'
    """
    address = canonical_address(url, base, source.hosts, source.site, source.ignored_parameters)
    number = release_number(address, source)
    return address if number is None else release_url(number, source)


def release_url(number: str, source: SourceDescription) -> str:
    """The canonical address of the release with this id number."""
    path = source.site + source.release_path
    return f"{path}?{source.id_parameter}={number}&processor={source.processor}"


def release_number(address: str, source: SourceDescription) -> str | None:
    """The id number of a release address (``"208815"``); None where the address is not that of a release.

    The path does not matter where the processor is named; without it the address must be the
    release path itself.
    """
    if source.kind != "press_portal" or host_of(address) not in source.hosts:
        return None
    match = _NUMBER.match(query_value(address, source.id_parameter) or "")
    return match.group(1) if match and is_release(address, source) else None


def is_release(address: str, source: SourceDescription) -> bool:
    """Whether an address means a release, with a usable id or not."""
    if source.kind != "press_portal" or query_value(address, source.id_parameter) is None:
        return False
    processor = query_value(address, "processor")
    if processor is None:
        return parts_of(address).path.rstrip("/") == source.release_path.rstrip("/")
    return processor == source.processor


def is_document(address: str, source: SourceDescription) -> bool:
    """Whether a canonical address means a file, or a page of the source that is a document by where its path begins."""
    own = host_of(address) in source.hosts and parts_of(address).path.startswith(source.page_paths)
    return own or is_file(address, source)


def is_file(address: str, source: SourceDescription) -> bool:
    """Whether a canonical address means a file, of this source or of another site.

    >>> from crawler.sources import load_source
    >>> is_file("https://www.datenschutz-mv.de/serviceassistent/download?id=1650000", load_source("dsmv"))
    True
    """
    if ending_of(address) in words("addresses")["file_endings"]:
        return True
    below = _below_file_path(address, source) if host_of(address) in source.hosts else None
    return bool(below) and ending_of(below or "") not in words("addresses")["page_endings"]


def ending_of(address: str) -> str:
    """The ending of the file name in an address, lower case and without dot, or ``""``."""
    name = parts_of(address).path.rsplit("/", 1)[-1]
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return ending if ending.isalnum() else ""


def document_id_for(url: str, source: SourceDescription) -> str:
    """The id of the document at a canonical address; raises UnknownIdentity where there is none.

    >>> from crawler.sources import load_source
    >>> dsk, dsmv = load_source("dsk"), load_source("dsmv")
    >>> site = "https://www.datenschutzkonferenz-online.de"
    >>> document_id_for(site + "/media/oh/20200903_oh_v%C3%BC_dsk.pdf", dsk)
    'dsk-oh-20200903-oh-vue-dsk'
    >>> document_id_for(site + "/media/oh/20201111_checkliste_oh_videokonferenzsysteme.odt", dsk)
    'dsk-oh-20201111-checkliste-oh-videokonferenzsysteme-odt'
    >>> document_id_for("https://www.datenschutz-mv.de/Blickpunkte/", dsmv)
    'dsmv-seite-blickpunkte'

    A page of a ``feed`` source is ``<source>-<slug of its path>``, a file ``<source>-datei-<slug of its path>``.
    """
    if host_of(url) not in source.hosts:
        raise UnknownIdentity(url, f"not an address of the source {source.name}")
    number = release_number(url, source)
    if number is not None:
        return f"{source.id_prefix}-{number}"
    if is_release(url, source):
        raise UnknownIdentity(url, "the id of the release is not a number")
    return _bounded(_file_id(url, source) if is_file(url, source) else _page_id(url, source), url)


def distinct_ids(urls: Iterable[str], source: SourceDescription) -> dict[str, str]:
    """The id of each of these canonical addresses, no two the same; addresses without an id are left out.

    >>> from crawler.sources import load_source
    >>> site = "https://www.datenschutzkonferenz-online.de/media/oh/"
    >>> distinct_ids([site + "oh_ki.pdf", site + "oh-ki.pdf"], load_source("dsk")) == {
    ...     site + "oh-ki.pdf": "dsk-oh-oh-ki", site + "oh_ki.pdf": "dsk-oh-oh-ki-128792c3"}
    True
    """
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for url in sorted(set(urls)):
        try:
            wanted = document_id_for(url, source)
        except UnknownIdentity:
            continue
        ids[url] = told_apart(wanted, url) if wanted in taken else wanted
        taken.add(wanted)
    return ids


def told_apart(document_id: str, url: str) -> str:
    """The id of a document whose contract id another address holds already."""
    return f"{document_id}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def slug(text: str) -> str:
    """Lower-case ASCII letters and digits joined by single hyphens; umlauts written out.

    >>> slug("20191016_bußgeldkonzept Ä.É")
    '20191016-bussgeldkonzept-ae-e'
    >>> slug("Leitfaden – Teil\u20112")
    'leitfaden-teil-2'
    """
    lower = unicodedata.normalize("NFC", text).lower().translate(_LETTERS)
    plain = "".join(one for one in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def file_doc_type(url: str, source: SourceDescription) -> str:
    """The type of a file by the beginning of its path, as the source describes it; else ``information``."""
    below = unquote(_below_file_path(url, source) or "")
    types = (one.doc_type for one in source.file_types if below.startswith(one.path))
    return next(types, "information")


def _file_id(url: str, source: SourceDescription) -> str:
    parts = parts_of(url)
    below = _below_file_path(url, source)
    if source.kind == "feed":
        whole = parts.path if ending_of(url) else f"{parts.path} {kept_query(url)}"
        return _named(url, source.id_prefix, "datei", unquote(whole))
    if source.kind == "press_portal":
        return _named(url, source.id_prefix, "datei", unquote(below or parts.path))
    if below is None:
        return _named(url, source.id_prefix, "datei", unquote(parts.path))
    folder, _, name = unquote(below).rpartition("/")
    stem, dot, ending = name.rpartition(".")
    bare = stem if dot and ending.lower() == "pdf" else name
    return _named(url, source.id_prefix, slug(folder) or "media", bare)


def _page_id(url: str, source: SourceDescription) -> str:
    path = unquote(parts_of(url).path)
    stem, dot, ending = path.rpartition(".")
    bare = stem if dot and ending.lower() in words("addresses")["page_endings"] else path
    kind = "" if source.kind == "feed" else "seite"
    return _named(url, source.id_prefix, kind, f"{bare} {unquote(kept_query(url))}".strip("/ ") or "start")


def _named(url: str, prefix: str, kind: str, name: str) -> str:
    last = slug(name)
    if not last:
        raise UnknownIdentity(url, "the file name has no letter or digit")
    return "-".join(filter(None, (prefix, kind, last)))


def _bounded(document_id: str, url: str) -> str:
    if len(document_id) <= LONGEST_ID:
        return document_id
    return told_apart(document_id[: LONGEST_ID - 9].rstrip("-"), url)


def _below_file_path(url: str, source: SourceDescription) -> str | None:
    parts = parts_of(url)
    whole = f"{parts.path}?{kept_query(url)}"
    for prefix in source.file_paths:
        text = whole if "?" in prefix else parts.path
        if text.lower().startswith(prefix.lower()):
            return text[len(prefix) :]
    return None

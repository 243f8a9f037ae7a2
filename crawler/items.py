"""Scraped records: what stands on a page, verbatim and typed; evidence, not interpretation.

All texts keep the characters of the page. White space inside a line is collapsed to single
spaces; a line break that the page prints (``<br>``) is kept as ``\\n``. Addresses are absolute
and canonical (``crawler.identity.canonical_url``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link as printed: absolute canonical address and its text."""

    url: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file a release offers under "Anlagen". ``note`` is the printed remark, e.g. ``(PDF, 0,27 MB)``."""

    url: str
    title: str
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class ListedItem:
    """One entry of a listing page.

    ``label`` is the whole printed label; ``date_text`` the printed date, if it stands in an
    element of its own; ``title_text`` the label without such an element, as printed.
    ``notes`` are printed remarks that are neither, ``status`` the one on its state (``in Überarbeitung``).
    ``rubric`` is the label of the section it stands in and ``issuer`` the body that this section states.
    ``parent_id`` is set for annexes (``doc_type`` ``anlage``).
    ``passing`` says that its listing shows the newest only (a feed): no longer being named there means nothing.
    ``speaks`` says that the text of the document is the teaser, ``\\n\\n`` between its paragraphs.
    ``fallback`` says that the seen markup was absent and the entry was found by its link alone.
    """

    document_id: str
    url: str
    doc_type: str
    label: str
    title_text: str
    date_text: str | None = None
    number_text: str | None = None
    teaser: str | None = None
    heading: str | None = None
    notes: tuple[str, ...] = ()
    status: str | None = None
    rubric: str | None = None
    issuer: str | None = None
    parent_id: str | None = None
    fallback: bool = False
    passing: bool = False
    speaks: bool = False


@dataclass(frozen=True, kw_only=True)
class ExcludedLink:
    """A link of a listing that is not archived, with the reason as one short German phrase."""

    url: str
    text: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A listing page: its entries in page order, what was left out, and where it goes on.

    ``markup`` names what was recognised (``teaser``, ``thumbnail_list``, ``links`` …);
    ``menu`` holds the links of the site's own navigation that stay on the site.
    """

    url: str
    title: str | None
    items: tuple[ListedItem, ...]
    excluded: tuple[ExcludedLink, ...] = ()
    next_url: str | None = None
    menu: tuple[Link, ...] = ()
    markup: str = ""


@dataclass(frozen=True, kw_only=True)
class PageText:
    """A text page (press release or guidance page).

    ``kicker``, ``headline`` and ``number`` as printed (broken lines joined with a space);
    ``published_text`` the printed publication date. ``paragraphs`` in page order, lines inside
    a paragraph separated by ``\\n``. ``listed_text`` is the date of the feed or list that names it, where that is
    the one that counts, ``dateline`` the line of place and day of its text. ``markup`` lists which of the known
    elements were found, ``unplaced`` the texts of the column that were taken for neither part nor furniture.
    """

    document_id: str
    url: str
    headline: str
    kicker: str | None = None
    heading_lines: tuple[str, ...] = ()
    number: str | None = None
    published_text: str | None = None
    listed_text: str | None = None
    dateline: str | None = None
    authority: str | None = None
    paragraphs: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    captions: tuple[str, ...] = ()
    markup: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FileBody:
    """A file as received. ``content_type`` is the header's value without parameters, or ``""``."""

    document_id: str
    url: str
    body: bytes
    content_type: str = ""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Where a record comes from: the ``snapshots`` row of the response it was read from.

    ``fetched_at`` is UTC ``YYYY-MM-DDTHH:MM:SSZ``. ``unchanged`` is true when the server
    answered 304 or the bytes equal those of the last snapshot that was read from this address.
    ``withheld`` says that its bytes were taken out of the vault on demand: there is nothing to read.
    """

    snapshot_id: int
    fetched_at: str
    sha256: str
    unchanged: bool = False
    withheld: bool = False


# -- what spiders hand to the pipelines ------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ListingRead:
    """A listing page was read. ``main`` listings are those a run cannot do without."""

    source: str
    listing: Listing
    evidence: Evidence
    main: bool = True


@dataclass(frozen=True, kw_only=True)
class DocumentRead:
    """A document was fetched: what its listing says of it, and its content.

    ``content`` is None where the address answered "unchanged" and nothing had to be read;
    ``listed`` is None for a document that no listing names any more. ``publisher`` is the short
    name of the body whose site it is.
    """

    source: str
    document_id: str
    url: str
    doc_type: str
    listed: ListedItem | None
    content: PageText | FileBody | None
    evidence: Evidence
    publisher: str = ""


@dataclass(frozen=True, kw_only=True)
class DocumentGone:
    """A known address answered that the document is not there: 404, 410, or another page.

    ``reason`` is ``404``, ``410``, ``soft_404`` or ``redirect``.
    """

    source: str
    document_id: str
    url: str
    reason: str
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class StillNamed:
    """A page that names others could not be read: whatever it named when it was read last may still be named.

    ``url`` is its address, ``fetched_at`` the time of that last reading.
    """

    source: str
    url: str
    document_ids: tuple[str, ...]
    fetched_at: str


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Something went wrong with one address; becomes a ``problems`` row.

    ``stage`` is the step (``fetch``, ``listing``, ``release``, ``file``, ``normalise``, ``store``),
    ``kind`` a short machine word, ``detail`` one sentence for people.
    """

    source: str
    url: str
    stage: str
    kind: str
    detail: str
    document_id: str | None = None
    evidence: Evidence | None = None


# -- what the archive tells the spiders --------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Known:
    """A document the archive already holds: what its listing said last, its address, the files it offers, its links.

    ``content_sha256`` is the digest of its newest content, ``gone`` says that it counts as removed or moved.
    """

    document_id: str
    url: str
    doc_type: str
    listed: ListedItem | None = None
    attachments: tuple[Attachment, ...] = ()
    links: tuple[str, ...] = ()
    content_sha256: str = ""
    gone: bool = False


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """The last good answer of an address, from the vault. ``fetched_at`` is UTC ``YYYY-MM-DDTHH:MM:SSZ``."""

    body: bytes
    content_type: str
    fetched_at: str


@dataclass(frozen=True, kw_only=True)
class Memory:
    """What the archive knows before a run: documents by id, and how many links a listing had.

    ``recall`` gives the last good answer of an address, None where there is none. ``resting`` are the documents that
    are not asked tonight unless something names them.
    """

    documents: Mapping[str, Known] = field(default_factory=dict)
    listings: Mapping[str, int] = field(default_factory=dict)
    recall: Callable[[str], Recalled | None] = lambda url: None
    resting: frozenset[str] = frozenset()

    @property
    def awake(self) -> dict[str, Known]:
        """The documents that do not rest."""
        return {name: known for name, known in self.documents.items() if name not in self.resting}

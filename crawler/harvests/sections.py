"""The harvest of a site of section pages: every section, those found in the menu, and every file they name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from crawler.errors import EmptyListing, NotTheDocument, describe_error
from crawler.harvests.harvest import Ask, Fetched, Harvest, Kind, Record
from crawler.identity import document_id_for, is_file, told_apart
from crawler.items import ExcludedLink, Known, Link, ListedItem, Listing, ListingRead, PageText, Recalled
from crawler.pages.section_page import is_foreign, read_section
from crawler.sources import Section

FIRST_SECTION, MENU_SECTION, FILE = 1000, 500, 10
MENU_SECTIONS_LIMIT = 60
"""More sections than such a site has in its menu."""


class SectionsHarvest(Harvest):
    """Files are asked for when all sections are read: then the first section that names one decides its type."""

    def _begin(self) -> Iterator[Ask]:
        """All described sections."""
        self._open: dict[str, int] = {}
        self._items: dict[str, tuple[int, ListedItem]] = {}
        for rank, section in enumerate(self.source.sections):
            yield from self._ask_section(self.source.site + section.path, section, rank, FIRST_SECTION - rank)

    def _kind_of(self, known: Known) -> Kind:
        return "file" if is_file(known.url, self.source) else "listing"

    def remaining(self) -> Iterator[Ask]:
        """Known files that no section named; section pages are asked as sections only."""
        for ask in super().remaining():
            if ask.kind == "file":
                yield ask

    def _ask_section(self, url: str, section: Section, rank: int, priority: int) -> Iterator[Ask]:
        for ask in self._new(
            Ask(url=url, kind="listing", doc_type=section.doc_type, priority=priority, optional=section.optional)
        ):
            self._open[url] = rank
            yield ask

    def _read(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        if ask.kind == "listing":
            yield from self._section(ask, fetched)
            yield from self._after_listing(ask)
            return
        refused = self._refused(ask, fetched)
        if refused is not None:
            yield refused
        elif self._led_to_another(ask, fetched):
            yield from self._vanished(ask, fetched, "redirect")
        elif unchanged := self._unchanged(ask, fetched):
            yield unchanged
        else:
            yield from self._file(ask, fetched)

    # -- sections -------------------------------------------------------------------------------

    def _section(self, ask: Ask, fetched: Fetched) -> Iterator[Ask | Record]:
        section = self.source.section_at(ask.url) or Section(path="", optional=True)
        expected = self.memory.listings.get(ask.url, 0) > 0
        if fetched.status in (404, 410) and not expected:
            detail = f"Die Seite gibt es nicht (Status {fetched.status})."
            yield self._noted(ask, "missing_page", detail, fetched)
            return
        if fetched.status != 200:
            detail = f"Die Seite antwortet mit Status {fetched.status}."
            yield self._failure(ask, "listing", f"http_{fetched.status}", detail, fetched.evidence)
            yield from self._still_named(ask)
            return
        try:
            listing = self._reading(
                ask.url, fetched, lambda: self._read_section(ask.url, fetched.load(), fetched.content_type)
            )
        except (EmptyListing, NotTheDocument) as error:
            if expected or not (section.optional or isinstance(error, EmptyListing)):
                raise
            yield self._noted(ask, "not_listed", describe_error(error), fetched)
            return
        yield from self._listing(ask, fetched, listing, section)

    def _read_section(self, url: str, body: bytes, content_type: str) -> Listing:
        section = self.source.section_at(url) or Section(path="", optional=True)
        return read_section(body, url=url, section=section, source=self.source, content_type=content_type)

    def _lists(self) -> tuple[str, ...]:
        return tuple(self.source.site + section.path for section in self.source.sections)

    def _children(self, url: str, last: Recalled) -> Iterator[str]:
        return (item.document_id for item in self._read_section(url, last.body, last.content_type).items)

    def _noted(self, ask: Ask, kind: str, detail: str, fetched: Fetched) -> Record:
        return self._failure(ask, "listing", kind, detail, fetched.evidence)

    def _listing(self, ask: Ask, fetched: Fetched, listing: Listing, section: Section) -> Iterator[Ask | Record]:
        self._learn(ask, fetched)
        rank = self._open.get(ask.url, len(self.source.sections))
        yield ListingRead(
            source=self.source.name, listing=listing, evidence=fetched.evidence, main=not section.optional
        )
        for item in listing.items:
            self._remember(item, rank)
        foreign = tuple(link for link in listing.excluded if is_foreign(link, self.source))
        if foreign and (section.path or any(is_file(link.url, self.source) for link in foreign)):
            yield self._section_document(ask, fetched, listing, section, foreign)
        for link in listing.menu:
            yield from self._from_menu(link)

    def _remember(self, item: ListedItem, rank: int) -> None:
        """Keep an entry by its address; the first section that names it decides."""
        known = self._items.get(item.url)
        if known is None or rank < known[0]:
            self._items[item.url] = (rank, item)

    def _section_document(
        self, ask: Ask, fetched: Fetched, listing: Listing, section: Section, foreign: tuple[ExcludedLink, ...]
    ) -> Record:
        """A section page that leads to other bodies' files is a document itself: it carries these links."""
        document_id = document_id_for(ask.url, self.source)
        page = PageText(
            document_id=document_id,
            url=ask.url,
            headline=listing.title or section.label,
            paragraphs=tuple(link.text for link in foreign if link.text),
            links=tuple(Link(url=link.url, text=link.text) for link in foreign),
        )
        asked = Ask(url=ask.url, kind="page", document_id=document_id, doc_type="information")
        return self._unchanged(asked, fetched) or self._document(asked, page, fetched.evidence)

    def _from_menu(self, link: Link) -> Iterator[Ask]:
        """A section of the menu that the description does not know."""
        if self.source.section_at(link.url) is None and len(self._open) < MENU_SECTIONS_LIMIT:
            section = Section(path="", label=link.text, optional=True)
            yield from self._ask_section(link.url, section, len(self.source.sections), MENU_SECTION)

    def _after_listing(self, ask: Ask) -> Iterator[Ask]:
        """When the last section is done: all files, each with the type of its first section."""
        if ask.kind != "listing" or self._open.pop(ask.url, None) is None or self._open:
            return
        for item in self._distinct_items():
            yield from self._new(
                Ask(
                    url=item.url,
                    kind="file",
                    document_id=item.document_id,
                    doc_type=item.doc_type,
                    listed=item,
                    priority=FILE,
                )
            )

    def _distinct_items(self) -> Iterator[ListedItem]:
        """All entries; where two addresses claim one id, the known or first address keeps it."""
        keepers: dict[str, str] = {}
        for url, (_, item) in sorted(self._items.items()):
            known = self.memory.documents.get(item.document_id)
            keepers.setdefault(item.document_id, url)
            if known is not None and known.url == url:
                keepers[item.document_id] = url
        for url, (_, item) in self._items.items():
            if keepers[item.document_id] != url:
                item = replace(item, document_id=told_apart(item.document_id, url))
            yield item

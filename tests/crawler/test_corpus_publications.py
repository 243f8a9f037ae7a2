"""The gate behind the gate: what the archive would store of the real releases and labels, field by field."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from test_corpus_dsmv import CORPUS, FLOOR, HEADINGS, expected, needs_corpus, read, similarity

from archive.keeping.records import Publication
from crawler.identity import document_id_for
from crawler.items import DocumentRead, Evidence, FileBody
from crawler.pages.section_page import read_section
from crawler.sources import Section, load_source
from pipelines.files import FileText
from pipelines.reading.publication import publication_of_file, publication_of_page

EVIDENCE = Evidence(snapshot_id=1, fetched_at="2026-11-23T04:00:00Z", sha256="0" * 64)


def publication(document_id: str, markup: int) -> Publication:
    """A real release, all the way to what is stored."""
    page = read(document_id, HEADINGS[markup % len(HEADINGS)], markup % 3)
    item = DocumentRead(
        source="dsmv",
        document_id=f"dsmv-{document_id}",
        url=page.url,
        doc_type="pressemitteilung",
        listed=None,
        content=page,
        evidence=EVIDENCE,
        publisher="DSMV",
    )
    return publication_of_page(item)[0]


def wrong_columns(stored: Publication, wanted: dict[str, Any]) -> list[str]:
    """The columns that differ from what a careful reader entered."""
    title = stored.title == wanted["title"] or (wanted["title_prefix_ok"] and stored.title.startswith(wanted["title"]))
    verdicts = {
        "title": title,
        "kicker": stored.kicker == wanted["kicker"],
        "number": stored.number == wanted["number"],
        "published_on": stored.published_on == wanted["published_on"],
        "issued_on": stored.issued_on == wanted["issued_on"],
        "issuer": wanted["issuer"] is None or stored.issuer == wanted["issuer"],
        "attachments": [one.title for one in stored.attachments] == wanted["attachments"],
        "body": similarity(stored.pages[0].text.replace("-", ""), "\n".join(wanted["body"]).replace("-", "")) >= 0.97,
    }
    return [column for column, right in verdicts.items() if not right]


@needs_corpus
@pytest.mark.parametrize("markup", range(6))
def test_every_column_of_the_real_releases_is_right(markup: int) -> None:
    """Title, kicker, number, both dates, issuer and attachments: at least 29 of 30, in every markup."""
    wrong = {
        document_id: columns
        for at, document_id in enumerate(expected())
        if (columns := wrong_columns(publication(document_id, markup + at), expected()[document_id]))
    }

    assert len(expected()) - len(wrong) >= FLOOR, wrong


@needs_corpus
def test_no_issuer_is_stated_where_none_is_printed() -> None:
    """Joint releases and releases without kicker have no issuer unless a contact block names one."""
    stated = {
        document_id: reading.issuer
        for document_id, wanted in expected().items()
        if wanted["issuer"] is None and (reading := publication(document_id, 0)).issuer
    }

    assert stated == {}


SITE = "https://www.datenschutzkonferenz-online.de"


def labels() -> list[dict[str, str]]:
    """The printed labels of the real section pages."""
    with (CORPUS / "dsk" / "labels.tsv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def section_entry(number: int, row: dict[str, str]) -> str:
    """A label in the seen markup; "Stand …" is printed without an element of its own."""
    printed, title = row["printed_date"], row["title_as_printed_cut_at_40"]
    dash = "–" if "–" in row["shape"] else "-"
    if printed.startswith("Stand"):
        label = f"{printed} {dash} {title}"
    else:
        label = f"<b>{printed}</b> {dash} {title}" if printed else title
    return (
        f'<li class="thumbnail"><a href="../media/oh/p{number}.pdf"><div class="headline_table">'
        f'<div class="date">{label}</div></div></a></li>'
    )


@needs_corpus
def test_every_real_label_gives_its_date_precision_and_title() -> None:
    """100 %, and no invented day: placed in the markup, read, and taken to what is stored."""
    rows = [row for row in labels() if not row["shape"].startswith("number")]
    source, section = (load_source("dsk"), Section(path="/orientierungshilfen.html", doc_type="orientierungshilfe"))
    body = "".join(section_entry(number, row) for number, row in enumerate(rows))
    page = f'<html><body><div><ul class="thumbnail_list">{body}</ul></div></body></html>'.encode()
    listing = read_section(page, url=SITE + section.path, section=section, source=source)
    wrong = []
    for item, row in zip(listing.items, rows, strict=True):
        content = FileBody(document_id=item.document_id, url=item.url, body=b"")
        read_item = DocumentRead(
            source="dsk",
            document_id=item.document_id,
            url=item.url,
            doc_type=item.doc_type,
            listed=item,
            content=content,
            evidence=EVIDENCE,
            publisher="DSK",
        )
        stored = publication_of_file(read_item, FileText(kind="empty"))[0]
        if (stored.published_on or "", stored.title) != (row["iso_8601"], row["title_as_printed_cut_at_40"].strip()):
            wrong.append((row["printed_date"], stored.published_on, stored.title))

    assert wrong == []


@needs_corpus
def test_every_real_address_has_an_id_of_its_own() -> None:
    with (CORPUS / "dsk" / "media_urls.tsv").open(encoding="utf-8") as lines:
        urls = [row["url"] for row in csv.DictReader(lines, delimiter="\t")]
    ids = {document_id_for(url, load_source("dsk")) for url in urls}

    assert len(ids) == len(urls) == 136

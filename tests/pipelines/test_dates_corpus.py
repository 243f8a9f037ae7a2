"""Date reading on the real releases, names and labels of the folder that ``CORPUS`` names."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date
from typing import Any

import pypdfium2
from real_texts import CORPUS, needs_corpus

from pipelines.dates import DateSources, choose_dates, dates_in_file_name, find_dates, read_label

TODAY = date(2026, 11, 23)
RELEASES = CORPUS / "dsmv"
pytestmark = needs_corpus

MENTIONS, MENTIONS_SHA256 = 68, "88cd9999a5ff110885b40042d9066ca977626c6ab8d96510e3d259be3d08921d"
NAMES_SHA256 = "fcd8863d3fb42ceae92db4fb25cd9f2bcba6e2688c6efe3dc228f5372b1899b9"
"""Reviewed by eye, every one: a change here is a change of readings and wants a new review."""


def sha256(found: Any) -> str:
    return hashlib.sha256(json.dumps(found, ensure_ascii=False).encode()).hexdigest()


def rows(name: str) -> list[dict[str, str]]:
    with (CORPUS / "dsk" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_dates_in_the_text_of_real_releases() -> None:
    """The 30 real releases hold these dates and no others: no false date, none missing."""
    texts = [(path.stem, json.loads(path.read_text("utf-8"))["text"]) for path in sorted(RELEASES.glob("*.json"))]
    found = [
        [number, [[read.value, " ".join(read.raw.split())] for read in find_dates(text, today=TODAY)]]
        for number, text in texts
    ]

    assert sum(len(readings) for _, readings in found) == MENTIONS
    assert sha256(found) == MENTIONS_SHA256, found


def test_published_and_issued_of_real_releases() -> None:
    """Both dates of all 30 releases are what a careful reader enters."""
    expected = json.loads((CORPUS / "dsmv_expected.json").read_text("utf-8"))
    for number, release in expected.items():
        printed = date.fromisoformat(json.loads((RELEASES / f"{number}.json").read_text("utf-8"))["published"])
        sources = DateSources(
            meta=f"{printed:%d.%m.%Y}",
            kicker=release["kicker"],
            headline=release["title"],
            pages=tuple(release["body"]),
        )
        published, issued, records = choose_dates(sources, today=TODAY)

        assert (published, issued) == (release["published_on"], release["issued_on"]), number
        assert sum(record.chosen for record in records) == 1 + (issued is not None)


def test_names_of_real_files() -> None:
    """136 names: 103 carry a date, 36 of those allow two readings."""
    names = [
        [row["url"].rpartition("/")[2], dates_in_file_name(row["url"], today=TODAY)] for row in rows("media_urls.tsv")
    ]
    read = [[name, [[r.value for r in group] for group in dates.groups]] for name, dates in names]

    assert (len(read), sum(bool(groups) for _, groups in read)) == (136, 103)
    assert sum(len(group) > 1 for _, groups in read for group in groups) == 36
    assert sha256(read) == NAMES_SHA256, read


def test_stated_dates_of_real_files() -> None:
    """Where a citing text states the date, it is among the readings, but for five known to differ."""
    stated = [(row["date_if_stated"], dates_in_file_name(row["url"], today=TODAY)) for row in rows("media_urls.tsv")]
    dated = [(value, names) for value, names in stated if value and names.candidates]
    agreeing = [value for value, names in dated if value in [r.value for r in names.candidates]]
    differing = sorted(value for value, _ in dated if value not in agreeing)

    assert len(agreeing) == 7
    assert differing == ["2019-04-01", "2019-04-03", "2019-10-14", "2020-07-17", "2022-03-24"]


def _placements(printed: str, title: str) -> list[tuple[str, str | None]]:
    """The same label as the pages may hold it: every dash and space, the date in ``<b>`` or not."""
    whole = [f"{printed}{a}{dash}{b}{title}" for dash in "-–" for a in ("", " ") for b in ("", " ", "\u00a0")]
    return [
        *((label, date_text) for label in whole for date_text in (None, printed)),
        (f"- {title}", printed),
        (f" – {title}", printed),
        (f"{printed} - {title}", f"{printed} -"),
        (f"{printed} {title}", printed),
    ]


def test_every_real_label_in_every_placement() -> None:
    """Value, precision and title of all real labels are right."""
    for row in rows("labels.tsv"):
        printed, title = row["printed_date"], row["title_as_printed_cut_at_40"].strip()
        if printed.startswith("Nr."):
            reading = read_label(printed + title, today=TODAY)
            assert (reading.number, reading.title, reading.date) == (printed[4:], title, None)
            continue
        for label, date_text in _placements(printed, title) if printed else [(title, None)]:
            reading = read_label(label, date_text, today=TODAY)
            assert reading.title == title, (label, date_text)
            assert (reading.date.value if reading.date else "") == row["iso_8601"], (label, date_text)
            assert reading.date is None or reading.date.raw == printed


def test_real_paper_is_dated_by_its_stand() -> None:
    """The paper says "Stand" of July, its file name September or March, its PDF was made in August."""
    document = pypdfium2.PdfDocument(CORPUS / "dsk" / "20200903_oh_vue_dsk.pdf")
    pages = tuple(page.get_textpage().get_text_range() for page in document)
    sources = DateSources(
        front_matter="\n".join(pages[:2]),
        file_name="20200903_oh_vü_dsk.pdf",
        pdf_metadata=document.get_metadata_dict()["CreationDate"],
        pages=pages,
        text_from="pdf_text",
    )
    published, issued, records = choose_dates(sources, today=TODAY)
    document.close()

    assert (published, issued) == ("2020-07-17", None)
    assert [r.value for r in records if r.role == "file_name"] == ["2020-09-03", "2020-03-09"]
    assert [r.value for r in records if r.role == "pdf_metadata"] == ["2020-08-21"]
    assert len([r for r in records if r.role == "mentioned"]) == 15
    assert all(any(r.raw in page for page in pages) for r in records if r.found_in == "pdf_text")

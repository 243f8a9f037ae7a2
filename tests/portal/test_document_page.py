"""The page of a document: text, evidence, history, relations, and what is hidden."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sample_documents as samples
from fixture_archive import digest
from lxml import html

from archive.diff import Change
from portal.stretches import folded


def page(portal: Any, path: str) -> Any:
    """The parsed page at a path that must answer 200."""
    answer = portal.get(path)

    assert answer.status_code == 200
    return html.fromstring(answer.text)


def words(element: Any) -> str:
    """The text of an element, white space collapsed."""
    return " ".join(element.text_content().split())


def test_shows_heading_number_and_date(portal: Any) -> None:
    """Heading, kicker, date in German, number and issuer stand at the top."""
    head = words(page(portal, f"/dokument/{samples.VIDEO.id}").find(".//article/header"))

    for part in (samples.VIDEO.title, "Pressemitteilung Nr. 20240506", "6. Mai 2024", "Landesbeauftragter M-V"):
        assert part in head


def test_a_printed_month_gets_no_day(portal: Any) -> None:
    """A date known to the month is shown as a month, machine-readable too."""
    found = page(portal, f"/dokument/{samples.GUIDANCE.id}")

    assert "Januar 2026" in {words(time) for time in found.iterfind(".//time[@datetime='2026-01']")}


def test_undated_document_says_so(portal: Any) -> None:
    """A document without a date says "ohne Datum" and has no time element for it."""
    assert "ohne Datum" in words(page(portal, f"/dokument/{samples.SHORT_PAPER.id}").find(".//article/header"))


def test_text_has_paragraphs(portal: Any) -> None:
    """Every paragraph of the text is a paragraph of the page, line breaks kept."""
    texts = [
        p.text_content() for p in page(portal, f"/dokument/{samples.VIDEO.id}").iterfind(".//div[@class='text']//p")
    ]

    assert texts == samples.VIDEO.pages[0].split("\n\n")


def test_pdf_pages_have_anchors_and_lead_into_the_original(portal: Any) -> None:
    """Each page of a file is a section with an anchor, and links to that page of the archived file."""
    found = page(portal, f"/dokument/{samples.GUIDANCE.id}")

    assert [section.get("id") for section in found.iterfind(".//div[@class='text']/section")] == [
        "seite-1",
        "seite-2",
        "seite-3",
    ]
    assert f"/dokument/{samples.GUIDANCE.id}/original#page=2" in {a.get("href") for a in found.iterfind(".//a")}


def test_dates_show_their_evidence(portal: Any) -> None:
    """Every date found is listed with the words as printed and the place."""
    found = words(page(portal, f"/dokument/{samples.ANNOUNCEMENT.id}").find(".//aside"))

    assert "„vom 26. März 2025“ – Dachzeile" in found
    assert "Beschlossen26. März 2025" in found


def test_citations_lead_to_the_official_text(portal: Any) -> None:
    """A citation in the text is a link to the official text; case numbers stay plain."""
    found = page(portal, f"/dokument/{samples.VIDEO.id}")
    links = {words(a): a.get("href") for a in found.iterfind(".//div[@class='text']//a")}

    assert links["Art. 6 Abs. 1 Buchst. f DSGVO"].startswith("https://eur-lex.europa.eu/")
    assert "C-311/18" in words(page(portal, f"/dokument/{samples.RESOLUTION.id}").find(".//aside"))


def test_links_show_both_directions_with_reason(portal: Any) -> None:
    """An announcement leads to the resolution, the resolution back to the announcement."""
    there = words(page(portal, f"/dokument/{samples.ANNOUNCEMENT.id}").find(".//aside"))
    back = words(page(portal, f"/dokument/{samples.RESOLUTION.id}").find(".//aside"))

    assert f"kündigt an: {samples.RESOLUTION.title} (26. März 2025) Titel gleich, fünf Tage Abstand" in there
    assert f"Angekündigt in {samples.ANNOUNCEMENT.title}" in back


def test_annexes_are_listed_once_and_lead_back(portal: Any) -> None:
    """An annex stands under Anlagen, not again among the links; its own page names its parent."""
    parent = page(portal, f"/dokument/{samples.GUIDANCE.id}")
    annex = page(portal, f"/dokument/{samples.ANNEX.id}")

    assert [a.get("href") for a in parent.iterfind(".//a")].count(f"/dokument/{samples.ANNEX.id}") == 1
    assert f"/dokument/{samples.GUIDANCE.id}" in {a.get("href") for a in annex.iterfind(".//a")}


def test_history_lists_every_version(portal: Any) -> None:
    """All versions, with time in Berlin and a diff to the one before."""
    found = page(portal, f"/dokument/{samples.VIDEO.id}")
    hrefs = {a.get("href") for a in found.iterfind(".//aside//a")}
    path = f"/dokument/{samples.VIDEO.id}"

    assert {f"{path}/version/1", f"{path}/version/2", f"{path}/vergleich/1/2", f"{path}/vergleich/2/3"} <= hrefs
    assert "22. November 2026, 04:10 Uhr" in words(found.find(".//aside"))
    assert "Unverändert gesehen seit 22. November 2026, 04:10 Uhr" in words(found.find(".//aside"))


def test_old_version_keeps_its_words(portal: Any) -> None:
    """The permanent page of a version shows what it said, and says that it is old."""
    found = page(portal, f"/dokument/{samples.VIDEO.id}/version/1")

    assert words(found.find(".//h1")) == samples.VIDEO.older[0][0]
    assert "Ältere Fassung" in words(found.find(".//article/header"))
    assert "vierzehn" not in words(found.find(".//div[@class='text']"))


def test_diff_marks_words(portal: Any) -> None:
    """The diff marks words taken out and put in, in text and title."""
    found = page(portal, f"/dokument/{samples.VIDEO.id}/vergleich/1/2")

    assert {"will", "untersagen"} <= {words(item) for item in found.iterfind(".//del")}
    assert "müssen" in {words(item) for item in found.iterfind(".//ins")}


@pytest.mark.parametrize(
    "path", ["/dokument/dsmv-1", "/dokument/dsmv-171183/version/9", "/dokument/dsmv-171183/vergleich/1/9"]
)
def test_unknown_things_are_404(portal: Any, path: str) -> None:
    """Unknown documents and versions answer 404 with a German page."""
    answer = portal.get(path)

    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in answer.text


def test_removed_document_is_marked_and_kept_from_search_engines(portal: Any) -> None:
    """A removed document says so, and is noindex in page and header; its citation file too."""
    answer = portal.get(f"/dokument/{samples.REMOVED.id}")

    assert "Von der Quelle entfernt" in answer.text
    assert '<meta name="robots" content="noindex' in answer.text
    assert answer.headers["x-robots-tag"] == "noindex"
    assert portal.get(f"/dokument/{samples.REMOVED.id}/zitieren.txt").headers["x-robots-tag"] == "noindex"


def test_present_document_is_offered_to_search_engines(portal: Any) -> None:
    """A document that is still there carries no noindex."""
    answer = portal.get(f"/dokument/{samples.VIDEO.id}")

    assert "noindex" not in answer.text
    assert "x-robots-tag" not in answer.headers


def test_unlisted_document_is_marked(portal: Any) -> None:
    """A document that no listing names any more says so."""
    assert "Nicht mehr verlinkt" in portal.get(f"/dokument/{samples.UNLISTED.id}").text


BLOCKED_PATHS = ["", "/version/1", "/vergleich/1/2", "/original", "/zitieren.bib", "/zitieren.json", "/zitieren.txt"]


@pytest.mark.parametrize("path", BLOCKED_PATHS)
def test_blocked_document_answers_410(portal: Any, path: str) -> None:
    """Every address of a blocked document answers 410 and shows at most the tombstone."""
    answer = portal.get(f"/dokument/{samples.BLOCKED.id}{path}")

    assert answer.status_code == 410
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "GESPERRTER" not in answer.text


def test_tombstone_shows_reason_and_digest(portal: Any) -> None:
    """The 410 page names id, reason, time and digest."""
    text = portal.get(f"/dokument/{samples.BLOCKED.id}").text

    for part in (
        samples.BLOCKED.id,
        "Schutz einer Privatperson",
        "21. November 2026",
        digest(samples.BLOCKED.title + samples.BLOCKED.pages[0]),
    ):
        assert part in text


def test_blocked_documents_are_absent_elsewhere(portal: Any) -> None:
    """No page, list or feed mentions a blocked document, not even as the target of a link."""
    paths = ("/", "/feed.atom", "/themen", f"/dokument/{samples.HOSTILE.id}", "/suche?sortierung=datum", "/suche.csv")
    for path in paths:
        assert samples.BLOCKED.id not in portal.get(path).text, path


def test_licence_stands_at_the_document(portal: Any) -> None:
    """The known licence of a Kurzpapier, with its text; the open question for others."""
    assert "dl-de/by-2-0" in portal.get(f"/dokument/{samples.SHORT_PAPER.id}").text
    assert "§ 5 UrhG" in portal.get(f"/dokument/{samples.VIDEO.id}").text


def test_a_date_says_where_it_is_printed(portal: Any) -> None:
    """Beside the date stands the place it was taken from, with the words as printed."""
    facts = words(page(portal, f"/dokument/{samples.ANNOUNCEMENT.id}").cssselect("#angaben ~ dl")[0])

    assert "Beschlossen26. März 2025laut Dachzeile: „vom 26. März 2025“" in facts


def test_versions_that_say_the_same_are_said_to(portal: Any) -> None:
    """No empty diff: the page says that nothing differs."""
    path = f"/dokument/{samples.VIDEO.id}/vergleich/2/2"

    assert "zweimal dieselbe Fassung" in words(page(portal, path).find(".//article"))
    assert page(portal, path).find(".//del") is None


def test_a_diff_leads_to_the_other_diffs(portal: Any) -> None:
    """From a diff every step between versions can be reached; the present one is marked."""
    path = f"/dokument/{samples.VIDEO.id}/vergleich"
    links = page(portal, f"{path}/1/2").findall(".//nav[@aria-label='Andere Vergleiche']//a")

    assert [a.get("href") for a in links] == [f"{path}/1/2", f"{path}/2/3", f"{path}/1/3"]
    assert [a.get("aria-current") for a in links] == ["page", None, None]


@pytest.mark.parametrize("words_between", [10, 150, 3000])
def test_folding_a_diff_loses_nothing(words_between: int) -> None:
    """Long unchanged stretches are folded, changes never; together the parts are the whole text."""
    same = "\n\n".join("Absatz mit fünf Wörtern drin" for _ in range(words_between // 5))
    changes: list[Change] = [("=", same), ("-", "alt"), ("+", "neu"), ("=", same), ("-", "fort"), ("=", same)]
    parts = folded(changes)

    assert "".join(part.text for part in parts) == "".join(text for _, text in changes)
    assert all(part.op == "=" for part in parts if part.folded)
    assert sum(bool(part.folded) for part in parts) == (3 if words_between > 140 else 0)


def test_page_heads_say_where_one_is(portal: Any) -> None:
    """Each page of a paper says its number of how many, with its picture and its citing beside."""
    heads = page(portal, f"/dokument/{samples.GUIDANCE.id}").findall(".//div[@class='page-head']")

    assert [words(head.find("h2")) for head in heads] == [f"Seite {n} von 3" for n in (1, 2, 3)]
    assert "im Original · Seite 2 zitieren" in words(heads[1])


def test_paragraphs_have_addresses_of_their_own(portal: Any) -> None:
    """Page and place name a paragraph."""
    found = page(portal, f"/dokument/{samples.GUIDANCE.id}")

    assert words(found.find(".//p[@id='s2-a3']")).startswith("Die Überwachung von Beschäftigten")


def test_found_words_are_marked_and_lead_from_one_to_the_next(portal: Any) -> None:
    """A search inside a document marks word forms and compounds; each leads on, the last one nowhere."""
    found = page(portal, f"/dokument/{samples.GUIDANCE.id}?suche=Videokonferenz")
    marks = found.findall(".//div[@class='text']//mark")
    ways = [a.get("href") for a in found.iterfind(".//a[@class='on']")]

    assert [mark.text for mark in marks] == ["Videokonferenzsysteme", "Videokonferenzen"]
    assert [mark.get("id") for mark in marks] == ["fund-1-1", "fund-2-1"]
    assert ways == ["#fund-2-1"]
    assert "2 Fundstellen zu „Videokonferenz“: Seite 1 1 · Seite 2 1." in words(found.find(".//p[@id='funde']"))


@pytest.mark.parametrize("query", ["gibtesnicht", "<script>", "-Kamera", "\u202e"])
def test_what_is_not_there_is_not_marked(portal: Any, query: str) -> None:
    """Nothing found says so, or nothing was asked; never an error."""
    found = page(portal, f"/dokument/{samples.GUIDANCE.id}?suche={quote(query)}")

    assert found.findall(".//mark") == []


def test_printed_addresses_are_links(portal: Any, make_reader: Any, data_dir: Path, tmp_path: Path) -> None:
    """Addresses in a text lead to where they point, or to the document in the archive; mail goes by mail."""
    folder = Path(shutil.copytree(data_dir, tmp_path / "data"))
    text = (
        f"Siehe https://dsk.example/{samples.RESOLUTION.id}.\n\nFragen an post@amt.example oder "
        "(www.amt.example/hilfe)."
    )
    with closing(sqlite3.connect(folder / "archive.db")) as conn, conn:
        conn.execute("update pages set text = ? where document_id = ?", (text, samples.REMOVED.id))
    found = page(make_reader(folder), f"/dokument/{samples.REMOVED.id}")
    links = {words(a): (a.get("href"), a.get("rel")) for a in found.iterfind(".//div[@class='text']//a")}

    assert links == {
        f"https://dsk.example/{samples.RESOLUTION.id}": (f"/dokument/{samples.RESOLUTION.id}", None),
        "post@amt.example": ("mailto:post@amt.example", None),
        "www.amt.example/hilfe": ("https://www.amt.example/hilfe", "external noopener noreferrer"),
    }


def test_a_missing_document_says_since_when(make_reader: Any, data_dir: Path, tmp_path: Path) -> None:
    """Missed, but not yet removed: last seen, and missing since; removed: when that was established, too."""
    folder = Path(shutil.copytree(data_dir, tmp_path / "data"))
    with closing(sqlite3.connect(folder / "archive.db")) as conn, conn:
        for id in (samples.VIDEO.id, samples.REMOVED.id):
            conn.execute("update documents set absent_since = ? where id = ?", (samples.LATER, id))
    reader = make_reader(folder)
    missing = words(page(reader, f"/dokument/{samples.VIDEO.id}").find(".//article/header"))
    removed = words(page(reader, f"/dokument/{samples.REMOVED.id}").find(".//article/header"))

    assert "Zuletzt gesehen am 22. November 2026, 04:10 Uhr, fehlt seit 21. November 2026, 04:10 Uhr." in missing
    assert "fehlt seit 21. November 2026, 04:10 Uhr, als entfernt festgestellt am" in removed


def test_a_document_says_when_its_address_was_last_asked(make_reader: Any, data_dir: Path, tmp_path: Path) -> None:
    """Also where the answer was none: seen is what was there, asked is what was tried."""
    folder, asked = Path(shutil.copytree(data_dir, tmp_path / "data")), "2026-11-29T03:10:00Z"
    facts = ".//dl//span[@class='evidence']"
    said = [words(span) for span in page(make_reader(folder), f"/dokument/{samples.VIDEO.id}").findall(facts)]
    assert any(one.startswith("zuletzt geprüft am 22. November 2026") for one in said)

    with closing(sqlite3.connect(folder / "archive.db")) as conn, conn:
        conn.execute(
            "insert into snapshots (run_id, url, fetched_at, status, bytes) select (select max(id) from runs), url, ?, 503, 0"
            " from documents where id = ?",
            (asked, samples.VIDEO.id),
        )
    said = [words(span) for span in page(make_reader(folder), f"/dokument/{samples.VIDEO.id}").findall(facts)]
    assert "zuletzt geprüft am 29. November 2026, 04:10 Uhr" in said


def test_the_contents_list_leads_to_the_headings(make_reader: Any, data_dir: Path, tmp_path: Path) -> None:
    """A heading that stands in the text is met there, another one on its page; what names no page is left out."""
    folder = Path(shutil.copytree(data_dir, tmp_path / "data"))
    sections = [(2, 2, "1 Worum es\u00a0geht", "a"), (3, 3, "Anderswo", "b"), (9, 2, "Nirgends", "c")]
    with closing(sqlite3.connect(folder / "archive.db")) as conn, conn:
        conn.executemany(
            "insert into sections (document_id, page, level, title, anchor) values (?, ?, ?, ?, ?)",
            [(samples.GUIDANCE.id, *section) for section in sections],
        )
    found = page(make_reader(folder), f"/dokument/{samples.GUIDANCE.id}")
    lines = [(li.get("class"), li.find("a").get("href")) for li in found.cssselect(".contents li")]

    assert lines == [("level-1", "#s2-a1"), ("level-2", "#seite-3")]

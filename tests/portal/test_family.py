"""Does it still hold: editions of a paper, their differences, copies, and releases of papers that were replaced."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sample_documents as samples
from lxml import html

OLD, MIDDLE, NEW = samples.SHORT_PAPER.id, samples.RESOLUTION.id, samples.GUIDANCE.id
"""Any three papers: what matters is that they are linked as editions."""


@pytest.fixture(scope="module")
def chained(data_dir: Path, tmp_path_factory: pytest.TempPathFactory, make_reader: Any) -> Any:
    """The sample archive with three papers in a row, each replacing the one before."""
    folder = tmp_path_factory.mktemp("family")
    shutil.copytree(data_dir, folder, dirs_exist_ok=True)
    conn = sqlite3.connect(folder / "archive.db")
    conn.executemany(
        "insert into links (document_id, target_id, kind, evidence) values (?, ?, 'replaces', 'Version')",
        [(NEW, MIDDLE), (MIDDLE, OLD)],
    )
    conn.commit()
    conn.close()
    return make_reader(folder)


def page(portal: Any, document_id: str) -> Any:
    """The page of a document."""
    return html.fromstring(portal.get(f"/dokument/{document_id}").text)


@pytest.mark.parametrize("document_id", [OLD, MIDDLE])
def test_a_replaced_paper_leads_to_the_newest_edition(chained: Any, document_id: str) -> None:
    """At its top, in one click, however many editions lie between; with the differences."""
    notice = next(one for one in page(chained, document_id).cssselect(".notice") if "Ersetzt" in one.text_content())
    links = [link.get("href") for link in notice.iter("a")]

    assert links == [f"/dokument/{NEW}", f"/dokument/{NEW}/vergleich-mit/{document_id}"]
    assert chained.get(links[1]).status_code == 200


def test_the_newest_edition_carries_no_notice(chained: Any) -> None:
    assert not any("Ersetzt" in one.text_content() for one in page(chained, NEW).cssselect(".notice"))


@pytest.mark.parametrize("document_id", [OLD, MIDDLE, NEW])
def test_every_edition_shows_the_whole_chain_in_order(chained: Any, document_id: str) -> None:
    entries = page(chained, document_id).cssselect("#ausgaben ~ ol > li")
    titles = [samples.SHORT_PAPER.title, samples.RESOLUTION.title, samples.GUIDANCE.title]

    assert len(entries) == 3
    assert all(title in entry.text_content() for title, entry in zip(titles, entries, strict=True))


def test_editions_are_compared_word_by_word(chained: Any) -> None:
    """The older one is struck out, the newer one put in, each with its own addresses."""
    found = html.fromstring(chained.get(f"/dokument/{NEW}/vergleich-mit/{OLD}").text)
    links = {link.get("href") for link in found.cssselect("dl.facts a")}

    assert {f"/dokument/{OLD}/version/1", f"/dokument/{NEW}/version/1"} <= links
    assert found.cssselect("del")
    assert found.cssselect("ins")


def test_a_release_says_that_its_paper_was_replaced(chained: Any) -> None:
    """ANNOUNCEMENT announces the middle edition."""
    notices = " ".join(one.text_content() for one in page(chained, samples.ANNOUNCEMENT.id).cssselect(".notice"))

    assert "Inzwischen ersetzt" in notices
    assert samples.GUIDANCE.title in notices


def test_a_blocked_document_is_compared_with_nothing(chained: Any) -> None:
    assert chained.get(f"/dokument/{NEW}/vergleich-mit/{samples.BLOCKED.id}").status_code == 410
    assert chained.get(f"/dokument/{NEW}/vergleich-mit/gibt-es-nicht").status_code == 404


def test_papers_alone_have_no_chain(portal: Any) -> None:
    assert not page(portal, NEW).cssselect("#ausgaben")


def test_other_formats_of_a_file_are_named(data_dir: Path, tmp_path: Path, make_reader: Any) -> None:
    """The same address with another ending is the same paper; an address that only begins alike is not."""
    folder = Path(shutil.copytree(data_dir, tmp_path / "data"))
    conn = sqlite3.connect(folder / "archive.db")
    for id, url in ((OLD, "papier.pdf"), (MIDDLE, "papier.odt"), (NEW, "papier.odt.pdf"), (samples.VIDEO.id, "papier")):
        conn.execute("update documents set url = ? where id = ?", (f"https://dsk.example/media/{url}", id))
    conn.commit()
    conn.close()
    reader = make_reader(folder)
    listed = [a.get("href") for a in page(reader, OLD).cssselect("#formate ~ ul a")]

    assert listed == [f"/dokument/{MIDDLE}"]
    assert page(reader, samples.VIDEO.id).cssselect("#formate") == []
    assert page(reader, NEW).cssselect("#formate") == []


def test_lists_say_what_is_replaced_or_under_revision(data_dir: Path, tmp_path: Path, make_reader: Any) -> None:
    """A badge in lists, and the words printed beside it at the top of the paper."""
    folder = Path(shutil.copytree(data_dir, tmp_path / "data"))
    conn = sqlite3.connect(folder / "archive.db")
    conn.execute(
        "insert into links (document_id, target_id, kind, evidence) values (?, ?, 'replaces', 'Version')", (NEW, MIDDLE)
    )
    conn.execute("update documents set status = 'in Überarbeitung' where id in (?, ?)", (MIDDLE, NEW))
    conn.commit()
    conn.close()
    reader = make_reader(folder)
    entries = html.fromstring(reader.get("/").text).cssselect("#neu ~ ol > li")
    badges = {
        entry.find(".//h3/a").get("href"): [badge.text for badge in entry.cssselect(".badge")] for entry in entries
    }

    assert badges[f"/dokument/{MIDDLE}"] == ["ersetzt", "in Überarbeitung"]
    assert badges[f"/dokument/{NEW}"] == ["in Überarbeitung"]
    assert badges[f"/dokument/{samples.VIDEO.id}"] == []
    assert "in Überarbeitung. So steht es" in page(reader, NEW).cssselect("article header")[0].text_content()

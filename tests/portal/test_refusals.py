"""What Datasette and SQLite refuse is refused in German, with the right status, and kept out of the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lxml import html

ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"
REFUSED = [
    ("/archive?sql=" + quote("delete from documents"), 400, "die mit select oder with beginnen"),
    ("/archive?sql=" + quote("select titel from documents"), 400, "Diese Spalte gibt es nicht: titel"),
    ("/archive?sql=" + quote("select * from akten"), 400, "Diese Tabelle gibt es nicht: akten"),
    ("/archive?sql=" + quote("select from where"), 400, "Syntaxfehler bei „from“"),
    ("/archive?sql=" + quote("with x as (select 1) delete from documents"), 400, "nur lesen"),
    ("/archive/documents?_sort=titel", 400, "Nach „titel“ lässt sich diese Tabelle nicht sortieren"),
    ("/archive/documents?_size=99999", 400, "Höchstens 50000 Zeilen"),
    ("/archive/documents?_size=1001", 400, "Auf einer Seite stehen höchstens 1000 Zeilen"),
    ("/archive/documents?_size=max", 400, "Auf einer Seite stehen höchstens 1000 Zeilen"),
    ("/archive/documents.csv?_size=99999", 400, "Höchstens 50000 Zeilen"),
    ("/archive.csv", 400, "Es fehlt die Abfrage"),
    ("/archive/akten", 404, "Diese Tabelle oder Abfrage gibt es nicht"),
    ("/archive/documents/dsmv-0", 404, "Diese Zeile gibt es nicht"),
    ("/archive.db", 403, "unter Daten zum Herunterladen"),
]


@pytest.mark.parametrize(("path", "status", "sentence"), REFUSED)
def test_a_refusal_is_german(portal: Any, path: str, status: int, sentence: str) -> None:
    """The page says what is wrong; it is never the portal's own failure."""
    answer = portal.get(path)
    text = " ".join(html.fromstring(answer.text).find(".//main").text_content().split())

    assert answer.status_code == status
    assert sentence in text


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_a_query_that_takes_too_long_shows_no_markup(make_reader: Any, data_dir: Path, suffix: str) -> None:
    """The sentence alone, without the tags that Datasette puts into its message."""
    reader = make_reader(data_dir, sql_time_limit_ms=50)
    answer = reader.get(f"/archive{suffix}?sql={quote(ENDLESS)}")
    text = answer.json()["error"] if suffix else html.fromstring(answer.text).find(".//main").text_content()

    assert answer.status_code == 400
    assert "zu lange gedauert" in text
    assert "<" not in text


def test_questions_do_not_reach_the_log(portal: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither a failed query nor its parameters are written anywhere."""
    portal.get("/archive?sql=" + quote("select geheimfrage from documents"))
    portal.get("/archive/documents?_where=" + quote("geheimfrage = 1"))
    portal.get("/archive/documents/geheimfrage")
    written = capfd.readouterr()

    assert "geheimfrage" not in written.out + written.err


@pytest.mark.parametrize("path", ["/-/metadata.json", "/-/settings.json", "/-/versions.json", "/-/plugins.json"])
def test_the_servers_folders_are_not_shown(portal: Any, data_dir: Path, path: str) -> None:
    """Readers do not learn where the archive lies."""
    answer = portal.get(path)

    assert answer.status_code == 200
    assert str(data_dir) not in answer.text

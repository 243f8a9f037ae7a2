"""A newer version reads an older archive anew before it harvests, so that better reading never looks like an edit."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from nights import contents, night, options_for, rows

from aktenkundig.crawling import prepare
from aktenkundig.sample import SampleSite
from pipelines.reading_version import READING_VERSION


def test_an_archive_read_by_another_version_is_rebuilt_before_the_next_harvest(data: Path, site: SampleSite) -> None:
    before = contents(data)
    with closing(sqlite3.connect(data / "archive.db")) as conn, conn:
        conn.execute("update meta set value = '0' where key = 'reading_version'")
        conn.execute("update documents set issuer = 'FALSCH', title = 'Falsch gelesen' where source = 'dsmv'")
        conn.execute("delete from citations")
    said = night(site, data)

    assert said.code == 0
    assert "wird neu aufgebaut" in said.err
    assert contents(data) == before
    assert rows(data, "select max(version) from documents") == [(1,)]
    assert rows(data, "select value from meta where key = 'reading_version'") == [(READING_VERSION,)]


def test_an_empty_archive_is_not_rebuilt(tmp_path: Path, site: SampleSite) -> None:
    prepare(options_for(site, tmp_path))

    assert rows(tmp_path, "select value from meta where key = 'reading_version'") == [(READING_VERSION,)]

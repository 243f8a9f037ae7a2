"""A large site needs little memory."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from crawl_process import crawl_arguments, run

from archive.database import database_path

pytestmark = pytest.mark.faults

RELEASES = 5000
SERVER = """
import sys, time
from aktenkundig.sample import SampleSite
with SampleSite(releases=int(sys.argv[1])) as site:
    print(site.address("dsmv"), flush=True)
    sys.stdin.read()
"""


def test_five_thousand_releases_stay_below_250_mb(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(RELEASES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        first = run(*crawl_arguments(data, address), timeout=1500)
        second = run(*crawl_arguments(data, address), timeout=1500)
        server.communicate("")
    with closing(sqlite3.connect(database_path(data))) as conn:
        stored = conn.execute("select count(*) from documents where doc_type = 'pressemitteilung'").fetchone()[0]
    print(json.dumps({"peaks": [first.peak, second.peak], "seconds": [first.seconds, second.seconds]}))

    assert (first.code, second.code, stored) == (0, 0, RELEASES)
    assert max(first.peak, second.peak) <= 250_000_000

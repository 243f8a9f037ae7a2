"""The sample archive of the portal's tests, and a portal over it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fixture_archive
import pytest
from sample_documents import NOW

from portal import clock
from portal.serving import datasette_for

OPERATOR = {"impressum": "Beispielzeitung GmbH\nMarktplatz 1\n19055 Schwerin", "contact": "archiv@zeitung.example"}


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample archive."""
    folder = tmp_path_factory.mktemp("portal-data")
    fixture_archive.build(folder)
    fixture_archive.make_downloads(folder)
    return folder


@pytest.fixture(autouse=True)
def _frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def conn(data_dir: Path) -> Iterator[sqlite3.Connection]:
    """The archive, to count for oneself."""
    connection = sqlite3.connect(f"file:{data_dir / 'archive.db'}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


class Reader:
    """Asks a portal, one address after the other."""

    def __init__(self, datasette: Any) -> None:
        self.datasette = datasette
        self.loop = asyncio.new_event_loop()

    def get(self, path: str, **options: Any) -> Any:
        """The answer to a GET."""
        return self.loop.run_until_complete(self.datasette.client.get(path, **options))

    def post(self, path: str, **options: Any) -> Any:
        """The answer to a POST."""
        return self.loop.run_until_complete(self.datasette.client.post(path, **options))

    def close(self) -> None:
        """Let go of the database files."""
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        if self.datasette.executor:
            self.datasette.executor.shutdown()
        for database in self.datasette.databases.values():
            database.close()


@pytest.fixture(scope="session")
def make_reader() -> Iterator[Callable[..., Reader]]:
    """Opens portals with settings of the test's own; closes them at the end."""
    readers: list[Reader] = []

    def make(folder: Path, **settings: Any) -> Reader:
        readers.append(Reader(datasette_for(folder, operator=OPERATOR, **settings)))
        return readers[-1]

    yield make
    for reader in readers:
        reader.close()


@pytest.fixture(scope="session")
def portal(make_reader: Callable[..., Reader], data_dir: Path) -> Reader:
    """A portal over the sample archive."""
    return make_reader(data_dir)

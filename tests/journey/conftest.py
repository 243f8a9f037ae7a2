"""The sample site and archives harvested from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from journeys import NIGHTS, Journey

from aktenkundig.sample import SampleSite


@pytest.fixture
def journey(tmp_path: Path) -> Iterator[Journey]:
    """A fresh archive and a site on its first day."""
    with SampleSite() as site:
        yield Journey(tmp_path / "data", site)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Journey]:
    """An archive that watched the site for twelve days, made once for all workers; only read it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    with SampleSite() as site:
        made = Journey(shared / "history", site)
        with FileLock(shared / "history.lock"):
            if not (shared / "history.made").exists():
                for day in NIGHTS:
                    made.crawl(day)
                (shared / "history.made").touch()
        yield made

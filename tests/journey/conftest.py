"""The sample site and archives harvested from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from journeys import Journey

from aktenkundig.sample import SampleSite


@pytest.fixture
def journey(tmp_path: Path) -> Iterator[Journey]:
    """A fresh archive and a site on its first day."""
    with SampleSite() as site:
        yield Journey(tmp_path / "data", site)


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """An archive harvested on day one; only read it."""
    with SampleSite() as site:
        made = Journey(tmp_path_factory.mktemp("first"), site)
        assert made.crawl(1) == {"dsmv": 0, "dsk": 0}
        yield made


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """An archive that watched the site for twelve days; only read it."""
    with SampleSite() as site:
        made = Journey(tmp_path_factory.mktemp("history"), site)
        for day in (1, 2, 3, 4, 5, 7, 9, 11, 12):
            made.crawl(day)
        yield made

"""An archive after its first night, to be copied by every test that goes on from there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nights import FirstNight, night

from aktenkundig.sample import SampleSite


@pytest.fixture(scope="session")
def site() -> Iterator[SampleSite]:
    """The sample site on its first day; tests heal what they break."""
    with SampleSite() as running:
        yield running


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory, site: SampleSite) -> FirstNight:
    """Only read it."""
    data = tmp_path_factory.mktemp("first-night")
    return FirstNight(data=data, said=night(site, data))


@pytest.fixture
def data(first: FirstNight, tmp_path: Path) -> Path:
    """A copy of the archive after its first night."""
    return Path(shutil.copytree(first.data, tmp_path / "data"))


@pytest.fixture
def broken(site: SampleSite) -> Iterator[SampleSite]:
    """The site, for tests that break it: healed afterwards."""
    yield site
    site.heal()
    site.day = 1

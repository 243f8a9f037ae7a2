"""One small archive for all tests of the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from commands import SmallArchive, run_on_terminal, run_process

from aktenkundig.sample import SampleSite


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallArchive:
    """Only read it."""
    data = tmp_path_factory.mktemp("small")
    with SampleSite() as site:
        command = ["--data", str(data), "crawl", "dsmv", "--at", f"dsmv={site.address('dsmv')}", "--delay", "0"]
        logged = run_process(*command, "--now", "2026-10-05T04:00:00Z")
        site.day = 2
        live = run_on_terminal(*command, "--now", "2026-10-06T04:00:00Z")
    return SmallArchive(data=data, logged=logged, live=live)


@pytest.fixture
def own(small: SmallArchive, tmp_path: Path) -> Path:
    """A copy of the small archive to change."""
    return Path(shutil.copytree(small.data, tmp_path / "own"))

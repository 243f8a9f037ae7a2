"""A file that is too large to read is downloaded and listed: the two limits stand in that order."""

from __future__ import annotations

import pytest

from crawler import settings
from pipelines.files import SETTING, FileLimits
from pipelines.files.reader import read_file


def test_a_file_too_large_to_read_is_still_small_enough_to_keep() -> None:
    """Else it would be refused on the way, and not be listed with its metadata and evidence."""
    assert FileLimits().max_bytes < settings.DOWNLOAD_MAXSIZE


def test_the_limit_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "1000")
    read = read_file(b"%PDF-1.4 " + b"x" * 1000, file_name="oh.pdf")

    assert [met.kind for met in read.problems] == ["too_large"]
    assert read.fingerprints

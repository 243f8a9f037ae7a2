"""What all tests share: where the real texts lie, if the environment says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from real_texts import corpus_folder


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder that ``CORPUS`` names; without it the test is skipped by name, with a wrong one it fails."""
    folder = corpus_folder()
    if folder is None:
        pytest.skip("CORPUS names no folder of real texts")
    return folder

"""AKTENKUNDIG_CLUSTER is checked before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from aktenkundig import crawling
from aktenkundig.crawling import BadOptions, check_cluster
from aktenkundig.harvest_commands import options_from


def test_no_cluster_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawling, "find_spec", lambda name: None)

    check_cluster("")


@pytest.mark.parametrize("address", ["127.0.0.1:6379", "http://127.0.0.1", "ja"])
def test_an_address_that_is_no_redis_is_refused(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AKTENKUNDIG_CLUSTER", address)

    with pytest.raises(BadOptions, match="redis://"):
        options_from(tmp_path, at=(), contact="")


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawling, "find_spec", lambda name: None)

    with pytest.raises(BadOptions, match=r"aktenkundig\[cluster\]"):
        check_cluster("redis://127.0.0.1:6379/0")

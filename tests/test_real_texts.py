"""The gates over real texts run when they are asked for, never quietly against nothing or against other texts."""

from __future__ import annotations

from pathlib import Path

import pytest
from real_texts import VARIABLE, corpus_folder, state_of

STATE = "f465552c4876be731f8c3b9219a9dc3d46dcddf9d2cdd517d41b50e0eddaf298"
"""Of the texts that the floors of the reading gates were set on; other texts want another look at every floor."""

READ = ("dsk", "dsmv", "dsmv_expected.json")


def test_the_texts_are_those_that_the_floors_were_set_on(corpus: Path) -> None:
    assert state_of(corpus, *READ) == STATE


def test_without_a_name_there_is_no_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)

    assert corpus_folder() is None


def test_a_corpus_that_is_named_and_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "fort"))

    with pytest.raises(FileNotFoundError, match="CORPUS names"):
        corpus_folder()


def test_a_corpus_that_is_there_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))

    assert corpus_folder() == tmp_path.resolve()


@pytest.mark.parametrize("change", ["another byte", "another name", "a file more", "nothing"])
def test_the_state_of_a_folder_is_that_of_its_paths_and_bytes(tmp_path: Path, change: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.txt").write_text("eins")
    before = state_of(tmp_path, "a")
    (tmp_path / "b.txt").write_text("not named, not counted")
    if change == "another byte":
        (tmp_path / "a" / "1.txt").write_text("Eins")
    elif change == "another name":
        (tmp_path / "a" / "1.txt").rename(tmp_path / "a" / "2.txt")
    elif change == "a file more":
        (tmp_path / "a" / "2.txt").write_text("")

    assert (state_of(tmp_path, "a") == before) is (change == "nothing")

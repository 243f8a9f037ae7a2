"""What is installed runs: with rooms of our own, from a built package with everything in it, on this system."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from setuptools.command.egg_info import FileList

from aktenkundig import __main__ as start

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, folder: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    """A Python process."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("room", start.ROOMS)
def test_a_foreign_package_under_our_name_is_named_in_one_sentence(room: str, tmp_path: Path) -> None:
    """Where it lies before ours, and where its files were laid over ours."""
    (tmp_path / room).mkdir()
    (tmp_path / room / "__init__.py").write_text('"""A web portal."""\n', encoding="utf-8")
    ran = run("-m", "aktenkundig", "sources", PYTHONPATH=f"{tmp_path}:{ROOT}", folder=tmp_path)

    assert ran.returncode == 2
    assert ran.stdout == ""
    assert ran.stderr == (
        f"Fehler: Unter dem Namen »{room}« liegt hier ein fremdes Paket ({tmp_path / room}); Aktenkundig braucht eine"
        " Umgebung für sich allein, zum Beispiel mit »pipx install aktenkundig«.\n"
    )


def test_our_own_rooms_are_known() -> None:
    assert start.foreign_room() is None
    assert start.foreign_room(("json",)) == ("json", str(Path(os.__file__).parent / "json"))
    assert start.foreign_room(("gibtesnicht",)) == ("gibtesnicht", "nirgends")
    assert start.obstacle() is None


def test_windows_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start.os, "name", "nt")

    assert "Windows-Subsystem für Linux" in str(start.obstacle())


def test_the_entry_point_looks_first() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["scripts"] == {"aktenkundig": "aktenkundig.__main__:main"}


def test_shells_can_complete_commands() -> None:
    source = run("-m", "aktenkundig", _AKTENKUNDIG_COMPLETE="bash_source")
    names = run("-m", "aktenkundig", _AKTENKUNDIG_COMPLETE="bash_complete", COMP_WORDS="aktenkundig s", COMP_CWORD="1")

    assert "complete" in source.stdout
    assert {"plain,search", "plain,serve", "plain,status"} <= set(names.stdout.split())


def test_the_source_distribution_holds_tests_docs_and_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the build backend reads ``MANIFEST.in``."""
    monkeypatch.chdir(ROOT)
    names = FileList()
    for line in (ROOT / "MANIFEST.in").read_text(encoding="utf-8").splitlines():
        names.process_template_line(line)

    for wanted in (
        "tests/conftest.py",
        "docs/installation.md",
        "deploy/README.md",
        "Makefile",
        "scrapy.cfg",
        "CHANGELOG.md",
        "datasette-metadata.json",
    ):
        assert wanted in names.files
    assert not [name for name in names.files if name.endswith(".pyc")]

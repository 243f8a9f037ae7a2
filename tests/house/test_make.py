"""The Makefile sets up what is missing, goes on where it was broken off, and says what it needs before it does anything."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOGS = '#!/bin/sh\necho "$(basename "$0") $*" >>calls\n'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the Makefile and a Python that only notes how it was called."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    script(tmp_path / "python", LOGS + "mkdir -p .venv/bin && cp pip .venv/bin/\n")
    script(tmp_path / "pip", LOGS)
    return tmp_path


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def installed(place: Path, crawl: int) -> None:
    """A whole environment whose ``crawl`` ends with this code."""
    script(place / ".venv/bin/aktenkundig", LOGS + f'case "$*" in *crawl*) exit {crawl};; esac\n')
    for name in (".made", ".installed"):
        (place / ".venv" / name).touch()


def make(place: Path, *arguments: str) -> tuple[int, str, list[str]]:
    """Exit code, what was printed, and what was called."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", *arguments, "PYTHON=./python"]
    ran = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, env=clean)
    calls = place / "calls"
    return ran.returncode, ran.stdout, calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []


@pytest.mark.parametrize("contact", ["", "CONTACT=", "CONTACT=ich", "CONTACT=@"])
def test_the_contact_is_asked_for_before_anything_is_installed(place: Path, contact: str) -> None:
    code, said, calls = make(place, "archive", *([contact] if contact else []))

    assert code == 2
    assert "Bitte einen Kontakt angeben" in said
    assert (calls, (place / ".venv").exists()) == ([], False)


def test_an_archive_of_which_a_part_is_missing_is_shown(place: Path) -> None:
    installed(place, crawl=1)
    code, said, calls = make(place, "archive", "CONTACT=du@example.org")

    assert code == 0
    assert "Nicht alles wurde abgerufen" in said
    assert calls == [
        "aktenkundig --data data crawl --contact du@example.org",
        "aktenkundig --data data serve --port 8001",
    ]


@pytest.mark.parametrize(("crawl", "served"), [(0, True), (130, False)])
def test_who_breaks_off_wants_no_portal(place: Path, crawl: int, served: bool) -> None:
    installed(place, crawl=crawl)
    code, said, calls = make(place, "archive", "CONTACT=https://example.org/kontakt")

    assert (code == 0, "Nicht alles" in said) == (served, False)
    assert [call.split()[3] for call in calls] == (["crawl", "serve"] if served else ["crawl"])


def test_an_environment_that_was_broken_off_is_made_again(place: Path) -> None:
    """The interpreter is there, pip is not: that is what Ctrl-C leaves."""
    script(place / ".venv/bin/python", LOGS)
    code, _, calls = make(place, "install")

    assert code == 0
    assert calls[0] == "python -m venv .venv"
    assert calls[1].startswith("pip install ")
    assert make(place, "install")[2] == calls

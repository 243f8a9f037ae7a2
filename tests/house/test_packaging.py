"""What is installed is what is here: every package and every data file is in the built distribution."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("aktenkundig", "archive", "crawler", "pipelines", "portal")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def packages() -> list[str]:
    """The packages that the build finds: folders with an ``__init__.py``, in the rooms that are included."""
    included = PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    return [
        ".".join(path.parent.relative_to(ROOT).parts)
        for room in ROOMS
        if room + "*" in included
        for path in (ROOT / room).rglob("__init__.py")
    ]


def test_every_folder_with_code_is_a_package() -> None:
    """A folder without ``__init__.py`` would be missing from the installation."""
    there = {".".join(path.parent.relative_to(ROOT).parts) for room in ROOMS for path in (ROOT / room).rglob("*.py")}

    assert set(packages()) == there


def test_every_data_file_is_packaged() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]
    packaged = {
        path
        for package in packages()
        for name in ("*", package)
        for pattern in patterns.get(name, ())
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
        if path.is_file()
    }
    there = {
        path
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts
    }

    assert there - packaged == set()


INSTALLERS = {"pip", "setuptools"}
SAME = str.maketrans("._", "--")
"""Which of these stands in the name of a package makes no difference."""


def test_the_lock_names_digests_of_the_same_versions_and_no_addresses() -> None:
    """The container installs with ``--require-hashes``; the versions are those of constraints.txt."""
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower().translate(SAME).split("\n")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").replace(" \\\n", " ")
    entries = [line.split() for line in lock.splitlines() if line and not line.startswith("#")]

    assert {entry[0].partition("==")[0] for entry in entries} >= {"scrapy", "datasette", "warcio", "pyarrow"}
    for name, *digests in entries:
        assert name.lower().translate(SAME) in constraints or name.partition("==")[0] in INSTALLERS, name
        assert digests, name
        assert all(digest.startswith("--hash=sha256:") for digest in digests), name


def test_constraints_name_versions_and_no_addresses() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split("\n")
    pins = [line for line in lines if line and not line.startswith("#")]

    assert pins
    assert all("==" in pin and "://" not in pin and "@" not in pin for pin in pins)


def test_the_benchmarks_can_name_the_versions_they_ran_with() -> None:
    """A benchmark that asks for the version of a package nobody installs cannot run."""
    script = "from benchmarks.machine import describe; print(describe())"
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stderr
    assert "scrapy" in told.stdout

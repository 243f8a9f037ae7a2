"""What is installed runs: with rooms of our own, from a built package with everything in it, on this system."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
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


BASE = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
WAYS = {
    "venv": ("{base} -m venv {home}/.local", "{home}/.local/bin/pip install {wheel}"),
    "user": ("{base} -m pip install --user --break-system-packages --ignore-installed {wheel}",),
    "uv": ("uv tool install --python {base} {wheel}",),
    "pipx": ("pipx install --python {base} {wheel}",),
}
"""How an application is installed where nothing is but Python, and the tool's own name."""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built package."""
    folder = tmp_path_factory.mktemp("wheel")
    (folder / "source").mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "source")
    for room in (*start.ROOMS, "aktenkundig"):
        shutil.copytree(ROOT / room, folder / "source" / room, ignore=shutil.ignore_patterns("__pycache__"))
    built = run("-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(folder), str(folder / "source"), folder=folder)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("aktenkundig-*.whl"))


def answer(port: int, path: str) -> str:
    """A page of the portal that starts there."""
    end = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as page:
                return str(page.read().decode())
        except (ConnectionError, urllib.error.URLError) as error:
            if isinstance(error, urllib.error.HTTPError) or time.monotonic() > end:
                raise
            time.sleep(0.2)


@pytest.mark.faults
@pytest.mark.parametrize("way", [way for way in WAYS if way in ("venv", "user") or shutil.which(way)])
def test_the_built_package_is_the_whole_program(way: str, wheel: Path, tmp_path: Path) -> None:
    """Harvest, search, Scrapy, and a portal with descriptions and queries of its own, whatever lies where it starts."""
    home, place = tmp_path / "home", tmp_path / "elsewhere"
    place.mkdir()
    (place / "datasette-metadata.json").write_text('{"title": "Fremd"}', encoding="utf-8")
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL", "PIPX", "UV_T"))
    }
    env |= {
        "HOME": str(home),
        "PATH": f"{home}/.local/bin:{os.environ['PATH']}",
        "AKTENKUNDIG_DATA": str(place / "data"),
    }
    env |= {"SCRAPY_SETTINGS_MODULE": "crawler.settings", "XDG_DATA_HOME": str(home / ".local/share")}

    def said(*command: str) -> str:
        ran = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False, timeout=600)
        assert ran.returncode == 0, (command, ran.stderr[-2000:])
        return ran.stdout

    for step in WAYS[way]:
        said(*step.format(base=BASE, home=home, wheel=wheel).split())
    program = str(home / ".local/bin/aktenkundig")
    assert Path(program).exists()
    said(program, "demo", "--no-serve")
    hits = json.loads(said(program, "search", "Videoüberwachung", "--format", "json"))
    scrapy = Path(program).resolve().with_name("scrapy")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    serving = subprocess.Popen([program, "serve", "--port", str(port)], cwd=place, env=env, stderr=subprocess.DEVNULL)
    try:
        tables, described = answer(port, "/archive"), json.loads(answer(port, "/-/metadata.json"))
        found = json.loads(answer(port, "/suche.json?q=" + urllib.parse.quote("Videoüberwachung")))
    finally:
        serving.terminate()
        serving.wait(60)

    assert {"dsk", "dsmv"} <= set(said(str(scrapy), "list").split())
    assert hits
    assert len(found["hits"]) > 0
    queries = described["databases"]["archive"]["queries"]
    assert queries
    assert all(f"/archive/{name}" in tables for name in queries)
    assert "Fremd" not in json.dumps(described)

"""Backs an archive up while it is in use, and brings it back."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from archive.database import FILE_NAME, busy_seconds, database_path, migrate
from archive.errors import ArchiveError, NoArchive
from archive.vault.writer import BLOCKS, FOLDER

ASIDE = "beiseite-"
"""How the folders begin into which WARC files go that no run knows."""


class BackupError(ArchiveError):
    """A backup cannot be made or brought back; its text says why."""


def backup(data: Path, target: Path, *, progress: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Copy database and WARC files into the folder ``target``; the number of WARC files newly copied.

    The database is copied first and consistently; every byte that it points to is then already in
    the vault, which only grows, but for a purge. Files that are there with the same size and time are not copied
    again.
    """
    if not database_path(data).exists():
        raise NoArchive(f"Kein Archiv unter {database_path(data)}.")
    if target.resolve() == data.resolve():
        raise BackupError("Die Sicherung kann nicht in den Ordner des Archivs selbst.")
    (target / FOLDER).mkdir(parents=True, exist_ok=True)
    _copy_database(database_path(data), target / FILE_NAME)
    return _copy_vault(data / FOLDER, target / FOLDER, progress)


def restore(
    source: Path, data: Path, *, at: str, progress: Callable[[int, int], None] = lambda done, of: None
) -> tuple[int, list[str]]:
    """Bring a backup into a data folder without an archive: the number of WARC files copied, and the names of those
    set aside because no run of the backup knows them. Raises BackupError."""
    if not database_path(source).exists():
        raise BackupError(f"Unter {source} liegt keine Sicherung ({FILE_NAME} fehlt).")
    _refuse_archive(data)
    copied = _copy_vault(source / FOLDER, data / FOLDER, progress)
    _copy_database(database_path(source), database_path(data))
    return copied, set_aside(data, at=at)


def bring_warc_files(source: Path, data: Path, *, at: str) -> list[str]:
    """Copy the WARC files of a folder, or of ``warc`` in it, into a data folder without an archive; what else lies
    there is set aside, the names of these files. Raises BackupError."""
    _refuse_archive(data)
    folder = source if any(source.glob("*.warc.gz")) else source / FOLDER
    if not any(folder.glob("*.warc.gz")):
        raise BackupError(f"Unter {source} liegen keine WARC-Dateien (*.warc.gz).")
    if folder.resolve() == (data / FOLDER).resolve():
        return []
    strays = set_aside(data, at=at)
    _copy_vault(folder, data / FOLDER, lambda done, of: None)
    return strays


def _refuse_archive(data: Path) -> None:
    if database_path(data).exists():
        raise BackupError(f"Unter {data} liegt schon ein Archiv; bitte erst beiseitelegen.")
    (data / FOLDER).mkdir(parents=True, exist_ok=True)


class UnknownFiles(ArchiveError):
    """WARC files that no run of the archive knows lie in its vault; its text says what to do. Raised before a run."""


def strays(data: Path) -> list[str]:
    """The names of the WARC files in ``data`` that no run of its archive knows, all of them where there is none."""
    known = {row[0] for row in _known_files(data)}
    found = sorted(path.name for path in (data / FOLDER).glob("*.warc.gz"))
    return [name for name in found if f"{FOLDER}/{name}" not in known and not name.startswith(f"{BLOCKS}-")]


def _known_files(data: Path) -> list[tuple[str]]:
    if not database_path(data).exists():
        return []
    migrate(database_path(data))
    with closing(sqlite3.connect(f"file:{database_path(data)}?mode=ro", uri=True, timeout=busy_seconds())) as conn:
        return conn.execute("select warc_file from runs union select warc_file from snapshots").fetchall()


def refuse_strays(data: Path) -> None:
    """Raise UnknownFiles where a run would come to lie beside WARC files that nothing knows."""
    found = strays(data)
    if found:
        way = "»aktenkundig crawl --set-aside« (sie kommen in einen Ordner daneben)"
        if not database_path(data).exists():
            way = f"»aktenkundig restore --from-warc {data}« (das Archiv entsteht neu aus ihnen) oder {way}"
        raise UnknownFiles(
            f"{len(found)} WARC-Dateien in {data / FOLDER} kennt kein Lauf des Archivs, zuerst {found[0]}. "
            f"Abgerufen wird erst wieder nach {way}."
        )


def set_aside(data: Path, *, at: str) -> list[str]:
    """Move the WARC files that no run knows, and what lies beside them, into a folder of their own; their names."""
    found = strays(data)
    aside = data / f"{ASIDE}{at.replace('-', '').replace(':', '')}"
    for name in found:
        aside.mkdir(exist_ok=True)
        for path in (data / FOLDER).glob(f"{name}*"):
            path.replace(aside / path.name)
    return found


def _copy_database(source: Path, target: Path) -> None:
    fresh = target.with_suffix(".neu")
    fresh.unlink(missing_ok=True)
    address = f"file:{source}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=60)) as reading, closing(sqlite3.connect(fresh)) as writing:
        reading.backup(writing)
        writing.execute("pragma journal_mode = delete")
    fresh.replace(target)


def _copy_vault(source: Path, target: Path, progress: Callable[[int, int], None]) -> int:
    files = sorted(path for path in source.glob("*") if path.is_file() and path.suffix != ".neu")
    copied = 0
    for done, path in enumerate(files, start=1):
        there = target / path.name
        if not there.exists() or _state(there) != _state(path):
            part = there.with_name(there.name + ".teil")
            shutil.copy2(path, part)
            part.replace(there)
            copied += 1
        progress(done, len(files))
    return copied


def _state(path: Path) -> tuple[int, int]:
    """Size and time of change, in whole seconds: some disks know no more."""
    return path.stat().st_size, int(path.stat().st_mtime)

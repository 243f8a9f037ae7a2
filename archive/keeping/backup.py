"""Backs an archive up while it is in use, and brings it back."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from archive.database import FILE_NAME, database_path
from archive.errors import ArchiveError, NoArchive
from archive.vault.writer import FOLDER


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


def restore(source: Path, data: Path, *, progress: Callable[[int, int], None] = lambda done, of: None) -> int:
    """Bring a backup into an empty data folder; the number of WARC files copied. Raises BackupError."""
    if not database_path(source).exists():
        raise BackupError(f"Unter {source} liegt keine Sicherung ({FILE_NAME} fehlt).")
    if database_path(data).exists():
        raise BackupError(f"Unter {data} liegt schon ein Archiv; bitte erst beiseitelegen.")
    (data / FOLDER).mkdir(parents=True, exist_ok=True)
    copied = _copy_vault(source / FOLDER, data / FOLDER, progress)
    _copy_database(database_path(source), database_path(data))
    return copied


def _copy_database(source: Path, target: Path) -> None:
    fresh = target.with_suffix(".neu")
    fresh.unlink(missing_ok=True)
    reading = sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)
    with closing(sqlite3.connect(fresh)) as writing:
        reading.backup(writing)
        writing.execute("pragma journal_mode = delete")
        reading.close()
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

"""One writer at a time: the lock file in the data folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import ArchiveBusy

if TYPE_CHECKING:
    from filelock import FileLock

FILE_NAME = "aktenkundig.lock"
LEAST_WAIT = 0.5
"""Seconds: somebody who only looks (`is_locked`) holds the lock for a moment."""


def take_lock(data: Path, *, wait: float = 0.0) -> FileLock:
    """The archive's lock, held until its ``release``; ``wait`` in seconds.

    Raises ArchiveBusy when somebody else keeps it. The system lets go of it when the process ends, however it ends.
    """
    from filelock import FileLock, Timeout  # here, for readers need it not

    data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data / FILE_NAME)
    try:
        lock.acquire(timeout=max(wait, LEAST_WAIT))
    except Timeout as error:
        raise ArchiveBusy(f"Ein anderer Lauf arbeitet gerade an {data}. Bitte warten, bis er endet.") from error
    return lock


@contextmanager
def archive_lock(data: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the archive's lock for a while, see :func:`take_lock`."""
    lock = take_lock(data, wait=wait)
    try:
        yield
    finally:
        lock.release()


def is_locked(data: Path) -> bool:
    """Whether somebody is at work on the archive right now; needs no write rights."""
    try:
        with (data / FILE_NAME).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False

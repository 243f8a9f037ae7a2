"""One writer at a time: the lock file in the data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from archive.errors import ArchiveBusy

FILE_NAME = "aktenkundig.lock"


def take_lock(data: Path, *, wait: float = 0.0) -> FileLock:
    """The archive's lock, held until its ``release``; ``wait`` in seconds.

    Raises ArchiveBusy when somebody else keeps it. The system lets go of it when the process ends, however it ends.
    """
    data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data / FILE_NAME)
    try:
        lock.acquire(timeout=wait)
    except Timeout as error:
        raise ArchiveBusy(
            f"Ein anderer Lauf arbeitet gerade an {data}. Bitte warten, bis er endet."
        ) from error
    return lock


@contextmanager
def archive_lock(data: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the archive's lock for a while, see :func:`take_lock`."""
    lock = take_lock(data, wait=wait)
    try:
        yield
    finally:
        lock.release()

"""The archive's lock under the name by which the commands know it."""

from __future__ import annotations

from archive.lock import archive_lock

__all__ = ["archive_lock"]

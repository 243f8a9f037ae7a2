"""One German sentence for what disk and database can answer."""

from __future__ import annotations

import errno
import sqlite3

from archive.errors import ArchiveError

FULL = "Der Datenträger ist voll. Was bis dahin gespeichert war, ist unversehrt."
LOCKED = "Die Datenbank ist gerade von einem anderen Programm gesperrt."
DAMAGED = "archive.db ist keine SQLite-Datenbank oder beschädigt."
ERRNOS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: "Der Datenordner ist schreibgeschützt.",
    errno.EIO: "Der Datenträger meldet Lese- oder Schreibfehler.",
}
SQLITE = {
    "SQLITE_FULL": FULL,
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_READONLY": "Keine Schreibrechte für archive.db oder ihren Ordner.",
    "SQLITE_PERM": "Keine Schreibrechte für archive.db oder ihren Ordner.",
    "SQLITE_CANTOPEN": "archive.db oder eine Datei daneben lässt sich nicht anlegen oder öffnen.",
    "SQLITE_IOERR": "Der Datenträger meldet einen Fehler beim Zugriff auf archive.db; vielleicht ist er voll.",
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_CORRUPT": DAMAGED,
}


def sentence_for(error: BaseException) -> str:
    """One German sentence for an error of archive, disk or database; the error's own text where none is known.

    >>> sentence_for(OSError(errno.ENOSPC, "No space left on device"))
    'Der Datenträger ist voll. Was bis dahin gespeichert war, ist unversehrt.'
    """
    if isinstance(error, ArchiveError):
        return str(error)
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "") or ""
        return next((text for key, text in SQLITE.items() if name.startswith(key)), f"Datenbank: {error}")
    if isinstance(error, PermissionError):
        return f"Keine Schreibrechte: {error.filename or error}"
    if isinstance(error, OSError) and error.errno in ERRNOS:
        return ERRNOS[error.errno]
    return str(error)

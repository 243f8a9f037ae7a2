"""The named errors of the archive; the command line prints each as one German sentence."""

from __future__ import annotations

import errno
import sqlite3


class ArchiveError(Exception):
    """Something the operator has to know; its text is shown as it is, without a traceback."""


class NoArchive(ArchiveError):
    """The data folder holds no ``archive.db``. Raised by ``open_archive`` when it may not create one."""


class NewerArchive(ArchiveError):
    """The archive was written by a newer version than this one."""


class UnknownDocument(ArchiveError):
    """A command names a document id that the archive does not hold."""


class RecordUnreadable(ArchiveError):
    """A WARC record is missing, torn or not what the ``snapshots`` row says."""


class ArchiveBusy(ArchiveError):
    """Another process holds the archive's lock."""


FULL = "Der Datenträger ist voll. Was bis dahin gespeichert war, ist unversehrt."
LOCKED = "Die Datenbank ist gerade von einem anderen Programm gesperrt."
REBUILD = "»aktenkundig rebuild« macht sie aus den WARC-Dateien neu."
NO_RIGHTS = "Keine Schreibrechte für archive.db oder ihren Ordner."

BY_ERRNO = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EIO: "Der Datenträger meldet Lese- oder Schreibfehler.",
    errno.ENOENT: "Nicht gefunden: {name}",
    errno.EACCES: "Keine Rechte für {name}",
    errno.EPERM: "Keine Rechte für {name}",
    errno.EROFS: "Der Datenträger ist schreibgeschützt: {name}",
    errno.EEXIST: "Unter diesem Namen liegt schon etwas: {name}",
    errno.ENOTDIR: "Kein Ordner: {name}",
    errno.EISDIR: "Ein Ordner, keine Datei: {name}",
    errno.ENOTEMPTY: "Der Ordner ist nicht leer: {name}",
    errno.EADDRINUSE: "Die Adresse {name} ist schon belegt; bitte einen anderen Port wählen.",
    errno.EADDRNOTAVAIL: "Die Adresse {name} gibt es auf diesem Rechner nicht.",
    errno.EMFILE: "Zu viele offene Dateien.",
}

BY_SQLITE_NAME = {
    "SQLITE_FULL": FULL,
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_READONLY": NO_RIGHTS,
    "SQLITE_PERM": NO_RIGHTS,
    "SQLITE_CANTOPEN": "archive.db oder eine Datei daneben lässt sich nicht anlegen oder öffnen.",
    "SQLITE_IOERR": "Der Datenträger meldet einen Fehler beim Zugriff auf archive.db; vielleicht ist er voll.",
    "SQLITE_NOTADB": f"archive.db ist keine SQLite-Datenbank oder beschädigt; {REBUILD}",
    "SQLITE_CORRUPT": f"archive.db ist beschädigt; {REBUILD}",
}
"""Beginnings of ``sqlite3.Error.sqlite_errorname``: result codes, extended or not."""

BY_SQLITE_MESSAGE = {
    "disk is full": FULL,
    "is locked": LOCKED,
    "no such table": "archive.db ist kein Archiv von Aktenkundig oder noch leer.",
    "no such column": "archive.db stammt aus einer älteren Version; der nächste Abruf bringt sie auf den Stand.",
}
"""What SQLITE_ERROR, which says nothing by itself, has in its message; also for errors without a name."""


def sentence_for(error: BaseException) -> str:
    """One German sentence for an error of archive, disk or database; the error's own text where none is known.

    >>> sentence_for(FileNotFoundError(errno.ENOENT, "No such file or directory", "data/archive.db"))
    'Nicht gefunden: data/archive.db'
    >>> sentence_for(sqlite3.OperationalError("database is locked"))
    'Die Datenbank ist gerade von einem anderen Programm gesperrt.'
    """
    text = str(error)
    if isinstance(error, ArchiveError):
        return text
    if isinstance(error, sqlite3.Error):
        return _sqlite_sentence(error) or f"Fehler der Datenbank: {text}"
    if isinstance(error, OSError) and error.errno in BY_ERRNO:
        return BY_ERRNO[error.errno].format(name=error.filename or "(ohne Namen)")
    return text


def _sqlite_sentence(error: sqlite3.Error) -> str | None:
    name, text = getattr(error, "sqlite_errorname", None) or "", str(error)
    by_name = (said for key, said in BY_SQLITE_NAME.items() if name.startswith(key))
    by_message = (said for mark, said in BY_SQLITE_MESSAGE.items() if mark in text)
    return next(by_name, None) or next(by_message, None)

"""One German sentence for whatever can go wrong with archive, disk, network port or database."""

from __future__ import annotations

import errno
import sqlite3

NO_ROOM = "Der Datenträger ist voll. Was bis dahin gespeichert war, ist unversehrt."

OS_SENTENCES = {
    errno.ENOSPC: NO_ROOM,
    errno.EDQUOT: NO_ROOM,
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

SQLITE_SENTENCES = (
    ("disk is full", NO_ROOM),
    ("readonly database", "Keine Schreibrechte für die Datenbank oder ihren Ordner."),
    ("is locked", "Die Datenbank ist gerade von einem anderen Programm gesperrt."),
    ("not a database", "archive.db ist keine SQLite-Datenbank oder beschädigt."),
    ("malformed", "archive.db ist beschädigt; bitte eine Sicherung zurückholen (aktenkundig restore)."),
    (
        "unable to open",
        "archive.db lässt sich nicht öffnen (fehlende Rechte oder schreibgeschützter Ordner).",
    ),
    ("no such table", "archive.db ist kein Archiv von Aktenkundig oder noch leer."),
    (
        "no such column",
        "archive.db stammt aus einer älteren Version; der nächste Abruf bringt sie auf den Stand.",
    ),
)
"""What stands in an SQLite message, and what that means for people."""


def sentence_for(error: Exception) -> str:
    """One German sentence for an error; that of an ArchiveError is its own text.

    >>> sentence_for(FileNotFoundError(errno.ENOENT, "No such file or directory", "data/archive.db"))
    'Nicht gefunden: data/archive.db'
    >>> sentence_for(sqlite3.OperationalError("database is locked"))
    'Die Datenbank ist gerade von einem anderen Programm gesperrt.'
    """
    text = str(error)
    if isinstance(error, sqlite3.Error):
        return next(
            (said for mark, said in SQLITE_SENTENCES if mark in text), f"Fehler der Datenbank: {text}"
        )
    if isinstance(error, OSError) and error.errno in OS_SENTENCES:
        return OS_SENTENCES[error.errno].format(name=error.filename or "(ohne Namen)")
    return text

"""``verify --deep``: rebuilds a copy of the archive from the vault and compares it with what is stored, row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from aktenkundig.replay import rebuild
from archive.database import connect
from archive.errors import REBUILD, RecordUnreadable
from archive.health.verify import DAMAGED, verify
from archive.keeping.redaction import BAR
from archive.schema import DERIVED

COMPARED = (*DERIVED, "topics", "doc_types", "bodies", "laws", "sources", "source_licences")
INDEXES = ("documents_fts", "pages_fts")
SHOWN = 20
"""So many differing rows of a table are named one by one."""

Row = tuple[object, ...]


def verify_deep(
    conn: sqlite3.Connection,
    data: Path,
    *,
    told: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[str]:
    """What ``verify`` says and, where the file of the database is whole, what the comparison with the vault says."""
    faults = verify(conn, data, progress=told)
    damaged = any(one.endswith(REBUILD) for one in faults)
    return faults if damaged else faults + compare_with_vault(conn, data, progress=progress)


def compare_with_vault(
    conn: sqlite3.Connection, data: Path, *, progress: Callable[[int, int], None] = lambda done, of: None
) -> list[str]:
    """One German sentence for every row that the vault does not bear out; an empty list when all is well.

    Reads the archive once, into a copy beside it, so nobody has to wait; takes twice its size while it runs.
    """
    with TemporaryDirectory(dir=data, prefix="verify-") as folder:
        stored, fresh = Path(folder, "stored.db"), Path(folder, "fresh.db")
        try:
            for path in (stored, fresh):
                with closing(sqlite3.connect(path)) as copy:
                    conn.backup(copy)
            with closing(connect(fresh)) as copy:
                rebuild(copy, data, progress=progress)
            with closing(sqlite3.connect(stored)) as both:
                both.execute("attach ? as fresh", (str(fresh),))
                return [*_differences(both)]
        except RecordUnreadable as error:
            return [f"Der Vergleich mit den Belegen ist nicht möglich: {error}"]
        except sqlite3.DatabaseError as error:
            return [DAMAGED.format(error)]


def _differences(both: sqlite3.Connection) -> Iterator[str]:
    for table in COMPARED:
        columns = both.execute(f"pragma main.table_info({table})").fetchall()
        names = [one[1] for one in columns]
        keys = _naming(names) or [place for place, one in enumerate(columns) if one[5]]
        yield from _told(table, names, keys, *_apart(both, f"{{}}.{table}"))
    for schema in ("main", "fresh"):
        held = f"where term in (select term from {schema}.documents_words)"
        words = f"select term, stem, shown from {schema}.search_words {held}"
        both.execute(f"create temp view {schema}_words as {words}")
    yield from _told("search_words", ["term", "stem", "shown"], [0], *_apart(both, "temp.{}_words"))
    for index in INDEXES:
        for schema in ("main", "fresh"):
            both.execute(f"create virtual table temp.{schema}_{index} using fts5vocab({schema}, {index}, instance)")
        apart = sorted(
            {int(str(row[1])) for rows in _apart(both, f"temp.{{}}_{index}") for row in rows[: SHOWN * SHOWN]}
        )
        for number in apart[:SHOWN]:
            yield f"{index}, {number}: der Suchindex hat andere Wörter, als die Belege sagen."


def _naming(names: list[str]) -> list[int]:
    """The columns that name a row of what belongs to a document."""
    wanted = ("document_id", "version", "page", "start", "at") if "document_id" in names else ()
    return [place for place, name in enumerate(names) if name in wanted]


def _apart(both: sqlite3.Connection, table: str) -> tuple[list[Row], list[Row]]:
    """The rows that only one of the two has: stored, and read from the vault."""
    main, fresh = table.format("main"), table.format("fresh")
    stored = both.execute(f"select * from {main} except select * from {fresh}").fetchall()
    read = both.execute(f"select * from {fresh} except select * from {main}").fetchall()
    if not stored and not read:  # the same rows, perhaps not as often
        counts = [both.execute(f"select count(*) from {one}").fetchone()[0] for one in (main, fresh)]
        return ([("mehrfach",)], []) if counts[0] != counts[1] else ([], [])
    return stored, read


def _told(table: str, names: list[str], keys: list[int], stored: list[Row], read: list[Row]) -> Iterator[str]:
    if stored == [("mehrfach",)]:
        yield f"{table}: eine Zeile steht öfter oder seltener da, als die Belege sagen."
        return
    by_key: dict[Row, list[Row]] = {}
    for row in read:
        by_key.setdefault(tuple(row[place] for place in keys), []).append(row)
    sentences = []
    for row in stored:
        key = tuple(row[place] for place in keys)
        others = by_key.get(key)
        other = others.pop(0) if others else None
        name = ", ".join(map(str, key))
        if other is None:
            sentences.append(f"{table}, {name}: diese Zeile geben die Belege nicht her.")
        elif apart := _apart_in(row, other, names):
            sentences.append(f"{table}, {name}: {', '.join(apart)} ist anders, als die Belege sagen.")
    for key, rows in by_key.items():
        sentences += [f"{table}, {', '.join(map(str, key))}: diese Zeile fehlt."] * len(rows)
    yield from sentences[:SHOWN]
    if len(sentences) > SHOWN:
        yield f"{table}: {len(sentences) - SHOWN} weitere Zeilen sind anders."


def _apart_in(row: Row, other: Row, names: list[str]) -> list[str]:
    """The columns that differ. What a takedown did is no fault: bars in what others print, and a tombstone's counts,
    which nothing tells any more where its bytes were purged."""
    tombstone = "blocked_at" in names and row[names.index("blocked_at")] is not None
    free = ("version", "last_changed_at", "content_sha256") if tombstone else ()
    differing = [place for place, value in enumerate(row) if value != other[place] and names[place] not in free]
    return [names[place] for place in differing if not _is_barred(row[place], other[place])]


def _is_barred(stored: object, read: object) -> bool:
    """Whether bars alone tell what is stored from what was read."""
    said, whole = str(stored), str(read)
    same = (one in (BAR, other) for one, other in zip(said, whole, strict=False))
    return BAR in said and len(said) == len(whole) and all(same)

"""Exports the archive: the database for others, every table as CSV, JSON Lines and Parquet, a data package."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp

from filelock import FileLock, Timeout

from archive.database import SAMPLE
from archive.dictionary import as_markdown, described, dictionary
from archive.errors import ArchiveError
from archive.export.tables import ExportedTable, citation_file, data_package, export_table, origin_of, write_overview
from archive.keeping.blocks import compact
from archive.keeping.erasing import erase
from archive.search.indexing import optimize_index, settle_state

TABLES = (
    "documents",
    "dates",
    "pages",
    "versions",
    "version_pages",
    "topics",
    "document_topics",
    "citations",
    "links",
    "sources",
    "source_licences",
    "doc_types",
    "bodies",
    "laws",
    "mendings",
    "sections",
    "events",
    "runs",
    "listings",
    "snapshots",
)
"""What is exported as files; the search index and internal tables are in the database only."""

LEFT_OUT = (
    "Gesperrte Dokumente fehlen überall, entfernte sind gekennzeichnet. In der SQLite-Kopie sind problems, incidents"
    " und blocks leer (sie nennen Gesperrtes und Pfade des Betreibers), ebenso die Angaben, wo ein Beleg liegt"
    " (snapshots.warc_file, warc_offset) und warum ein Lauf scheiterte (runs.detail); die Belege selbst (WARC) sind"
    " nicht dabei. Die drei leeren Tabellen, der Suchindex, Namenslisten und was nur das Programm braucht, stehen"
    " allein in der SQLite-Kopie, nicht als einzelne Dateien."
)
"""For people: what an export does not hold, and why."""

DATABASE, PACKAGE, CITATION = "archive.db", "datapackage.json", "CITATION.cff"
DICTIONARIES = {"de": "data-dictionary.md", "en": "data-dictionary.en.md"}
DOWNLOADS = "downloads"
"""The folder within the archive's own from which the portal serves an export."""

_UNFINISHED = "downloads-"
_LOCK = "downloads.lock"


class ExportError(ArchiveError):
    """An export cannot be written where it should go."""


def export(
    conn: sqlite3.Connection,
    data: Path,
    target: Path,
    *,
    made_at: str,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[ExportedTable]:
    """Write everything into the folder ``target``; what was written.

    All files are made from one copy of the database, so they agree whatever is written meanwhile.
    ``datapackage.json`` comes last: where it is there, the export is whole. ``data`` is the archive's
    own folder, into which nothing is exported. Parquet is written when pyarrow is installed (extra
    ``parquet``). Raises ExportError, OSError.
    """
    _make_ready(target, data)
    blocks = state_of_blocks(conn)
    database = target / DATABASE
    make_public_copy(conn, database)
    progress(1, len(TABLES) + 1)
    tables = []
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as copy:
        for done, name in enumerate(TABLES, start=2):
            tables.append(export_table(copy, name, target))
            progress(done, len(TABLES) + 1)
        tables.append(write_overview(copy, target))
        others = [database, *_write_words(copy, target, made_at)]
        package = data_package(tables, others, origin=origin_of(copy), made_at=made_at, blocks=blocks)
    text = json.dumps(package, ensure_ascii=False, indent=2)
    (target / PACKAGE).write_text(text + "\n", encoding="utf-8")
    return tables


def _write_words(copy: sqlite3.Connection, target: Path, made_at: str) -> list[Path]:
    """The dictionaries, and how the data set is cited."""
    texts = {name: as_markdown(dictionary(copy, described(one)), one) for one, name in DICTIONARIES.items()}
    for name, text in (texts | {CITATION: citation_file(made_at)}).items():
        (target / name).write_text(text, encoding="utf-8")
    return [target / name for name in (*texts, CITATION)]


def _make_ready(target: Path, data: Path) -> None:
    if target.exists() and not target.is_dir():
        raise ExportError(f"{target} ist kein Ordner.")
    if target.resolve() == data.resolve():
        raise ExportError("Der Export kann nicht in den Ordner des Archivs selbst.")
    target.mkdir(parents=True, exist_ok=True)
    (target / PACKAGE).unlink(missing_ok=True)


def state_of_blocks(conn: sqlite3.Connection) -> str:
    """A word that changes with every block and every end of one: an export of another state is not to be shown."""
    sql = "select count(*) || '.' || count(unblocked_at) || '.' || coalesce(max(id), 0) from blocks"
    return str(conn.execute(sql).fetchone()[0])


def renew_downloads(conn: sqlite3.Connection, data: Path, *, made_at: str) -> bool:
    """Export into the folder ``downloads``, whole or not at all; False where another process is at it.

    Until all is written, the files before stay. Raises sqlite3.Error, OSError.
    """
    try:
        with FileLock(data / _LOCK, timeout=0):
            _forget_unfinished(data)
            fresh = Path(mkdtemp(prefix=_UNFINISHED, dir=data))
            fresh.chmod(0o755)
            try:
                export(conn, data, fresh, made_at=made_at)
                shutil.rmtree(data / DOWNLOADS, ignore_errors=True)
                fresh.rename(data / DOWNLOADS)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    except Timeout:
        return False
    return True


def drop_downloads(data: Path) -> None:
    """Delete the files for download at once, what is being written of them included."""
    shutil.rmtree(data / DOWNLOADS, ignore_errors=True)
    _forget_unfinished(data)


def _forget_unfinished(data: Path) -> None:
    for folder in data.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(folder, ignore_errors=True)


def ready_download(conn: sqlite3.Connection, folder: Path, name: str) -> Path | None:
    """A file of a whole export that knows of every block; None where there is none such."""
    try:
        package = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    path = folder / name
    return path if package.get("blocks") == state_of_blocks(conn) and path.is_file() else None


NOTES = ("problems", "incidents", "blocks")
"""Tables for the operator: they name blocked documents, reasons and paths of the machine. Empty in the copy."""

KEPT_META = ("reading_version", SAMPLE)


def make_public_copy(conn: sqlite3.Connection, target: Path) -> None:
    """Write the copy to ``target``, one consistent state, also while another process writes.

    Nothing of a blocked document is left: not its rows, its words in the index, its addresses, nor its
    title among the attachments of others. Raises sqlite3.Error, OSError.
    """
    target.unlink(missing_ok=True)
    copy = sqlite3.connect(target, isolation_level=None)
    copy.row_factory = sqlite3.Row
    try:
        conn.backup(copy)
        copy.execute("pragma journal_mode = delete")
        copy.execute("pragma foreign_keys = off")
        copy.execute("begin")
        blocked = copy.execute("select id from documents where blocked_at is not null").fetchall()
        erase(copy, [document_id for (document_id,) in blocked], stays={}, untouched=())
        _leave_notes_out(copy)
        optimize_index(copy)
        copy.execute("delete from search_words where term not in (select term from documents_words)")
        settle_state(copy)
        copy.execute("commit")
        compact(copy)
    finally:
        copy.close()


def _leave_notes_out(copy: sqlite3.Connection) -> None:
    for table in NOTES:
        copy.execute(f"delete from {table}")
    marks = ", ".join("?" for _ in KEPT_META)
    copy.execute(f"delete from meta where key not in ({marks})", KEPT_META)
    copy.execute("update snapshots set warc_file = null, warc_offset = null")
    copy.execute("update runs set detail = null where outcome = 'failed'")

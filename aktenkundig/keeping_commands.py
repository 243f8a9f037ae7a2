"""The commands that look after the archive: verify, rebuild, block, backup and their reverses."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aktenkundig.german_cli import GermanCommand

if TYPE_CHECKING:
    from aktenkundig.replay import RebuildReport

OK, PROBLEM = 0, 1
WAIT_FOR_CRAWL = 600.0
"""Seconds that a takedown waits for a running harvest."""


@click.command(cls=GermanCommand)
@click.option(
    "--deep",
    is_flag=True,
    help="Auch alles Abgeleitete: eine Kopie neu aufbauen und Zeile für Zeile vergleichen (braucht zweimal den Platz).",
)
@click.pass_obj
def verify(data: Path, deep: bool) -> int:
    """Jede Prüfsumme gegen die WARC-Dateien und die Datenbank prüfen (0 in Ordnung, 1 Beanstandungen).

    Ohne Terminal wird nur gesagt, was zu beanstanden ist.
    """
    from aktenkundig.deep import verify_deep
    from aktenkundig.german_cli import bar
    from aktenkundig.output import figure
    from archive.database import open_reading
    from archive.health.verify import verify as find_faults

    def told(name: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"  {name}", err=True)

    with closing(open_reading(data)) as conn:
        if deep:
            faults = verify_deep(conn, data, told=told, progress=bar("Läufe"))
        else:
            faults = find_faults(conn, data, progress=told)
        snapshots = (
            0 if faults else conn.execute("select count(*) from snapshots where sha256 is not null").fetchone()[0]
        )
    for fault in faults:
        click.echo(fault)
    if faults:
        click.echo(f"{figure(len(faults))} Beanstandungen.")
    elif sys.stdout.isatty():
        click.echo(f"In Ordnung: {figure(snapshots)} Abrufe geprüft.")
    return PROBLEM if faults else OK


@click.command(cls=GermanCommand)
@click.pass_obj
def rebuild(data: Path) -> None:
    """Alles Abgeleitete aus den WARC-Dateien neu aufbauen, ohne Netz; eine beschädigte Datenbank ganz."""
    from aktenkundig.german_cli import bar
    from aktenkundig.replay import rebuild as rebuild_all
    from archive.database import is_damage, open_reading
    from archive.export import renew_downloads
    from archive.keeping.backup import UnknownFiles, refuse_strays
    from archive.keeping.blocks import forget_blocked
    from archive.vault.cdxj import write_indexes

    try:
        with _writing(data) as conn:
            if not conn.execute("select exists (select 1 from runs)").fetchone()[0]:
                refuse_strays(data)
            report = rebuild_all(conn, data, progress=bar("Läufe"))
            forget_blocked(conn)
    except (sqlite3.DatabaseError, UnknownFiles) as error:
        if isinstance(error, sqlite3.Error) and not is_damage(error):
            raise
        report = _made_anew(data)
    with closing(open_reading(data)) as conn:
        renew_downloads(conn, data, made_at=_now())
    write_indexes(data)
    for line in report.unreadable:
        click.echo(line, err=True)
    click.echo(f"{report.documents} Dokumente aus {report.runs} Läufen neu aufgebaut ({report.answers} Antworten).")


def _made_anew(data: Path) -> RebuildReport:
    """The archive from its WARC files alone; the damaged database stays beside it."""
    from aktenkundig.german_cli import bar
    from aktenkundig.replay import restore_from_warc
    from archive.database import database_path
    from archive.lock import archive_lock

    with archive_lock(data):
        path, at = database_path(data), _now()
        aside = path.with_name(f"archive-beschaedigt-{at.replace(':', '')}.db")
        path.replace(aside)
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        try:
            report, _, said = restore_from_warc(data, data, at=at, progress=bar("Läufe"))
        except BaseException:
            aside.replace(path)
            raise
    for line in said:
        click.echo(line, err=True)
    click.echo(f"Die beschädigte Datenbank liegt jetzt in {aside.name}; sie wird nicht mehr gebraucht.")
    return report


@click.command(cls=GermanCommand)
@click.argument("document_id", metavar="ID", help="Kennung des Dokuments, etwa dsmv-208815.")
@click.option("--reason", required=True, metavar="TEXT", help="Grund der Sperre; er bleibt im Archiv stehen. Pflicht.")
@click.option(
    "--purge",
    is_flag=True,
    help="Auch die Bytes aus den WARC-Dateien nehmen; Prüfsummen und ein Vermerk bleiben. Nicht umkehrbar.",
)
@click.pass_obj
def block(data: Path, document_id: str, reason: str, purge: bool) -> None:
    """Ein Dokument sperren: sein Inhalt verlässt die Datenbank.

    Die empfangenen Bytes bleiben ohne --purge in den WARC-Dateien, die nicht veröffentlicht werden.
    """
    from archive.export import drop_downloads
    from archive.keeping.blocks import block as block_document
    from archive.keeping.blocks import block_in_copies, forget_deleted
    from archive.keeping.purging import purge as purge_vault
    from archive.keeping.taken import forget_taken, taken_from, tell_blocks
    from archive.vault.cdxj import write_indexes
    from pipelines.reading_version import READING_VERSION

    with _writing(data, wait=WAIT_FOR_CRAWL) as conn:
        at = _now()
        taken = taken_from(conn, document_id)
        block_document(conn, document_id, reason=reason, at=at)
        drop_downloads(data)
        copies = block_in_copies(data, document_id, reason=reason, at=at)
        files = purge_vault(conn, data, document_id, at=at) if purge else []
        if purge:
            forget_taken(data)
        kept = None if purge else taken
        tell_blocks(conn, data, at=at, document_id=document_id, taken=kept, reading=READING_VERSION)
        write_indexes(data)
        forget_deleted(conn)
    click.echo(f"{document_id} ist gesperrt.")
    if copies:
        click.echo(f"Auch in {', '.join(copies)}.")
    if purge:
        click.echo(f"Ohne seine Bytes neu geschrieben: {', '.join(files) or 'keine WARC-Datei'}.")


@click.command(cls=GermanCommand)
@click.argument("document_id", metavar="ID", help="Kennung des gesperrten Dokuments.")
@click.pass_obj
def unblock(data: Path, document_id: str) -> None:
    """Eine Sperre aufheben: der Inhalt kommt aus den WARC-Dateien zurück."""
    from aktenkundig.german_cli import bar
    from archive.database import transaction
    from archive.export import drop_downloads
    from archive.keeping.blocks import forget_blocked
    from archive.keeping.blocks import unblock as lift
    from archive.keeping.taken import put_back, tell_blocks
    from pipelines.reading_version import READING_VERSION

    with _writing(data, wait=WAIT_FOR_CRAWL) as conn:
        drop_downloads(data)
        with transaction(conn):
            whole = put_back(conn, data, document_id, reading=READING_VERSION)
            lift(conn, document_id, at=_now())
            if not whole:
                from aktenkundig.replay import rebuild as rebuild_all  # here, for it needs much memory

                rebuild_all(conn, data, progress=bar("Läufe"))
        tell_blocks(conn, data, at=_now())
        if not whole:
            forget_blocked(conn)
    click.echo(f"{document_id} ist wieder zugänglich.")


@click.command(cls=GermanCommand)
@click.argument(
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="ORDNER",
    help="Wohin; eine Sicherung, die dort liegt, wird ergänzt.",
)
@click.pass_obj
def backup(data: Path, target: Path) -> None:
    """Das Archiv sichern, auch während eines Laufs."""
    from aktenkundig.german_cli import bar
    from archive.keeping.backup import backup as make_backup

    copied = make_backup(data, target, progress=bar("Belege"))
    click.echo(f"Gesichert nach {target} ({copied} neue oder gewachsene WARC-Dateien).")


@click.command(cls=GermanCommand)
@click.argument(
    "source", type=click.Path(path_type=Path), metavar="ORDNER", help="Wo die Sicherung oder die WARC-Dateien liegen."
)
@click.option(
    "--from-warc",
    is_flag=True,
    help="Das Archiv allein aus den WARC-Dateien des Ordners (oder seines warc/) herstellen.",
)
@click.pass_obj
def restore(data: Path, source: Path, from_warc: bool) -> None:
    """Eine Sicherung in einen Datenordner ohne Archiv zurückholen."""
    from aktenkundig.german_cli import bar
    from aktenkundig.replay import restore_from_warc
    from archive.keeping.backup import restore as bring_back
    from archive.lock import archive_lock

    with archive_lock(data):
        if from_warc:
            report, aside, said = restore_from_warc(source, data, at=_now(), progress=bar("Läufe"))
            done = f"{report.documents} Dokumente aus {report.runs} Läufen hergestellt."
        else:
            copied, aside = bring_back(source, data, at=_now(), progress=bar("Belege"))
            done, said = f"Zurückgeholt nach {data} ({copied} WARC-Dateien).", []
    for line in said:
        click.echo(line)
    if aside:
        click.echo(f"Beiseitegelegt, weil kein Lauf sie kennt: {', '.join(aside)}.")
    click.echo(done)


@contextmanager
def _writing(data: Path, *, wait: float = 0.0) -> Iterator[sqlite3.Connection]:
    """The archive under its lock, for writing. Raises NoArchive, ArchiveBusy."""
    from archive.database import database_path, open_archive
    from archive.errors import NoArchive
    from archive.lock import archive_lock

    if not database_path(data).exists():
        raise NoArchive(f"Kein Archiv unter {database_path(data)}. Zuerst »aktenkundig crawl« ausführen.")
    with archive_lock(data, wait=wait), closing(open_archive(data, create=False)) as conn:
        yield conn


def _now() -> str:
    from archive.timestamps import utc_text

    return utc_text(datetime.now(UTC))

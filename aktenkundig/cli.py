"""The command line: every command of the contract, each a thin call into what does the work."""

from __future__ import annotations

import os
import sqlite3
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from aktenkundig import __version__
from aktenkundig.german_cli import GermanCommand, GermanGroup, german_message
from archive.errors import ArchiveError
from archive.timestamps import utc_text

OK, PROBLEM, COULD_NOT_RUN = 0, 1, 2


def main(arguments: list[str] | None = None) -> None:
    """Entry point: run a command, print errors as one German sentence, exit with its code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    try:
        code = cli.main(args=arguments, prog_name="aktenkundig", standalone_mode=False)
    except click.ClickException as error:
        code = _complain(german_message(error))
    except (KeyboardInterrupt, click.Abort):
        code = _complain("Abgebrochen.", 130)
    except (ArchiveError, OSError, sqlite3.Error) as error:
        if debug:
            traceback.print_exc()
        code = _complain(sentence_for(error))
    except Exception as error:  # noqa: BLE001
        if debug:
            traceback.print_exc()
        code = _complain(f"Unerwarteter Fehler: {type(error).__name__}: {error} (mehr mit --debug)")
    sys.exit(code if isinstance(code, int) else OK)


def sentence_for(error: Exception) -> str:
    """One German sentence for an error of archive, disk or database."""
    text = str(error)
    if (isinstance(error, OSError) and error.errno == 28) or "disk is full" in text:
        return "Der Datenträger ist voll. Was bis dahin gespeichert war, ist unversehrt."
    if isinstance(error, PermissionError) or "readonly database" in text:
        return f"Keine Schreibrechte: {text}"
    if "is locked" in text:
        return "Die Datenbank ist gerade von einem anderen Programm gesperrt."
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in text:
        return "archive.db ist keine SQLite-Datenbank oder beschädigt."
    return text


def _complain(sentence: str, code: int = COULD_NOT_RUN) -> int:
    click.echo(f"Fehler: {sentence}", err=True)
    return code


@click.group(cls=GermanGroup, help="Archiv der Veröffentlichungen deutscher Datenschutzbehörden.")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), default=None, metavar="ORDNER",
    help="Datenordner des Archivs (oder AKTENKUNDIG_DATA; sonst ./data).",
)  # fmt: skip
@click.option("--debug", is_flag=True, help="Bei Fehlern die technischen Einzelheiten zeigen.")
@click.version_option(__version__, prog_name="aktenkundig", help="Die Version zeigen und enden.")
@click.pass_context
def cli(context: click.Context, data: Path | None, debug: bool) -> None:
    """Remember where the archive is."""
    context.obj = (data or Path(os.environ.get("AKTENKUNDIG_DATA") or "data")).absolute()


def _now() -> str:
    return utc_text(datetime.now(UTC))


def crawl_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that ``crawl`` and ``nightly`` share."""
    options = (
        click.option("--at", multiple=True, metavar="QUELLE=ADRESSE",
                     help="Statt der echten Website eine Nachbildung abrufen (mehrfach möglich)."),
        click.option("--delay", type=click.FloatRange(min=0), default=1.0, show_default="1,0", metavar="SEKUNDEN",
                     help="Abstand zwischen zwei Abrufen bei demselben Server."),
        click.option("--removal-checks", type=click.IntRange(min=1), default=3, show_default=True, metavar="ANZAHL",
                     help="So viele vergebliche Prüfungen machen ein verschwundenes Dokument zum entfernten …"),
        click.option("--removal-days", type=click.FloatRange(min=0), default=7.0, show_default="7", metavar="TAGE",
                     help="… wenn sie sich über so viele Tage erstrecken."),
        click.option("--contact", envvar="AKTENKUNDIG_CONTACT", default="", metavar="ADRESSE",
                     help="E-Mail- oder Web-Adresse für den User-Agent; Pflicht für die echten Websites."),
        click.option("--now", hidden=True, default=None, help="Zeitpunkt des Laufs, um einen Verlauf nachzuspielen."),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def _options(data: Path, at: tuple[str, ...], contact: str, **others: Any) -> Any:
    from aktenkundig.crawl_options import CrawlOptions, parse_stand_ins

    return CrawlOptions(data=data, at=parse_stand_ins(at), contact=contact.strip(), **others)


@cli.command(cls=GermanCommand)
def sources() -> None:
    """Die Quellen mit ihren Startadressen zeigen."""
    from crawler.sources import load_source, source_names

    for name in source_names():
        source = load_source(name)
        click.echo(f"{name}  {source.label}")
        for url in source.start_urls():
            click.echo(f"    {url}")


@cli.command(cls=GermanCommand)
@click.argument("source", nargs=-1, metavar="[QUELLE]...")
@crawl_options
@click.pass_obj
def crawl(data: Path, /, source: tuple[str, ...], **options: Any) -> int:
    """Quellen abrufen und archivieren (ohne Angabe: alle)."""
    from aktenkundig.crawl_options import check_contact, check_sources
    from aktenkundig.crawling import crawl_sources
    from aktenkundig.lock import archive_lock

    names = check_sources(source)
    chosen = _options(data, **options)
    check_contact(chosen, names)
    with archive_lock(data):
        codes = crawl_sources(names, chosen)
    return max(codes.values(), default=OK)


@cli.command(cls=GermanCommand)
@crawl_options
@click.option("--wait", type=click.FloatRange(min=0), default=0.0, show_default="0", metavar="SEKUNDEN",
              help="So lange auf das Ende eines anderen Laufs warten.")  # fmt: skip
@click.option("--time-limit", type=click.FloatRange(min=1), default=6 * 3600.0, show_default="21600", metavar="SEKUNDEN",  # noqa: E501
              help="Zeitgrenze je Quelle.")  # fmt: skip
@click.pass_obj
def nightly(data: Path, /, wait: float, time_limit: float, **options: Any) -> int:
    """Der unbeaufsichtigte Lauf: abrufen, prüfen, melden (0 gesund, 1 Alarm, 2 nicht gelaufen)."""
    from aktenkundig.crawl_options import check_contact
    from aktenkundig.nightly import run_night
    from crawler.sources import source_names

    chosen = _options(data, **options)
    check_contact(chosen, source_names())
    return run_night(chosen, wait=wait, time_limit=time_limit)


@cli.command(cls=GermanCommand)
@click.argument("query", metavar="SUCHANFRAGE")
@click.option("--limit", type=click.IntRange(min=1, max=1000), default=20, show_default=True, metavar="ANZAHL",
              help="Höchstens so viele Treffer zeigen.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
              help="Ausgabe als Tabelle oder JSON.")  # fmt: skip
@click.pass_obj
def search(data: Path, query: str, limit: int, form: str) -> None:
    """Im Archiv suchen."""
    from aktenkundig.search_output import print_hits

    print_hits(data, query, limit=limit, form=form)


@cli.command(cls=GermanCommand)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port des Portals."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse, an der das Portal antwortet.")
@click.option(
    "--base-url", default="/", show_default=True, metavar="PFAD", help="Pfad hinter einem Reverse-Proxy."
)
@click.pass_obj
def serve(data: Path, port: int, host: str, base_url: str) -> None:
    """Das Portal starten (Ende mit Strg-C)."""
    from archive.database import open_archive
    from portal.serving import serve as serve_portal

    if os.access(data, os.W_OK):
        open_archive(data, create=False).close()
    serve_portal(data, host=host, port=port, base_url=base_url)


@cli.command(cls=GermanCommand)
@click.pass_obj
def verify(data: Path) -> int:
    """Jede Prüfsumme gegen die WARC-Dateien und die Datenbank prüfen."""
    from archive.database import open_reading
    from archive.verify import verify as find_faults

    conn = open_reading(data)
    try:
        faults = find_faults(conn, data, progress=lambda name: click.echo(f"  {name}", err=True))
        snapshots = conn.execute("select count(*) from snapshots where sha256 is not null").fetchone()[0]
    finally:
        conn.close()
    for fault in faults:
        click.echo(fault)
    click.echo(f"{len(faults)} Beanstandungen." if faults else f"In Ordnung: {snapshots} Abrufe geprüft.")
    return PROBLEM if faults else OK


@cli.command(cls=GermanCommand)
@click.pass_obj
def rebuild(data: Path) -> None:
    """Alles Abgeleitete aus den WARC-Dateien neu aufbauen, ohne Netz."""
    from aktenkundig.lock import archive_lock
    from aktenkundig.progress import bar
    from aktenkundig.rebuilding import rebuild as rebuild_all
    from archive.database import open_archive

    with archive_lock(data):
        conn = open_archive(data, create=False)
        try:
            report = rebuild_all(conn, data, progress=bar("Läufe"))
        finally:
            conn.close()
    click.echo(f"{report.documents} Dokumente aus {report.runs} Läufen neu aufgebaut ({report.answers} Antworten).")


@cli.command(cls=GermanCommand)
@click.argument("document_id", metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Grund der Sperre; er bleibt im Archiv stehen.")
@click.pass_obj
def block(data: Path, document_id: str, reason: str) -> None:
    """Ein Dokument sperren: sein Inhalt verlässt die Datenbank."""
    from aktenkundig.lock import archive_lock
    from archive.blocks import block as block_document
    from archive.database import open_archive

    with archive_lock(data, wait=600):
        conn = open_archive(data, create=False)
        try:
            block_document(conn, document_id, reason=reason, at=_now())
            conn.execute("pragma wal_checkpoint(truncate)")
            conn.execute("vacuum")
        finally:
            conn.close()
    click.echo(f"{document_id} ist gesperrt.")


@cli.command(cls=GermanCommand)
@click.argument("document_id", metavar="ID")
@click.pass_obj
def unblock(data: Path, document_id: str) -> None:
    """Eine Sperre aufheben: der Inhalt kommt aus den WARC-Dateien zurück."""
    from aktenkundig.lock import archive_lock
    from aktenkundig.progress import bar
    from aktenkundig.rebuilding import rebuild as rebuild_all
    from archive.blocks import unblock as lift
    from archive.database import open_archive, transaction

    with archive_lock(data, wait=600):
        conn = open_archive(data, create=False)
        try:
            with transaction(conn):
                lift(conn, document_id, at=_now())
                rebuild_all(conn, data, progress=bar("Läufe"))
        finally:
            conn.close()
    click.echo(f"{document_id} ist wieder zugänglich.")


@cli.command(cls=GermanCommand)
@click.argument("document_id", metavar="ID")
@click.argument("a", type=int, required=False, metavar="[A]")
@click.argument("b", type=int, required=False, metavar="[B]")
@click.pass_obj
def diff(data: Path, document_id: str, a: int | None, b: int | None) -> None:
    """Zwei Fassungen eines Dokuments Wort für Wort vergleichen (ohne Angabe: die letzten beiden)."""
    from aktenkundig.diff_output import print_diff

    print_diff(data, document_id, a, b)


@cli.command(cls=GermanCommand)
@click.pass_obj
def status(data: Path) -> None:
    """Letzte Läufe, Übersichtsseiten und Bestand zeigen."""
    from aktenkundig.status import print_status

    print_status(data)


@cli.command(cls=GermanCommand)
@click.argument("target", type=click.Path(path_type=Path), metavar="ORDNER")
@click.pass_obj
def export(data: Path, target: Path) -> None:
    """Alle Tabellen als CSV, JSON Lines, Parquet und SQLite ausgeben, mit datapackage.json."""
    from aktenkundig.progress import bar
    from archive.database import open_reading
    from archive.export import export as export_all

    conn = open_reading(data)
    conn.isolation_level = None
    try:
        tables = export_all(conn, data, target, made_at=_now(), progress=bar("Tabellen"))
    finally:
        conn.close()
    click.echo(f"{len(tables)} Tabellen mit {sum(table.rows for table in tables)} Zeilen in {target}.")


@cli.command(cls=GermanCommand)
@click.argument("target", type=click.Path(path_type=Path), metavar="ORDNER")
@click.pass_obj
def backup(data: Path, target: Path) -> None:
    """Das Archiv sichern, auch während eines Laufs."""
    from aktenkundig.progress import bar
    from archive.backup import backup as make_backup

    copied = make_backup(data, target, progress=bar("Belege"))
    click.echo(f"Gesichert nach {target} ({copied} neue WARC-Dateien).")


@cli.command(cls=GermanCommand)
@click.argument("source", type=click.Path(path_type=Path), metavar="ORDNER")
@click.pass_obj
def restore(data: Path, source: Path) -> None:
    """Eine Sicherung in einen leeren Datenordner zurückholen."""
    from aktenkundig.lock import archive_lock
    from aktenkundig.progress import bar
    from archive.backup import restore as bring_back

    with archive_lock(data):
        copied = bring_back(source, data, progress=bar("Belege"))
    click.echo(f"Zurückgeholt nach {data} ({copied} WARC-Dateien).")


@cli.command(cls=GermanCommand)
@click.argument("source", metavar="QUELLE")
@click.option("--save", type=click.Path(file_okay=False, path_type=Path), default=None, metavar="ORDNER",
              help="Die Seiten als Prüffälle speichern.")  # fmt: skip
@click.option(
    "--at", multiple=True, metavar="QUELLE=ADRESSE", help="Statt der echten Website eine Nachbildung abrufen."
)
@click.option("--delay", type=click.FloatRange(min=0), default=1.0, show_default="1,0", metavar="SEKUNDEN",
              help="Abstand zwischen zwei Abrufen.")  # fmt: skip
@click.option("--contact", envvar="AKTENKUNDIG_CONTACT", default="", metavar="ADRESSE",
              help="E-Mail- oder Web-Adresse für den User-Agent; Pflicht für die echten Websites.")  # fmt: skip
@click.pass_obj
def probe(data: Path, source: str, save: Path | None, at: tuple[str, ...], delay: float, contact: str) -> int:
    """Vor dem ersten Abruf ansehen, ob die Seiten so gelesen werden wie erwartet."""
    from aktenkundig.crawl_options import check_contact, check_sources
    from aktenkundig.probe import probe_source

    check_sources((source,))
    options = _options(data, at=at, contact=contact, delay=delay)
    check_contact(options, [source])
    return int(probe_source(source, options, save=save))


@cli.command(cls=GermanCommand)
@click.option("--no-serve", is_flag=True, help="Nur abrufen, das Portal nicht starten.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port des Portals."
)
@click.pass_context
def demo(context: click.Context, no_serve: bool, port: int) -> int:
    """Die eingebaute Beispiel-Website abrufen und das Portal zeigen (ohne Netz)."""
    from aktenkundig.demo import run_demo

    given = context.find_root().params["data"] or os.environ.get("AKTENKUNDIG_DATA")
    return run_demo(context.obj if given else context.obj / "demo", serve=not no_serve, port=port)


if __name__ == "__main__":
    main()

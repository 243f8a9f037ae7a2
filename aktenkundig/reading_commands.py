"""The commands that read the archive: search, serve, status, diff and export."""

from __future__ import annotations

import os
import re
import socket
from contextlib import closing
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import click

from aktenkundig.german_cli import GermanCommand


class SearchCommand(GermanCommand):
    """A word to leave out (``-Corona``) is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put such words behind the options."""
        words = [word for word in args if re.match(r"-[^\W\d_]", word)]
        others = [word for word in args if word not in words]
        return super().parse_args(ctx, [*others, "--", *words] if words else args)


@click.command(cls=SearchCommand)
@click.argument(
    "query",
    metavar="SUCHANFRAGE",
    help='Wörter, "feste Wendungen", -ausgeschlossene; mehrere Wörter in Anführungszeichen.',
)
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=1000),
    default=20,
    metavar="ANZAHL",
    help="Höchstens so viele Treffer zeigen (sonst 20).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help="Ausgabe als Tabelle (sonst) oder JSON.",
)
@click.option(
    "--fassungen",
    type=click.Choice(["alle"]),
    help="Mit »alle« auch Dokumente, die es nur in einer früheren Fassung sagten.",
)
@click.pass_obj
def search(data: Path, query: str, limit: int, form: str, fassungen: str | None) -> None:
    """Im Archiv suchen."""
    from aktenkundig.output import print_hits

    print_hits(data, query, limit=limit, form=form, earlier=fassungen == "alle")


@click.command(cls=GermanCommand)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, metavar="PORT", help="Port des Portals (sonst 8001)."
)
@click.option(
    "--host", default="127.0.0.1", metavar="ADRESSE", help="Adresse, an der das Portal antwortet (sonst 127.0.0.1)."
)
@click.option(
    "--base-url",
    default=None,
    metavar="PFAD",
    help="Pfad hinter einem Reverse-Proxy (oder AKTENKUNDIG_BASE_URL; sonst /).",
)
@click.pass_obj
def serve(data: Path, port: int, host: str, base_url: str | None) -> None:
    """Das Portal starten (Ende mit Strg-C)."""
    from portal.serving import serve as serve_portal

    bring_up_to_date(data)
    refuse_taken(host, port)
    serve_portal(data, host=host, port=port, base_url=base_url)


def bring_up_to_date(data: Path) -> None:
    """Give an archive of an older version the tables and views of this one, where it may be written."""
    from archive.database import open_archive

    if os.access(data, os.W_OK):
        open_archive(data, create=False).close()


def refuse_taken(host: str, port: int) -> None:
    """Raise OSError with the address as name where nobody can listen at it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"{host}:{port}") from error


@click.command(cls=GermanCommand)
@click.pass_obj
def status(data: Path) -> None:
    """Bestand, letzte Läufe, Übersichtsseiten und offene Alarme zeigen."""
    from aktenkundig.output import print_status
    from archive.timestamps import utc_text

    print_status(data, now=utc_text(datetime.now(UTC)))


@click.command(cls=GermanCommand)
@click.argument("document_id", metavar="ID", help="Kennung des Dokuments, etwa dsmv-208815.")
@click.argument("a", type=int, required=False, metavar="[A]", help="Nummer der alten Fassung.")
@click.argument("b", type=int, required=False, metavar="[B]", help="Nummer der neuen Fassung.")
@click.pass_obj
def diff(data: Path, document_id: str, a: int | None, b: int | None) -> None:
    """Zwei Fassungen Wort für Wort vergleichen; ohne A und B die letzten beiden."""
    from aktenkundig.output import print_diff

    print_diff(data, document_id, a, b)


@click.command(cls=GermanCommand)
@click.option("--from", "since", required=True, metavar="DATUM", help="Erster Tag (auch ein Monat oder Jahr). Pflicht.")
@click.option("--to", "until", required=True, metavar="DATUM", help="Letzter Tag (auch ein Monat oder Jahr). Pflicht.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    metavar="ORDNER",
    help="Wohin (sonst ./bericht-VON-BIS).",
)
@click.pass_obj
def report(data: Path, since: str, until: str, output: Path | None) -> None:
    """Bericht über einen Zeitraum schreiben: eine druckbare Seite (HTML) und ihre Daten (JSON, CSV)."""
    from aktenkundig.report import make_report, period, write_report
    from archive.database import open_reading
    from archive.timestamps import utc_text

    first, last = period(since, until)
    bring_up_to_date(data)
    with closing(open_reading(data)) as conn:
        made = make_report(conn, since=first, until=last, made_at=utc_text(datetime.now(UTC)))
    folder = output or Path(f"bericht-{first}-{last}")
    for path in write_report(made, folder, portal=os.environ.get("AKTENKUNDIG_PUBLIC_URL", "")):
        click.echo(path)


@click.command(cls=GermanCommand)
@click.argument(
    "target", type=click.Path(path_type=Path), metavar="ORDNER", help="Wohin; wird angelegt, wenn es ihn nicht gibt."
)
@click.pass_obj
def export(data: Path, target: Path) -> None:
    """Tabellen als CSV, JSON Lines, Parquet und SQLite ausgeben, mit datapackage.json.

    Gesperrte Dokumente fehlen überall. In der SQLite-Kopie sind problems, incidents und blocks leer, denn sie nennen
    Gesperrtes und Pfade des Betreibers; als Einzeldateien fehlen sie, wie der Suchindex und was nur das Programm
    braucht. Die Belege (WARC) und ihre Fundstellen sind nicht dabei. Parquet braucht das Zubehör [parquet].
    """
    from aktenkundig.german_cli import bar
    from archive.database import open_reading
    from archive.export import export as export_all
    from archive.timestamps import utc_text

    with closing(open_reading(data)) as conn:
        tables = export_all(conn, data, target, made_at=utc_text(datetime.now(UTC)), progress=bar("Tabellen"))
    click.echo(f"{len(tables)} Tabellen mit {sum(table.rows for table in tables)} Zeilen in {target}.")
    if find_spec("pyarrow") is None:
        click.echo("Ohne Parquet: Dafür fehlt pyarrow (pip install 'aktenkundig[parquet]').", err=True)

"""The commands that fetch: sources, probe, crawl, nightly and the demonstration."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aktenkundig.german_cli import GermanCommand

if TYPE_CHECKING:
    from aktenkundig.crawling import CrawlOptions

AT = click.option(
    "--at",
    multiple=True,
    metavar="QUELLE=ADRESSE",
    help="Statt der echten Website eine Nachbildung abrufen, zum Beispiel dsmv=http://127.0.0.1:8123"
    " (mehrfach möglich).",
)
DELAY = click.option(
    "--delay",
    type=click.FloatRange(min=0),
    default=1.0,
    metavar="SEKUNDEN",
    help="Abstand zwischen zwei Abrufen bei demselben Server (sonst 1 Sekunde).",
)
CONTACT = click.option(
    "--contact",
    envvar="AKTENKUNDIG_CONTACT",
    default="",
    metavar="ADRESSE",
    help="E-Mail- oder Web-Adresse für den User-Agent (oder AKTENKUNDIG_CONTACT); Pflicht für die echten Websites.",
)


def crawl_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that ``crawl`` and ``nightly`` share."""
    options = (
        AT,
        DELAY,
        click.option(
            "--removal-checks",
            type=click.IntRange(min=1),
            default=3,
            metavar="ANZAHL",
            help="So viele vergebliche Prüfungen machen ein verschwundenes Dokument zum entfernten (3) …",
        ),
        click.option(
            "--removal-days",
            type=click.FloatRange(min=0),
            default=7.0,
            metavar="TAGE",
            help="… wenn sie sich über so viele Tage erstrecken (7).",
        ),
        CONTACT,
        click.option("--set-aside", is_flag=True, help="WARC-Dateien, die kein Lauf kennt, beiseitelegen."),
        click.option(
            "--parallel",
            type=click.IntRange(min=1),
            default=2,
            metavar="ANZAHL",
            help="So viele Quellen zugleich abrufen, jeden Server weiter einzeln (sonst 2).",
        ),
        click.option("--now", hidden=True, default=None, help="Zeitpunkt des Laufs, um einen Verlauf nachzuspielen."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def options_from(data: Path, at: tuple[str, ...], contact: str, **others: Any) -> CrawlOptions:
    """The options of the command line, checked. Raises BadOptions."""
    from aktenkundig.crawling import CrawlOptions, check_cluster, check_moment, check_numbers, parse_stand_ins

    check_moment(others.get("now"))
    check_numbers(os.environ)
    check_cluster(os.environ.get("AKTENKUNDIG_CLUSTER", ""))
    return CrawlOptions(data=data, at=parse_stand_ins(at), contact=contact.strip(), **others)


@click.command(cls=GermanCommand)
def sources() -> None:
    """Die Quellen mit ihren Startadressen zeigen, und worauf ihre Beschreibung beruht."""
    from crawler.sources import load_source, source_names

    for name in source_names():
        source = load_source(name)
        click.echo(f"{name}  {source.label}" + ("" if source.active else " (abgeschaltet: nur, wenn sie genannt wird)"))
        click.echo(f"    beruht auf: {source.described_from or 'nicht angegeben'}")
        for url in source.start_urls():
            click.echo(f"    {url}")


@click.command(cls=GermanCommand)
@click.argument(
    "source", nargs=-1, metavar="[QUELLE ...]", help="Namen von Quellen; ohne Angabe alle, die nicht abgeschaltet sind."
)
@crawl_options
@click.pass_obj
def crawl(data: Path, /, source: tuple[str, ...], **options: Any) -> int:
    """Quellen abrufen und archivieren (0 alle zu Ende gebracht, 1 eine nicht)."""
    from aktenkundig.crawling import COULD_NOT_RUN, NOT_FINISHED, check_contact, check_sources, crawl_sources
    from aktenkundig.output import last_run_sentence
    from archive.keeping.backup import UnknownFiles
    from archive.lock import archive_lock

    names = check_sources(source)
    chosen = options_from(data, **options)
    check_contact(chosen, names)
    try:
        with archive_lock(data):
            codes = crawl_sources(names, chosen)
    except UnknownFiles as error:
        click.echo(f"Fehler: {error}", err=True)
        return NOT_FINISHED
    for name, code in codes.items():
        if code < COULD_NOT_RUN and (sentence := last_run_sentence(data, name)):
            click.echo(sentence, err=True)
    return max(codes.values(), default=0)


class NightlyCommand(GermanCommand):
    """A night that a wrong option keeps from being run is told as well."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the options."""
        try:
            return super().make_context(*args, **extra)
        except click.UsageError:
            from aktenkundig.nightly import told_when_not_run

            with told_when_not_run():
                raise


@click.command(cls=NightlyCommand)
@crawl_options
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SEKUNDEN",
    help="So lange auf das Ende eines anderen Laufs warten (sonst gar nicht).",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=1),
    default=6 * 3600.0,
    metavar="SEKUNDEN",
    help="Zeitgrenze je Quelle (sonst 21600, also 6 Stunden).",
)
@click.option(
    "--deep-every",
    envvar="AKTENKUNDIG_DEEP_EVERY",
    type=click.IntRange(min=0),
    default=0,
    metavar="NÄCHTE",
    help="Alle so viele Nächte auch »verify --deep« (oder AKTENKUNDIG_DEEP_EVERY; sonst nie).",
)
@click.pass_obj
def nightly(data: Path, /, wait: float, time_limit: float, deep_every: int, **options: Any) -> int:
    """Der unbeaufsichtigte Lauf: abrufen, prüfen, melden (0 gesund, 1 Alarm, 2 nicht gelaufen)."""
    from aktenkundig.crawling import check_contact
    from aktenkundig.nightly import run_night, told_when_not_run
    from crawler.sources import active_sources

    with told_when_not_run():
        chosen = options_from(data, **options)
        check_contact(chosen, active_sources())
    return run_night(chosen, wait=wait, time_limit=time_limit, deep_every=deep_every)


@click.command(cls=GermanCommand)
@click.option("--test", "name", default=None, metavar="NAME", help="Nur die heutige Nachricht dieser Suche zeigen.")
@click.pass_obj
def watch(data: Path, name: str | None) -> int:
    """Gespeicherte Suchen (watch.toml): melden, was neu, geändert oder entfernt ist.

    »nightly« tut das nach jeder Nacht von selbst (0 gemeldet, 1 etwas nicht zugestellt).
    """
    from aktenkundig.messages import MessageSettings
    from aktenkundig.watch import BadWatch, before_newest, begin, deliver, file_of, read_watches, todays_message
    from archive.database import open_reading
    from archive.lock import archive_lock

    with closing(open_reading(data)) as conn:
        watches, portal = read_watches(conn, file_of(data))
        if name is not None:
            wanted = next((one for one in watches if one.name == name), None)
            if wanted is None:
                raise BadWatch(f"Eine Suche »{name}« gibt es nicht. Es gibt: {', '.join(one.name for one in watches)}.")
            message = todays_message(conn, data, wanted, portal=portal)
            click.echo(f"{message.subject}\n{message.text}" if message.happenings else "Heute nichts Neues.")
            return 0
        settings = MessageSettings.from_environment(os.environ)
        with archive_lock(data):
            begin(conn, data, watches, newest=before_newest(conn))
            failed = deliver(conn, data, watches, settings, portal=portal)
    for one in watches:
        click.echo(f"{one.name}: gemeldet wird an {len(one.targets)} Adresse{'n' if len(one.targets) != 1 else ''}.")
    for line in failed or ([] if watches else [f"In {file_of(data)} steht keine Suche."]):
        click.echo(line, err=True)
    return int(bool(failed))


@click.command(cls=GermanCommand)
@click.argument("source", metavar="QUELLE", help="Name einer Quelle, oder die Startseite einer neuen (https://…).")
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    metavar="ORDNER",
    help="Die Seiten als Prüffälle speichern, mit dem Gelesenen zum Gegenlesen.",
)
@AT
@DELAY
@CONTACT
@click.pass_obj
def probe(data: Path, source: str, save: Path | None, at: tuple[str, ...], delay: float, contact: str) -> int:
    """Vor dem ersten Abruf ansehen, ob die Seiten gelesen werden wie erwartet (0 ja, 1 nein).

    Zu einer Startseite: welche Feeds sie ankündigt, und ein Entwurf der Beschreibung.
    """
    from aktenkundig.crawling import check_address, check_contact, check_sources
    from aktenkundig.probe import probe_source

    if "://" in source:
        from aktenkundig.probe_home import propose

        check_address(source, contact.strip())
        return propose(source, contact=contact.strip(), delay=delay)
    check_sources((source,))
    options = options_from(data, at=at, contact=contact, delay=delay)
    check_contact(options, [source])
    return probe_source(source, options, save=save)


@click.command(cls=GermanCommand)
@click.option("--no-serve", is_flag=True, help="Nur abrufen, das Portal nicht starten.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, metavar="PORT", help="Port des Portals (sonst 8001)."
)
@click.pass_context
def demo(context: click.Context, no_serve: bool, port: int) -> int:
    """Die eingebaute Beispiel-Website abrufen und das Portal zeigen (ohne Netz)."""
    from aktenkundig.demo import run_demo

    given = context.find_root().params["data"] or os.environ.get("AKTENKUNDIG_DATA")
    return run_demo(context.obj if given else context.obj / "demo", serve=not no_serve, port=port)

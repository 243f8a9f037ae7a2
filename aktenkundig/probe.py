"""A look at a site before the first crawl: what is fetched, what is read, and whether that fits."""

from __future__ import annotations

import codecs
import sqlite3
import textwrap
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from protego import Protego

from aktenkundig.crawling import CrawlOptions, crawl_sources
from aktenkundig.fixtures import Fixture, record_of, save_fixture
from aktenkundig.probe_reading import Answer, FieldSeen, Look, PageSeen, kind_of, look_at, problems_of
from archive.database import open_reading
from archive.errors import RecordUnreadable
from archive.vault.reading import read_payload
from crawler.sources import SourceDescription, load_source

FITS, DOES_NOT_FIT = 0, 1
DOCUMENTS = 3
LIMITS = {
    "press_portal": {"listing": 1, "release": DOCUMENTS, "page": DOCUMENTS, "file": 0},
    "sections": {"file": DOCUMENTS},
    "feed": {"release": DOCUMENTS, "file": DOCUMENTS},
}
"""What is asked of each kind of source; a ``sections`` site names its files only when all sections are read."""

TIME_LIMIT = 300.0


def probe_source(source: str, options: CrawlOptions, *, save: Path | None = None) -> int:
    """Fetch a few pages like a crawl would, into a folder thrown away afterwards, and print how they are read.

    0 when the reading fits, 1 when a required part is missing. ``save`` keeps the pages as fixtures.
    """
    description = load_source(source)
    with TemporaryDirectory(prefix="aktenkundig-probe-") as folder:
        sample = replace(options, data=Path(folder), limits=LIMITS[description.kind], progress=False)
        crawl_sources([source], sample, time_limit=TIME_LIMIT)
        look = _look(Path(folder), description)
    for line in report(look, stand_in=options.at.get(source)):
        click.echo(line)
    if save is not None:
        _save(look, save)
    return DOES_NOT_FIT if look.missing else FITS


def _look(data: Path, source: SourceDescription) -> Look:
    with closing(open_reading(data)) as conn:
        answers = list(_answers(conn, data, source))
        return look_at(source, answers, problems=problems_of(conn), documents=_documents(conn))


def _answers(conn: sqlite3.Connection, data: Path, source: SourceDescription) -> Iterator[Answer]:
    """Every answer in the order it came; of repeated ones the last."""
    rows = conn.execute("select * from snapshots where id in (select max(id) from snapshots group by url) order by id")
    for row in rows.fetchall():
        try:
            body = read_payload(conn, data, row["id"]).body
        except RecordUnreadable:
            body = b""
        yield Answer(
            url=row["url"],
            kind=kind_of(row["url"], source),
            status=row["status"],
            content_type=row["content_type"] or "",
            etag=row["etag"],
            last_modified=row["last_modified"],
            body=body,
        )


def _documents(conn: sqlite3.Connection) -> dict[str, dict[str, object]]:
    """What the archive would keep of each document, by address, with the dates it chose."""
    documents = {row["url"]: dict(row) for row in conn.execute("select * from documents")}
    for document in documents.values():
        rows = conn.execute(
            "select role, value, raw, found_in from dates where document_id = ? and chosen order by role",
            (document["id"],),
        )
        document["dates"] = [tuple(row) for row in rows]
    return documents


def _save(look: Look, folder: Path) -> None:
    source, kept, saved = look.source, 0, 0
    for answer in look.answers:
        if answer.kind == "robots" or answer.status != 200:
            continue
        record = record_of(answer.kind, answer.body, url=answer.url, content_type=answer.content_type, source=source)
        fixture = Fixture(
            name=answer.fixture_name(source),
            source=source.name,
            kind=answer.kind,
            url=answer.url,
            content_type=answer.content_type,
            body=answer.body,
            expected=record,
        )
        if save_fixture(folder, fixture):
            saved += 1
        else:
            kept += 1
    click.echo(f"\n{saved} Seiten als Prüffälle unter {folder} gespeichert; bitte jede output.json prüfen.")
    if kept:
        click.echo(f"{kept} schon geprüfte Fälle blieben, wie sie sind.")


NAMES = {
    "headline": "Überschrift",
    "kicker": "Dachzeile",
    "published_text": "Datum",
    "number": "Nummer",
    "authority": "Behörde",
    "first_paragraph": "erster Absatz",
    "last_paragraph": "letzter Absatz",
    "attachment": "Anlage",
    "caption": "Bildunterschrift",
    "title_text": "Titel",
    "date_text": "Datum",
    "number_text": "Nummer",
    "teaser": "Anriss",
}
KINDS = {"listing": "Übersicht", "release": "Mitteilung", "page": "Seite", "file": "Datei"}
KEPT = {
    "title": "Titel",
    "doc_type": "Art",
    "issuer": "Herausgeber",
    "published_on": "veröffentlicht am",
    "issued_on": "herausgegeben am",
    "number": "Nummer",
    "page_count": "Seiten",
    "language": "Sprache",
}
NOTES = {
    "heading_by_element": "Überschrift an h1/h2 erkannt, nicht an der bekannten Klasse",
    "meta_by_text": "Meta-Zeile an ihrem Wortlaut erkannt, nicht an der bekannten Klasse",
    "text_before_meta": "Text vor der Meta-Zeile gefunden",
    "attachment_by_note": "Anlage nur an der Größenangabe erkannt",
}
WIDTH, ROBOTS_LINES, NAMES_SHOWN = 100, 25, 20


def report(look: Look, *, stand_in: str | None) -> Iterator[str]:
    """The whole report, line by line."""
    yield f"Probe: {look.source.label}"
    yield f"Adresse: {look.source.site}" + (f" (Nachbildung unter {stand_in})" if stand_in else "")
    yield from _robots(look)
    yield from _answer_lines(look)
    for page in look.pages:
        yield from _page(page)
    yield from _problems(look)
    yield ""
    yield from _verdict(look)


def _verdict(look: Look) -> Iterator[str]:
    if not look.missing:
        yield "Ergebnis: Die Seiten werden gelesen wie erwartet."
        return
    yield "Ergebnis: So lassen sich die Seiten nicht vollständig lesen."
    for sentence in look.missing:
        yield f"  fehlt: {sentence}"


# -- robots.txt and answers --------------------------------------------------------------------


def _robots(look: Look) -> Iterator[str]:
    answer = next((one for one in look.answers if one.kind == "robots"), None)
    yield ""
    if answer is None:
        yield "robots.txt: keine Antwort; es wird nichts abgerufen."
    elif answer.status != 200:
        yield f"robots.txt: Status {answer.status}; " + (
            "es wird nichts abgerufen." if answer.status >= 500 else "alles ist erlaubt."
        )
    else:
        yield from _rules(answer, look.source)


def _rules(answer: Answer, source: SourceDescription) -> Iterator[str]:
    text = answer.body.decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    yield f"robots.txt: {len(lines)} Zeilen"
    yield from (f"    {textwrap.shorten(line, WIDTH)}" for line in lines[:ROBOTS_LINES])
    rules = Protego.parse(text)
    forbidden = [url for url in source.start_urls() if not rules.can_fetch(url, "aktenkundig")]
    delay = rules.crawl_delay("aktenkundig")
    yield f"  gewünschter Abstand: {f'{delay:g} s' if delay else 'keiner genannt'}"
    yield "  verbotene Startadressen: " + (", ".join(forbidden) or "keine")


def _answer_lines(look: Look) -> Iterator[str]:
    yield ""
    yield "Antworten (Status, Art laut Server, Größe, ETag, Last-Modified, Zeichensatz)"
    for one in look.answers:
        marks = f"ETag {_yes(one.etag)}, Last-Modified {_yes(one.last_modified)}"
        media = one.content_type or "ohne Angabe"
        yield f"  {one.status}  {media}  {len(one.body) / 1000:.1f} kB  {marks}  {encoding_of(one)}"
        yield f"       {one.url}"


def encoding_of(answer: Answer) -> str:
    """The charset of a text answer, and whether the header tells the truth.

    >>> encoding_of(Answer(url="", kind="listing", status=200, content_type="text/html", body="Maß".encode()))
    'UTF-8 (der Server nennt keinen)'
    """
    if not answer.content_type.startswith("text/") or not answer.body:
        return ""
    stated = answer.content_type.lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    try:
        answer.body.decode("utf-8-sig")
        found = "UTF-8"
    except UnicodeDecodeError:
        found = "nicht UTF-8"
    if not stated:
        return f"{found} (der Server nennt keinen)"
    return found if _is_utf8(stated) == (found == "UTF-8") else f"{found} (der Server nennt {stated})"


def _is_utf8(name: str) -> bool:
    try:
        return codecs.lookup(name).name.startswith("utf-8")
    except LookupError:
        return False


# -- pages ---------------------------------------------------------------------------------------


def _page(page: PageSeen) -> Iterator[str]:
    yield ""
    yield f"{KINDS[page.answer.kind]} {page.answer.url}"
    if "error" in page.record:
        yield f"  NICHT LESBAR: {page.record['detail']}"
    elif page.answer.kind == "listing":
        yield from _listing_sums(page)
    elif page.answer.kind == "file":
        yield from _file_sums(page)
    for field in page.fields:
        yield from _field(field)
    if page.answer.kind in ("release", "page") and "error" not in page.record:
        yield from _release_sums(page)
    yield from _kept(page)
    yield from _markup(page)


def _listing_sums(page: PageSeen) -> Iterator[str]:
    record, items = page.record, page.record["items"]
    dated = sum(1 for item in items if item["date_text"])
    guessed = sum(1 for item in items if item["fallback"])
    yield f"  Einträge: {len(items)}, {dated} mit Datum, {len(record['excluded'])} ausgeschlossene Links"
    yield f"  weiter: {record['next_url'] or 'keine nächste Seite'}"
    if guessed:
        yield f"  Ausweichweg: {guessed} Einträge nur an ihrem Link erkannt, die bekannte Auszeichnung fehlt dort"


def _release_sums(page: PageSeen) -> Iterator[str]:
    record = page.record
    characters = sum(len(text) for text in record["paragraphs"])
    yield (
        f"  Text: {len(record['paragraphs'])} Absätze mit {characters} Zeichen, {len(record['links'])} Links, "
        f"{len(record['attachments'])} Anlagen, {len(record['captions'])} Bildunterschriften"
    )
    for note in record["markup"]:
        if note in NOTES:
            yield f"  Ausweichweg: {NOTES[note]}"
    for text in record["unplaced"]:
        yield f"  nicht zugeordnet: {_short(text)}"


def _file_sums(page: PageSeen) -> Iterator[str]:
    record = page.record
    yield f"  Seiten: {record['page_count'] or 'ohne Zählung'}, gelesen als {', '.join(record['methods']) or 'nichts'}"
    yield f"  Anfang: {_short(record['first_page'])}"
    for kind in record["problems"]:
        yield f"  auffällig: {kind}"


def _field(field: FieldSeen) -> Iterator[str]:
    name = NAMES[field.name]
    if field.value is None:
        yield f"  {name:17} fehlt" + (" (PFLICHT)" if field.required else "")
        return
    yield f"  {name:17} {_short(field.value)}"
    yield f"  {'':17}   aus {field.element or 'keinem einzelnen Element (zusammengesetzt)'}"


def _kept(page: PageSeen) -> Iterator[str]:
    if page.kept is None:
        return
    known = [f"{name}: {page.kept[key]}" for key, name in KEPT.items() if page.kept[key] is not None]
    yield f"  Im Archiv als {page.kept['id']}: " + "; ".join(known)
    for role, value, raw, found_in in page.kept["dates"]:
        yield f"    Datum {value} ({role}) aus »{_short(raw)}« ({found_in})"


def _markup(page: PageSeen) -> Iterator[str]:
    if page.known:
        yield f"  erkannte Klassen: {_counted(page.known)}"
    if page.unknown:
        yield f"  unbekannte Klassen: {_counted(page.unknown)}"


def _problems(look: Look) -> Iterator[str]:
    if look.problems:
        yield ""
        yield "Vermerke des Abrufs"
    for problem in look.problems:
        yield f"  {problem.kind}: {_short(problem.detail)}"
        yield f"       {problem.url}"


def _counted(names: Counter[str]) -> str:
    shown = [f"{name} ({count})" for name, count in names.most_common(NAMES_SHOWN)]
    return ", ".join(shown) + (f" und {len(names) - NAMES_SHOWN} weitere" if len(names) > NAMES_SHOWN else "")


def _short(text: str) -> str:
    return textwrap.shorten(" ".join(text.split()), WIDTH, placeholder=" …")


def _yes(value: str | None) -> str:
    return "ja" if value else "nein"

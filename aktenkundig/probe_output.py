"""Prints what a probe saw, in German."""

from __future__ import annotations

import codecs
import textwrap
from collections import Counter
from collections.abc import Iterator

from protego import Protego

from aktenkundig.probe_reading import Answer, FieldSeen, Look, PageSeen
from crawler.sources import SourceDescription

NAMES = {
    "headline": "Überschrift", "kicker": "Dachzeile", "published_text": "Datum", "number": "Nummer",
    "authority": "Behörde", "first_paragraph": "erster Absatz", "last_paragraph": "letzter Absatz",
    "attachment": "Anlage", "caption": "Bildunterschrift", "title_text": "Titel", "date_text": "Datum",
    "number_text": "Nummer", "teaser": "Anriss",
}  # fmt: skip
KINDS = {"listing": "Übersicht", "release": "Mitteilung", "file": "Datei"}
KEPT = {
    "title": "Titel", "doc_type": "Art", "issuer": "Herausgeber", "published_on": "veröffentlicht am",
    "issued_on": "herausgegeben am", "number": "Nummer", "page_count": "Seiten", "language": "Sprache",
}  # fmt: skip
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
    yield from _answers(look)
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


def _answers(look: Look) -> Iterator[str]:
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
    if page.answer.kind == "release" and "error" not in page.record:
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

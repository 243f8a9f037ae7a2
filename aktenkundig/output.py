"""Prints what readers ask for: hits, what changed between two versions, what the archive holds and how runs went."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import click

from archive.database import connect, database_path, open_reading
from archive.diff import word_diff
from archive.errors import UnknownDocument
from archive.health.freshness import Stand, answered_nights, stands
from archive.lock import is_locked
from archive.search.engine import search
from archive.search.hits import Hit
from portal.search_request import SearchRequest

OUTCOMES = {"ok": "in Ordnung", "alarm": "ALARM", "failed": "FEHLGESCHLAGEN", "running": "läuft"}
BROKEN_OFF = "ABGEBROCHEN (niemand arbeitet mehr daran; der nächste Lauf schließt ihn ab)"

NEAR_ONLY = "Kein Dokument enthält alle Wörter. Am nächsten kommen:"
NEAR_BESIDE = "Nicht alle Wörter enthalten:"
EARLIER = "Nur in einer früheren Fassung:"


def print_status(data: Path, *, now: str) -> None:
    """Holdings, how fresh each source is at ``now`` (UTC), last runs and the listings of each source's last run."""
    with closing(open_reading(data)) as conn:
        alive = somebody_works(conn, data)
        _print_holdings(conn, data)
        for stand in stands(answered_nights(conn), now=now):
            click.echo(f"  {stand_line(stand)}")
        for row in conn.execute("select source, max(id) as id from runs group by source order by source"):
            _print_run(conn, row["id"], alive=alive)
        _print_incidents(conn)


def stand_line(stand: Stand) -> str:
    """When the documents of a source last answered.

    >>> stand_line(Stand(source="dsk", at="2026-11-20T03:10:00Z", stale=True))
    'dsk: Stand der Daten 2026-11-20T03:10:00Z (ACHTUNG: älter als 48 Stunden)'
    """
    said = f"{stand.source}: Stand der Daten {stand.at or 'unbekannt, die Dokumente haben noch nie geantwortet'}"
    return f"{said} (ACHTUNG: älter als 48 Stunden)" if stand.stale and stand.at else said


def figure(value: float) -> str:
    """A number as Germans write it: points between thousands, a decimal comma.

    >>> figure(12345), figure(1234.56)
    ('12.345', '1.234,6')
    """
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text.translate(str.maketrans(",.", ".,"))


def _print_holdings(conn: sqlite3.Connection, data: Path) -> None:
    total, removed, blocked = conn.execute(
        "select count(*), count(removed_at), count(blocked_at) from documents"
    ).fetchone()
    vault = sum(path.stat().st_size for path in (data / "warc").glob("*.warc.gz"))
    click.echo(f"Archiv {data}")
    click.echo(
        f"  {figure(total)} Dokumente, davon {figure(removed)} entfernt und {figure(blocked)} gesperrt;"
        f" Belege {figure(vault / 1e6)} MB"
    )
    for row in conn.execute("select source, doc_type, count(*) as n from documents group by 1, 2 order by 1, 3 desc"):
        click.echo(f"    {row['source']:6} {row['doc_type']:20} {figure(row['n']):>6}")
    for program, pages in conn.execute("select program, count(distinct sha256 || page) from ocr_pages group by 1"):
        click.echo(f"  {figure(pages)} Seiten durch Texterkennung gelesen ({program})")


def somebody_works(conn: sqlite3.Connection, data: Path) -> bool:
    """Whether a run is open and its process still holds the archive's lock; needs no write rights."""
    if not conn.execute("select exists (select 1 from runs where outcome = 'running')").fetchone()[0]:
        return False
    return is_locked(data)


def outcome_text(outcome: str, *, alive: bool) -> str:
    """The German word for a run's outcome; a run that goes on without a process was broken off.

    >>> outcome_text("running", alive=False)[:11]
    'ABGEBROCHEN'
    """
    return BROKEN_OFF if outcome == "running" and not alive else OUTCOMES[outcome]


def _print_run(conn: sqlite3.Connection, run_id: int, *, alive: bool) -> None:
    run = conn.execute("select * from runs where id = ?", (run_id,)).fetchone()
    said = outcome_text(run["outcome"], alive=alive)
    n = {name: figure(run[name]) for name in run.keys() if isinstance(run[name], int)}  # noqa: SIM118 - a row has no items
    click.echo(f"\n{run['source']}: Lauf {run['id']} vom {run['started_at']}: {said}")
    if run["detail"]:
        click.echo(f"  {run['detail']}")
    click.echo(
        f"  {n['requests']} Abrufe ({n['not_modified']} unverändert laut Server, {figure(run['bytes'] / 1e6)} MB), "
        f"{n['new']} neu, {n['changed']} geändert, {n['unchanged']} unverändert, "
        f"{n['removed']} entfernt, {n['excluded']} ausgeschlossen, {n['failed']} fehlgeschlagen"
    )
    new = conn.execute(_NEW, (run_id,)).fetchall()
    for row in new[:TITLES]:
        click.echo(f"  neu: {row['title']} ({row['document_id']})")
    if len(new) > TITLES:
        click.echo(f"  … und {figure(len(new) - TITLES)} weitere neue Dokumente")
    for row in conn.execute("select * from listings where run_id = ? order by url", (run_id,)):
        click.echo(
            f"  {row['url']}\n    {figure(row['seen'])} Links = {figure(row['archived'])} archiviert"
            f" + {figure(row['unchanged'])} unverändert + {figure(row['excluded'])} ausgeschlossen"
            f" + {figure(row['failed'])} fehlgeschlagen"
        )
    for row in conn.execute(
        "select stage, kind, count(*) as n from problems where run_id = ? group by 1, 2 order by 3 desc", (run_id,)
    ):
        click.echo(f"  Auffällig: {figure(row['n'])} × {row['kind']} ({row['stage']})")


TITLES = 10
"""So many titles of what was new in a run are shown."""

_NEW = """
select e.document_id, d.title from events e join documents d on d.id = e.document_id
where e.run_id = ? and e.kind = 'new' and d.blocked_at is null order by d.published_on desc, d.docno
"""


def _print_incidents(conn: sqlite3.Connection) -> None:
    for row in conn.execute("select * from incidents where closed_at is null order by opened_at"):
        click.echo(f"\nOffener Alarm seit {row['opened_at']}: {row['source']}, {row['kind']}: {row['detail'] or ''}")


OPENINGS = {"failed": "Fehler", "alarm": "Alarm"}


def last_run_sentence(data: Path, source: str) -> str | None:
    """The sentence for a run that failed or raised an alarm, else None (also where there is no archive)."""
    if not database_path(data).exists():
        return None
    with closing(connect(database_path(data))) as conn:
        row = conn.execute(
            "select outcome, detail from runs where source = ? order by id desc limit 1", (source,)
        ).fetchone()
    if row is None or row["outcome"] not in OPENINGS:
        return None
    return f"{OPENINGS[row['outcome']]}: {source}: {row['detail'] or 'Der Lauf ist nicht zu Ende gekommen.'}"


def print_hits(data: Path, query: str, *, limit: int, form: str, earlier: bool = False) -> None:
    """Search and print; the JSON is a list of objects with the keys of :func:`as_json`."""
    with closing(open_reading(data)) as conn:
        result = search(conn, query, limit=limit, earlier=earlier)
    if form == "json":
        click.echo(json.dumps([as_json(hit) for hit in result.hits], ensure_ascii=False, indent=2))
        return
    if period := SearchRequest(query=query).with_period:
        click.echo(f"Nach dem Zeitraum wird nicht gefiltert; das kann das Portal: {period.address()}")
    if result.corrections:
        better = ", ".join(f"{after} (statt {before})" for before, after in result.corrections.items())
        click.echo(f"Gesucht wurde auch: {better}.")
    full, old = result.full, result.earlier
    headings = {full + old: NEAR_BESIDE if full or old else NEAR_ONLY} | ({full: EARLIER} if old else {})
    for number, hit in enumerate(result.hits):
        if number in headings:
            click.echo(headings[number])
        click.echo(as_text(hit))
    if result.total > len(result.hits):
        click.echo(f"… und {figure(result.total - len(result.hits))} weitere Treffer (mehr mit --limit).")
    if not result.hits:
        click.echo("Keine Treffer.")


def as_json(hit: Hit) -> dict[str, object]:
    """One hit with its documented keys; ``snippet`` is plain text, ``snippet_html`` marks the found words."""
    return {
        "id": hit.id,
        "title": hit.title,
        "published_on": hit.published_on,
        "source": hit.source,
        "doc_type": hit.doc_type,
        "page": hit.page,
        "snippet": hit.snippet_text,
        "snippet_html": hit.snippet_html,
        "score": hit.score,
        "missing": list(hit.missing),
        "corrected": list(hit.corrected),
        "same_as": list(hit.same_as),
        "removed_at": hit.removed_at,
        **({"version": hit.version} if hit.version else {}),  # only where an earlier one was found
    }


def as_text(hit: Hit) -> str:
    """One hit as a few lines for a terminal; matches are bold."""
    parts = (click.style(text, bold=True) if marked else text for text, marked in hit.snippet)
    where = f", S. {hit.page}" if hit.page and hit.page > 1 else ""
    head = f"{hit.published_on or 'ohne Datum'}  {hit.source.upper()}  {click.style(hit.title, bold=True)}{where}"
    version = f", Fassung {hit.version}" if hit.version else ""
    lacking = f"\n    ohne: {', '.join(hit.missing)}" if hit.missing else ""
    lacking += f"\n    ENTFERNT, festgestellt am {hit.removed_at[:10]}" if hit.removed_at else ""
    return f"{head}\n    {' '.join(''.join(parts).split())}{lacking}\n    {hit.id}{version}"


FIELDS = {
    "title": "Titel",
    "kicker": "Dachzeile",
    "number": "Nummer",
    "published_on": "veröffentlicht am",
    "issued_on": "herausgegeben am",
    "attachments": "Anlagen",
    "links": "Verweise",
}
MARKS = {"=": ("", ""), "-": ("[-", "-]"), "+": ("{+", "+}")}


def print_diff(data: Path, document_id: str, a: int | None, b: int | None) -> None:
    """Print ``[-gone-]`` and ``{+new+}`` words between version A and B (default: the last two)."""
    with closing(open_reading(data)) as conn:
        versions = {
            row["version"]: row
            for row in conn.execute("select * from versions where document_id = ? order by version", (document_id,))
        }
    if not versions:
        raise UnknownDocument(f"Zu »{document_id}« gibt es keine Fassung im Archiv.")
    newest = max(versions)
    b = b if b is not None else (a + 1 if a is not None and a < newest else newest)
    a = a if a is not None else max(1, b - 1)
    for wanted in (a, b):
        if wanted not in versions:
            raise UnknownDocument(f"»{document_id}« hat keine Fassung {wanted} (vorhanden: 1 bis {newest}).")
    if newest == 1:
        click.echo(f"»{document_id}« hat bisher nur Fassung 1.")
    elif all(versions[a][name] == versions[b][name] for name in (*FIELDS, "text")):
        click.echo(f"Die Fassungen {a} und {b} von »{document_id}« sind gleich.")
    else:
        _print(versions[a], versions[b])


def _print(old: sqlite3.Row, new: sqlite3.Row) -> None:
    click.echo(f"Fassung {old['version']} ({old['seen_at']}) → Fassung {new['version']} ({new['seen_at']})")
    for name, said in FIELDS.items():
        if old[name] != new[name]:
            click.echo(f"{said}: {_shown(name, old[name])} → {_shown(name, new[name])}")
    click.echo()
    for kind, text in word_diff(old["text"], new["text"]):
        before, after = MARKS[kind]
        color = {"-": "red", "+": "green"}.get(kind)
        click.secho(f"{before}{text}{after}", fg=color, nl=False)
    click.echo()


def _shown(name: str, value: str | None) -> str:
    """A field for people; attachments by title and address, links by address.

    >>> _shown("attachments", '[{"url": "https://x/a.pdf", "title": "Merkblatt"}]')
    'Merkblatt <https://x/a.pdf>'
    """
    if name == "attachments":
        return "; ".join(f"{one['title']} <{one['url']}>" for one in json.loads(value or "[]")) or "(keine)"
    if name == "links":
        return "; ".join(json.loads(value or "[]")) or "(keine)"
    return value or "(keine Angabe)"

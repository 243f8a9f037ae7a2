"""Prints the word diff of two versions of a document."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import click

from archive.database import open_reading
from archive.diff import word_diff
from archive.errors import UnknownDocument

FIELDS = {
    "title": "Titel", "kicker": "Dachzeile", "number": "Nummer", "published_on": "veröffentlicht am",
    "issued_on": "herausgegeben am", "attachments": "Anlagen", "links": "Verweise",
}  # fmt: skip
MARKS = {"=": ("", ""), "-": ("[-", "-]"), "+": ("{+", "+}")}


def print_diff(data: Path, document_id: str, a: int | None, b: int | None) -> None:
    """Print ``[-gone-]`` and ``{+new+}`` words between version A and B (default: the last two)."""
    conn = open_reading(data)
    try:
        versions = {
            row["version"]: row
            for row in conn.execute(
                "select * from versions where document_id = ? order by version", (document_id,)
            )
        }
    finally:
        conn.close()
    if not versions:
        raise UnknownDocument(f"Zu »{document_id}« gibt es keine Fassung im Archiv.")
    newest = max(versions)
    b = b if b is not None else (a + 1 if a is not None and a < newest else newest)
    a = a if a is not None else max(1, b - 1)
    for wanted in (a, b):
        if wanted not in versions:
            raise UnknownDocument(f"»{document_id}« hat keine Fassung {wanted} (vorhanden: 1 bis {newest}).")
    if a == b:
        click.echo(f"»{document_id}« hat bisher nur Fassung {newest}.")
        return
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

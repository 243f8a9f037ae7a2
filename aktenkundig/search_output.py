"""Prints search results as a table or as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import click

from archive.database import open_reading
from archive.search.engine import Hit, search


def print_hits(data: Path, query: str, *, limit: int, form: str) -> None:
    """Search and print; the JSON is a list of objects with the keys of the contract."""
    conn = open_reading(data)
    try:
        result = search(conn, query, limit=limit)
    finally:
        conn.close()
    if form == "json":
        click.echo(json.dumps([as_json(hit) for hit in result.hits], ensure_ascii=False, indent=2))
        return
    for hit in result.hits:
        click.echo(as_text(hit))
    if result.total > len(result.hits):
        click.echo(f"… und {result.total - len(result.hits)} weitere Treffer (mehr mit --limit).")
    if not result.hits:
        hint = f" Meinten Sie »{result.suggestion}«?" if result.suggestion else ""
        click.echo(f"Keine Treffer.{hint}")


def as_json(hit: Hit) -> dict[str, object]:
    """One hit with the keys ``id,title,published_on,source,doc_type,page,snippet,score``."""
    return {
        "id": hit.id,
        "title": hit.title,
        "published_on": hit.published_on,
        "source": hit.source,
        "doc_type": hit.doc_type,
        "page": hit.page,
        "snippet": hit.snippet_html,
        "score": hit.score,
    }


def as_text(hit: Hit) -> str:
    """One hit as a few lines for a terminal; matches are bold."""
    parts = (click.style(text, bold=True) if marked else text for text, marked in hit.snippet)
    where = f", S. {hit.page}" if hit.page and hit.page > 1 else ""
    head = f"{hit.published_on or 'ohne Datum'}  {hit.source.upper()}  {click.style(hit.title, bold=True)}{where}"
    return f"{head}\n    {''.join(parts)}\n    {hit.id}"

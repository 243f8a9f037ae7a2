"""Tables and readers' queries of the database as CSV, asked of Datasette's JSON part by part."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from datasette.utils.asgi import AsgiStream, BadRequest, Request
from datasette.views.base import DatasetteError

from portal.rendering import file_headers
from portal.untrusted import InertWriter

if TYPE_CHECKING:
    from datasette.app import Datasette

PART = 200
"""Rows asked for at a time where a whole table is wanted."""

_OURS = frozenset({"_stream", "_header", "_shape", "_nofacet", "_nocount"})


class _Source:
    """The JSON of the same address. It raises DatasetteError with Datasette's own refusal."""

    def __init__(self, datasette: Datasette, request: Request) -> None:
        self._client = datasette.client
        self._path = request.path.removesuffix(".csv") + ".json"
        given = parse_qsl(request.query_string, keep_blank_values=True)
        self._given = [(name, value) for name, value in given if name not in _OURS]

    async def part(self, **more: object) -> Mapping[str, Any]:
        """One part: ``columns``, ``rows``, ``next`` and what else Datasette says."""
        kept = [(name, value) for name, value in self._given if name not in more]
        query = [*kept, *more.items(), ("_shape", "arrays"), ("_nofacet", 1), ("_extra", "columns,count,next")]
        answer = await self._client.get(f"{self._path}?{urlencode(query)}")
        found: Mapping[str, Any] = answer.json()
        if answer.status_code != 200:
            raise DatasetteError(found.get("error", ""), status=answer.status_code)
        return found


def _values(row: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
    """The cells of a row; Datasette names them where some carry labels."""
    return list(row.values() if isinstance(row, Mapping) else row)


def _labelled(found: Mapping[str, Any]) -> list[bool]:
    """For each column: whether its values come with the label of the row that they refer to."""
    columns = zip(*map(_values, found["rows"]), strict=True) if found["rows"] else [()] * len(found["columns"])
    return [any(isinstance(cell, dict) and "label" in cell for cell in column) for column in columns]


def _headings(columns: Sequence[str], labelled: Sequence[bool]) -> list[str]:
    return [
        name
        for column, twice in zip(columns, labelled, strict=True)
        for name in ([column, f"{column}_label"] if twice else [column])
    ]


def _cells(row: Sequence[Any] | Mapping[str, Any], labelled: Sequence[bool]) -> list[Any]:
    cells: list[Any] = []
    for cell, twice in zip(_values(row), labelled, strict=True):
        given = cell if isinstance(cell, dict) else {"value": cell}
        cells += [given.get("value", given.get("encoded")), *([given.get("label")] if twice else [])]
    return cells


async def _parts(source: _Source, first: Mapping[str, Any], streamed: bool) -> AsyncIterator[Mapping[str, Any]]:
    yield first
    following = first.get("next")
    while streamed and following:
        part = await source.part(_next=following, _size=PART, _nocount=1)
        yield part
        following = part.get("next")


async def send_csv(datasette: Datasette, request: Request) -> AsgiStream:
    """A table (all of it with ``_stream=on``, else the page asked for) or a query; no cell is taken for a formula.

    Whether rows are missing is known before the first is sent. A part that fails ends the connection: no line of
    the file is anything but a row.
    """
    streamed, table = request.args.get("_stream") == "on", request.url_vars.get("table")
    if not (table or request.args.get("sql")):
        raise BadRequest("Es fehlt die Abfrage (sql).")
    if streamed and request.args.get("_next"):
        raise BadRequest("_next not allowed for CSV streaming")
    source = _Source(datasette, request)
    first = await source.part(**({"_size": PART} if streamed and table and not request.url_vars.get("row") else {}))
    labelled = _labelled(first)
    whole = not first.get("truncated") and (streamed or not first.get("next"))

    async def write(target: Any) -> None:
        async for part in _parts(source, first, streamed):
            text = io.StringIO()
            writer = InertWriter(text)
            if part is first and request.args.get("_header") != "off":
                writer.writerow(_headings(first["columns"], labelled))
            for row in part["rows"]:
                writer.writerow(_cells(row, labelled))
            await target.write(text.getvalue())

    headers = file_headers(f"{table or 'abfrage'}.csv", total=int(not whole), most=0)
    return AsgiStream(write, headers=headers, content_type="text/csv; charset=utf-8")

"""Turns a template and its values into an answer, with the portal's filters in place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils.asgi import Request, Response
from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from portal.german_dates import as_date, as_day, as_time, as_typed
from portal.labels import body_label, body_long, body_name, in_german, label, source_part
from portal.passages import text_fragment
from portal.settings import PLUGIN
from portal.untrusted import shortened, shown, web_address, without_scheme

if TYPE_CHECKING:
    from datasette.app import Datasette


_UNITS = ("Byte", "kB", "MB", "GB", "TB")


def as_number(value: float | None) -> str:
    """A number with points between thousands and a decimal comma.

    >>> as_number(12345), as_number(0.5), as_number(None)
    ('12.345', '0,5', '–')
    """
    if value is None:
        return "–"
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text.translate(str.maketrans(",.", ".,"))


def as_bytes(value: int | None) -> str:
    """A size in the unit that reads best (1 kB = 1000 bytes).

    >>> as_bytes(734), as_bytes(1_234_567)
    ('734 Byte', '1,2 MB')
    """
    if value is None:
        return "–"
    size, unit = float(value), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{as_number(int(size) if unit == 0 else round(size, 1))} {_UNITS[unit]}"


def counted(value: int, one: str, many: str) -> str:
    """A number with its noun.

    >>> counted(1, "Dokument", "Dokumente"), counted(2300, "Dokument", "Dokumente")
    ('1 Dokument', '2.300 Dokumente')
    """
    return f"{as_number(value)} {one if value == 1 else many}"


ROOM = Path(__file__).parent
TEMPLATES = ROOM / "pages_html"  # from Python 3.12 on Datasette takes "templates" for every database
STATIC = ROOM / "static"

_FILTERS = {
    "as_date": as_date,
    "as_time": as_time,
    "as_day": as_day,
    "as_typed": as_typed,
    "as_number": as_number,
    "as_bytes": as_bytes,
    "counted": counted,
    "in_german": in_german,
    "shortened": shortened,
    "text_fragment": text_fragment,
    "web_address": web_address,
    "without_scheme": without_scheme,
}


def prepare_environment(env: Environment) -> None:
    """Put the portal's templates first, add its filters, and pass all printed text through ``shown``."""
    if env.loader is not None:
        env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), env.loader])
    env.finalize = shown
    env.lstrip_blocks = True
    env.filters.update(_FILTERS)
    env.globals.update(label=label, body_label=body_label, body_name=body_name, body_long=body_long)
    env.globals.update(source_part=source_part, static_version=static_version)


@cache
def static_version(name: str) -> str:
    """A short digest of a static file, so that browsers may keep it for good."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def page_headers() -> dict[str, str]:
    """Headers of what is made anew for every reader: it may be kept, but must be asked for again."""
    return {"Cache-Control": "no-cache"}


def file_headers(name: str, *, total: int, most: int, ignored: Sequence[tuple[str, str]] = ()) -> dict[str, str]:
    """Headers of a list as a file: whether it is whole, and what of the question was not heeded.

    >>> file_headers("suche.csv", total=2000, most=1000, ignored=[("typ", "erlass")])["X-Vollstaendig"]
    'nein'
    """
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Vollstaendig": "ja" if total <= most else "nein",
        **page_headers(),
    }
    return headers | ({"X-Ignoriert": urlencode(ignored)} if ignored else {})


async def page(
    datasette: Datasette,
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> Response:
    """An HTML answer from one of the portal's templates."""
    body = await datasette.render_template(template, values, request=request, view_name=f"{PLUGIN}-{template}")
    return Response.html(body, status=status, headers=page_headers() | (headers or {}))

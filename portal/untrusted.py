"""Makes archived text harmless to show: control characters, direction overrides, addresses, length."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff"
    "\ud800-\udfff]"
)
_REPLACEMENT = "\ufffd"


def visible(text: str) -> str:
    """Text in which NUL, other control characters and direction overrides are shown as U+FFFD.

    The length stays the same, so offsets into the text stay right.

    >>> visible("Be\\u202escheid\\x00")
    'Be�scheid�'
    """
    return _INVISIBLE.sub(_REPLACEMENT, text) if _INVISIBLE.search(text) else text


def shown(value: object) -> object:
    """What a template may print: every text made ``visible``; for Jinja's ``finalize``."""
    if isinstance(value, Markup):
        return Markup(visible(str(value)))  # noqa: S704
    return visible(value) if isinstance(value, str) else value


def web_address(url: str | None) -> str | None:
    """The address if it is one of the web (http, https) and may become a link; else None.

    >>> web_address("https://www.datenschutz-mv.de/presse/?id=171183")
    'https://www.datenschutz-mv.de/presse/?id=171183'
    >>> web_address("javascript:alert(1)") is None
    True
    """
    if not url or _INVISIBLE.search(url) or url != url.strip() or len(url) > 4000:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def without_scheme(url: str | None) -> str:
    """An address as readers say it, for lists in which it is no link.

    >>> without_scheme("https://www.datenschutz-mv.de/presse/")
    'datenschutz-mv.de/presse/'
    """
    return re.sub(r"\Ahttps?://(?:www\.)?", "", url or "", flags=re.IGNORECASE)


def shortened(text: str | None, limit: int = 240) -> str:
    """Text on one line, cut at a word before ``limit`` characters, with an ellipsis.

    >>> shortened("Datenschutz in der Schule", 20)
    'Datenschutz in der …'
    """
    line = " ".join((text or "")[: limit * 4].split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    return (cut[: cut.rfind(" ")] if cut.rfind(" ") > limit // 2 else cut).rstrip() + " …"


def spreadsheet_cell(text: str | None) -> str:
    """Text for a CSV cell that no spreadsheet takes for a formula.

    >>> spreadsheet_cell("=HYPERLINK(1)"), spreadsheet_cell("Beschluss")
    ("'=HYPERLINK(1)", 'Beschluss')
    """
    return inert_cell(visible(text or ""))


def inert_cell(text: str) -> str:
    """The same text, with an apostrophe in front where it begins like a formula.

    >>> inert_cell("@SUM(1)"), inert_cell("")
    ("'@SUM(1)", '')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


class InertWriter:
    """Writes rows as ``csv.writer`` does; texts that begin like a formula get an apostrophe in front."""

    def __init__(self, target: Any) -> None:
        self._writer = csv.writer(target)

    def writerow(self, row: Iterable[Any]) -> Any:
        """Write one row; what the target's ``write`` returned."""
        return self._writer.writerow([inert_cell(cell) if isinstance(cell, str) else cell for cell in row])

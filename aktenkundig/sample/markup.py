"""The small markup of the sample texts, written as HTML the way an editor of the real site would."""

from __future__ import annotations

import re
from html import escape

LINK = re.compile(r"&lt;&lt;(.+?)\|(.+?)&gt;&gt;")


def inline(text: str) -> str:
    """Escape a text; ``<<address|words>>`` is a link, a line break is ``<br>``.

    >>> inline("Siehe <</presse/|Presse>> & mehr\\nTelefon")
    'Siehe <a href="/presse/">Presse</a> &amp; mehr<br />Telefon'
    """
    html = LINK.sub(lambda found: f'<a href="{found[1]}">{found[2]}</a>', escape(text, quote=False))
    return html.replace("\n", "<br />")


def block(text: str) -> str:
    """One paragraph, heading (``## ``) or list (every line ``* ``).

    >>> block("* Zweck\\n* Frist")
    '<ul><li>Zweck</li><li>Frist</li></ul>'
    """
    lines = text.split("\n")
    if all(line.startswith("* ") for line in lines):
        return "<ul>" + "".join(f"<li>{inline(line[2:])}</li>" for line in lines) + "</ul>"
    if text.startswith("## "):
        return f"<h2>{inline(text[3:])}</h2>"
    return f"<p>{inline(text)}</p>"


def plain(text: str) -> str:
    """The words of a text without its markup, on one line.

    >>> plain("Siehe <</presse/|Presse>>\\nund mehr")
    'Siehe Presse und mehr'
    """
    return re.sub(r"<<.+?\|(.+?)>>", r"\1", text).replace("\n", " ").replace("* ", "")

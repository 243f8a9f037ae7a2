"""The gate: thirty real releases, wrapped in the markup the site is known for, are read as a person would."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable
from functools import cache
from html import escape
from typing import Any

import pytest
from real_texts import CORPUS, needs_corpus

from crawler.items import PageText
from crawler.pages.release import read_release
from crawler.sources import load_source

FLOOR = 30
"""Of thirty releases, those that must be right in every field under every markup."""


def heading_in_breaks(lines: list[str]) -> str:
    return f"<h1>{'<br>'.join(lines)}</h1>"


def heading_in_two_levels(lines: list[str]) -> str:
    return f"<h1>{lines[0]}</h1>" + "".join(f"<h2>{line}</h2>" for line in lines[1:])


def heading_in_spans(lines: list[str]) -> str:
    return "<h1>" + "".join(f'<span class="zeile">{line}</span>' for line in lines) + "</h1>"


def heading_in_several_h1(lines: list[str]) -> str:
    return "".join(f"<h1>{line}</h1>" for line in lines)


def heading_in_div(lines: list[str]) -> str:
    return f'<div class="title"><div><h1>\n{"<br />".join(lines)}\n</h1></div></div>'


def heading_in_small(lines: list[str]) -> str:
    return f"<h1><small>{lines[0]}</small> {'<br>'.join(lines[1:])}</h1>" if lines[1:] else f"<h1>{lines[0]}</h1>"


HEADINGS: list[Callable[[list[str]], str]] = [
    heading_in_breaks,
    heading_in_two_levels,
    heading_in_spans,
    heading_in_several_h1,
    heading_in_div,
    heading_in_small,
]


def text_in_paragraphs(lines: list[str]) -> str:
    return '<div class="absatz">' + "\n".join(f"<p>{line}</p>" for line in lines) + "</div>"


def text_in_breaks(lines: list[str]) -> str:
    return '<div class="absatz"><p>' + "<br>\n".join(lines) + "</p></div>" if lines else ""


def text_in_divs(lines: list[str]) -> str:
    return "".join(f"<div>{line}</div>" for line in lines)


def files_in_list(files: list[tuple[str, str]]) -> str:
    rows = (f'<li><a href="/static/DS/Dateien/PM/{n}.pdf">{t}</a> {note}</li>' for n, (t, note) in enumerate(files))
    return f"<h2>Anlagen</h2><ul>{''.join(rows)}</ul>" if files else ""


def files_in_divs(files: list[tuple[str, str]]) -> str:
    rows = (
        f'<div><a href="/serviceassistent/download?id={n}"><span>{t}</span></a><div class="info">{note}</div></div>'
        for n, (t, note) in enumerate(files)
    )
    return f'<div class="h3">Anlagen</div><div>{"".join(rows)}</div>' if files else ""


def files_in_block_links(files: list[tuple[str, str]]) -> str:
    rows = (
        f'<a href="/static/DS/Dateien/PM/{n}.pdf"><div>{t}</div><div>{note}</div></a>'
        for n, (t, note) in enumerate(files)
    )
    return f"<h3>Anlagen:</h3>{''.join(rows)}" if files else ""


BODIES: list[tuple[Callable[[list[str]], str], Callable[[list[tuple[str, str]]], str]]] = [
    (text_in_paragraphs, files_in_list),
    (text_in_breaks, files_in_divs),
    (text_in_divs, files_in_block_links),
]


def stored(document_id: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((CORPUS / "dsmv" / f"{document_id}.json").read_text("utf-8"))
    return loaded


@cache
def expected() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = json.loads((CORPUS / "dsmv_expected.json").read_text("utf-8"))
    return loaded


def parts(text: str) -> tuple[list[str], list[str], list[str], list[tuple[str, str]]]:
    """The stored text of a page column taken apart: captions, meta fields, text lines, files."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    number = next(at for at, line in enumerate(lines) if re.match(r"Nr\.\d", line))
    meta = [line.strip("| ") for line in lines[number : number + 7] if line != "|"]
    details = lines.index("Details anzeigen") + 1 if "Details anzeigen" in lines else number
    end = lines.index("Anlagen") if "Anlagen" in lines else len(lines) - 1
    files = lines[end + 1 : -1]
    return (lines[details:number], meta, lines[number + 7 : end], list(zip(files[::2], files[1::2], strict=True)))


def page_of(
    document_id: str, heading: Callable[[list[str]], str], body: int, *, turned: bool = False, picture: str = ""
) -> bytes:
    """A stored release as the site would send it; ``turned`` puts the kicker behind the headline.

    ``picture`` is an image block that stands in the text with its caption (``{}``), as sister sites have it.
    """
    record = stored(document_id)
    title = [escape(line) for line in record["title"].split("--")]
    captions, meta, lines, files = parts(escape(record["text"], quote=False))
    in_text, in_files = BODIES[body]
    image = "".join(f"<div>{caption}</div>" for caption in captions)
    text = in_text(lines)
    if picture:
        block = picture.replace("{}", captions[0] if captions else "Blick in einen Flur")
        text = (
            text.replace('<div class="absatz">', f'<div class="absatz">{block}') if "absatz" in text else block + text
        )
        captions = []
    return f"""<!DOCTYPE html><html><head><title>Presse</title></head><body>
      <div id="nav" class="navigation"><ul><li><a href="/">Startseite</a></li></ul></div>
      <div class="element_holder holder_75 center">
        <div class="dvz-contenttype-pagetitle">{heading(title[::-1] if turned else title)}</div>
        {f"<div><div><a href='#bild'>Details anzeigen</a></div>{image}</div>" if captions else ""}
        <div class="teaser_meta">{meta[0]} | <span class="dtstart">{meta[1]}</span> | {meta[2]} | {meta[3]}</div>
        <div class="dvz-contenttype-presseserviceassistent">{text}{in_files(files)}</div>
        <a href="/presse/">Zurück zur Übersicht</a>
      </div><div class="footer">Impressum</div></body></html>""".encode()


def read(
    document_id: str, heading: Callable[[list[str]], str], body: int, *, turned: bool = False, picture: str = ""
) -> PageText:
    return read_release(
        page_of(document_id, heading, body, turned=turned, picture=picture),
        url=expected()[document_id]["url"],
        document_id=f"dsmv-{document_id}",
        content_type="text/html",
        source=load_source("dsmv"),
    )


def similarity(ours: str, theirs: str) -> float:
    """Likeness of two texts by words, white space aside; 1.0 for two empty ones."""
    return difflib.SequenceMatcher(None, ours.split(), theirs.split(), autojunk=False).ratio()


def wrong_fields(read_as: PageText, wanted: dict[str, Any]) -> list[str]:
    """The fields of a reading that differ from what a careful reader entered."""
    title_ok = read_as.headline == wanted["title"] or (
        wanted["title_prefix_ok"] and read_as.headline.startswith(wanted["title"])
    )
    year, month, day = wanted["published_on"].split("-")
    verdicts = {
        "title": title_ok,
        "kicker": read_as.kicker == wanted["kicker"],
        "number": read_as.number == wanted["number"],
        "published": read_as.published_text == f"{day}.{month}.{year}",
        "authority": read_as.authority == "DSMV",
        "attachments": [one.title for one in read_as.attachments] == wanted["attachments"],
        "notes": all(one.note and one.note.startswith("(PDF, ") for one in read_as.attachments),
        "unplaced": read_as.unplaced == (),
        "body": similarity("\n".join(read_as.paragraphs), "\n".join(wanted["body"])) >= 0.99,
    }
    return [field for field, right in verdicts.items() if not right]


@needs_corpus
@pytest.mark.parametrize("heading", HEADINGS)
def test_every_field_of_the_real_releases_is_read(heading: Callable[[list[str]], str]) -> None:
    """All thirty releases are right in every field, whatever markup carries the heading."""
    wrong = {
        document_id: fields
        for at, document_id in enumerate(expected())
        if (fields := wrong_fields(read(document_id, heading, at % len(BODIES)), expected()[document_id]))
    }

    assert len(expected()) - len(wrong) >= FLOOR, wrong


@needs_corpus
@pytest.mark.parametrize("body", range(len(BODIES)))
def test_every_markup_of_text_and_files_is_read(body: int) -> None:
    """Paragraphs, line breaks, divs; file lists, rows, links around blocks: the fields are the same."""
    wrong = {
        document_id: fields
        for document_id in expected()
        if (fields := wrong_fields(read(document_id, heading_in_breaks, body), expected()[document_id]))
    }

    assert len(expected()) - len(wrong) >= FLOOR, wrong


@needs_corpus
@pytest.mark.parametrize("heading", HEADINGS[:5])
def test_the_headline_may_come_first(heading: Callable[[list[str]], str]) -> None:
    """Since August 2025 the kicker stands below the headline; two-line headings are read the same turned round."""
    wrong = {}
    for document_id, wanted in expected().items():
        if wanted["kicker"] and stored(document_id)["title"].count("--") == 1:
            got = read(document_id, heading, 0, turned=True)
            if (got.kicker, got.headline) != (wanted["kicker"], wanted["title"]):
                wrong[document_id] = (got.kicker, got.headline)

    assert not wrong


PICTURES = [
    (
        '<div class="absatz_image right"><a title="{}" href="/b.jpg"><img src="b.jpg" alt="{}"><span>Details anzeigen</span></a>'
        '<span class="description">{}</span><div class="hidden_description">{}</div></div>'
    ),
    '<div class="absatz_image left">Details anzeigen{}{}</div>',
    (
        '<div class="bildkasten"><div><a href="/b.jpg"><img src="b.jpg"><span>Details anzeigen</span></a></div>'
        "<div>{}</div></div>"
    ),
]


@needs_corpus
@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("body", range(len(BODIES)))
def test_a_picture_inside_the_text_changes_no_field(body: int, picture: str) -> None:
    """Whatever markup carries text and files, and however the caption is glued."""
    wrong = {
        document_id: fields
        for document_id in expected()
        if (
            fields := wrong_fields(read(document_id, heading_in_breaks, body, picture=picture), expected()[document_id])
        )
    }

    assert len(expected()) - len(wrong) >= FLOOR, wrong


@needs_corpus
def test_the_sample_is_whole() -> None:
    """The figures stand for thirty releases."""
    assert len(expected()) == 30

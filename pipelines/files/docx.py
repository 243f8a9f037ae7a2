"""Reads the text of a Word document (ECMA-376, part 1, WordprocessingML); runs inside the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.files.flow import Flow, attribute, local, metadata, values, watch, whole_number

_SKIPPED = frozenset({"Fallback", "instrText", "delText", "pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr"})
_SIGNS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_MARKS = ("footnoteReference", "endnoteReference")
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")


class DocxText:
    """Follows ``document.xml`` or a part with notes; deleted text, field codes and fallbacks are left out."""

    def __init__(self) -> None:
        self.flow = Flow()
        self.links: list[str] = []
        self._skipping = 0
        self._in_text = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = local(tag)
        if self._skipping or name in _SKIPPED or attribute(attributes, "type") in _SEPARATORS:
            self._skipping += 1
        elif name == "t":
            self._in_text = True
        elif name == "tbl":
            self.flow.start_table()
        elif name in ("footnote", "endnote", *_MARKS):
            self.flow.add(f"{attribute(attributes, 'id') or ''}{'' if name in _MARKS else ' '}")
        elif name == "hyperlink":
            self.links.append(attribute(attributes, "id") or "")
        else:
            self.flow.add(_SIGNS.get(name, ""))

    def data(self, text: str) -> None:
        """Text; only what stands in ``w:t`` counts."""
        if self._in_text and not self._skipping:
            self.flow.add(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._skipping:
            self._skipping -= 1
            return
        name = local(tag)
        if name == "t":
            self._in_text = False
        elif name == "p":
            self.flow.end_paragraph()
        elif name == "tr":
            self.flow.end_row()
        elif name == "tbl":
            self.flow.end_table()

    def close(self) -> None:
        """The part ends."""


class Targets:
    """Follows ``document.xml.rels``: the address of each relationship that leads outside."""

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if local(tag) == "Relationship" and attributes.get("TargetMode") == "External":
            self.addresses[attributes.get("Id", "")] = attributes.get("Target", "")

    def data(self, text: str) -> None:
        """Text: there is none."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def close(self) -> None:
        """The part ends."""


def read_docx(part: Callable[[str], bytes]) -> dict[str, Any]:
    """Text, links, metadata and stated pages; ``part`` gives the bytes of a part of the package."""
    document, targets, texts = DocxText(), Targets(), []
    watch(part("word/document.xml"), document)
    texts.append(document.flow.text())
    for name in ("word/footnotes.xml", "word/endnotes.xml"):
        notes = DocxText()
        watch(part(name), notes)
        texts.append(notes.flow.text())
    watch(part("word/_rels/document.xml.rels"), targets)
    core, app = values(part("docProps/core.xml")), values(part("docProps/app.xml"))
    names = (("Title", "title"), ("Author", "creator"), ("CreationDate", "created"), ("ModDate", "modified"))
    return {
        "text": "\n\n".join(filter(None, texts)),
        "links": [targets.addresses[link] for link in document.links if targets.addresses.get(link)],
        "metadata": dict(metadata(core, *names)),
        "stated_pages": whole_number(app.texts.get("Pages")),
    }

"""Reads the text of a Word document (ECMA-376, part 1, WordprocessingML); runs inside the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.files.characters import shifted
from pipelines.files.flow import Flow, attribute, local, metadata, values, watch, whole_number

_SKIPPED = frozenset({"Fallback", "instrText", "delText", "moveFrom", "pPr", "tblPr", "trPr", "tcPr", "sectPr"})
_SIGNS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_REFERENCES = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")
_OFF = ("0", "false", "off")
_RISE = 4
"""Half-points; text that is moved up or down by less stands on the line."""


class Look:
    """What the properties of a run or a style say: raised (1), lowered (-1) or hidden."""

    def __init__(self) -> None:
        self.shift: int | None = None
        self.hidden: bool | None = None
        self.based_on = ""

    def take(self, name: str, value: str) -> None:
        """One property with its value."""
        if name == "vertAlign":
            self.shift = {"superscript": 1, "subscript": -1}.get(value, 0)
        elif name == "position" and value.lstrip("-").isdigit() and abs(int(value)) >= _RISE:
            self.shift = 1 if int(value) > 0 else -1
        elif name == "vanish":
            self.hidden = value not in _OFF
        elif name in ("rStyle", "basedOn"):
            self.based_on = value


class DocxStyles:
    """Follows ``styles.xml``: the look of each style."""

    def __init__(self) -> None:
        self._looks: dict[str, Look] = {}
        self._look = Look()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if local(tag) == "style":
            self._look = self._looks[attribute(attributes, "styleId") or ""] = Look()
        else:
            self._look.take(local(tag), attribute(attributes, "val") or "")

    def data(self, text: str) -> None:
        """Text: there is none."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def close(self) -> None:
        """The part ends."""

    def line(self, look: Look) -> list[Look]:
        """The look itself and those of the styles it is made from."""
        line, seen = [look], {""}
        while line[-1].based_on not in seen:
            seen.add(line[-1].based_on)
            line.append(self._looks.get(line[-1].based_on, Look()))
        return line


class DocxText:
    """Follows ``document.xml`` or a part with notes; deleted, moved and hidden text and fallbacks are left out.

    ``numbers`` are the printed numbers of notes by kind and id: their order in the text.
    """

    def __init__(self, styles: DocxStyles, numbers: dict[str, dict[str, str]] | None = None) -> None:
        self.flow = Flow()
        self.links: list[str] = []
        self.numbers = numbers if numbers is not None else {"footnote": {}, "endnote": {}}
        self._styles = styles
        self._run = Look()
        self._skipping = 0
        self._in_text = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = local(tag)
        if self._skipping or name in _SKIPPED or attribute(attributes, "type") in _SEPARATORS:
            self._skipping += 1
        elif name == "r":
            self._run = Look()
        elif name == "t":
            self._in_text = True
        elif name == "tbl":
            self.flow.start_table()
        elif name == "txbxContent":
            self.flow.start_box()
        elif name in self.numbers:
            number = self.numbers[name].get(attribute(attributes, "id") or "")
            self.flow.add(f"[{number}] " if number else "")
        elif name in _REFERENCES:
            self._refer(self.numbers[_REFERENCES[name]], attributes)
        elif name == "hyperlink":
            self.links.append(attribute(attributes, "id") or "")
        else:
            self._run.take(name, attribute(attributes, "val") or "")
            self.flow.add(_SIGNS.get(name, ""))

    def _refer(self, numbers: dict[str, str], attributes: dict[str, str]) -> None:
        if attribute(attributes, "customMarkFollows") in (None, *_OFF):
            number = numbers.setdefault(attribute(attributes, "id") or "", str(len(numbers) + 1))
            self.flow.add(f"[{number}]")

    def data(self, text: str) -> None:
        """Text; only what stands in ``w:t`` counts."""
        if self._in_text and not self._skipping:
            looks = self._styles.line(self._run)
            if not next((one.hidden for one in looks if one.hidden is not None), False):
                self.flow.add(shifted(text, next((one.shift for one in looks if one.shift is not None), 0)))

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
        elif name == "txbxContent":
            self.flow.end_box()
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
    styles, targets, texts = DocxStyles(), Targets(), []
    watch(part("word/styles.xml"), styles)
    document = DocxText(styles)
    watch(part("word/document.xml"), document)
    texts.append(document.flow.text())
    for name in ("word/footnotes.xml", "word/endnotes.xml"):
        notes = DocxText(styles, document.numbers)
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

"""Reads the text of an OpenDocument text (ODF 1.2) or Word document (ECMA-376, part 1); runs inside the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.files.characters import shifted
from pipelines.files.package import Flow, Watcher, attribute, local, metadata, values, watch, whole_number

_NOT_IN_ODT = frozenset(
    {"annotation", "tracked-changes", "title", "desc", "note-body-hidden", "scripts", "ruby-text", "hidden-text"}
)
_MAX_SPACES = 100


class OdtStyles(Watcher):
    """Follows ``styles.xml`` or ``content.xml``: which styles raise or lower text, and which hide it."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}
        self._shifts: dict[str, int] = {}
        self._hidden: set[str] = set()
        self._name = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "style":
            self._name = attribute(attributes, "name") or ""
            self._parents[self._name] = attribute(attributes, "parent-style-name") or ""
        elif name == "text-properties" and self._name:
            position = (attribute(attributes, "text-position") or "").partition(" ")[0]
            if position not in ("", "0%"):
                self._shifts[self._name] = -1 if position == "sub" or position.startswith("-") else 1
            if attribute(attributes, "display") == "none":
                self._hidden.add(self._name)

    def end(self, tag: str) -> None:
        if local(tag) == "style":
            self._name = ""

    def shift(self, name: str) -> int:
        """1 for a style that raises, -1 for one that lowers, else 0."""
        return next((self._shifts[one] for one in self._line(name) if one in self._shifts), 0)

    def hides(self, name: str) -> bool:
        """True for a style whose text is not shown."""
        return any(one in self._hidden for one in self._line(name))

    def _line(self, name: str) -> list[str]:
        """The style and those it is made from."""
        line: list[str] = []
        while name and name not in line:
            line.append(name)
            name = self._parents.get(name, "")
        return line


class OdtText(Watcher):
    """Follows ``content.xml``; notes are kept for the end, comments, deleted and hidden text are left out."""

    def __init__(self, styles: OdtStyles) -> None:
        self._main, self._notes = Flow(), Flow()
        self._styles = styles
        self._skipping = self._noting = self._depth = 0
        self._shifts: list[int] = []
        self._in_citation = False
        self.links: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if self._skipping or name in _NOT_IN_ODT or self._is_hidden(attributes):
            self._skipping += 1
            return
        if name in ("p", "h"):
            self._depth += 1
        elif name == "span":
            self._shifts.append(self._styles.shift(attribute(attributes, "style-name") or ""))
        elif name == "note-citation":
            self._in_citation = True
        elif name == "note-body":
            self._noting += 1
        elif name == "text-box":
            self._flow.start_box()
        elif name == "table":
            self._flow.start_table()
        elif name == "a":
            self.links.append(attribute(attributes, "href") or "")
        else:
            self._flow.add(_white_space(name, attributes))

    def _is_hidden(self, attributes: dict[str, str]) -> bool:
        style = attribute(attributes, "style-name")
        return attribute(attributes, "display") == "none" or (style is not None and self._styles.hides(style))

    def data(self, text: str) -> None:
        """Text; only what stands in paragraphs and headings counts."""
        if self._skipping or not self._depth:
            return
        text = text.replace("\n", " ")
        if self._in_citation:
            self._notes.add(f"[{text.strip()}] ")
            self._flow.add(f"[{text.strip()}]")
        else:
            self._flow.add(shifted(text, next(filter(None, reversed(self._shifts)), 0)))

    def end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        name = local(tag)
        if name in ("p", "h"):
            self._depth -= 1
            self._flow.end_paragraph()
        elif name == "span":
            self._shifts.pop()
        elif name == "note-citation":
            self._in_citation = False
        elif name == "note-body":
            self._noting -= 1
        elif name == "text-box":
            self._flow.end_box()
        elif name == "table-row":
            self._flow.end_row()
        elif name == "table":
            self._flow.end_table()

    @property
    def _flow(self) -> Flow:
        return self._notes if self._noting else self._main

    def text(self) -> str:
        """The text, notes at the end."""
        return f"{self._main.text()}\n\n{self._notes.text()}".strip()


def _white_space(name: str, attributes: dict[str, str]) -> str:
    if name == "s":
        return " " * min(whole_number(attribute(attributes, "c")) or 1, _MAX_SPACES)
    return {"tab": " ", "line-break": "\n"}.get(name, "")


def read_odt(part: Callable[[str], bytes]) -> dict[str, Any]:
    """Text, links, metadata and stated pages; ``part`` gives the bytes of a part of the package."""
    styles = OdtStyles()
    watch(part("styles.xml"), styles)
    watch(part("content.xml"), styles)
    content = OdtText(styles)
    watch(part("content.xml"), content)
    meta = values(part("meta.xml"))
    names = (("Title", "title"), ("Author", "initial-creator"), ("CreationDate", "creation-date"), ("ModDate", "date"))
    return {
        "text": content.text(),
        "links": [link for link in content.links if link],
        "metadata": dict(metadata(meta, *names)),
        "stated_pages": whole_number(meta.attributes.get("page-count")),
    }


_NOT_IN_DOCX = frozenset({"Fallback", "instrText", "delText", "moveFrom", "pPr", "tblPr", "trPr", "tcPr", "sectPr"})
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


class DocxStyles(Watcher):
    """Follows ``styles.xml``: the look of each style."""

    def __init__(self) -> None:
        self._looks: dict[str, Look] = {}
        self._look = Look()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "style":
            self._look = self._looks[attribute(attributes, "styleId") or ""] = Look()
        else:
            self._look.take(local(tag), attribute(attributes, "val") or "")

    def line(self, look: Look) -> list[Look]:
        """The look itself and those of the styles it is made from."""
        line, seen = [look], {""}
        while line[-1].based_on not in seen:
            seen.add(line[-1].based_on)
            line.append(self._looks.get(line[-1].based_on, Look()))
        return line


class DocxText(Watcher):
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
        name = local(tag)
        if self._skipping or name in _NOT_IN_DOCX or attribute(attributes, "type") in _SEPARATORS:
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


class Targets(Watcher):
    """Follows ``document.xml.rels``: the address of each relationship that leads outside."""

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship" and attributes.get("TargetMode") == "External":
            self.addresses[attributes.get("Id", "")] = attributes.get("Target", "")


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

"""Reads the text of an OpenDocument text (ODF 1.2, part 1); runs inside the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.files.characters import shifted
from pipelines.files.flow import Flow, attribute, local, metadata, values, watch, whole_number

_SKIPPED = frozenset(
    {"annotation", "tracked-changes", "title", "desc", "note-body-hidden", "scripts", "ruby-text", "hidden-text"}
)
_MAX_SPACES = 100


class OdtStyles:
    """Follows ``styles.xml`` or ``content.xml``: which styles raise or lower text, and which hide it."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}
        self._shifts: dict[str, int] = {}
        self._hidden: set[str] = set()
        self._name = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
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

    def data(self, text: str) -> None:
        """Text: none of it counts."""

    def end(self, tag: str) -> None:
        """An element ends."""
        if local(tag) == "style":
            self._name = ""

    def close(self) -> None:
        """The part ends."""

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


class OdtText:
    """Follows ``content.xml``; notes are kept for the end, comments, deleted and hidden text are left out."""

    def __init__(self, styles: OdtStyles) -> None:
        self._main, self._notes = Flow(), Flow()
        self._styles = styles
        self._skipping = self._noting = self._depth = 0
        self._shifts: list[int] = []
        self._in_citation = False
        self.links: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = local(tag)
        if self._skipping or name in _SKIPPED or self._is_hidden(attributes):
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
        """An element ends."""
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

    def close(self) -> None:
        """The part ends."""

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

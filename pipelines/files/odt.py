"""Reads the text of an OpenDocument text (ODF 1.2, part 1); runs inside the worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelines.files.flow import Flow, attribute, local, metadata, values, watch, whole_number

_SKIPPED = frozenset(
    {"annotation", "tracked-changes", "title", "desc", "note-body-hidden", "scripts", "ruby-text"}
)
_MAX_SPACES = 100


class OdtText:
    """Follows ``content.xml``; notes are kept for the end, comments and deleted text are left out."""

    def __init__(self) -> None:
        self._main, self._notes = Flow(), Flow()
        self._skipping = self._noting = self._depth = 0
        self._in_text = False
        self.links: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = local(tag)
        if self._skipping or name in _SKIPPED:
            self._skipping += 1
            return
        if name in ("p", "h"):
            self._depth += 1
        elif name == "note-citation":
            self._in_text = True
        elif name == "note-body":
            self._noting += 1
            self._notes.add(" ")
        elif name == "table":
            self._flow.start_table()
        elif name == "a":
            self.links.append(attribute(attributes, "href") or "")
        else:
            self._flow.add(_white_space(name, attributes))

    def data(self, text: str) -> None:
        """Text; only what stands in paragraphs and headings counts."""
        if self._skipping or not self._depth:
            return
        text = text.replace("\n", " ")
        self._flow.add(text)
        if self._in_text:
            self._notes.add(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._skipping:
            self._skipping -= 1
            return
        name = local(tag)
        if name in ("p", "h"):
            self._depth -= 1
            self._flow.end_paragraph()
        elif name == "note-citation":
            self._in_text = False
        elif name == "note-body":
            self._noting -= 1
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
    content = OdtText()
    watch(part("content.xml"), content)
    meta = values(part("meta.xml"))
    names = (
        ("Title", "title"),
        ("Author", "initial-creator"),
        ("CreationDate", "creation-date"),
        ("ModDate", "date"),
    )
    return {
        "text": content.text(),
        "links": [link for link in content.links if link],
        "metadata": dict(metadata(meta, *names)),
        "stated_pages": whole_number(meta.attributes.get("page-count")),
    }

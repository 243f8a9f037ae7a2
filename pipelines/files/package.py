"""ODT and DOCX packages opened with limits, and the text that grows while their XML goes by; runs in the worker."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any, cast

from lxml import etree

MAX_PARTS = 10_000
ODT_TYPE = b"application/vnd.oasis.opendocument.text"


class Bomb(ValueError):
    """Raised when a part unpacks to more than it may."""


class Locked(ValueError):
    """Raised for parts that need a password."""


class Package:
    """A ZIP whose parts are read up to a limit, whatever its directory says of their size."""

    def __init__(self, body: bytes, max_unpacked: int) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(body))
        self._left = max_unpacked
        if len(self._zip.namelist()) > MAX_PARTS:
            raise Bomb(f"{len(self._zip.namelist())} parts")

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def part(self, name: str) -> bytes:
        """The bytes of a part, empty if it is not there. Raises Bomb or Locked."""
        if name not in self:
            return b""
        if self._zip.NameToInfo[name].flag_bits & 1:
            raise Locked(name)
        with self._zip.open(name) as source:
            data = source.read(self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise Bomb(name)
        return data


class Watcher:
    """What lxml calls while it reads: one method each for the start, the text and the end of elements."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def data(self, text: str) -> None:
        """Text of the element that is open."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def close(self) -> None:
        """The part ends."""


def watch(xml: bytes, watcher: Watcher) -> None:
    """Reads ``xml`` without building a tree: no DTD, no entities, no network, no huge nodes.

    Raises lxml's XMLSyntaxError for what is not well-formed or too deep.
    """
    if not xml.strip():
        return
    parser = etree.XMLParser(
        target=cast(Any, watcher),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
    )
    parser.feed(xml)
    parser.close()


def local(tag: str) -> str:
    """A tag or attribute without its namespace."""
    return tag.rpartition("}")[2]


def attribute(attributes: dict[str, str], name: str) -> str | None:
    """The attribute of this local name, whatever its namespace."""
    return next((value for key, value in attributes.items() if local(key) == name), None)


class Flow:
    """Text that grows: paragraphs apart by an empty line, cells of a row by a blank, rows by a line feed.

    What stands in a box inside a paragraph comes behind that paragraph.
    """

    def __init__(self) -> None:
        self._done: list[str] = []
        self._open: list[str] = []
        self._boxed: list[str] = []
        self._around: list[tuple[list[str], list[str], list[str], int]] = []
        self._rows = 0

    def add(self, text: str) -> None:
        """More text of the paragraph that is open."""
        self._open.append(text)

    def end_paragraph(self) -> None:
        """The open paragraph is complete."""
        text = "".join(self._open)
        self._open.clear()
        text = "\n".join(filter(None, (" ".join(line.split()) for line in text.split("\n"))))
        for one in filter(None, (text, *self._boxed)):
            self._done += [one, " " if self._rows else "\n\n"]
        self._boxed.clear()

    def start_box(self) -> None:
        """A box begins inside the open paragraph."""
        self._around.append((self._done, self._open, self._boxed, self._rows))
        self._done, self._open, self._boxed, self._rows = [], [], [], 0

    def end_box(self) -> None:
        """The box is complete."""
        if self._around:
            text = self.text()
            self._done, self._open, self._boxed, self._rows = self._around.pop()
            self._boxed.append(text)

    def start_table(self) -> None:
        """A table begins."""
        self._rows += 1

    def end_row(self) -> None:
        """A row of a table is complete."""
        if self._rows and self._done and self._done[-1] == " ":
            self._done[-1] = "\n"

    def end_table(self) -> None:
        """A table is complete."""
        self._rows = max(0, self._rows - 1)
        if not self._rows and self._done:
            self._done[-1] = "\n\n"

    def text(self) -> str:
        """All of it."""
        self.end_paragraph()
        return "".join(self._done).strip()


class Values(Watcher):
    """Reads a flat metadata part: the text of each element by its local name, and attributes of one."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.attributes: dict[str, str] = {}
        self._name = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._name = local(tag)
        self.attributes.update({local(key): value for key, value in attributes.items()})

    def data(self, text: str) -> None:
        """Text of the element that is open."""
        self.texts[self._name] = (self.texts.get(self._name, "") + text)[:2000]

    def end(self, tag: str) -> None:
        self._name = ""


def values(xml: bytes) -> Values:
    """The metadata of a part; empty where it is missing or not well-formed."""
    found = Values()
    try:
        watch(xml, found)
    except etree.XMLSyntaxError:
        return Values()
    return found


def metadata(found: Values, *names: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs of our name and the value found under theirs."""
    for ours, theirs in names:
        if found.texts.get(theirs, "").strip():
            yield ours, found.texts[theirs].strip()


def whole_number(text: str | None) -> int | None:
    """A positive number as written in metadata, or None.

    >>> whole_number("12"), whole_number("viele")
    (12, None)
    """
    return int(text) if text and text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else None


Reader = Callable[[Callable[[str], bytes]], dict[str, Any]]
"""Makes a message of the parts of a package, which it asks for by name."""


def read_package(body: bytes, *, max_unpacked: int, odt: Reader, docx: Reader) -> dict[str, Any]:
    """One message: ``kind`` (odt, docx) with text, links, metadata and stated pages, or a ``problem``."""
    try:
        package = Package(body, max_unpacked)
        if package.part("mimetype").strip().startswith(ODT_TYPE):
            if b"encryption-data" in package.part("META-INF/manifest.xml"):
                raise Locked("content.xml")
            return {"kind": "odt", **odt(package.part)}
        if "word/document.xml" in package:
            return {"kind": "docx", **docx(package.part)}
        return {"kind": "zip", "problem": "unknown_kind"}
    except Bomb:
        return {"problem": "bomb"}
    except Locked:
        return {"problem": "encrypted"}
    except etree.XMLSyntaxError as error:
        return {"problem": "bomb" if _too_deep(error) else "damaged"}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
        return {"problem": "damaged"}


def _too_deep(error: etree.XMLSyntaxError) -> bool:
    message = str(error).lower()
    return any(sign in message for sign in ("depth", "huge", "too long", "amplification", "entity loop"))

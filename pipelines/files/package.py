"""Opens ODT and DOCX packages with limits; runs inside the worker."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from lxml import etree

from pipelines.files.docx import read_docx
from pipelines.files.odt import read_odt

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


def read_package(body: bytes, *, max_unpacked: int) -> dict[str, Any]:
    """One message: ``kind`` (odt, docx) with text, links, metadata and stated pages, or a ``problem``."""
    try:
        package = Package(body, max_unpacked)
        if package.part("mimetype").strip().startswith(ODT_TYPE):
            return _odt(package)
        if "word/document.xml" in package:
            return {"kind": "docx", **read_docx(package.part)}
        return {"kind": "zip", "problem": "unknown_kind"}
    except Bomb:
        return {"problem": "bomb"}
    except Locked:
        return {"problem": "encrypted"}
    except etree.XMLSyntaxError as error:
        return {"problem": "bomb" if _too_deep(error) else "damaged"}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError):
        return {"problem": "damaged"}


def _odt(package: Package) -> dict[str, Any]:
    if b"encryption-data" in package.part("META-INF/manifest.xml"):
        raise Locked("content.xml")
    return {"kind": "odt", **read_odt(package.part)}


def _too_deep(error: etree.XMLSyntaxError) -> bool:
    message = str(error).lower()
    return any(sign in message for sign in ("depth", "huge", "too long", "amplification", "entity loop"))

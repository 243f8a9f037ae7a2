"""Writes small PDF files: text in the standard fonts, or one picture, the same bytes every time."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

FONTS = {"Helvetica": "F1", "Helvetica-Bold": "F2", "Times-Roman": "F3"}
A4 = (595, 842)
PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
"""The padding of passwords, ISO 32000-1 7.6.3.3."""
PERMISSIONS = -44


@dataclass(frozen=True, kw_only=True)
class Run:
    """One line of text: position of its base line in points, and the extra width of each space."""

    x: float
    y: float
    text: str
    font: str = "Helvetica"
    size: float = 11.0
    spread: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A page that is a picture: a one-bit greyscale PNG without interlacing."""

    png: bytes


Page = Sequence[Run] | Picture


@dataclass(frozen=True, kw_only=True)
class Imprint:
    """What a writing program adds: title, program, time (``YYYYMMDDHHMMSS``), compression, password.

    Two files that differ only here show the same text and have different bytes.
    """

    title: str = ""
    producer: str = "Aktenkundig Beispielsatz 1.0"
    stamp: str = "20240102090000"
    compressed: bool = False
    password: str | None = None


def write_pdf(pages: Sequence[Page], imprint: Imprint) -> bytes:
    """Return a PDF 1.4 file with the given pages.

    >>> page = [Run(x=72, y=700, text="Stand: 6. Mai 2024")]
    >>> write_pdf([page], Imprint(title="Orientierungshilfe"))[:8]
    b'%PDF-1.4'
    """
    objects = _catalogue(len(pages), imprint)
    for page in pages:
        objects += _page_objects(page, number=len(objects) + 1, imprint=imprint)
    seal = _Seal(imprint.password) if imprint.password is not None else None
    return _assemble(objects, seal)


@dataclass(frozen=True, kw_only=True)
class _Object:
    entries: bytes
    stream: bytes | None = None


def _catalogue(page_count: int, imprint: Imprint) -> list[_Object]:
    first = 3 + len(FONTS)
    kids = " ".join(f"{first + 1 + 3 * index} 0 R" for index in range(page_count))
    fonts = [f"/Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding" for name in FONTS]
    root = "/Type /Catalog /Pages 2 0 R"
    info = (
        f"/Producer {_string(imprint.producer)} /Title {_string(imprint.title)}"
        f" /CreationDate (D:{imprint.stamp}Z) /ModDate (D:{imprint.stamp}Z)"
    )
    if imprint.password is None:
        root += " /Lang (de-DE)"
    else:
        info = ""  # strings would have to be encrypted one by one
    entries = [root, f"/Type /Pages /Count {page_count} /Kids [{kids}]", *fonts, info]
    return [_Object(entries=entry.encode("latin-1")) for entry in entries]


def _page_objects(page: Page, *, number: int, imprint: Imprint) -> list[_Object]:
    """Three objects per page: the page, its content, its picture (or an empty one)."""
    fonts = " ".join(f"/{short} {3 + place} 0 R" for place, short in enumerate(FONTS.values()))
    entries = (
        f"/Type /Page /Parent 2 0 R /MediaBox [0 0 {A4[0]} {A4[1]}] /Contents {number + 1} 0 R"
        f" /Resources << /Font << {fonts} >> /XObject << /Im {number + 2} 0 R >> >>"
    )
    if isinstance(page, Picture):
        return [
            _Object(entries=entries.encode()),
            _flow(b"q 595 0 0 842 0 0 cm /Im Do Q", imprint),
            _image(page),
        ]
    content = "\n".join(["BT", *(_show(run) for run in page), "ET"]).encode("latin-1")
    empty = _Object(entries=b"/Type /XObject /Subtype /Form /BBox [0 0 1 1]", stream=b"")
    return [_Object(entries=entries.encode()), _flow(content, imprint), empty]


def _flow(content: bytes, imprint: Imprint) -> _Object:
    if imprint.compressed:
        return _Object(entries=b"/Filter /FlateDecode", stream=zlib.compress(content, 9))
    return _Object(entries=b"", stream=content)


def _show(run: Run) -> str:
    return (
        f"/{FONTS[run.font]} {run.size:g} Tf {run.spread:.3f} Tw"
        f" 1 0 0 1 {run.x:.2f} {run.y:.2f} Tm {_string(run.text)} Tj"
    )


def _string(text: str) -> str:
    """A PDF literal in Windows-1252, written with octal escapes where needed.

    >>> _string("Prüfung (kurz)")
    '(Pr\\\\374fung \\\\(kurz\\\\))'
    """
    out = []
    for code in text.encode("cp1252", "replace"):
        if chr(code) in "()\\":
            out.append("\\" + chr(code))
        else:
            out.append(chr(code) if 32 <= code < 127 else f"\\{code:03o}")
    return "(" + "".join(out) + ")"


def _image(picture: Picture) -> _Object:
    """The picture's compressed rows go into the PDF as they are: PDF knows PNG's row filters."""
    width, height = struct.unpack(">II", picture.png[16:24])
    entries = (
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray"
        f" /BitsPerComponent 1 /Filter /FlateDecode"
        f" /DecodeParms << /Predictor 15 /Colors 1 /BitsPerComponent 1 /Columns {width} >>"
    )
    return _Object(entries=entries.encode(), stream=b"".join(_png_rows(picture.png)))


def _png_rows(png: bytes) -> list[bytes]:
    rows, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            rows.append(png[at + 8 : at + 8 + length])
        at += length + 12
    return rows


def _assemble(objects: Sequence[_Object], seal: _Seal | None) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    numbered = list(enumerate(objects, start=1))
    for number, entry in numbered:
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + _written(entry, number, seal) + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    digest = hashlib.sha256(out).digest()[:16]
    name = (seal.file_id if seal else digest).hex().encode()
    extra = seal.entries() if seal else b""
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R" % (len(objects) + 1, 3 + len(FONTS))
    out += b" /ID [<%s> <%s>]%s >>\nstartxref\n%d\n%%%%EOF\n" % (name, name, extra, start)
    return bytes(out)


def _written(entry: _Object, number: int, seal: _Seal | None) -> bytes:
    if entry.stream is None:
        return b"<< " + entry.entries + b" >>"
    stream = seal.sealed(entry.stream, number) if seal else entry.stream
    return b"<< %s /Length %d >>\nstream\n" % (entry.entries, len(stream)) + stream + b"\nendstream"


class _Seal:
    """The standard password protection, revision 2 (ISO 32000-1 7.6): weak, and every reader knows it."""

    file_id = b"aktenkundig-2024"

    def __init__(self, password: str) -> None:
        padded = (password.encode("latin-1") + PAD)[:32]
        self._owner = _rc4(_md5(padded)[:5], padded)
        limits = struct.pack("<i", PERMISSIONS)
        self._key = _md5(padded + self._owner + limits + self.file_id)[:5]

    def sealed(self, stream: bytes, number: int) -> bytes:
        key = _md5(self._key + struct.pack("<I", number)[:3] + b"\0\0")[:10]
        return _rc4(key, stream)

    def entries(self) -> bytes:
        user = _rc4(self._key, PAD).hex().encode()
        return b" /Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P %d >>" % (
            self._owner.hex().encode(), user, PERMISSIONS,
        )  # fmt: skip


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    """RC4 encrypts and decrypts alike.

    >>> _rc4(b"Key", b"Plaintext").hex()
    'bbf316e8d940af0ad3'
    """
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)

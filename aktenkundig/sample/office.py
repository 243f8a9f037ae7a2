"""Writes small ODT and DOCX files, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from html import escape

TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ODT_TYPE = "application/vnd.oasis.opendocument.text"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def write_odt(body: str) -> bytes:
    """Return an OpenDocument text of the paragraphs of ``body`` (``## `` marks headings)."""
    content = "".join(_odt_block(block) for block in _blocks(body))
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return _archive([
        ("mimetype", ODT_TYPE),
        ("content.xml", (
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{OFFICE}"'
            f' xmlns:text="{TEXT}" office:version="1.2"><office:body><office:text>{content}'
            "</office:text></office:body></office:document-content>"
        )),
        ("META-INF/manifest.xml", (
            f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="{manifest}">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODT_TYPE}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>"
        )),
    ])  # fmt: skip


def write_docx(body: str) -> bytes:
    """Return a Word document of the paragraphs of ``body`` (``## `` marks headings)."""
    content = "".join(_docx_block(block) for block in _blocks(body))
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return _archive([
        ("[Content_Types].xml", (
            f'{head}<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{DOCX_TYPE}.main+xml"/></Types>'
        )),
        ("_rels/.rels", (
            f'{head}<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{relation}" Target="word/document.xml"/></Relationships>'
        )),
        ("word/document.xml", (
            f'{head}<w:document xmlns:w="{WORD}"><w:body>{content}</w:body></w:document>'
        )),
    ])  # fmt: skip


def _blocks(body: str) -> Iterable[str]:
    return (block.strip() for block in body.strip().split("\n\n") if not block.startswith("::"))


def _odt_block(block: str) -> str:
    if block.startswith("#"):
        return f'<text:h text:outline-level="1">{escape(block.lstrip("# "))}</text:h>'
    lines = (escape(line.removeprefix("* ")) for line in block.split("\n"))
    return f"<text:p>{'<text:line-break/>'.join(lines)}</text:p>"


def _docx_block(block: str) -> str:
    style = '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' if block.startswith("#") else ""
    lines = block.lstrip("# ").split("\n")
    text = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line.removeprefix("* "))}</w:t>' for line in lines
    )
    return f"<w:p>{style}<w:r>{text}</w:r></w:p>"


def _archive(parts: Iterable[tuple[str, str]]) -> bytes:
    """A zip file with a fixed time; the parts are stored, so no compressor can change the bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 2, 9, 0, 0)), content)
    return out.getvalue()

"""Makes PDF, ODT and DOCX files whose text is known, for the tests and the benchmark of file reading."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import reportlab
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
WIDTH, HEIGHT = A4

# A "|" marks a syllable at whose end a line may be broken; a "-" is a hyphen of the word itself.
NOUNS = (
    "Da|ten|schutz|auf|sichts|be|hör|de",
    "Ver|ar|bei|tungs|tä|tig|keit",
    "Ein|wil|li|gung",
    "Auf|be|wah|rungs|frist",
    "Schutz|ni|veau",
    "EU-Stan|dard|ver|trags|klau|seln",
    "Ri|si|ko|ab|schät|zung",
    "Be|trof|fe|nen|rech|te",
    "Rei|se|kos|ten|ab|rech|nung",
    "E-Mail-Ver|kehr",
    "Lösch|kon|zept",
    "Schul|ver|wal|tung",
    "Über|mitt|lung",
    "Pro|to|kol|lie|rung",
    "Ge|mein|de|ord|nung",
    "Größe",
)
VERBS = ("prüft", "be|schränkt", "do|ku|men|tiert", "ver|öf|fent|licht", "ge|währ|leis|tet", "er|setzt")
ADJECTIVES = (
    "zu|stän|di|ge",
    "nicht-öf|fent|li|che",
    "er|for|der|li|che",
    "tech|ni|sche",
    "platt|form|un|ab|hän|gi|ge",
    "um|fang|rei|che",
    "frei|wil|li|ge",
    "kom|mu|na|le",
)
TAILS = (
    "nach Art. 6 Abs. 1 DS-GVO",
    "gemäß § 26 BDSG",
    "für Vor- und Nach|tei|le",
    "bis zum 31. Dezember 2023",
    "in je|dem Ein|zel|fall",
    "oh|ne „be|son|de|ren“ An|lass",
    "mit 1.250 Fäl|len",
    "– so|weit mög|lich –",
)


def sentences(seed: int, count: int) -> list[str]:
    """German-looking sentences with syllable marks; the same seed gives the same sentences."""
    draw = random.Random(seed)
    return [
        f"Die {draw.choice(ADJECTIVES)} {draw.choice(NOUNS)} {draw.choice(VERBS)} "
        f"{draw.choice(ADJECTIVES)} {draw.choice(NOUNS)} und {draw.choice(NOUNS)} {draw.choice(TAILS)}."
        for _ in range(count)
    ]


def paragraphs(seed: int, count: int) -> list[str]:
    """``count`` paragraphs of three to seven sentences, with syllable marks."""
    draw = random.Random(seed)
    return [" ".join(sentences(seed * 1000 + i, draw.randint(3, 7))) for i in range(count)]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a made PDF looks. ``columns`` is 1 or 2; ``by_row`` draws two columns line by line across."""

    columns: int = 1
    by_row: bool = False
    justify: bool = True
    hyphenate: bool = True
    ligatures: bool = False
    head: str | None = None
    foot: str | None = None
    footnotes: bool = False
    heading: str | None = None
    table: bool = False
    size: float = 11
    lines: int = 44
    font: str = "Helvetica"
    title: str = "Orientierungshilfe"
    paragraph_gap: float = 0.8


@dataclass(kw_only=True)
class MadePdf:
    """A made PDF and what its pages say (running heads and page numbers left out)."""

    body: bytes = b""
    pages: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    text: str
    last: bool
    spoken: str


def plain(marked: str) -> str:
    """The text without syllable marks."""
    return marked.replace("|", "")


def _rows(paragraph: str, width: float, layout: Layout) -> Iterator[_Row]:
    def measure(text: str) -> float:
        return float(pdfmetrics.stringWidth(text, layout.font, layout.size))

    line, spoken = "", ""
    for word in paragraph.split(" "):
        rest = word
        while True:
            whole = plain(rest)
            if measure(f"{line} {whole}".strip()) <= width:
                line, spoken = f"{line} {whole}".strip(), f"{spoken} {whole}".strip()
                break
            head, tail = _broken(rest, width - measure(f"{line} " if line else ""), layout)
            if head:
                glyphs = head if head.endswith("-") else head + "-"
                yield _Row(f"{line} {glyphs}".strip(), False, f"{spoken} {head}\0".strip())
            else:
                yield _Row(line, False, spoken)
            line, spoken, rest = "", "", tail if head else rest
            if not head and measure(plain(rest)) > width:
                line = spoken = plain(rest)
                break
    yield _Row(line, True, spoken)


def _broken(word: str, room: float, layout: Layout) -> tuple[str, str]:
    if not layout.hyphenate:
        return "", word
    for match in reversed(list(re.finditer(r"\||(?<=[a-zäöüßA-Z])-(?=[A-Za-zö])", word))):
        head = plain(word[: match.end()])
        tail = word[match.end() :]
        wide = pdfmetrics.stringWidth(head if head.endswith("-") else head + "-", layout.font, layout.size)
        if len(head) > 1 and len(plain(tail)) > 1 and wide <= room:
            return head, tail
    return "", word


def _spoken(rows: list[_Row]) -> str:
    said = ""
    for row in rows:
        said += row.spoken + ("\n\n" if row.last else " ")
    whole = said.replace("\0 ", "\0").strip()
    return whole.removesuffix("\0").replace("\0", "") + ("-" if whole.endswith("\0") else "")


def made_pdf(marked: list[str], layout: Layout | None = None) -> MadePdf:
    """A PDF of these paragraphs (syllable marks allowed) and its text by page."""
    layout = layout or Layout()
    if layout.font == "Vera" and "Vera" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Vera", str(VERA)))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    canvas.setTitle(layout.title)
    made = MadePdf()
    gap, margin = 24.0, 70.0
    width = (WIDTH - 2 * margin - gap * (layout.columns - 1)) / layout.columns
    rows = [row for text in marked for row in _rows(text, width, layout)]
    per_page = layout.lines * layout.columns
    pages = [rows[i : i + per_page] for i in range(0, len(rows), per_page)] or [[]]
    for number, page in enumerate(pages, 1):
        made.pages.append(_draw_page(canvas, page, number, len(pages), width, margin, gap, layout))
        canvas.showPage()
    canvas.save()
    made.body = stream.getvalue()
    return made


def _draw_page(
    canvas: Canvas, page: list[_Row], number: int, count: int, width: float, margin: float, gap: float, layout: Layout
) -> str:
    said: list[str] = []
    if layout.head:
        canvas.setFont("Helvetica", 9)
        canvas.drawString(margin, HEIGHT - 40, layout.head.format(number=number, count=count))
    top = HEIGHT - 80
    if layout.heading and number == 1:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(margin, top, layout.heading)
        said.append(layout.heading)
        top -= 34
    parts = [page[i * layout.lines : (i + 1) * layout.lines] for i in range(layout.columns)]
    steps = [(column, index, row) for column, rows in enumerate(parts) for index, row in enumerate(rows)]
    if layout.by_row:
        steps.sort(key=lambda step: (step[1], step[0]))
    pitch = layout.size * 1.25
    drops = [_drops(rows, layout) for rows in parts]
    for column, index, row in steps:
        x = margin + column * (width + gap)
        _draw_row(canvas, row, x, top - pitch * drops[column][index], width, layout)
    said.append(_spoken(page))
    if layout.table:
        said.append(_draw_table(canvas, margin, 120 if not layout.footnotes else 150))
    if layout.footnotes:
        said.append(_draw_footnote(canvas, margin, number))
    if layout.foot:
        canvas.setFont("Helvetica", 9)
        canvas.drawCentredString(WIDTH / 2, 36, layout.foot.format(number=number, count=count))
    return "\n\n".join(said)


def _drops(rows: list[_Row], layout: Layout) -> list[float]:
    drops, at = [], 0.0
    for row in rows:
        drops.append(at)
        at += 1 + (layout.paragraph_gap if row.last else 0)
    return drops


def _draw_row(canvas: Canvas, row: _Row, x: float, y: float, width: float, layout: Layout) -> None:
    glyphs = row.text
    if layout.ligatures:
        glyphs = glyphs.replace("fi", "ﬁ").replace("fl", "ﬂ")
    text = canvas.beginText(x, y)
    text.setFont(layout.font, layout.size)
    words = glyphs.split(" ")
    if layout.justify and not row.last and len(words) > 1:
        slack = width - sum(pdfmetrics.stringWidth(word, layout.font, layout.size) for word in words)
        if layout.font == "Helvetica":
            bare = slack - (len(words) - 1) * pdfmetrics.stringWidth(" ", layout.font, layout.size)
            text.setWordSpace(bare / (len(words) - 1))
            text.textOut(glyphs)
            canvas.drawText(text)
            return
        at = x
        for word in words:
            canvas.setFont(layout.font, layout.size)
            canvas.drawString(at, y, word)
            at += pdfmetrics.stringWidth(word, layout.font, layout.size) + slack / (len(words) - 1)
        return
    text.textOut(glyphs)
    canvas.drawText(text)


def _draw_table(canvas: Canvas, x: float, y: float) -> str:
    rows = (("Nr.", "Maßnahme", "Frist"), ("1", "Löschkonzept prüfen", "31.03.2024"), ("2", "Schulung", "Juni 2024"))
    canvas.setFont("Helvetica", 10)
    for index, row in enumerate(rows):
        for left, cell in zip((0, 60, 260), row, strict=True):
            canvas.drawString(x + left, y - index * 14, cell)
    return "\n".join(" ".join(row) for row in rows)


def _draw_footnote(canvas: Canvas, x: float, number: int) -> str:
    canvas.line(x, 84, x + 120, 84)
    canvas.setFont("Helvetica", 6)
    canvas.drawString(x, 75, str(number))
    canvas.setFont("Helvetica", 8.5)
    note = f"Vgl. Tätigkeitsbericht {2000 + number}, Abschnitt {number}.2."
    canvas.drawString(x + 5, 72, note)
    return f"{number} {note}"


def scanned_pdf(text: str, *, pages: int = 1, seed: int = 0, compressed: bool = False) -> bytes:
    """A PDF whose pages are pictures of ``text``: no letters for an extractor, some for OCR."""
    from PIL import Image, ImageDraw, ImageFont
    from reportlab.lib.utils import ImageReader

    font = ImageFont.truetype(str(VERA), 34)
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1, pageCompression=int(compressed))
    for page in range(pages):
        picture = Image.new("L", (1240, 1754), 255)
        pen = ImageDraw.Draw(picture)
        for index, line in enumerate(text.split("\n")):
            pen.text((120 + seed, 160 + 60 * index), line, font=font, fill=0)
        pen.text((120, 1600), f"Blatt {page + 1}", font=font, fill=0)
        canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def encrypted_pdf(password: str = "geheim") -> bytes:
    """A PDF that opens only with a password."""
    from reportlab.lib.pdfencrypt import StandardEncryption

    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt=StandardEncryption(password, canPrint=1))
    canvas.drawString(100, 700, "Vertraulich")
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def linked_pdf(*addresses: str) -> bytes:
    """A one-page PDF with a link annotation to each of the addresses."""
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1)
    for index, address in enumerate(addresses):
        canvas.drawString(72, 700 - 20 * index, f"Siehe Verweis {index}")
        canvas.linkURL(address, (72, 695 - 20 * index, 200, 712 - 20 * index))
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def zero_page_pdf() -> bytes:
    """A PDF whose page tree is empty."""
    return _bare_pdf("[]", 0)


def many_pages_pdf(count: int) -> bytes:
    """A small PDF whose page tree names the same page ``count`` times."""
    return _bare_pdf("[" + "4 0 R " * count + "]", count)


def nested_forms_pdf(depth: int, width: int = 10) -> bytes:
    """A small PDF whose page calls ``width`` forms, each of which calls ``width`` more, ``depth`` deep."""
    first = 5
    chain = []
    for level in range(depth):
        calls = "/F0 Do " * width if level < depth - 1 else "BT /F1 12 Tf (x) Tj ET"
        chain.append(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 500 500] /Resources << /Font << /F1 3 0 R >> "
            f"/XObject << /F0 {first + level + 1} 0 R >> >> /Length {len(calls)} >>\n"
            f"stream\n{calls}\nendstream"
        )
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
        "/Resources << /Font << /F1 3 0 R >> /XObject << /F0 6 0 R >> >> >>"
    )
    return _bare_pdf("[4 0 R]", 1, page, *chain)


def _bare_pdf(kids: str, count: int, *rest: str) -> bytes:
    content = "BT /F1 12 Tf 72 700 Td (Blatt) Tj ET"
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids {kids} /Count {count} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *(rest or (page, f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()


ODF_SPACES = (
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def zipped(parts: dict[str, str | bytes], stored: tuple[str, ...] = ()) -> bytes:
    """A ZIP of these parts; those in ``stored`` uncompressed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            kind = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), part, kind)
    return stream.getvalue()


def made_odt(
    body: str,
    *,
    pages: int | None = 3,
    prologue: str = "",
    styles: str = "",
    extra: dict[str, str | bytes] | None = None,
) -> bytes:
    """An ODT whose ``office:text`` holds ``body`` and whose automatic styles are ``styles`` (ODF markup)."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prologue}<office:document-content {ODF_SPACES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:text>{body}</office:text></office:body></office:document-content>"
    )
    counted = "" if pages is None else f'<meta:document-statistic meta:page-count="{pages}"/>'
    meta = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-meta {ODF_SPACES}><office:meta>'
        "<dc:title>Checkliste Videokonferenz</dc:title>"
        "<meta:creation-date>2020-11-11T09:15:00</meta:creation-date>"
        f"{counted}</office:meta></office:document-meta>"
    )
    parts: dict[str, str | bytes] = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}
    return zipped({**parts, "meta.xml": meta, **(extra or {})}, stored=("mimetype",))


CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
WORD_SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def made_docx(body: str, *, extra: dict[str, str | bytes] | None = None) -> bytes:
    """A DOCX whose ``w:body`` holds ``body`` (WordprocessingML)."""
    core = (
        '<?xml version="1.0"?><cp:coreProperties '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        "<dc:title>Muster Auftragsverarbeitung</dc:title>"
        "<dcterms:created>2019-04-03T08:00:00Z</dcterms:created>"
        "</cp:coreProperties>"
    )
    app = (
        '<?xml version="1.0"?><Properties '
        'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Pages>4</Pages></Properties>'
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<?xml version="1.0"?><Types xmlns="{CONTENT_TYPES}"/>',
        "word/document.xml": f"<w:document {WORD_SPACE}><w:body>{body}</w:body></w:document>",
        "docProps/core.xml": core,
        "docProps/app.xml": app,
    }
    return zipped({**parts, **(extra or {})})

"""Makes the bytes of the sample's files: PDF, ODT, DOCX, and files with something wrong."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

from aktenkundig.sample.markup import plain
from aktenkundig.sample.office import DOCX_TYPE, ODT_TYPE, write_docx, write_odt
from aktenkundig.sample.pdf import Imprint, Picture, write_pdf
from aktenkundig.sample.stock import filler_chapters
from aktenkundig.sample.texts import Paper, Release
from aktenkundig.sample.typesetting import Sheet, typeset

CONTENT_TYPES = {"odt": ODT_TYPE, "docx": DOCX_TYPE}
PASSWORD = "nur-fuer-den-dienstgebrauch"  # noqa: S105
SAVED_AT = ("20240102090000", "20250714161200", "20260302074500")


@lru_cache(maxsize=256)
def paper_bytes(paper: Paper) -> bytes:
    """The file as the site serves it. Equal papers give equal bytes."""
    if paper.form == "odt":
        return write_odt(full_text(paper))
    if paper.form == "docx":
        return write_docx(full_text(paper))
    if paper.form == "scan":
        return write_pdf([Picture(png=_scanned_page())], _imprint(paper))
    if paper.form == "html":
        return (
            b"<!DOCTYPE html><html><head><title>Anmeldung</title></head><body>Bitte anmelden.</body></html>"
        )
    pdf = write_pdf(typeset(full_text(paper), _sheet(paper)), _imprint(paper))
    return pdf[: len(pdf) // 3] if paper.form == "truncated" else pdf


def content_type(paper: Paper) -> str:
    """The Content-Type that the site sends; also for HTML under a PDF's name."""
    return CONTENT_TYPES.get(paper.form, "application/pdf")


def full_text(paper: Paper) -> str:
    """The whole text of a file in the markup of ``typesetting.typeset``: what a perfect reader finds."""
    title = f"# {paper.title}" if paper.form != "release" else ""
    chapters = filler_chapters(paper.key, paper.theme, paper.filler)
    return "\n\n".join(part for part in (title, paper.body.strip(), *chapters) if part)


def release_text(release: Release) -> str:
    """The text of a press release as its PDF carries it."""
    lines = [release.kicker.replace("\n", " "), "# " + release.headline.replace("\n", " ")]
    return "\n\n".join([*(line for line in lines if line), *(plain(part) for part in release.paragraphs)])


def _sheet(paper: Paper) -> Sheet:
    if paper.form == "report":
        return Sheet(head=paper.head or paper.title[:80])
    return Sheet(head=paper.head, font="Helvetica", size=10.5, numbered=bool(paper.head))


def _imprint(paper: Paper) -> Imprint:
    return Imprint(
        title=paper.title,
        producer="Aktenkundig Beispielsatz 1.0" if not paper.saves else "Aktenkundig Beispielsatz 1.1",
        stamp=SAVED_AT[min(paper.saves, len(SAVED_AT) - 1)],
        compressed=paper.saves > 0,
        password=PASSWORD if paper.form == "encrypted" else None,
    )


@cache
def _scanned_page() -> bytes:
    """A page as a scanner sees it: 1-bit PNG, made once from a typeset letter at 150 dots per inch."""
    return resources.files("aktenkundig.sample").joinpath("data/scan.png").read_bytes()

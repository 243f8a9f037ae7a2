"""The DSK part of the sample: sections, labels, addresses, and files of every kind."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from bs4 import BeautifulSoup

from aktenkundig.sample.history import world_on
from aktenkundig.sample.site import answer, content_type, paper_bytes, source_paper
from aktenkundig.sample.texts import Paper
from benchmarks.sample_files import PASSWORD, ROOT, SHIPPED, full_text

WORLD = world_on(1)
PAPERS = {paper.key: paper for paper in WORLD.papers}


def section(name: str) -> BeautifulSoup:
    return BeautifulSoup(answer("dsk", f"/{name}.html", 1).body, "lxml", from_encoding="utf-8")


def pdf_text(paper: Paper) -> list[str]:
    document = pypdfium2.PdfDocument(paper_bytes(paper))
    return [page.get_textpage().get_text_range() for page in document]


@pytest.mark.parametrize("name", [one.name for one in WORLD.sections])
def test_every_section_of_the_menu_is_there(name: str) -> None:
    """The menu of each page names all sections; each is served as HTML without a charset."""
    menu = {str(link["href"]) for link in section(name).select("nav a")}

    assert f"{name}.html" in menu
    assert answer("dsk", f"/{name}.html", 1).content_type == "text/html"


def test_known_names_may_be_missing() -> None:
    """Sections that other projects name do not exist here."""
    for name in ("positionspapiere", "standard-datenschutzmodell", "dsfa", "protokolle"):
        assert answer("dsk", f"/{name}.html", 1).status == 404


def test_thumbnail_markup_as_seen() -> None:
    """Year dividers, odd rows, a bold date with a hyphen, annexes in hint boxes."""
    page = section("orientierungshilfen")

    assert [cell.get_text() for cell in page.select("ul.thumbnail_list > li.head")][:2] == ["2026", "2025"]
    assert page.select_one("li.thumbnail.odd > a > div.headline_table > div.date > b")
    assert len(page.select("li.thumbnail > div.hint-box > small > a")) == 3
    assert "Stand Februar 2018 - Orientierungshilfe" in page.get_text()
    assert not page.find("b", string="Stand Februar 2018")


def test_printed_dates_of_every_shape() -> None:
    """Day, month, range, "Stand", none; Stellungnahmen with a dash."""
    labels = [tag.get_text() for name in PAGES for tag in section(name).select("div.date")]

    for shape in ("06.05.2024 - ", "Januar 2026 - ", "22/23.11.2023 - ", "Stand Februar 2018 - ", "Prüfschema"):
        assert any(label.startswith(shape) for label in labels), shape
    assert all(" – " in tag.get_text() for tag in section("stellungnahmen").select("div.date"))


PAGES = [one.name for one in WORLD.sections if one.markup == "thumbnails"]


def test_kurzpapiere_keep_number_title_and_note_apart() -> None:
    """No thumbnail list; inside the link three nodes."""
    page = section("kurzpapiere")
    links = page.select("a[href*='/kp/']")

    assert not page.select("ul.thumbnail_list")
    assert len(links) == 8
    assert [link.select_one(".note") is not None for link in links].count(True) == 2


def test_one_page_has_no_known_markup() -> None:
    """Press releases are only headings and links."""
    page = section("pressemitteilungen")

    assert not page.select("ul.thumbnail_list, div.date")
    assert len(page.select("a[href^='../media/pm/']")) == 4


@pytest.mark.parametrize(
    "part",
    ["Februar 2022_V1.1.pdf", "Beschluss DSK_ ", "cloud_dü.pdf", ".odt", ".docx", "_en.pdf", "Germany_EN.pdf", "/wp/"],
)
def test_addresses_as_printed(part: str) -> None:
    """Raw spaces, raw umlauts, other formats, English files; all begin with ``../media/``."""
    hrefs = [str(a["href"]) for name in [*PAGES, "kurzpapiere"] for a in section(name).select("main a[href^='..']")]

    assert any(part in href for href in hrefs)
    assert all(href.startswith("../media/") for href in hrefs)


def test_links_to_other_bodies() -> None:
    """The EDSA page leads mostly to the European board's own site."""
    hrefs = [str(link["href"]) for link in section("edsa").select("main a")]

    assert sum("edpb.europa.eu" in href for href in hrefs) == 3
    assert sum(href.startswith("../media/") for href in hrefs) == 1


def test_every_listed_file_is_served() -> None:
    """At least 45 files, each at its printed address once percent-encoded."""
    listed = [paper for paper in WORLD.papers if paper.section]

    assert len(listed) >= 45
    for paper in listed:
        found = answer("dsk", "/" + paper.href.removeprefix("../").replace(" ", "%20"), 1)
        assert (found.status, found.content_type) == (200, content_type(paper)), paper.key


@pytest.mark.parametrize("key", ["oh-ki", "ah-sdm-v31", "oh-cloud", "ds-19-tb"])
def test_reports_have_pages_heads_numbers_and_footnotes(key: str) -> None:
    """Long papers repeat their title at the top, count their pages and divide words."""
    pages = pdf_text(PAPERS[key])
    head = PAPERS[key].title[:30]

    assert len(pages) >= 4
    assert all(head in page for page in pages[1:])
    assert all(f"Seite {number} von {len(pages)}" in page for number, page in enumerate(pages, start=1))
    assert any("￾" in page or "\x02" in page for page in pages)


def test_two_columns_are_side_by_side() -> None:
    """Lines of the second column stand at the height of the first."""
    page = pypdfium2.PdfDocument(paper_bytes(PAPERS["oh-cloud"]))[1].get_textpage()
    early, late = (page.get_charbox(page.count_chars() * part // 10) for part in (3, 8))

    assert early[2] < 298 < late[0]


def test_text_of_a_pdf_is_the_written_text() -> None:
    """Every word of a short paper can be read back in order."""
    paper = PAPERS["en-hafen"]
    printed = " ".join(pdf_text(paper)).removesuffix("Seite 1 von 1")
    words = printed.replace("￾", "").replace("\x02", "").replace("•", "").split()

    assert words == [word for word in full_text(paper).split() if word not in ("#", "*")]


def test_files_with_something_wrong() -> None:
    """Scan without text, encrypted, truncated, HTML under a PDF's name."""
    assert [page.strip() for page in pdf_text(PAPERS["oh-datentraeger"])] == [""]
    for key in ("b-geschaeftsordnung", "st-gesundheit", "en-gesichter"):
        with pytest.raises(pypdfium2.PdfiumError):
            pypdfium2.PdfDocument(paper_bytes(PAPERS[key]))
    assert b"/Encrypt" in paper_bytes(PAPERS["b-geschaeftsordnung"])
    assert paper_bytes(PAPERS["en-gesichter"]).startswith(b"<!DOCTYPE html>")


def test_encrypted_file_opens_with_its_password() -> None:
    """The encryption is real, not a broken file."""
    document = pypdfium2.PdfDocument(paper_bytes(PAPERS["b-geschaeftsordnung"]), password=PASSWORD)

    assert "zweimal im Jahr" in document[0].get_textpage().get_text_range()


@pytest.mark.parametrize(
    ("key", "part"), [("oh-videokonferenz-checkliste-odt", "content.xml"), ("ah-vvt-muster", "word/document.xml")]
)
def test_office_files_carry_their_text(key: str, part: str) -> None:
    """ODT and DOCX are zip files with their text in XML."""
    with zipfile.ZipFile(io.BytesIO(paper_bytes(PAPERS[key]))) as archive:
        assert archive.testzip() is None
        assert "Auftragsverarbeitung" in archive.read(part).decode() or "Verantwortlich" in archive.read(part).decode()


def test_copies_have_the_same_bytes() -> None:
    """DSMV's copy of a DSK paper, and the DSK's PDF of a release that DSMV republishes."""
    copy = answer("dsmv", "/static/DS/Dateien/Publikationen/Kurzpapiere/Kurzpapier_Nr_1.pdf", 1).body
    release_pdf = source_paper(PAPERS["pm-chat"], WORLD)

    assert copy == paper_bytes(PAPERS["kp-1"])
    assert "Private Chats sind keine Tatorte" in " ".join(pdf_text(release_pdf))


def test_shipped_files_are_those_of_the_texts(tmp_path: Path) -> None:
    """Every file of every day is in the archive, as the texts make it, and nothing else."""
    fresh = tmp_path / SHIPPED.name
    subprocess.run([sys.executable, "-m", "benchmarks.sample_files", str(fresh)], check=True, cwd=ROOT)

    assert contents(fresh) == contents(SHIPPED)


def contents(archive: Path) -> dict[str, bytes]:
    """What each file of an archive holds."""
    with zipfile.ZipFile(archive) as files:
        return {name: files.read(name) for name in files.namelist()}

"""Identity: one address and one id for each document, whatever link led to it."""

# Rows of markup and addresses are read better unbroken.

from __future__ import annotations

import csv
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_texts import CORPUS, needs_corpus

from crawler.errors import UnknownIdentity
from crawler.identity import canonical_url, distinct_ids, document_id_for, file_doc_type, is_file
from crawler.sources import load_source

MEDIA = CORPUS / "dsk" / "media_urls.tsv"
DSMV, DSK = load_source("dsmv"), load_source("dsk")
DSK_SITE = "https://www.datenschutzkonferenz-online.de"
DSMV_SITE = "https://www.datenschutz-mv.de"
SECTION = DSK_SITE + "/orientierungshilfen.html"


@needs_corpus
def test_all_real_media_addresses_are_canonical_and_distinct() -> None:
    """136 real addresses: each is its own canonical form, each id is the documented one, none twice."""
    with MEDIA.open(encoding="utf-8") as file:
        urls = [row["url"] for row in csv.DictReader(file, delimiter="\t")]
    ids = [document_id_for(url, DSK) for url in urls]

    assert len(urls) == 136
    assert [canonical_url(url, "", DSK) for url in urls] == urls
    assert len(set(ids)) == 136
    assert all(re.fullmatch(r"dsk-[a-z]+-[a-z0-9]+(-[a-z0-9]+)*", one) for one in ids)
    assert [one.split("-")[1] for one in ids] == [url.split("/")[4] for url in urls]
    assert distinct_ids(urls, DSK) == dict(zip(urls, ids, strict=True))


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (
            "oh/20240506_DSK_Orientierungshilfe_KI_und_Datenschutz.pdf",
            "oh-20240506-dsk-orientierungshilfe-ki-und-datenschutz",
        ),
        ("kp/dsk_kpnr_5.pdf", "kp-dsk-kpnr-5"),
        ("oh/20201111_checkliste_oh_videokonferenzsysteme.odt", "oh-20201111-checkliste-oh-videokonferenzsysteme-odt"),
        ("oh/20200903_oh_v%C3%BC_dsk.pdf", "oh-20200903-oh-vue-dsk"),
        ("ah/20191016_bu%C3%9Fgeldkonzept.PDF", "ah-20191016-bussgeldkonzept"),
        ("oh/2025/anlagen/Anhang_%C3%84.docx", "oh-2025-anlagen-anhang-ae-docx"),
        ("satzung.pdf", "media-satzung"),
        ("oh/a.b.c.pdf", "oh-a-b-c"),
    ],
)
def test_ids_of_dsk_files_are_the_contracts(path: str, wanted: str) -> None:
    """Folder and slug of the file name; the ending only if it is not pdf; umlauts written out."""
    assert document_id_for(f"{DSK_SITE}/media/{path}", DSK) == f"dsk-{wanted}"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("/presse/?id=208815&processor=processor.sa.pressemitteilung", "dsmv-208815"),
        ("/datenschutz/aktuell/?processor=processor.sa.pressemitteilung&id=208815", "dsmv-208815"),
        (
            "https://www.informationsfreiheit-mv.de/presse/?id=208815&processor=processor.sa.pressemitteilung",
            "dsmv-208815",
        ),
        ("http://datenschutz-mv.de/presse?id=0208815", "dsmv-208815"),
        ("/static/DS/Dateien/Datenschutzmodell/SDM-Methode_V3.pdf", "dsmv-datei-datenschutzmodell-sdm-methode-v3-pdf"),
        (
            "/static/DS/Dateien/Datenschutzmodell/Bausteine/SDM_L%C3%B6schen.pdf",
            "dsmv-datei-datenschutzmodell-bausteine-sdm-loeschen-pdf",
        ),
        ("/serviceassistent/download?id=1650000", "dsmv-datei-1650000"),
        ("/serviceassistent/_php/download.php?datei_id=1650000", "dsmv-datei-1650000"),
        ("/static/DS/Flyer.pdf", "dsmv-datei-static-ds-flyer-pdf"),
        ("/Blickpunkte/", "dsmv-seite-blickpunkte"),
        (
            "/datenschutz/publikationen/entschliessungen_2020_2011/",
            "dsmv-seite-datenschutz-publikationen-entschliessungen-2020-2011",
        ),
        ("/Blickpunkte/?eintrag=7", "dsmv-seite-blickpunkte-eintrag-7"),
        ("/", "dsmv-seite-start"),
    ],
)
def test_ids_of_dsmv_are_the_contracts(url: str, wanted: str) -> None:
    """The id number whatever host or path; files by path or download id; pages by path."""
    assert document_id_for(canonical_url(url, DSMV_SITE + "/", DSMV), DSMV) == wanted


def test_section_pages_are_documents_too() -> None:
    """Links to other bodies' files hang on the section page, so it needs an id."""
    assert document_id_for(SECTION, DSK) == "dsk-seite-orientierungshilfen"


@pytest.mark.parametrize(
    ("href", "wanted"),
    [
        ("../media/oh/x.pdf", "/media/oh/x.pdf"),
        ("../../../media/./oh/../oh/x.pdf", "/media/oh/x.pdf"),
        ("%2e%2e/media/oh/x.pdf", "/media/oh/x.pdf"),
        ("/media/oh/OH-Werbung_Februar 2022_final.pdf", "/media/oh/OH-Werbung_Februar%202022_final.pdf"),
        ("/media/oh/OH-Werbung_Februar%202022_final.pdf", "/media/oh/OH-Werbung_Februar%202022_final.pdf"),
        ("/media/oh/vü.pdf", "/media/oh/v%C3%BC.pdf"),
        ("/media/oh/vu\u0308.pdf", "/media/oh/v%C3%BC.pdf"),
        ("/media/oh/v%c3%bc.pdf", "/media/oh/v%C3%BC.pdf"),
        ("/media/oh/vu%CC%88.pdf", "/media/oh/v%C3%BC.pdf"),
        ("/media/oh/50%.pdf", "/media/oh/50%25.pdf"),
        ("/media/oh/50%25.pdf", "/media/oh/50%25.pdf"),
        ("/media/oh/a%2Fb.pdf", "/media/oh/a%2Fb.pdf"),
        ("/media/oh/v%FC.pdf", "/media/oh/v%FC.pdf"),
        (" \n/media/oh/x.pdf\t#page=3 ", "/media/oh/x.pdf"),
        ("/media/oh/x.pdf?utm_source=brief&sid=4711", "/media/oh/x.pdf"),
        ("http://datenschutzkonferenz-online.de:80/media/oh/x.pdf", "/media/oh/x.pdf"),
        ("//www.datenschutzkonferenz-online.de:443/media/oh/x.pdf", "/media/oh/x.pdf"),
        ("HTTPS://WWW.Datenschutzkonferenz-Online.de./media/oh/x.pdf", "/media/oh/x.pdf"),
        ("/media;jsessionid=A0B1/oh/x.pdf", "/media/oh/x.pdf"),
    ],
)
def test_every_spelling_of_an_address_becomes_one(href: str, wanted: str) -> None:
    """Dot segments, raw characters, ports, schemes, hosts, fragments and campaign parameters."""
    assert canonical_url(href, SECTION, DSK) == DSK_SITE + wanted


def test_a_release_has_one_address() -> None:
    """Other parameters, other hosts and another order of parameters do not make another address."""
    wanted = f"{DSMV_SITE}/presse/?id=171183&processor=processor.sa.pressemitteilung"
    spellings = [
        "/presse/?id=171183&processor=processor.sa.pressemitteilung",
        "?processor=processor.sa.pressemitteilung&id=171183&sa.month=alle&utm_medium=feed",
        "http://informationsfreiheit-mv.de/presse/;jsessionid=9?id=171183&processor=processor.sa.pressemitteilung#a",
    ]

    assert {canonical_url(href, DSMV_SITE + "/presse/", DSMV) for href in spellings} == {wanted}


def test_the_pager_keeps_its_parameters() -> None:
    """A list page is addressed by its query."""
    href = "/presse/?pager.page.nr=1&pager.items.offset=30&fbclid=x"

    assert canonical_url(href, DSMV_SITE, DSMV) == f"{DSMV_SITE}/presse/?pager.page.nr=1&pager.items.offset=30"


def test_other_hosts_keep_scheme_and_host() -> None:
    """Only the source's own hosts are mapped; passwords never enter the archive."""
    assert canonical_url("http://u:p@EDPB.europa.eu:8080/a b", SECTION, DSK) == "http://edpb.europa.eu:8080/a%20b"
    assert canonical_url("http://müller.de", SECTION, DSK) == "http://xn--mller-kva.de/"


@pytest.mark.parametrize(
    "href", ["mailto:a@b.de", "javascript:alert(1)", "http://[::1", "http://a:99999/", "http://a b/", "x" * 9000]
)
def test_what_is_no_address_has_a_named_error(href: str) -> None:
    """Nothing but UnknownIdentity leaves this room."""
    with pytest.raises(UnknownIdentity):
        canonical_url(href, SECTION, DSK)


@pytest.mark.parametrize(
    "url",
    [
        f"{DSMV_SITE}/presse/?id=abc&processor=processor.sa.pressemitteilung",
        f"{DSMV_SITE}/presse/?id=&processor=processor.sa.pressemitteilung",
        f"{DSMV_SITE}/presse/?id=-5&processor=processor.sa.pressemitteilung",
        f"{DSMV_SITE}/presse/?id=1e3&processor=processor.sa.pressemitteilung",
        f"{DSMV_SITE}/presse/?id=%D9%A1%D9%A2&processor=processor.sa.pressemitteilung",
        f"{DSMV_SITE}/presse/?id={'9' * 40}&processor=processor.sa.pressemitteilung",
        f"{DSMV_SITE}/static/DS/Dateien/%E2%80%93",
        "https://www.bfdi.bund.de/x.pdf",
    ],
)
def test_an_address_without_identity_has_a_named_error(url: str) -> None:
    """An id that is not a number, a name without letters, a foreign host."""
    with pytest.raises(UnknownIdentity):
        document_id_for(url, DSMV)


def test_files_whose_slugs_are_the_same_are_told_apart() -> None:
    """One keeps the plain id, the other gets a digest; the order of the links does not matter."""
    urls = [f"{DSK_SITE}/media/oh/{name}.pdf" for name in ("a_b", "a-b", "A b", "c")]
    results = {tuple(sorted(distinct_ids(order, DSK).items())) for order in itertools.permutations(urls)}

    assert len(results) == 1
    ids = dict(next(iter(results)))
    assert len(set(ids.values())) == 4
    assert sorted(ids.values())[0] == "dsk-oh-a-b"
    assert ids[urls[3]] == "dsk-oh-c"


def test_a_very_long_name_keeps_a_distinct_bounded_id() -> None:
    """Cut names are closed with the digest of the whole address."""
    ids = {document_id_for(f"{DSK_SITE}/media/oh/{'wort_' * 100}{end}.pdf", DSK) for end in "ab"}

    assert len(ids) == 2
    assert all(len(one) <= 200 for one in ids)


def test_the_type_of_a_guidance_file_comes_from_its_path() -> None:
    """DSMV's own copy of a Kurzpapier is a Kurzpapier; what is not described is information."""
    base = DSMV_SITE + "/static/DS/Dateien/"

    assert file_doc_type(base + "Publikationen/Kurzpapiere/Kurzpapier_Nr_1.pdf", DSMV) == "kurzpapier"
    assert file_doc_type(base + "DS-GVO/VVT/Muster.docx", DSMV) == "information"
    assert is_file(base + "OhneEndung", DSMV)


@given(st.text(max_size=80))
def test_any_text_gives_an_address_that_stays_itself(href: str) -> None:
    """Canonical means: taking the canonical form again changes nothing; no error but the named one."""
    try:
        once = canonical_url(href, SECTION, DSK)
    except UnknownIdentity:
        return

    assert canonical_url(once, SECTION, DSK) == once
    assert once.isascii()
    assert not re.search(r"\s", once)


def test_a_megabyte_of_hostile_text_is_refused() -> None:
    """Length is checked before anything that costs time."""
    for text in ("%" * 1_000_000, "../" * 300_000, "http://" + "a." * 500_000):
        with pytest.raises(UnknownIdentity):
            canonical_url(text, SECTION, DSK)


@pytest.mark.parametrize(
    ("href", "wanted"),
    [
        ("/static/DS/Dateien/a.pdf?ssoid=9c&nn=7", "/static/DS/Dateien/a.pdf"),
        ("/static/DS/Dateien/a.pdf?view=renderPrint", "/static/DS/Dateien/a.pdf"),
        ("/serviceassistent/download?ssoid=9c&id=1650000", "/serviceassistent/download?id=1650000"),
        ("/presse/?pager.page.nr=0&pager.items.offset=0", "/presse/"),
        ("/presse/?pager.page.nr=1&pager.items.offset=30", "/presse/?pager.page.nr=1&pager.items.offset=30"),
        ("/Blickpunkte/?print=1", "/Blickpunkte/"),
        ("/Blickpunkte/?jahr=2024", "/Blickpunkte/?jahr=2024"),
        ("https://www.example.org/x?view=print&nn=7", "https://www.example.org/x?view=print&nn=7"),
    ],
)
def test_sessions_and_views_of_the_own_site_are_no_part_of_an_address(href: str, wanted: str) -> None:
    """The source's description lists them; another site's parameters are its own."""
    expected = wanted if wanted.startswith("https") else DSMV_SITE + wanted

    assert canonical_url(href, f"{DSMV_SITE}/presse/", load_source("dsmv")) == expected

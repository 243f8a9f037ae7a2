"""Rules of the citation grammar that the annotated sample does not show."""

from __future__ import annotations

import json
from collections import Counter

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_texts import CORPUS, needs_corpus

from archive.keeping.records import CitationRecord
from pipelines.citations import find_citations
from pipelines.mending import mend_pages

PIECES = (
    "Art. ",
    "Artikel ",
    "§ ",
    "§§ ",
    "Erwägungsgrund ",
    "6",
    "13",
    " Abs. 1",
    " Absatz 2",
    " Satz 1",
    " lit. f",
    " Buchst. a",
    " Nr. 4",
    " und ",
    ", ",
    " bis ",
    "-",
    " i. V. m. ",
    " ff.",
    " f.",
    " DS-GVO",
    " BDSG",
    " IFG M-V",
    " GG",
    "(",
    ")",
    "\n",
    "\u00a0",
    "\u00ad",
    "\x02",
    " C-311/18",
    " 1 BvR 1345/21",
    "x",
    "ß",
    " des ",
    " der Datenschutz-Grundverordnung",
    " I",
    " a.F.",
    "/",
)


def only(text: str) -> CitationRecord:
    found = find_citations(text)
    assert len(found) == 1
    return found[0]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_raw_is_the_text_at_start(text: str) -> None:
    """Whatever the text, ``start`` and ``raw`` reproduce it exactly, and rows come in text order."""
    found = find_citations(text)

    assert all(text[row.start : row.start + len(row.raw)] == row.raw for row in found)
    assert [row.start for row in found] == sorted(row.start for row in found)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Hostile characters raise nothing."""
    assert all(row.raw in text for row in find_citations(text))


def test_rows_of_one_enumeration_share_raw_and_start() -> None:
    """Every provision is a row; the evidence is the whole citation."""
    rows = find_citations("nach den Art. 13, 14 und 15 DS-GVO")

    assert {(row.raw, row.start) for row in rows} == {("Art. 13, 14 und 15 DS-GVO", 9)}
    assert [row.number for row in rows] == ["13", "14", "15"]


def test_raw_leaves_out_what_is_no_part_of_the_citation() -> None:
    """Brackets and full stops around a citation stay outside."""
    assert only("(vgl. Art. 6 Abs. 1 lit. f)").raw == "Art. 6 Abs. 1 lit. f"
    assert only("(Artikel 15)").raw == "Artikel 15"
    assert only("im BDSG (§ 26)").raw == "§ 26"
    assert only("gilt § 26 BDSG.").raw == "§ 26 BDSG"
    assert only("Artikel 6 der Datenschutz-Grundverordnung (DS-GVO)").raw == "Artikel 6 der Datenschutz-Grundverordnung"


def test_item_numbers_have_a_column_of_their_own() -> None:
    """ "Nr. 11" is neither a paragraph nor a letter."""
    row = only("Art. 4 Nr. 11 DS-GVO")

    assert (row.item, row.paragraph, row.letter) == ("11", None, None)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Der Hafen heißt so in Art. 4 Nr. 17 [2] DSGVO.", ("DSGVO", "4", None, "17")),
        ("Das sagt § 26[1] BDSG.", ("BDSG", "26", None, None)),
        ("Das sagt Art. 6 Abs. 1² DSGVO.", ("DSGVO", "6", "1", None)),
    ],
)
def test_a_mark_is_read_over(text: str, row: tuple[str | None, ...]) -> None:
    """A mark of a note between number and law stays in the raw text and means nothing."""
    found = only(text)

    assert (found.law, found.number, found.paragraph, found.item) == row
    assert found.raw == text[found.start : found.start + len(found.raw)]


@pytest.mark.parametrize(
    "text", ["§ 4 gilt. Das BDSG regelt mehr.", "§ 4 und die übrigen Regeln des BDSG", "§ 4 Satz 1, wie Art. 6 DSGVO"]
)
def test_a_law_further_away_is_not_inherited(text: str) -> None:
    """Only the grammar of an enumeration hands a law on."""
    assert find_citations(text)[0].law is None


@pytest.mark.parametrize(
    "seed",
    [
        "Art. 6, ",
        "§§ 1 bis 20, ",
        "§ ",
        "Art. 1 Abs. 1 und ",
        "(",
        "Art. 5 des Gesetzes ",
        "C-",
        "1 BvR ",
        "Abs. ",
        "DS-",
        "6 i. V. m. ",
        "§ 1 IFG des Landes ",
        "- \n",
        "\u00ad",
        "1/22 ",
        " \n",
        "A",
        "Erwägungsgrund 1 Satz ",
        "Art. 6 Abs. 1 lit. a, ",
        "§ 5 der neuen neuen neuen ",
    ],
)
def test_citations_of_a_long_run_of_one_piece_stand_where_they_say(seed: str) -> None:
    text = seed * (100_000 // len(seed))

    assert all(text.startswith(one.raw, one.start) for one in find_citations(text))


RELEASES = {
    "146886": ["DSGVO Art. 58 2 f"],
    "148609": ["DSGVO Art. 6 1 f", "DSGVO Art. 5 1 -"],
    "156841": ["StGB § 184 - -", "StGB § 201a - -", "KUG § 23 - -"],
    "162445": ["- Az C-311/18 - -", "DSGVO Art. 46 - -", "DSGVO Art. 49 - -", "DSGVO Art. 49 - -"],
    "163619": ["DSGVO Art. 12 - -"],
    "166062": ["DSGVO Art. 9 1 -", "DSGVO Art. 9 2 -", "DSGVO Art. 9 2 e"],
    "171183": ["- Az C-311/18 - -"],
    "181088": ["DSGVO Art. 58 2 -", "DSGVO Art. 33 - -"],
    "190961": ["- Az C-34/12 - -", "- Az 1 BvR 1547/19 - -", "- Az 1 BvR 2634/20 - -"],
}
"""What a careful reader finds in the 30 real releases; the others cite nothing."""


@needs_corpus
def test_real_guidance_paper_is_read_completely() -> None:
    """139 rows, checked by eye; only what the paper itself leaves open has no law."""
    document = pypdfium2.PdfDocument(CORPUS / "dsk" / "20200903_oh_vue_dsk.pdf")
    pages = [page.get_textpage().get_text_bounded() for page in document]
    mended = mend_pages(pages)
    rows = [row for number, page in enumerate(mended, start=1) for row in find_citations(page.text, page=number)]
    laws = Counter(row.law or row.unit for row in rows)

    assert [(row.number, row.paragraph) for row in rows if row.law is None and row.unit != "Az"] == [
        ("30", "5"),
        ("26", None),
    ]
    assert laws["Az"] == 16
    assert laws["BDSG a.F."] == 2
    assert laws["DSRL"] == 1
    assert sum(laws.values()) == 139


@needs_corpus
def test_real_releases_are_read_completely() -> None:
    """Nothing is missed and nothing invented on real text."""
    found = {}
    for path in sorted((CORPUS / "dsmv").glob("*.json")):
        rows = find_citations(json.loads(path.read_text(encoding="utf-8"))["text"])
        if rows:
            found[path.stem] = [
                f"{r.law or '-'} {r.unit} {r.number} {r.paragraph or '-'} {r.letter or '-'}" for r in rows
            ]

    assert found == RELEASES


@pytest.mark.parametrize(
    ("text", "raws"),
    [
        ("nach §§ 28 BDSG, 15 Abs. 3 TMG", ["§§ 28 BDSG", "15 Abs. 3 TMG"]),
        ("im 47. Erwägungsgrund der DS-GVO", ["47. Erwägungsgrund der DS-GVO"]),
        ("§ 1 des IFG (IFG) des Landes M.-V. gilt", ["§ 1 des IFG (IFG) des Landes M.-V."]),
        ("1 BvR 256/08, 263/08", ["1 BvR 256/08", "263/08"]),
        ("Art. 80 Abs. 1 DSGVO-konform", ["Art. 80 Abs. 1 DSGVO"]),
    ],
)
def test_raw_shows_what_was_read(text: str, raws: list[str]) -> None:
    """Continued enumerations, recitals counted before their word and a Land behind brackets."""
    assert [row.raw for row in find_citations(text)] == raws


@pytest.mark.parametrize(
    "text",
    [
        "§ 29 des Bayerischen Verwaltungsverfahrensgesetzes",
        "§ 3 des Sächsischen Umweltinformationsgesetzes",
        "§ 1 des IFG (IFG) Mecklenburg-Vorpommern",
        "§ 1 IFG M/V",
        "§ 1 Bremer IFG",
        "§ 3 Landes-UIG",
    ],
)
def test_a_law_of_a_land_is_never_the_federal_one(text: str) -> None:
    """Where the act of the Land has no name of its own the law stays empty."""
    assert only(text).law not in {"IFG", "VwVfG", "UIG"}

"""Citations composed of every spelling of unit, parts, enumeration, tail and law: each row has to be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import cycle, product

import pytest

from pipelines.citations import find_citations

Row = tuple[str, ...]

EU = [
    "DSGVO",
    "DS-GVO",
    "EU-DSGVO",
    "DS – GVO",
    "der Datenschutz-Grundverordnung",
    "der DS-GVO",
    "DS-\nGVO",
    "der Datenschutzgrundverordnung",
    "der Verordnung (EU) 2016/679",
]
FEDERAL = {
    "BDSG": ["BDSG", "des Bundesdatenschutzgesetzes", "BDSG-neu", "BDSG n. F.", "des BDSG"],
    "TDDDG": ["TDDDG", "TTDSG"],
    "BGB": ["BGB", "des Bürgerlichen Gesetzbuches"],
    "StGB": ["StGB", "des Strafgesetzbuchs"],
    "DSG M-V": ["DSG M-V", "DSG MV", "DSG M.-V.", "des Landesdatenschutzgesetzes Mecklenburg-Vorpommern"],
    "SOG M-V": ["SOG M-V", "des Sicherheits- und Ordnungsgesetzes Mecklenburg-Vorpommern"],
    "LUIG M-V": [
        "LUIG M-V",
        "Landes-Umweltinformationsgesetz Mecklenburg-Vorpommern",
        "des Landesumweltinformationsgesetzes M-V",
    ],
    "LPrG M-V": ["LPrG M-V", "des Landespressegesetzes für das Land Mecklenburg-Vorpommern"],
    "BArchG": ["BArchG", "des Bundesarchivgesetzes", "des Bundesarchivgesetzes (BArchG)"],
    "MBO-Ä": ["MBO-Ä"],
    "HSeilbG": ["HSeilbG", "des Hafenseilbahngesetzes (HSeilbG)"],
    "Hafenseilbahngesetz": ["Hafenseilbahngesetz", "des Hafenseilbahngesetzes"],
}
# What is printed behind the number, and the rows of (paragraph, sentence, letter, item) that it makes.
PARTS: list[tuple[str, list[tuple[str, str, str, str]]]] = [
    ("", [("", "", "", "")]),
    (" Abs. 1", [("1", "", "", "")]),
    (" Absatz 2 Satz 1", [("2", "1", "", "")]),
    (" Abs. 1 S. 1", [("1", "1", "", "")]),
    (" Abs.1 S.2", [("1", "2", "", "")]),
    (" (1)", [("1", "", "", "")]),
    (" II", [("2", "", "", "")]),
    (" I 1", [("1", "1", "", "")]),
    (" I, IV", [("1", "", "", ""), ("4", "", "", "")]),
    (" I u. II", [("1", "", "", ""), ("2", "", "", "")]),
    (" I und III", [("1", "", "", ""), ("3", "", "", "")]),
    (" IV–VI", [("4", "", "", ""), ("5", "", "", ""), ("6", "", "", "")]),
    (" II bis IV", [("2", "", "", ""), ("3", "", "", ""), ("4", "", "", "")]),
    (" II lit. a, III", [("2", "", "a", ""), ("3", "", "", "")]),
    (" II lit. h, i und III", [("2", "", "h", ""), ("2", "", "i", ""), ("3", "", "", "")]),
    (" Abs. 1 lit. a u. f", [("1", "", "a", ""), ("1", "", "f", "")]),
    (" Abs. 1 lit. a und b", [("1", "", "a", ""), ("1", "", "b", "")]),
    (" Abs. 1 lit. a, c oder f", [("1", "", "a", ""), ("1", "", "c", ""), ("1", "", "f", "")]),
    (" Abs. 1 lit. a–c", [("1", "", letter, "") for letter in "abc"]),
    (" Abs. 1 Buchst. b bis d", [("1", "", letter, "") for letter in "bcd"]),
    (" Abs. 1 UAbs. 1 lit. f", [("1", "", "f", "")]),
    (" Abs. 1 erster Unterabsatz Buchstabe f", [("1", "", "f", "")]),
    (" Abs. 2 zweiter Satz", [("2", "2", "", "")]),
    (" Nr. 2", [("", "", "", "2")]),
    (". Nr. 2", [("", "", "", "2")]),
    (" Abs. 1 Nr. 2 bis 4 und 6", [("1", "", "", item) for item in "2346"]),
    (" Abs. 1 Nr. 1, 2 u. 5", [("1", "", "", item) for item in "125"]),
    (" Abs. 2 Satz 1 Nr. 3 lit. b", [("2", "1", "b", "3")]),
    (" Abs. 1, 2 und 4", [(paragraph, "", "", "") for paragraph in "124"]),
    (" Abs. 1 u. 2", [("1", "", "", ""), ("2", "", "", "")]),
    (" Abs. 1 bis 3", [(paragraph, "", "", "") for paragraph in "123"]),
    (" Abs. 2 lit. h i. V. m. Abs. 3", [("2", "", "h", ""), ("3", "", "", "")]),
    (" Absatz 1 Satz 1 Buchstabe c und e", [("1", "1", "c", ""), ("1", "1", "e", "")]),
    (" ff.", [("", "", "", "")]),
]
TAILS = [
    "",
    " zweiter Halbsatz",
    " letzter Halbsatz",
    " 2. Hs.",
    " erste Alternative",
    ", zweite Alternative",
    " 2. Alt.",
    " a. E.",
    " am Ende",
    " analog",
    " Alt. 2",
    " Halbsatz 1",
    " dritte Variante",
    " Eingangssatz",
]
FRAMES = [
    "Das folgt aus {}.",
    "Die Stelle stützt sich auf {}, was genügt.",
    "(vgl. {})",
    "Nach {} ist der Hafen zu sichern.",
    "{}",
    "Ein Verstoß gegen {} liegt vor; mehr nicht.",
]
NUMBERS = ["Art. 6", "Artikel 9", "Art.58"], ["§ 26", "§4", "§ 123", "§ 201a"]


def found(text: str, home: str | None = None) -> Counter[Row]:
    rows = find_citations(text, home=home)
    return Counter(
        tuple(part or "" for part in (row.law, row.unit, row.number, row.paragraph, row.sentence, row.letter, row.item))
        for row in rows
    )


def composed() -> Iterator[tuple[str, list[Row]]]:
    """Every part with every tail, the spellings of numbers, laws and frames in turn."""
    frames = cycle(FRAMES)
    for unit, numbers, laws in (
        ("Art.", cycle(NUMBERS[0]), cycle((spelling, "DSGVO") for spelling in EU)),
        ("§", cycle(NUMBERS[1]), cycle((spelling, law) for law, all in FEDERAL.items() for spelling in all)),
    ):
        for (part, rows), tail in product(PARTS, TAILS):
            number, (spelling, law) = next(numbers), next(laws)
            value = number.lstrip("Artikel.§ ")
            yield (next(frames).format(f"{number}{part}{tail} {spelling}"), [(law, unit, value, *row) for row in rows])


def test_composed_citations_are_read_exactly() -> None:
    wrong = [(text, rows) for text, rows in composed() if found(text) != Counter(rows)]

    assert wrong == []


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Art. 5 u. Art. 6 DSGVO", ["DSGVO|Art.|5", "DSGVO|Art.|6"]),
        ("§ 3 u. § 4 BDSG", ["BDSG|§|3", "BDSG|§|4"]),
        ("Art. 13, Art. 14 u. Art. 15 DSGVO", ["DSGVO|Art.|13", "DSGVO|Art.|14", "DSGVO|Art.|15"]),
        ("Art. 2 I, 1 I GG", ["GG|Art.|2|1", "GG|Art.|1|1"]),
        ("Art. 2 I i.V.m. 1 I GG", ["GG|Art.|2|1", "GG|Art.|1|1"]),
        ("§§ 12a–12c BKAG", ["BKAG|§|12a", "BKAG|§|12b", "BKAG|§|12c"]),
        ("§§ 12a-c BKAG", ["BKAG|§|12a", "BKAG|§|12b", "BKAG|§|12c"]),
        ("§§ 12a, b und d BKAG", ["BKAG|§|12a", "BKAG|§|12b", "BKAG|§|12d"]),
        ("§§ 12 bis 12b BKAG", ["BKAG|§|12", "BKAG|§|12a", "BKAG|§|12b"]),
        ("Art. 6 (Rechtmäßigkeit der Verarbeitung) DSGVO", ["DSGVO|Art.|6"]),
        ("Art. 9 DSGVO Abs. 2 lit. g", ["DSGVO|Art.|9|2||g"]),
        ("Art. 4 DSGVO Nr. 2 und 7", ["DSGVO|Art.|4||||2", "DSGVO|Art.|4||||7"]),
        ("Art. 6 Abs. 1 lit f. DSGVO", ["DSGVO|Art.|6|1||f"]),
        ("Art. 6 Abs. 1 lit a. und b DSGVO", ["DSGVO|Art.|6|1||a", "DSGVO|Art.|6|1||b"]),
        ("§ 1004 Abs. 1 Satz 2 analog i. V. m. § 823 Abs. 1 BGB", ["BGB|§|1004|1|2", "BGB|§|823|1"]),
        ("§ 7 des Bayerischen Seilbahngesetzes", ["Seilbahngesetz Bayern|§|7"]),
        ("Art. 4 Nr. 17 [2] DSGVO", ["DSGVO|Art.|4||||17"]),
        ("§ 26³ Abs. 1[4] BDSG", ["BDSG|§|26|1"]),
        ("Art. 7 Abs. 2 u. § 22 BDSG", ["|Art.|7|2", "BDSG|§|22"]),
        ("Art. 37 Abs. 7 u. Art. 38 DSGVO", ["DSGVO|Art.|37|7", "DSGVO|Art.|38"]),
        ("Art. 30 (Verzeichnis der Fähren) Abs. 2 lit. a DSGVO", ["DSGVO|Art.|30|2||a"]),
        ("Art. 9 Abs. 2 lit. a., c. und g. DSGVO", [f"DSGVO|Art.|9|2||{one}" for one in "acg"]),
        ("Art. 4 Nr. 1, 2 und 14 DSGVO", [f"DSGVO|Art.|4||||{one}" for one in (1, 2, 14)]),
        ("1 BvR 12, 34 und 56/17", ["|Az|1 BvR 12/17", "|Az|1 BvR 34/17", "|Az|1 BvR 56/17"]),
    ],
)
def test_enumerations_ranges_and_headings(text: str, rows: list[str]) -> None:
    assert found(f"Es gilt {text} im Hafen.") == Counter(tuple((row.split("|") + [""] * 7)[:7]) for row in rows)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("VG Greifswald, Urteil vom 3. Mai 2021, 4 A 12/20 HGW", "4 A 12/20 HGW"),
        ("OVG Greifswald, Beschluss vom 3. Mai 2021 – 1 M 430/20 OVG", "1 M 430/20 OVG"),
        ("VG Weimar, Beschluss vom 3. Mai 2021, 1 K 12/20 We.", "1 K 12/20 We"),
        ("VG Mainz, Urteil vom 3. Mai 2021 – 1 K 467/19.MZ –", "1 K 467/19.MZ"),
        ("OVG Münster, Beschluss vom 3. Mai 2021 – 13 A 12/20.A", "13 A 12/20.A"),
        ("VG Ansbach, Urteil vom 3. Mai 2021, AN 14 K 19.01234", "AN 14 K 19.01234"),
        ("VG Regensburg, Urteil vom 3. Mai 2021, RN 9 K 19.1061", "RN 9 K 19.1061"),
        ("VGH München, Beschluss vom 3. Mai 2021, 5 ZB 19.1234", "5 ZB 19.1234"),
        ("BSG, Urteil vom 3. Mai 2021, B 1 KR 7/20 R", "B 1 KR 7/20 R"),
        ("SG Schwerin, Beschluss vom 3. Mai 2021, S 12 AS 45/20 ER", "S 12 AS 45/20 ER"),
        ("LSG Neustrelitz, Beschluss vom 3. Mai 2021, L 8 AS 45/20 B ER", "L 8 AS 45/20 B ER"),
        ("BPatG, Beschluss vom 3. Mai 2021, 26 W (pat) 5/19", "26 W (pat) 5/19"),
        ("OLG Düsseldorf, Urteil vom 3. Mai 2021, I-20 U 12/19", "I-20 U 12/19"),
        ("OLG Köln, Urteil vom 3. Mai 2021, 15 U 89/19", "15 U 89/19"),
        ("BGH, Beschluss vom 3. Mai 2021, NotZ(Brfg) 4/19", "NotZ(Brfg) 4/19"),
        ("Verfassungsgericht, Urteil vom 3. Mai 2021, LVerfG 5/19", "LVerfG 5/19"),
        ("OLG Celle, Beschluss vom 3. Mai 2021, 13 U (Kart) 9/18", "13 U (Kart) 9/18"),
        ("BGH, Urteil vom 3. Mai 2021, VI ZR 405/18", "VI ZR 405/18"),
        ("BVerwG, Urteil vom 3. Mai 2021, 6 C 2.18", "6 C 2.18"),
        ("EuGH, Urteil vom 3. Mai 2021, C-300/21", "C-300/21"),
        ("Urteil vom 3. Mai 2021, 5 K 12/20, OVG Greifswald", "5 K 12/20"),
        ("Urteil vom 3. Mai 2021 5 K 12/20 OVG Greifswald", "5 K 12/20"),
    ],
)
def test_case_numbers_keep_their_court(text: str, number: str) -> None:
    """Seat, kind of proceedings and leading letters are part of a case number; what follows in the sentence is not."""
    assert found(text) == Counter([("", "Az", number, "", "", "", "")])


@pytest.mark.parametrize(
    ("text", "home", "law"),
    [
        ("Nach § 4 LDSG ist das erlaubt.", "MV", "DSG M-V"),
        ("Nach § 4 des Landesdatenschutzgesetzes ist das erlaubt.", "MV", "DSG M-V"),
        ("Nach § 4 LDSG ist das erlaubt.", None, "LDSG"),
        ("Nach § 4 LDSG BW ist das erlaubt.", "MV", "LDSG BW"),
        ("Nach § 4 BDSG ist das erlaubt.", "MV", "BDSG"),
        ("Nach § 4 Landespressegesetz ist das erlaubt.", "MV", "LPrG M-V"),
    ],
)
def test_an_act_without_a_land_is_that_of_who_speaks(text: str, home: str | None, law: str) -> None:
    (row,) = find_citations(text, home=home)

    assert row.law == law
    assert row.raw in text


@pytest.mark.parametrize(
    "text",
    [
        "Die Art und Weise der Lagerung regelt die Gemeinde; 24 Stunden genügen.",
        "Von 5 u. 6 Booten kamen Meldungen, 12 f. und 13 ff. fehlen.",
        "In Kapitel 5 u. 6 des Berichts, S. 12 und 13, steht mehr.",
        "Die Verordnung (EU) 2016/679 vom 27. April 2016 ist bekannt.",
        "Heft 4/19 SN und Band 12/20 Me liegen aus.",
        "Variante a. E. am Ende analog zu Nr. 3 der Liste.",
        "Abs. 1 u. 2 der Hausordnung, Nr. 2 bis 4.",
    ],
)
def test_what_only_looks_like_a_citation_is_none(text: str) -> None:
    assert find_citations(text, home="MV") == ()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Das steht in Art. 5. Absatz 2 regelt anderes.", ["|Art.|5"]),
        ("So Art. 6 Abs. 1 lit. f. Das BDSG schweigt.", ["|Art.|6|1||f"]),
        ("So Art. 6 Abs. 1 lit. f. DSGVO-Verstöße sind selten.", ["|Art.|6|1||f"]),
        ("Art. 6 DSGVO u. a. gilt", ["DSGVO|Art.|6"]),
        ("Art. 6 Abs. 1 lit. b u. a. m.", ["|Art.|6|1||b"]),
        ("Art. 30 DSGVO S. 12 des Heftes", ["DSGVO|Art.|30"]),
        ("Art. 6 (siehe dort) und die DSGVO", ["|Art.|6"]),
        ("§ 5 der Rechtsverordnung", ["|§|5"]),
        ("§ 5 des Gesetzes", ["|§|5"]),
        ("§ 5 der Hausordnung", ["|§|5"]),
        ("§ 12 Abs. 1 Satz 1 und die Landesregierung", ["|§|12|1|1"]),
    ],
)
def test_neighbours_keep_to_what_is_printed(text: str, rows: list[str]) -> None:
    assert found(text) == Counter(tuple((row.split("|") + [""] * 7)[:7]) for row in rows)

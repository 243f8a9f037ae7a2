"""Addresses that run over lines stand literally in the text, and what follows an address is not glued to it."""

import pytest

from pipelines.files.lines import Line
from pipelines.files.paragraphs import TAKEN, Flowing, address_bond
from pipelines.mending import is_word

WIDE = "Die Stelle führt ein Verzeichnis aller Karten und legt es jedes Jahr der Leitung vor, die"


def flowing(*texts: str, links: tuple[str, ...] = (), full: bool = True) -> str:
    """The flowing text of lines set under a wide one; ``full``: they reach to the right margin."""
    lines = [Line(WIDE, 70, 520, 700, 11)]
    for number, text in enumerate(texts, 1):
        right = 520 if full and number < len(texts) else 70 + 5 * len(text)
        lines.append(Line(text, 70, right, 700 - 13.2 * number, 11))
    return Flowing(lines, pitch=1.2, is_word=is_word, links=links).text()


WHOLE = {
    "own hyphen in the host": (
        "siehe https://www.moor-",
        "archiv.example.org/karten.pdf und mehr",
        "https://www.moor-archiv.example.org/karten.pdf",
    ),
    "own hyphen in the path": (
        "siehe www.example.org/akten/torf-",
        "stich_3.pdf",
        "www.example.org/akten/torf-stich_3.pdf",
    ),
    "behind a slash": (
        "siehe https://example.org/dateien/",
        "torf_2018.pdf",
        "https://example.org/dateien/torf_2018.pdf",
    ),
    "behind a dot": ("siehe https://www.", "moorarchiv.example.org/akten", "https://www.moorarchiv.example.org/akten"),
    "behind the scheme": ("siehe https:", "//example.org/moor", "https://example.org/moor"),
    "before a slash": ("siehe www.example.org", "/karten/moor.html", "www.example.org/karten/moor.html"),
    "behind an underscore": ("siehe www.example.org/themen/moor_", "und_torf", "www.example.org/themen/moor_und_torf"),
    "between two letters": (
        "siehe https://example.org/berichte/verzeich",
        "nis.html?stelle=3",
        "https://example.org/berichte/verzeichnis.html?stelle=3",
    ),
    "over three lines": (
        "siehe https://",
        "www.moorarchiv.example.org/",
        "karten/1911_blatt.pdf",
        "https://www.moorarchiv.example.org/karten/1911_blatt.pdf",
    ),
    "of a mailbox": ("an post@moor-", "archiv.example.org zu richten", "post@moor-archiv.example.org"),
    "a file number": ("unter dem Zeichen 4-1911/12-", "30-9 geführt", "4-1911/12-30-9"),
    "a file number behind a slash": ("unter dem Zeichen 3.2-1911/", "30-9 geführt", "3.2-1911/30-9"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_an_address_over_lines_keeps_its_signs(name):
    *lines, address = WHOLE[name]

    assert address in flowing(*lines)


APART = {
    "a new sentence": ("steht auf www.example.org", "Dort liegt es aus.", "www.example.org Dort"),
    "behind a full stop": ("steht auf www.example.org.", "Auskunft gibt die Stelle.", "www.example.org. Auskunft"),
    "the number of the next note": ("1. Siehe www.example.org/moor.pdf.", "2. Karte von 1911.", "moor.pdf. 2. Karte"),
    "a word behind a slash": ("steht auf https://example.org/", "und liegt aus", "https://example.org/ und"),
    "another address": ("steht auf https://example.org/", "https://example.com/moor", "https://example.org/ https://"),
    "a word behind a year": ("gilt für die Jahre 1911/", "und danach", "1911/ und"),
    "a small word": ("steht auf https://example.org/karten", "sowie im Amt", "karten sowie"),
}


@pytest.mark.parametrize("name", APART)
def test_what_follows_an_address_is_not_glued_to_it(name):
    *lines, said = APART[name]

    assert said in flowing(*lines)


def test_a_hyphen_that_was_put_into_an_address_goes_where_the_address_is_printed_whole():
    printed = "https://www.torfstelle.example.org/akten"
    text = flowing("siehe https://www.torf-", "stelle.example.org/akten", links=(printed,))

    assert printed in text
    assert address_bond("www.torf-", "stelle.example.org", "www.torf-stelle.example.org", is_word) == ""


def test_a_hyphen_that_parts_a_word_where_no_words_meet_goes():
    assert address_bond("example.org/drucksa-", "chen/3.pdf", "", is_word) == TAKEN
    assert address_bond("example.org/land-", "tag/3.pdf", "", is_word) == ""

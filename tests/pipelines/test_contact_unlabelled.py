"""Contact blocks that no label opens: every line of the address is found, and no line of the text."""

from __future__ import annotations

import pytest

from pipelines.reading.contact import contact_spans

BODY = "Das Hafenamt hat die Fähren geprüft und bittet um Antwort."

BLOCKS = [
    "Hafenamt Musterhafen\nAm Kai 3\n18000 Musterhafen\nTel.: 0381 000000\nFax: 0381 000001\npost@example.org\nwww.example.org",
    "Der Beauftragte für Fähren\nLotsenallee 7\n18000 Musterhafen\nTelefon 0381 000000\nhafen@example.org",
    "Presseteam\nE-Mail: presse@example.org",
    "Erika Muster\nTelefonnummer: 0381/000 000-23",
    "Musterweg 20a\n18000 Musterhafen",
    "Postfach 1234\n18000 Musterhafen\nTel. +49 381 000000",
    "Max Muster | Sprecher | T 0381 000000 | presse@example.org",
    "Max Muster, Pressesprecher, Tel. 0381 000000, presse@example.org",
    "VerantwortlichMax Muster, Telefon 0381 000000, Poststelle@example.org",
    "Pressestelle\nTel.: 0381 000000\nE-Mail: presse(at)example.org",
    "Pressestelle\nTel.: 0381 000000\npresse [at] example.org",
    "T: 0381 000000\nF: 0381 000001\npresse@example.org",
    "Mobil: 0170 0000000\nE-Mail: max.muster@example.org",
    "Phone +49 / 381 / 00000 0\nmailbox@example.org",
    "Poststelle des Amts\nHafenring 5, 18000 Musterhafen\nTelefon: 0381-000000 | Telefax: 0381-000001",
    "Rufnummer: (0381) 00 00 00\nInternet: www.example.org",
    "Amt für Fähren\nSchlossplatz 1\nD-18000 Musterhafen",
    "Durchwahl: 0381 000000-12\nerika.muster@example.org",
    "Hafenamt, Außenstelle\nAn der Alten Mole 12b\n18000 Musterhafen",
    "Hafenamt\nHinter dem Deich 4, 18000 Musterhafen",
    "Bürotelefon: 0381/0000-0\nTelekopie: 0381/0000-9",
    "Erika Muster, Leiterin der Fähren\n(0381) 00 00 00\nmuster@example.org",
    "AnsprechpartnerinErika MusterTelefon0381 000000E-Mailmuster@example.org",
    "Pressestelle\nTelefon: 0381 000000\npresse(ät)example.org",
    "Erika Muster\nt 0381 000000\nm 0170 0000000\nmuster@example.org",
    "Erika Muster, mobil 0170 0000000, muster@example.org",
    "Hafenamt\nTel. 0381 000000\nhafenamt.example.org\nSeiten: example.org/boote",
    "Bei weiteren Nachfragen hilft Erika Muster unter der Nummer 0381 000000 oder muster@example.org weiter.",
]
NEIGHBOURS = [
    "Wer unter der Nummer 110 anruft, landet bei der Wache und wird von dort verbunden.",
    "Die Nachricht kam von der Adresse gewinn@example.org und versprach ein Boot, wenn man sofort antwortet.",
    "An der Ecke Hafenstraße 5 filmte eine Kamera den Kai, obwohl die Stadt das untersagt hatte.",
    "Es gingen 12345 Beschwerden ein.\nIm Jahr davor waren es 11111 Meldungen.",
    "2020: 12345 Meldungen\n2021: 14567 Meldungen\n2022: 16789 Meldungen",
    "Mehr dazu:\nhttps://www.example.org/a\nhttps://www.example.org/b",
    "Kontakt zu halten ist wichtig, sagt das Amt. Telefonlisten brauchen eine Grundlage.",
    "Nach § 5 Abs. 2 gilt: Wer eine E-Mail schreibt, erhält eine Antwort.",
    "Die Frist endet am 03.04.2019, das Verfahren 04/2019 läuft weiter.",
    "Mitteilung der Fähren\nNr. 012/2019",
    "Fahrten im Kapitel 3\n12345 Boote kamen an.",
    "Revier 1\n12345 Boote\nRevier 2\n11234 Boote",
    "Fragen der Presse beantwortet das Amt nicht; ein Fragebogen liegt aus.",
    "[1] https://www.example.org/a.pdf\n[2] https://www.example.org/b.pdf",
    "Der Markt 2020 wuchs um 3 Prozent, der Ring 7 blieb geschlossen.",
]


def lines_inside(text: str) -> set[str]:
    """The lines of a text that lie in a block, whole; a line that a block cuts fails the test."""
    inside, start = set(), 0
    for line in text.split("\n"):
        end = start + len(line)
        touching = [(low, high) for low, high in contact_spans(text) if low < end and start < high]
        assert all(low <= start and end <= high for low, high in touching), line
        if touching:
            inside.add(line)
        start = end + 1
    return inside


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize(
    "frame", ["{body}\n\n{block}", "{block}\n\n{body}", "{body}\n\n{block}\n\n{body} Er kommt im Herbst."]
)
def test_an_address_is_found_whole_wherever_it_stands(block: str, frame: str) -> None:
    found = lines_inside(frame.format(body=BODY, block=block))

    assert set(block.split("\n")[1 if len(block.split("\n")) > 1 else 0 :]) <= found <= set(block.split("\n"))


@pytest.mark.parametrize("text", NEIGHBOURS)
def test_text_that_only_looks_like_an_address_stays(text: str) -> None:
    assert contact_spans(f"{BODY}\n\n{text}\n\n{BODY}") == ()

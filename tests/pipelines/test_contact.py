"""Contact blocks and standing texts as spans."""

import json
from typing import Any

import pytest
from real_texts import CORPUS, needs_corpus

from pipelines.reading.contact import contact_blocks, contact_spans

EXPECTED = CORPUS / "dsmv_expected.json"

BLOCKS = [
    ("Der Bericht liegt vor.\n\nKontakt:\nMia Muster\nGartenweg 1\n00000 Schwerin\nTelefon: 0385 000000\n\nAnlagen", 5),
    ("Der Bericht liegt vor.\n\nPressekontakt: Mia Muster, presse@muster.example", 1),
    ("Der Bericht liegt vor.\n\nAnsprechpartnerin für Rückfragen: Mia Muster, Tel. 0385 000000", 1),
    ("Der Bericht liegt vor.\n\nPresseanfragen:\nMia Muster\npresse@muster.example\n\nAnlagen", 3),
    ("Der Bericht liegt vor.\n\nFür Rückfragen wenden Sie sich an presse@muster.example.", 1),
    (
        "Mehr unter www.muster.example Kontakt: Vorsitz Hafenstraße 1 00000 Kiel Telefon: 0431 000 E-Mail: a@b.example",
        1,
    ),
    ("Der Bericht liegt vor.\n\nAmt für Muster\nMia Muster\nHafenstraße 2, 00000 KielTel.: 0431-000Fax: 0431-001", 3),
    ("Herausgeber:\n\nDatenschutzstelle\n\nTelefon: 0385 000000\n\nDer Text geht weiter, in ganzen Sätzen.", 3),
]


@pytest.mark.parametrize(("text", "lines"), BLOCKS)
def test_a_contact_block_goes_from_its_label_to_its_last_address_line(text: str, lines: int) -> None:
    (block,) = contact_blocks(text)

    assert len([line for line in block.split("\n") if line.strip()]) == lines
    assert "Bericht" not in block
    assert "Anlagen" not in block
    assert "Sätzen" not in block


@pytest.mark.parametrize(
    "text",
    [
        "Zulässig ist nur die Erhebung von Kontaktdaten. Der Kontakt: nie ohne Anlass.",
        "Kontakt mit der Aufsicht aufzunehmen, ist immer möglich.",
        "Impressum und Datenschutzerklärung fehlen auf vielen Seiten.",
        "Die Seite www.muster.example ist wieder erreichbar.",
        "Verantwortlich ist, wer über Zwecke und Mittel entscheidet.",
        "[1] https://www.muster.example/a.pdf\n[2] https://www.muster.example/b.pdf",
        "",
    ],
)
def test_running_text_is_no_contact_block(text: str) -> None:
    assert contact_spans(text) == ()


@needs_corpus
def test_the_real_releases_contact_blocks_are_found_and_no_others() -> None:
    """Six of the thirty end in an address; 138735 has two (an address for comments is none of them)."""
    expected: dict[str, dict[str, Any]] = json.loads(EXPECTED.read_text("utf-8"))

    found = {number: contact_blocks("\n\n".join(release["body"])) for number, release in expected.items()}

    assert {number for number, blocks in found.items() if blocks} == {
        "190961",
        "189766",
        "177452",
        "167961",
        "138735",
        "190964",
    }
    assert all("@" in block for blocks in found.values() for block in blocks)
    assert sum(map(len, (block for blocks in found.values() for block in blocks))) < 2500


@pytest.mark.parametrize(
    "hostile",
    [
        "Kontakt: A " * 90_000,
        "a" * 1_000_000,
        "a@" * 500_000,
        "Kontakt:\n" * 110_000,
        "Tel. 0\n" * 140_000,
        "\n" * 1_000_000,
        "Kontakt:\n" + "Max\n\n" * 200_000,
    ],
    ids=lambda text: text[:10].strip() or "breaks",
)
def test_spans_of_long_hostile_text_lie_in_it_one_after_the_other(hostile: str) -> None:
    spans = contact_spans(hostile[:150_000])
    places = [place for span in spans for place in span]

    assert places == sorted(places)
    assert all(0 <= start < end <= 150_000 for start, end in spans)


def test_spans_are_ordered_and_do_not_overlap() -> None:
    text = "Kontakt:\nAmt\nTel.: 0385 1\n\nText ohne jede Adresse, mit Ende.\n\nPressekontakt: Mia Muster\nFax: 0385 2"

    spans = contact_spans(text)

    assert len(spans) == 2
    assert spans[0][1] <= spans[1][0]

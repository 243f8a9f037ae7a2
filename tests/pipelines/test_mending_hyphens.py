"""The annotated hyphen sample and its pinned floors."""

import csv
import hashlib
from pathlib import Path

import pytest

from pipelines.mending import mend, mend_word

SAMPLE = Path(__file__).parent / "data" / "hyphens.tsv"
DIGEST = "284c11265f83873dd17ef4f17fd0d118749390554509189bd35ba6545dba4527"
MENDED_FLOOR = 0.99
UNHARMED_FLOOR = 0.995


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str]]:
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        return [(row["printed"], row["meant"]) for row in csv.DictReader(lines, delimiter="\t")]


def test_the_sample_is_the_one_the_floors_were_measured_on() -> None:
    assert hashlib.sha256(SAMPLE.read_bytes()).hexdigest() == DIGEST


def test_the_sample_has_a_thousand_tokens_about_half_of_them_right(rows: list[tuple[str, str]]) -> None:
    right = sum(printed == meant for printed, meant in rows)

    assert len(rows) >= 1000
    assert 0.4 <= right / len(rows) <= 0.6


def test_broken_words_are_mended(rows: list[tuple[str, str]]) -> None:
    broken = [(printed, meant) for printed, meant in rows if printed != meant]
    missed = [printed for printed, meant in broken if mend(f"von {printed} und").text != f"von {meant} und"]

    assert 1 - len(missed) / len(broken) >= MENDED_FLOOR, missed


def test_real_hyphens_stay(rows: list[tuple[str, str]]) -> None:
    real = [printed for printed, meant in rows if printed == meant]
    harmed = [word for word in real if mend(f"von {word} und").text != f"von {word} und"]

    assert 1 - len(harmed) / len(real) >= UNHARMED_FLOOR, harmed


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("Grund-verord-nung", "Grundverordnung"),
        ("EU-Standardvertrags-klauseln", "EU-Standardvertragsklauseln"),
        ("Ende-zu-Ende-Ver-schlüs-selung", "Ende-zu-Ende-Verschlüsselung"),
        ("Verarbei-tungs-Verzeichnis", "Verarbeitungs-Verzeichnis"),
        ("Daten-schutz-Grundverordnung", "Datenschutz-Grundverordnung"),
        ("Nicht-beachtung", "Nichtbeachtung"),
        ("Persönlich-keit", "Persönlichkeit"),
        ("Trans-portverschlüsselung", "Transportverschlüsselung"),
        ("The-men", "Themen"),
    ],
)
def test_words_broken_twice_or_against_their_look(printed: str, meant: str) -> None:
    assert mend_word(printed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "https://www.daten-schutz.example/per-sonenbezogen",
        "www.daten-schutz-beispiel.de",
        "presse-stelle@daten-schutz.example",
        "muster-liste-ver-arbeitung.pdf",
        "20240101_ver-arbeitung_daten-schutz",
        "/media/oh/ver-arbeitung/",
        "?thema=daten-schutz",
    ],
)
def test_addresses_and_file_names_are_never_touched(text: str) -> None:
    assert mend(f"siehe {text} und").text == f"siehe {text} und"


def test_the_unbroken_word_in_the_same_document_is_evidence() -> None:
    assert mend("Die Xylothek-ar prüft.").text == "Die Xylothek-ar prüft."

    assert mend("Die Xylothek-ar prüft. Die Xylothekar sagt.").text.startswith("Die Xylothekar prüft")
    assert mend("Die Xylothek-ar prüft.", evidence_words={"Xylothekar"}).text == "Die Xylothekar prüft."


def test_evidence_never_outvotes_the_closed_lists() -> None:
    text = "Opt-in und Optin, nicht-öffentlich und nichtöffentlich"

    assert mend(text).text == text


def test_english_documents_keep_their_hyphens() -> None:
    text = "The third-country transfer is a long-term issue for the controller and the well-known data ex-porter."

    assert mend(text).text == text


def test_an_english_page_of_a_german_document_keeps_its_hyphens() -> None:
    from pipelines.mending import mend_pages

    german = "Die Aufsicht hat mit dem Verein über die Ver-arbeitung und den Schutz gesprochen."
    english = "This is a wit-ness for the rights of the person and that is not by chance."

    mended = [page.text for page in mend_pages([german, english])]

    assert "Verarbeitung" in mended[0]
    assert mended[1] == english

"""The language of texts and file names."""

import json

import pytest
from real_texts import CORPUS, needs_corpus

from pipelines.reading import detect_language

EXPECTED = CORPUS / "dsmv_expected.json"

TEXTS = [
    ("Die Aufsicht hat das Verfahren geprüft und mit dem Verein gesprochen.", "de"),
    ("Wer Kameras an der Grenze zum Nachbarn betreibt, muss auf die Richtung achten und sie auch begrenzen.", "de"),
    ("Für den Einsatz von Messengern in Schulen gilt, dass nur geprüfte Dienste verwendet werden.", "de"),
    ("The supervisory authority has examined the system and spoken with the controller.", "en"),
    ("This list is not exhaustive; it is based on the guidelines and should be read with them.", "en"),
    ("Controllers that use cameras must be able to show that the recording is necessary for the purpose.", "en"),
    ("Die Leitlinien „Guidelines on the use of cameras“ gelten auch für die Polizei und sind gut.", "de"),
]

FILES = [
    ("20181017_ah_muster_list_1_1__Germany_EN.pdf", "en"),
    ("20191126_dsk_muster_concept_en.pdf", "en"),
    ("https://www.muster.example/media/ah/Muster-Concept-English.pdf", "en"),
    ("Muster_Liste_Version_1.1_Deutsch.pdf", "de"),
    ("muster_en_v2.pdf", "en"),
    ("20191106_en_gesundheit.pdf", None),
    ("/media/en/20200828_entschliessung_muster.pdf", None),
    ("20200903_oh_muster_dsk.pdf", None),
    ("hygiene.pdf", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "language"), TEXTS)
def test_small_words_decide(text: str, language: str) -> None:
    assert detect_language(text) == language
    assert detect_language(text, file_name="muster_en.pdf") == language


@pytest.mark.parametrize(("name", "language"), FILES)
def test_the_file_name_speaks_where_the_text_is_short(name: str, language: str | None) -> None:
    assert detect_language("", file_name=name) == language
    assert detect_language("Anlage 1", file_name=name) == language


@pytest.mark.parametrize(
    "text", ["", "Anlage", "Kurzpapier Nr. 3", "Le traitement des données à caractère personnel est interdit."]
)
def test_short_or_foreign_texts_have_no_language(text: str) -> None:
    assert detect_language(text) is None


@needs_corpus
def test_all_real_releases_with_a_text_are_german() -> None:
    releases = json.loads(EXPECTED.read_text("utf-8")).values()
    texts = [" ".join(release["body"]) for release in releases if release["body"]]

    assert {detect_language(text) for text in texts} == {"de"}

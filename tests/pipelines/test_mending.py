"""Mending of whole texts: characters, mojibake, spacing, the list of changes."""

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.mending import body_key, mend, mend_pages


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("Art.\u00a06 Abs.\u202f1", "Art. 6 Abs. 1"),
        ("DS\u2011GVO und DS\u2010GVO", "DS-GVO und DS-GVO"),
        ("Daten\u00adschutz", "Datenschutz"),
        ("Daten\u200bschutz\ufeff \u202aLTR\u202c", "Datenschutz LTR"),
        ("\uf0b7 erstens\n\uf0a7 zweitens", "• erstens\n• zweitens"),
        ("Pru\u0308fung", "Prüfung"),
        ("Zeile eins\r\nZeile zwei\rdrei\u2028vier", "Zeile eins\nZeile zwei\ndrei\nvier"),
        ("Of\ufb01ziell", "Offiziell"),
        ("eins\tzwei\x00", "eins zwei"),
    ],
)
def test_characters_are_folded(printed: str, meant: str) -> None:
    assert mend(printed).text == meant
    assert mend(printed).changes == ()


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("fÃ¼r", "für"),
        ("MaÃŸnahme", "Maßnahme"),
        ("Ã„nderung und Ãœbung", "Änderung und Übung"),
        ("â€žCloudâ€œ â€“ Â§ 5", "„Cloud“ – § 5"),
        ("Ã\x9cbermittlung", "Übermittlung"),
        ("fÃƒÂ¼r", "für"),
    ],
)
def test_mojibake_is_repaired_where_certain(printed: str, meant: str) -> None:
    assert mend(printed).text == meant


@pytest.mark.parametrize("text", ["São Paulo", "château", "Ã und Â", "naïve Rôle", "Å, â, ï"])
def test_rare_letters_are_no_mojibake(text: str) -> None:
    assert mend(text).text == text


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("nach der DS- GVO", "nach der DS-GVO"),
        ("nach der DS -GVO", "nach der DS-GVO"),
        ("per E- Mail in M- V", "per E-Mail in M-V"),
        ("in der Corona- Pandemie", "in der Corona-Pandemie"),
        ("mit IT- Angriffen", "mit IT-Angriffen"),
        ("Tür-und Klingelkameras", "Tür- und Klingelkameras"),
        ("der Daten- schutz", "der Datenschutz"),
        ("der Daten-\nschutz gilt", "der Datenschutz\ngilt"),
        ("Die Verar-\nbeitung. Danach", "Die Verarbeitung.\nDanach"),
        ("im Daten-\nschutz-Recht des Landes", "im Datenschutz-Recht\ndes Landes"),
        ("die Informations-\nfreiheits- gesetze sind", "die Informationsfreiheitsgesetze\nsind"),
        ("zur Ver-\nwaltungs- und Rechtspraxis", "zur Verwaltungs-\nund Rechtspraxis"),
        ("Die Auf- sichts- behörde", "Die Aufsichtsbehörde"),
        ("sind Ver-\nant-\nwort-\nlich und", "sind Verantwortlich\n\n\nund"),
        ("nach der DS-\nGVO ist", "nach der DS-GVO\nist"),
        ("per E-\nMail an", "per E-Mail\nan"),
        ("für nicht- öffentliche Stellen", "für nicht-öffentliche Stellen"),
        ("für nicht-\nöffentliche Stellen", "für nicht-öffentliche\nStellen"),
        ("mit Ende- zu-Ende-Verschlüsselung", "mit Ende-zu-Ende-Verschlüsselung"),
        ("die Corona- Warn-App", "die Corona-Warn-App"),
    ],
)
def test_white_space_at_hyphens_is_repaired(printed: str, meant: str) -> None:
    assert mend(printed).text == meant


@pytest.mark.parametrize(
    "text",
    [
        "Vor- und Nachteile",
        "Übergangs- bzw. Schonfrist",
        "Kinder-, Jugend- und Familienhilfe",
        "ein- bis zweimal",
        "Bundes- Landes- und Kommunalebene",
        "Haupt- oder Nebenzweck",
        "Entweder-oder Fragen",
        "2020 - 2021",
        "Meta – Konzern",
        "Berlin -\nBrandenburg",
        "Bund-\nLänder",
        "Vor-\nund Nachteile",
        "10- bis 12-jährige",
        "Datenerhebung und -verarbeitung",
        "- erstens\n- zweitens",
        "ein- ausgehend",
        "Telefon 0385-59494 und 0385- 59494",
    ],
)
def test_hanging_hyphens_dashes_and_line_breaks_stay(text: str) -> None:
    assert mend(text).text == text


def test_every_change_is_listed_with_its_verbatim_words() -> None:
    text = "Die unab‐hängigen Stellen (DS‑ GVO) fÃ¼r per\u00ad-sonenbezogene Daten"

    mended = mend(text)

    assert [(change.raw, change.mended) for change in mended.changes] == [
        ("unab‐hängigen", "unabhängigen"),
        ("DS‑ GVO", "DS-GVO"),
        ("Ã¼", "ü"),
        ("per\u00ad-sonenbezogene", "personenbezogene"),
    ]


def test_mojibake_inside_a_broken_word_is_one_change() -> None:
    assert [(change.raw, change.mended) for change in mend("unab-hÃ¤ngig").changes] == [("unab-hÃ¤ngig", "unabhängig")]


def test_pages_share_their_evidence_and_keep_their_number() -> None:
    pages = mend_pages(["Die Xylothek-ar.", "Die Xylothekar.", ""])

    assert [page.text for page in pages] == ["Die Xylothekar.", "Die Xylothekar.", ""]
    assert pages[0].changes[0].raw == "Xylothek-ar"


PIECES = st.sampled_from(
    [
        "per-sonenbezogen",
        "unab‐hängig",
        "DS- GVO",
        "Ã¼",
        "â€ž",
        "\u00ad",
        "\u00a0",
        "u\u0308",
        "-",
        " ",
        "\n",
        "Daten-\nschutz",
        "Vor- und",
        "E-Mail",
        "Ã",
        "\u0308",
        "\ufeff",
        "www.a-b.de",
        "über",
        "\r\n",
        "Tür-und Tor",
        "ᄀ",
        "ᅡ",
    ]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=12).map("".join))
def test_text_is_nfc_changes_are_literal_and_mending_is_stable(text: str) -> None:
    mended = mend(text)

    assert unicodedata.is_normalized("NFC", mended.text)
    for change in mended.changes:
        assert change.raw in text
        assert mended.text[change.start : change.start + len(change.mended)] == change.mended
    assert (
        mended.text.count("\n") == len(text.replace("\r\n", "\n").replace("\r", "\n").translate(BREAKS).split("\n")) - 1
    )


BREAKS = dict.fromkeys(map(ord, "\v\f\x85\u2028\u2029"), "\n")


@given(st.text(max_size=60))
def test_body_key_is_idempotent(text: str) -> None:
    assert body_key(body_key(text)) == body_key(text)


def test_body_key_folds_what_no_reader_sees_and_nothing_else() -> None:
    key = body_key("Die DS\u2011GVO gilt\u00a0für\r\n\r\nDaten\u00adschutz \uf0b7 Pru\u0308fung")

    assert key == "Die DS-GVO gilt für Datenschutz • Prüfung"
    assert body_key("per-sonenbezogen") != body_key("personenbezogen")
    assert body_key("„Cloud“") != body_key('"Cloud"')
    assert body_key("fÃ¼r") != body_key("für")


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 1_000_000,
        "a-" * 500_000,
        "ab-cd" * 200_000,
        "- " * 500_000,
        "\u00ad" * 1_000_000,
        "Ã" * 1_000_000,
        "Ver-\nein " * 110_000,
        "u\u0308" * 500_000,
        "/a-b" * 250_000,
        "@" * 1_000_000,
        "Aa- Bb " * 140_000,
    ],
    ids=lambda text: text[:8].encode("unicode_escape").decode(),
)
def test_mending_long_hostile_text_comes_to_an_end(hostile: str) -> None:
    """What is mended needs no mending, and has the same key."""
    mended = mend(hostile[:150_000]).text

    assert mend(mended).text == mended
    assert body_key(body_key(mended)) == body_key(mended)


def test_importing_loads_no_word_list() -> None:
    code = "import pipelines.mending, pipelines.mending.hyphens as l; print(l._listed_words.cache_info().currsize)"

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "0"


def test_word_lists_are_the_frozen_ones() -> None:
    """Another list is another reading of the archive: change the figures with the list, knowingly."""
    from pipelines.mending.hyphens import _listed_words

    counts = {name: len(_listed_words(f"words_{name}.txt")) for name in ("de", "usual", "en")}

    assert counts == {"de": 275072, "usual": 9611, "en": 8845}


def test_a_private_sign_alone_at_a_line_is_a_bullet_and_elsewhere_stays() -> None:
    assert mend("Maßnahmen:\n\uf0a2\tSchulen\n  \uf0de Prüfen \uf0de und").text == (
        "Maßnahmen:\n• Schulen\n  • Prüfen \uf0de und"
    )

"""Issuers: own cases, the real releases, disagreements."""

import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from real_texts import CORPUS, needs_corpus

from pipelines import tables
from pipelines.reading.contact import contact_blocks
from pipelines.reading.issuers import find_bodies, find_issuer

SAMPLE = Path(__file__).parent / "data" / "issuers.tsv"
DIGEST = "389800b2c9157badd8fc78390a77b74332c24e85cbeade54340129774b82d141"
EXPECTED = CORPUS / "dsmv_expected.json"


def rows() -> list[dict[str, str]]:
    with SAMPLE.open(encoding="utf-8", newline="") as lines:
        return [
            {key: value.replace("\\n", "\n") for key, value in row.items()}
            for row in csv.DictReader(lines, delimiter="\t", restval="")
        ]


def test_the_sample_is_the_one_that_was_annotated() -> None:
    assert hashlib.sha256(SAMPLE.read_bytes()).hexdigest() == DIGEST
    assert len(rows()) >= 140


@pytest.mark.parametrize("row", rows(), ids=lambda row: (row["kicker"] or row["heading"])[-40:])
def test_the_issuer_is_what_is_stated_and_else_unknown(row: dict[str, str]) -> None:
    lines = [line for line in (row["kicker"], row["heading"]) if line]
    blocks = [row["contact"]] if row["contact"] else []

    reading = find_issuer(kicker=row["kicker"] or None, heading_lines=lines, contact_blocks=blocks)

    assert (reading.issuer or "") == row["issuer"]
    assert reading.conflict is None
    assert (reading.evidence is None) == (reading.issuer is None)


def test_every_land_the_federation_and_the_conferences_are_in_the_table() -> None:
    shorts = {body["short"] for body in tables("bodies")["bodies"]}

    assert shorts >= {
        "LfDI BW",
        "BayLDA",
        "BayLfD",
        "BlnBDI",
        "LDA Brandenburg",
        "LfDI Bremen",
        "HmbBfDI",
        "HBDI",
        "DSMV",
        "LfD Niedersachsen",
        "LDI NRW",
        "LfDI RLP",
        "UDZ Saarland",
        "SDTB",
        "LfD Sachsen-Anhalt",
        "ULD",
        "TLfDI",
        "BfDI",
        "DSK",
        "IFK",
        "EDSA",
        "Düsseldorfer Kreis",
    }


def test_the_longest_name_wins() -> None:
    found = find_bodies(
        "Landesbeauftragter für den Datenschutz Sachsen-Anhalt und Landesbeauftragter für den Datenschutz Sachsen"
    )

    assert [body.short for body in found] == ["LfD Sachsen-Anhalt", "SDTB"]


def test_a_bare_title_means_the_sites_own_body_only_where_it_is_known() -> None:
    kicker = "Pressemitteilung des Landesbeauftragten für Datenschutz und Informationsfreiheit"

    assert find_issuer(kicker=kicker, heading_lines=(), contact_blocks=()).issuer is None
    assert find_issuer(kicker=kicker, heading_lines=(), contact_blocks=(), home="DSMV").issuer == "DSMV"
    headline = "Landesdatenschutzbeauftragter warnt vor Kettenbriefen"
    assert find_issuer(kicker=None, heading_lines=[headline], contact_blocks=(), home="DSMV").issuer is None
    elsewhere = "Pressemitteilung der Landesbeauftragten für Datenschutz aus Bayern und Hessen"
    assert find_issuer(kicker=elsewhere, heading_lines=(), contact_blocks=(), home="DSMV").issuer is None


def test_a_kicker_that_names_the_wrong_body_is_a_conflict() -> None:
    reading = find_issuer(
        kicker="Pressemitteilung der Konferenz der unabhängigen Datenschutzaufsichtsbehörden des Bundes und der Länder",
        heading_lines=["Ergebnisse der 44. Konferenz der Informationsfreiheitsbeauftragten in Deutschland"],
        contact_blocks=(),
        text="Die Konferenz der Informationsfreiheitsbeauftragten (IFK) fordert mehr Transparenz bei Verträgen.",
    )

    assert reading.issuer == "DSK"
    assert reading.conflict is not None
    assert "DSK" in reading.conflict
    assert "IFK" in reading.conflict


def test_a_text_that_names_itself_outvotes_the_kicker() -> None:
    reading = find_issuer(
        kicker="Pressemitteilung der DSK",
        heading_lines=["Mehr Transparenz wagen"],
        contact_blocks=(),
        text="Pressemitteilung der Konferenz der Informationsfreiheitsbeauftragten\nDie Verträge gehören ins Netz.",
    )

    assert reading.issuer == "IFK"
    assert reading.conflict is not None


def test_a_conference_that_speaks_and_is_the_contact_names_itself() -> None:
    reading = find_issuer(
        kicker="Pressemitteilung der DSK",
        heading_lines=["Die IFK tagt in Kiel"],
        contact_blocks=["Kontakt: Vorsitz der IFK 2028, Hafenstraße 1"],
        text="Die IFK hat sich in Kiel getroffen.",
    )

    assert reading.issuer == "IFK"


@pytest.mark.parametrize(
    "blocks",
    [
        ["Der Hessische Beauftragte für Datenschutz und Informationsfreiheit\nGartenweg 1\nTelefon: 0611 0"],
        ["Kontakt: LDI NRW, Gartenweg 1", "Kontakt: ULD, Hafenstraße 1"],
        ["Bei Fragen hilft auch die DSK.\nTelefon: 0611 0"],
    ],
    ids=["no label", "a list of addresses", "a sentence"],
)
def test_a_contact_block_counts_only_where_it_is_the_bodys_own(blocks: list[str]) -> None:
    assert find_issuer(kicker=None, heading_lines=(), contact_blocks=blocks).issuer is None


@needs_corpus
def test_all_stated_issuers_of_the_real_releases_are_found_without_conflict() -> None:
    expected: dict[str, dict[str, Any]] = json.loads(EXPECTED.read_text("utf-8"))

    wrong = {}
    for number, release in expected.items():
        text = "\n\n".join(release["body"])
        lines = [line for line in (release["kicker"], release["title"]) if line]
        reading = find_issuer(
            kicker=release["kicker"], heading_lines=lines, contact_blocks=contact_blocks(text), text=text, home="DSMV"
        )
        if (release["issuer"] and reading.issuer != release["issuer"]) or reading.conflict:
            wrong[number] = reading

    assert wrong == {}
    assert sum(release["issuer"] is not None for release in expected.values()) >= 15


@pytest.mark.parametrize(
    "hostile",
    ["Konferenz der " * 70_000, "Landesbeauftragte für den Datenschutz " * 25_000, "Pressemitteilung " * 60_000],
)
def test_long_hostile_text_names_nobody(hostile: str) -> None:
    hostile = hostile[:150_000]
    reading = find_issuer(kicker=hostile, heading_lines=[hostile], contact_blocks=[hostile], text=hostile)

    assert (reading.issuer, reading.conflict) == (None, None)

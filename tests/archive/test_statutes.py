"""The statutes: every Land is there, spellings are not ambiguous, addresses are built from data."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from archive.statutes import lands, laws, official_url, spelled_words, spellings, state_act

DATA = Path(__file__).resolve().parents[2] / "archive" / "data" / "statutes.toml"


def test_all_sixteen_laender_have_a_data_protection_act() -> None:
    """16 Länder, each with its DSG; those without an IFG are Bavaria and Lower Saxony."""
    without = {key for key, land in lands().items() if "ifg" not in land.acts}

    assert len(lands()) == 16
    assert all(land.acts["dsg"] in laws() for land in lands().values())
    assert all(land.acts["ifg"] in laws() for land in lands().values() if "ifg" in land.acts)
    assert without == {"BY", "NI"}


def test_every_state_act_names_its_land() -> None:
    """``land`` is a known key for state law and absent otherwise."""
    assert all((law.level == "land") == (law.land in lands()) for law in laws().values())


def test_no_spelling_means_two_laws() -> None:
    """A spelling that two rows claim would make the result depend on the order of the file."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    seen: dict[tuple[str, ...], str] = {}
    for row in [*data["law"], *data["gii"]["laws"]]:
        for text in row.get("abbr", [row["id"]]):
            key = tuple(word.replace("-", "") for word in spelled_words(text))
            assert seen.setdefault(key, row["id"]) == row["id"], text


def test_state_and_federal_spellings_are_disjoint() -> None:
    """No abbreviation of a state act is one of federal law."""
    levels = {key: laws()[law].level for key, law in spellings().exact.items()}

    assert levels[("IFG",)] == "bund"
    assert levels[("DSGMV",)] == levels[("IFGMV",)] == "land"


@pytest.mark.parametrize(
    ("family", "land", "act"),
    [("dsg", "MV", "DSG M-V"), ("ifg", "MV", "IFG M-V"), ("ifg", "BB", "AIG"), ("dsg", "HE", "HDSIG")],
)
def test_family_and_land_give_the_act(family: str, land: str, act: str) -> None:
    """ "DSG" or "IFG" with a Land behind it is that Land's act."""
    assert state_act(None, family, land) == act


@pytest.mark.parametrize(
    ("law", "unit", "number", "end"),
    [
        ("DSGVO", "Art.", "6", "CELEX:32016R0679#art_6"),
        ("DSGVO", "ErwGr", "47", "CELEX:32016R0679#rct_47"),
        ("BDSG", "§", "26", "bdsg_2018/__26.html"),
        ("StGB", "§", "201a", "stgb/__201a.html"),
        ("GG", "Art.", "5", "gg/art_5.html"),
        ("TDDDG", "§", "25", "ttdsg/__25.html"),
        ("BayDSG", "Art.", "24", "BayDSG-24"),
    ],
)
def test_official_url_of_a_provision(law: str, unit: str, number: str, end: str) -> None:
    """Provisions have addresses of their own where the publisher gives them."""
    assert (official_url(law, unit, number) or "").endswith(end)


def test_state_law_leads_to_the_portal_of_its_land() -> None:
    """Every state act has at least the address of its Land's portal."""
    for law in laws().values():
        if law.level == "land":
            assert (official_url(law.id, "§", "1") or "").startswith("https://")


@pytest.mark.parametrize(
    ("law", "unit"), [(None, "Az"), (None, "§"), ("BDSG a.F.", "§"), ("SchulG", "§"), ("BDSG-E", "§")]
)
def test_no_address_is_invented(law: str | None, unit: str) -> None:
    """Case numbers, unknown and repealed acts have none."""
    assert official_url(law, unit, "6b") is None


def test_a_unit_the_law_does_not_have_leads_to_the_act() -> None:
    """ "§ 6 DSGVO" is a slip: the act itself, not a dead address."""
    assert official_url("DSGVO", "§", "6") == laws()["DSGVO"].page
    assert official_url("BDSG", "§", "12 f") == laws()["BDSG"].page

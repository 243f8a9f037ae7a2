"""Printed dates in odd clothes: label forms, what is unreadable, dates of old laws, marks of notes."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.dates import DateSources, choose_dates, find_dates, read_dates, read_label

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("label", "value", "title"),
    [
        ("03/2020 - Merkblatt für Fähren", "2020-03", "Merkblatt für Fähren"),
        ("(03/2020) Merkblatt für Fähren", "2020-03", "Merkblatt für Fähren"),
        ("(13/2020) Merkblatt für Fähren", None, "(13/2020) Merkblatt für Fähren"),
        ("(14.02.2020) Merkblatt für Fähren", "2020-02-14", "Merkblatt für Fähren"),
        ("14.02.2020, geändert am 03.03.2022 - Merkblatt für Fähren", "2020-02-14", "Merkblatt für Fähren"),
        ("14.02.2020 (aktualisiert am 03.03.2022) – Merkblatt für Fähren", "2020-02-14", "Merkblatt für Fähren"),
        ("05.11.2022 und 06.11.2022 – Protokoll der Tagung", "2022-11-06", "Protokoll der Tagung"),
        ("14.02 2020 - Merkblatt für Fähren", "2020-02-14", "Merkblatt für Fähren"),
        ("05/2020 - Leitlinien für Fähren", None, "05/2020 - Leitlinien für Fähren"),
        ("03/20 - Merkblatt für Fähren", None, "03/20 - Merkblatt für Fähren"),
        ("13/2020 - Merkblatt für Fähren", None, "13/2020 - Merkblatt für Fähren"),
        ("24/7 - Dienst im Hafen", None, "24/7 - Dienst im Hafen"),
    ],
)
def test_labels_are_read_in_every_form(label: str, value: str | None, title: str) -> None:
    reading = read_label(label, today=TODAY)

    assert (reading.date.value if reading.date else None) == value
    assert reading.title == title
    assert reading.rejected is None


def test_the_other_dates_of_a_label_are_kept() -> None:
    """The day of a change is recorded as mentioned, never chosen."""
    label = read_label("14.02.2020, geändert am 03.03.2022 - Merkblatt", today=TODAY)
    published, _, records = choose_dates(DateSources(label=label), today=TODAY)

    assert published == "2020-02-14"
    assert ("mentioned", "2022-03-03", "label") in {(one.role, one.value, one.found_in) for one in records}


@pytest.mark.parametrize(
    "printed", ["heute", "gestern", "10-05-2024", "05/10/2024", "10.05.", "10. Mai", "Frühmorgens", "24.5"]
)
def test_what_stands_for_a_date_and_is_none_is_unreadable(printed: str) -> None:
    """Nothing is guessed, and an editor hears of it."""
    read = read_dates(DateSources(meta=printed), today=TODAY)

    assert (read.published_on, read.records) == (None, ())
    assert [(one.raw, one.reason) for one in read.rejected] == [(printed, "unreadable")]


@pytest.mark.parametrize("meta", [None, "", " ", "13.11.2020", "Nr.20201113 | 13.11.2020 | DSMV | hafen.example"])
def test_a_date_or_nothing_is_no_problem(meta: str | None) -> None:
    assert read_dates(DateSources(meta=meta), today=TODAY).rejected == ()


@pytest.mark.parametrize(
    ("label", "date_text"), [("05/10/2024 - Fähren", "05/10/2024"), ("heute - Fähren", None), ("10.05. - Fähren", None)]
)
def test_an_unreadable_date_of_a_label_is_named(label: str, date_text: str | None) -> None:
    reading = read_label(label, date_text, today=TODAY)

    assert reading.date is None
    assert reading.rejected is not None
    assert reading.rejected.reason == "unreadable"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Das Grundgesetz vom 23. Mai 1949 gilt.", ["1949-05-23"]),
        ("Das Gesetz vom 11.3.1850 über Vereine.", ["1850-03-11"]),
        ("Datum14.02.2020 Ort Hafen", ["2020-02-14"]),
        ("Bearbeitungsstand14.02.2020", ["2020-02-14"]),
        ("Die Sitzung vom 26.04 2022 war kurz.", ["2022-04-26"]),
        ("Ubuntu 20.04 2022 erschienen", []),
        ("Gerät A14.02.2020 ist alt", []),
        ("Heute, gestern und vor drei Tagen.", []),
        ("In Kapitel 3.5.1949 der Gliederung steht nichts.", []),
    ],
)
def test_days_in_running_text(text: str, values: list[str]) -> None:
    assert [found.value for found in find_dates(text, today=TODAY)] == values


@pytest.mark.parametrize(
    "text",
    ["Seit dem 25. Mai 2018[3] gilt es.", "Seit dem 25. Mai [3] 2018 gilt es.", "Seit dem 25. Mai 2018³ gilt es."],
)
def test_a_mark_is_read_over(text: str) -> None:
    """The mark of a note means nothing, and the raw text keeps it."""
    (found,) = find_dates(text, today=TODAY)

    assert found.value == "2018-05-25"
    assert text[found.start : found.end] == found.raw


def test_a_printed_date_before_1977_is_still_not_believed() -> None:
    """Only running text goes back: no release is of 1949."""
    read = read_dates(DateSources(meta="23.05.1949", kicker="Pressemitteilung vom 23. Mai 1949"), today=TODAY)

    assert (read.published_on, read.issued_on) == (None, None)
    assert [one.reason for one in read.rejected] == ["too_early", "too_early"]

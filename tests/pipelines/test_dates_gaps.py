"""Rules of date reading that only a deliberate defect showed to be without a test."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.dates import (
    DateReading,
    DateSources,
    RejectedDate,
    choose_dates,
    dates_in_file_name,
    find_dates,
    kicker_date,
    pdf_metadata_date,
    read_date,
    read_label,
    stand_date,
)
from pipelines.dates.printed import read_with_dateparser

TODAY = date(2026, 11, 23)


def said(text: str) -> str | None:
    found = read_date(text, today=TODAY)
    if isinstance(found, RejectedDate):
        return found.reason
    return found.value if found else None


def test_printed_window_ends_with_its_31st_day() -> None:
    """31 days ahead are believed, 32 are not."""
    assert [said("24.12.2026"), said("25.12.2026")] == ["2026-12-24", "future"]


def test_window_holds_for_dateparser_too() -> None:
    """No way of reading escapes the window."""
    assert said("November 13, 2099") == "future"


def test_two_digits_behind_a_month_need_their_apostrophe() -> None:
    """ "5. Mai 10" may be the beginning of a time of day."""
    assert [said("5. Mai 10"), said("5. Mai '10")] == [None, "2010-05-05"]


def test_decomposed_umlaut_is_an_umlaut() -> None:
    """Text of PDFs comes with combining marks."""
    assert said("5. Ma\u0308rz 2021") == "2021-03-05"


@pytest.mark.parametrize("text", ["12 November 13, 2020", "November 13, 2020 9", "3 13 November 2020"])
def test_dateparser_is_not_asked_about_a_third_number(text: str) -> None:
    """Which of them is the day would be a guess."""
    assert read_with_dateparser(text, today=TODAY) is None


@pytest.mark.parametrize("word", ["KW", "§", "§§", "Nr.", "Art.", "Az.", "Tel.", "Rn."])
def test_counted_number_is_no_day(word: str) -> None:
    """Behind each of these words a number counts, cites or dials."""
    assert find_dates(f"Siehe {word} 5. Mai 2021.", today=TODAY) == []


@pytest.mark.parametrize(
    "kicker",
    ["Pressemitteilung anlässlich des Festakts vom 25. Mai 2018", "Pressemitteilung der Konferenz Frühjahr 2018"],
)
def test_kicker_that_speaks_of_another_day_has_none(kicker: str) -> None:
    """The day of an occasion, or one that nothing introduces, is not the day of issue."""
    assert kicker_date(kicker, today=TODAY) is None


def test_sentence_is_no_dated_label() -> None:
    """A date that a sentence begins with stays in the title."""
    label = read_label("25. Mai 2018 tritt die Verordnung in Kraft", today=TODAY)

    assert (label.date, label.title) == (None, label.raw)


def test_label_that_is_only_a_date_keeps_it_as_title() -> None:
    """A title is never empty."""
    label = read_label("13.11.2020", today=TODAY)

    assert (label.date and label.date.value, label.title) == ("2020-11-13", "13.11.2020")


def test_stand_in_the_back_of_a_paper_does_not_date_it() -> None:
    """Only the first pages speak of the paper itself."""
    filler = "Behörden prüfen ihre Verfahren.\n" * 300

    assert stand_date(filler + "Stand: Mai 2021", today=TODAY) is None


def test_own_heading_ends_its_line_with_the_date() -> None:
    """A date in the middle of the first sentence is not the paper's; offsets count blank lines."""
    text = "\n\n  Stellungnahme der Konferenz vom 29. April 2021\n\nText"
    found = stand_date(text, today=TODAY)

    assert isinstance(found, DateReading)
    assert text[found.start : found.end] == found.raw == "29. April 2021"
    assert stand_date("Entschließung der Konferenz vom 29. April 2021 liegt vor", today=TODAY) is None


def test_folder_is_no_part_of_the_file_name() -> None:
    """A date of upload in the path dates nothing."""
    assert dates_in_file_name("/media/20200131/oh.pdf", today=TODAY).groups == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2020-08-21T11:33:39Z", "2020-08-21"),
        ("D:202008", "2020-08"),
        ("D:19040101000000Z", None),
        ("D:21060207062815Z", None),
    ],
)
def test_pdf_metadata_in_both_forms_within_the_window(text: str, wanted: str | None) -> None:
    """XMP writes ISO 8601; the epochs of old programs are no dates."""
    found = pdf_metadata_date(text, today=TODAY)

    assert (found and found.value) == wanted


def test_label_comes_before_the_meta_line() -> None:
    """The order of choice: printed label, then meta line."""
    sources = DateSources(label=read_label("Mai 2024 - Titel", today=TODAY), meta="07.06.2024")

    assert choose_dates(sources, today=TODAY)[0] == "2024-05"


def test_headline_that_begins_with_a_date_is_not_issued_then() -> None:
    """Only a headline that reads like a kicker says when the text was issued."""
    sources = DateSources(meta="28.04.2021", headline="5. Mai 2021: Tag der offenen Behörde")

    assert choose_dates(sources, today=TODAY)[:2] == ("2021-04-28", None)


@pytest.mark.parametrize(
    ("label", "value", "title"),
    [
        ("2021-05-12 - Leitfaden", "2021-05-12", "Leitfaden"),
        ("2021/05/12: Leitfaden", "2021-05-12", "Leitfaden"),
        ("2021-05 – Leitfaden", "2021-05", "Leitfaden"),
        ("2019 - Leitfaden", "2019", "Leitfaden"),
        ("2019–2021 - Leitfaden", None, "2019–2021 - Leitfaden"),
    ],
)
def test_a_date_with_the_year_first_is_read_whole(label, value, title):
    """Not as a year with the rest of it left in the title."""
    reading = read_label(label, today=TODAY)

    assert (reading.date.value if reading.date else None, reading.title) == (value, title)

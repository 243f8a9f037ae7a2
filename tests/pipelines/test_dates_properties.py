"""Properties of date reading: every form is read back, no day is ever invented."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dates import DateReading, RejectedDate, dates_in_file_name, find_dates, read_date, read_label
from pipelines.dates.printed import read_with_dateparser

TODAY = date(2026, 11, 23)
MONTHS = (
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()  # noqa: SIM905
)
DAYS = st.dates(date(1977, 1, 2), TODAY)
Render = Callable[[date], str]


def month(day: date) -> str:
    return MONTHS[day.month - 1]


def eve(day: date) -> date:
    return day - timedelta(days=1)


RUNNING: dict[str, Render] = {
    "D.M.YYYY": lambda d: f"{d.day}.{d.month}.{d.year}",
    "DD.MM.YYYY": lambda d: d.strftime("%d.%m.%Y"),
    "D. M. YYYY": lambda d: f"{d.day}. {d.month}. {d.year}",
    "D. Monat YYYY": lambda d: f"{d.day}. {month(d)} {d.year}",
    "D.Monat YYYY": lambda d: f"{d.day}.{month(d)} {d.year}",
    "nbsp": lambda d: f"{d.day}.\u00a0{month(d)}\u00a0{d.year}",
    "break": lambda d: f"{d.day}.\n{month(d)} {d.year}",
    "MONAT": lambda d: f"{d.day}. {month(d).upper()} {d.year}",
    "ISO": date.isoformat,
    "range": lambda d: f"{eve(d).day}. {month(eve(d))} bis {d.day}. {month(d)} {d.year}",
}
"""Forms that are read in running text as well."""

SHORT: dict[str, Render] = RUNNING | {
    "Stand": lambda d: f"Stand: {d.day}. {month(d)} {d.year}",
    "place": lambda d: f"Schwerin, den {d.day}. {month(d)} {d.year}",
    "DD.MM.YY": lambda d: d.strftime("%d.%m.%y"),
    "full range": lambda d: f"{eve(d):%d.%m.%Y} – {d:%d.%m.%Y}",
    "torn": lambda d: " ".join(d.strftime("%d.%m.%Y")),
    "time": lambda d: d.strftime("%d.%m.%Y, 14:30 Uhr"),
    "Month D, YYYY": lambda d: f"{month(d)} {d.day}, {d.year}",
}
PRECISER: dict[str, Render] = {
    "Monat YYYY": lambda d: f"{month(d)} {d.year}",
    "Mon. YYYY": lambda d: f"{month(d)[:3]}. {d.year}",
    "Stand Monat": lambda d: f"Stand {month(d)} {d.year}",
    "Stand MM/YYYY": lambda d: f"Stand: {d:%m/%Y}",
}


@pytest.mark.parametrize("form", SHORT)
@settings(max_examples=60, deadline=None)
@given(day=DAYS)
def test_every_rendered_form_is_read_back(form: str, day: date) -> None:
    """A day in any printed form gives that day, whatever stands around it."""
    reading = read_date(SHORT[form](day), today=TODAY)

    assert isinstance(reading, DateReading)
    assert (reading.value, reading.precision) == (day.isoformat(), "day")


@pytest.mark.parametrize("form", PRECISER)
@settings(max_examples=60, deadline=None)
@given(day=DAYS)
def test_a_month_stays_a_month(form: str, day: date) -> None:
    """A printed month is a month."""
    reading = read_date(PRECISER[form](day), today=TODAY)

    assert isinstance(reading, DateReading)
    assert (reading.value, reading.precision) == (f"{day:%Y-%m}", "month")


@pytest.mark.parametrize("form", RUNNING)
@settings(max_examples=60, deadline=None)
@given(day=DAYS)
def test_running_text_mentions_are_found(form: str, day: date) -> None:
    """The same day within a sentence is found once, at its place."""
    text = f"Der Beschluss vom {RUNNING[form](day)} (vgl. Art. 6 Abs. 1 DS-GVO) gilt fort."
    found = find_dates(text, today=TODAY)

    assert [reading.value for reading in found] == [day.isoformat()]
    assert text[found[0].start : found[0].end] == found[0].raw == RUNNING[form](day)


@settings(max_examples=100, deadline=None)
@given(day=DAYS)
def test_labels_and_file_names_are_read_back(day: date) -> None:
    """A label loses its date; a file name keeps every valid reading, and the true one is among them."""
    label = read_label(f"{day:%d.%m.%Y} - Hinweise zu Nr. 5", today=TODAY)
    names = dates_in_file_name(f"{day:%Y%m%d}_oh.pdf", today=TODAY)

    assert (label.date and label.date.value, label.title) == (day.isoformat(), "Hinweise zu Nr. 5")
    assert day.isoformat() in [reading.value for reading in names.candidates]
    assert (names.decided is None) == (day.day <= 12 and day.day != day.month and len(names.candidates) == 2)


PIECES = st.sampled_from(
    [
        *MONTHS,
        "Mär",
        "Dez",
        "1",
        "5",
        "13",
        "31",
        "98",
        "2020",
        "1999",
        "20",
        "0385",
        ".",
        ".",
        " ",
        " ",
        "\n",
        "-",
        "/",
        ",",
        "und",
        "bis",
        "am",
        "vom",
        "Stand",
        "Version",
        "Nr.",
        "KW",
        "Art.",
        "Uhr",
        "Frühjahr",
        "Konferenz",
    ]
)
JUMBLE = st.lists(PIECES, max_size=12).map("".join)


def _printed_numbers(raw: str) -> set[int]:
    whole = re.sub(r"(?<=[0-9.])\s+(?=[0-9.])", "", raw)
    return {int(digits) for text in (raw, whole) for digits in re.findall("[0-9]+", text)}


def _states_all_of_it(reading: DateReading) -> bool:
    """Every number of the value is printed in ``raw``, the month possibly by its name."""
    parts = [int(part) for part in reading.value.split("-")]
    printed = _printed_numbers(reading.raw)
    named = re.search("|".join((*MONTHS, "Mär", "Dez")), reading.raw) is not None
    year = parts[0] in printed or parts[0] % 100 in printed
    return year and (len(parts) < 2 or named or parts[1] in printed) and (len(parts) < 3 or parts[2] in printed)


@settings(max_examples=500, deadline=None)
@given(text=JUMBLE)
def test_nothing_is_invented_and_nothing_breaks(text: str) -> None:
    """Whatever pieces of dates come together: a reading states only what is printed."""
    short = read_date(text, today=TODAY)
    found = find_dates(text, today=TODAY) + ([short] if isinstance(short, DateReading) else [])

    for reading in found:
        assert text[reading.start : reading.end] == reading.raw
        assert _states_all_of_it(reading), reading


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    """No text raises anything."""
    assert read_date(text, today=TODAY) is None or isinstance(read_date(text, today=TODAY), DateReading | RejectedDate)
    assert isinstance(find_dates(text, today=TODAY), list)
    assert read_label(text, text, today=TODAY).raw == text


@settings(max_examples=150, deadline=None)
@given(text=JUMBLE)
def test_dateparser_answers_only_with_printed_days(text: str) -> None:
    """The fallback never adds a day, a month or a year to what is printed."""
    answer = read_with_dateparser(text, today=TODAY)

    if answer is not None:
        assert {answer.day, answer.year} <= _printed_numbers(text)


@pytest.mark.parametrize(
    "text", ["März 2021", "Mai 2020", "Dez. 2019", "Frühjahr 2019", "2021", "5. März", "November 2020 5"]
)
def test_dateparser_is_not_asked_for_a_missing_part(text: str) -> None:
    """Alone, dateparser would make a day of a month."""
    assert read_with_dateparser(text, today=TODAY) is None

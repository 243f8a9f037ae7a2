"""Hostile texts: date reading stays linear and raises nothing."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.dates import (
    DateSources,
    choose_dates,
    dates_in_file_name,
    find_dates,
    kicker_date,
    read_date,
    read_label,
    stand_date,
)

TODAY = date(2026, 11, 23)
LONG = 150_000
"""Characters: enough that anything but linear time would hang; `make bench` measures a megabyte."""
PATTERNS = (
    "2020 ",
    ". 2020 ",
    "1.1.2020 ",
    "1, 1, 1, 1, 1. Mai 2020 ",
    "Mai 2020",
    "1. und 2. und ",
    "1.",
    " ",
    "\n2020",
    "12.12.12 ",
    "Januar/Januar/Januar 2020 ",
    "Stand ",
    "Stand 2020",
    "Version 1.1.1.1 ",
    "vom ",
    "@2020-10-10",
    "20200405_",
    "- ",
    "\u00ad",
    "Mai\u0308",
)


def hostile(pattern: str, size: int) -> str:
    return (pattern * (size // len(pattern) + 1))[:size]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_dates_of_a_long_run_of_one_piece_stand_where_they_say(pattern: str) -> None:
    text = hostile(pattern, LONG)

    assert all(one.raw in text for one in find_dates(text, today=TODAY))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_short_readers_look_at_the_beginning_only(pattern: str) -> None:
    """A long text where a short text belongs costs nothing and gives nothing wrong."""
    text = hostile(pattern, LONG)
    kicker_date(text, today=TODAY)
    stand_date(text, today=TODAY)
    dates_in_file_name(text, today=TODAY)
    label = read_label(text, text, today=TODAY)
    choose_dates(DateSources(meta=text, kicker=text, headline=text[:2000], file_name=text), today=TODAY)

    assert read_date(text, today=TODAY) is None
    assert label.raw == text

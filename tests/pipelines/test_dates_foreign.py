"""Dates in other languages and orders, read by dateparser under the guard that every part is printed."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.dates import DateReading, DateSources, choose_dates, read_date
from pipelines.dates.printed import read_with_dateparser

TODAY = date(2026, 11, 23)

READ = {
    "November 13, 2020": "2020-11-13",
    "Nov 13, 2020": "2020-11-13",
    "13-Nov-2020": "2020-11-13",
    "2 février 2019": "2019-02-02",
    "1 er avril 2020": "2020-04-01",
    "28 août 2018": "2018-08-28",
    "14 décembre 2022": "2022-12-14",
    "24 de mayo de 2018": "2018-05-24",
    "9 de septiembre de 2020": "2020-09-09",
    "6 giugno 2017": "2017-06-06",
    "12 maart 2020": "2020-03-12",
    "3 mei 2016": "2016-05-03",
    "5 maja 2018": "2018-05-05",
    "17 października 2021": "2021-10-17",
}
"""Not one of these does the grammar read."""

NO_DATES = (
    "12 einem 2020",
    "5 Fragen 2021",
    "3 Uhr 2021",
    "November 2020 5",
    "31 février 2019",
    "février 2019",
    "2 février",
    "Teil 4 mars 2019 und 3",
    "2 et 3 mars 2019",
    "4 von 2019 Fällen",
    "Band 7 Winter 2020",
    "mars 2019 mai 2020",
)


@pytest.mark.parametrize("text", READ)
def test_it_is_read_and_the_record_says_how(text: str) -> None:
    found = read_date(text, today=TODAY)
    _, _, records = choose_dates(DateSources(meta=text), today=TODAY)

    assert isinstance(found, DateReading)
    assert (found.value, found.raw, found.method) == (READ[text], text, "dateparser")
    assert [(one.value, one.method, one.chosen) for one in records] == [(READ[text], "dateparser", True)]


@pytest.mark.parametrize("text", NO_DATES)
def test_what_does_not_print_a_day_is_none(text: str) -> None:
    assert read_with_dateparser(text, today=TODAY) is None


def test_the_record_of_a_mended_date_says_so() -> None:
    _, _, records = choose_dates(DateSources(meta="1 3.0 4.2021"), today=TODAY)

    assert [(one.value, one.method) for one in records] == [("2021-04-13", "repaired")]

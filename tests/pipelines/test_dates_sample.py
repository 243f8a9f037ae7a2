"""The quality gate of date reading: the annotated sample and its floors. Floors only rise."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from dates_sample import SAMPLE, TODAY, Case, answer, cases, sample_digest

from pipelines.dates import DateReading, find_dates, read_date

DIGEST = "42e3d58acd09ae7880270f1051b31b1262e99f1c2156feacffd23aee9b24284d"
"""SHA-256 of the sample. Who changes the sample on purpose puts the new digest here."""

FLOOR_RIGHT = 1.0
CEILING_WRONG = 0
CEILING_INVENTED_DAYS = 0


def _values(expected: str) -> list[str]:
    return re.findall(r"[0-9]{4}(?:-[0-9]{2}){0,2}", expected.split(";", 1)[0])


def test_sample_is_the_reviewed_one() -> None:
    """The sample can only be changed knowingly."""
    assert sample_digest() == DIGEST, f"{SAMPLE.name} changed: review it, then pin {sample_digest()}"


def test_sample_is_large_and_mixed() -> None:
    """At least 700 strings and sentences, a good part of them without any date."""
    kinds = Counter(case.kind for case in cases())
    without = sum(case.expected in ("-", "!context") for case in cases())

    assert kinds["string"] + kinds["sentence"] >= 700
    assert without >= 250
    assert len({(case.kind, case.text) for case in cases()}) == len(cases())


def test_right_answers_reach_the_floor() -> None:
    """Value and precision are right on the whole sample."""
    misread = [(case.line, case.text, case.expected, answer(case)) for case in cases() if answer(case) != case.expected]

    assert 1 - len(misread) / len(cases()) >= FLOOR_RIGHT, misread


def test_no_answer_is_wrong() -> None:
    """A value that nobody annotated is wrong; a missing one would merely be missing."""
    wrong = [(case.line, case.text) for case in cases() if set(_values(answer(case))) - set(_values(case.expected))]

    assert len(wrong) <= CEILING_WRONG, wrong


def test_no_day_is_invented() -> None:
    """Where only a month, a year or nothing is printed, no day comes out."""
    invented = [
        (case.line, case.text)
        for case in cases()
        if any(len(value) == 10 for value in _values(answer(case)))
        and not any(len(value) == 10 for value in _values(case.expected))
    ]

    assert len(invented) <= CEILING_INVENTED_DAYS, invented


def _readings(case: Case) -> list[DateReading]:
    if case.kind == "sentence":
        return find_dates(case.text, today=TODAY)
    found = read_date(case.text, today=TODAY)
    return [found] if isinstance(found, DateReading) else []


@pytest.mark.parametrize("kind", ["string", "sentence"])
def test_raw_is_verbatim_and_precision_fits(kind: str) -> None:
    """``raw`` stands at ``start`` in the text; the precision is the one of the value."""
    read = [(case, reading) for case in cases() if case.kind == kind for reading in _readings(case)]

    assert len(read) > 60
    for case, reading in read:
        assert case.text[reading.start : reading.end] == reading.raw
        assert reading.precision == {4: "year", 7: "month", 10: "day"}[len(reading.value)]


@pytest.mark.parametrize(
    ("text", "raw", "method"),
    [
        ("vom 29. bis 30. Juni 2022", "29. bis 30. Juni 2022", "grammar"),
        ("22/23.11.2023", "22/23.11.2023", "grammar"),
        ("(Stand: November 2020)", "Stand: November 2020", "grammar"),
        ("Schwerin, den 5.Mai 2021", "5.Mai 2021", "grammar"),
        (" 1 3.11.2 020.", "1 3.11.2 020", "repaired"),
        ("13. No\u00advember 2020", "13. No\u00advember 2020", "repaired"),
        ("12. N ovem-\nber 2021", "12. N ovem-\nber 2021", "repaired"),
        ("l2. 0ktober 2O21", "l2. 0ktober 2O21", "repaired"),
        ("6th May 2024", "6th May 2024", "grammar"),
        ("November 13, 2020", "November 13, 2020", "dateparser"),
    ],
)
def test_range_and_stand_stay_in_raw_and_repairs_are_flagged(text: str, raw: str, method: str) -> None:
    """The evidence shows the whole expression; what needed more than the grammar says so."""
    reading = read_date(text, today=TODAY)

    assert isinstance(reading, DateReading)
    assert (reading.raw, reading.method) == (raw, method)

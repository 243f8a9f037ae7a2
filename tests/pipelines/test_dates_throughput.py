"""The speed that date reading promises, on one core (`make bench`)."""

from __future__ import annotations

import time

import pytest
from dates_sample import TODAY, cases

from pipelines.dates import find_dates, read_date
from pipelines.dates.printed import read_with_dateparser


@pytest.mark.bench
def test_short_strings_per_second() -> None:
    """At least 20,000 short date strings a second in the strict grammar (those left to dateparser not counted)."""
    texts = [c.text for c in cases() if c.kind == "string" and read_with_dateparser(c.text, today=TODAY) is None]
    start = time.process_time()
    for _ in range(50):
        for text in texts:
            read_date(text, today=TODAY)

    assert 50 * len(texts) / (time.process_time() - start) >= 20_000


@pytest.mark.bench
def test_running_text_megabytes_per_second() -> None:
    """At least 5 MB of German prose a second, where a date stands in every second kilobyte."""
    text = (
        "Der Beschluss vom 3. April 2019 gilt fort. " + "Behörden prüfen ihre Verfahren nach § 22 BDSG. " * 40
    ) * 1000
    start = time.process_time()
    found = find_dates(text, today=TODAY)

    assert len(found) == 1000
    assert len(text.encode()) / 1e6 / (time.process_time() - start) >= 5

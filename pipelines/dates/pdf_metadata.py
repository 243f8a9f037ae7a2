"""The creation date in the metadata of a PDF."""

from __future__ import annotations

import re
from datetime import date

from pipelines.dates.reading import CalendarDate, DateReading, objection, printed_window

_PDF_DATE = re.compile(r"\s*(?:D:)?(?P<year>[0-9]{4})(?:(?P<month>[0-9]{2})(?P<day>[0-9]{2})?)?")
_ISO_DATE = re.compile(r"\s*(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?![0-9])")


def pdf_metadata_date(text: str, *, today: date) -> DateReading | None:
    """The date of ``D:YYYYMMDDHHmmSS…`` (ISO 32000-1:2008 7.9.4; all behind the year is optional), or None.

    The day is the local one that the file states; time and zone stay in ``raw``.

    >>> pdf_metadata_date("D:20200821113339+02'00'", today=date(2026, 11, 23)).value
    '2020-08-21'
    """
    match = _ISO_DATE.match(text) or _PDF_DATE.match(text)
    if match is None:
        return None
    month, day = (int(match[part]) if match[part] else None for part in ("month", "day"))
    stated = CalendarDate(year=int(match["year"]), month=month, day=day)
    if objection(stated, printed_window(today)):
        return None
    return DateReading(value=stated.value, precision=stated.precision, raw=text, start=0)

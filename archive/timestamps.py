"""Points in time as the archive writes them: UTC, seconds, ``YYYY-MM-DDTHH:MM:SSZ``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def utc_text(moment: datetime) -> str:
    """An aware datetime as archive timestamp.

    >>> utc_text(datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC))
    '2026-03-01T04:05:06Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """An archive timestamp as aware datetime; ValueError if it is none.

    >>> moment("2026-03-01T04:05:06Z").hour
    4
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def span(first: str, last: str) -> timedelta:
    """The time between two archive timestamps."""
    return moment(last) - moment(first)

"""Conditional requests (RFC 9110, 13): whether a reader's copy is still the right one; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime


def entity_tag(digest: str) -> str:
    """A strong tag made of a digest.

    >>> entity_tag("0f3a")
    '"0f3a"'
    """
    return f'"{digest}"'


def http_date(moment: datetime) -> str:
    """A moment as HTTP writes it.

    >>> http_date(datetime(2026, 10, 5, 4, 0, 1, tzinfo=UTC))
    'Mon, 05 Oct 2026 04:00:01 GMT'
    """
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def is_current(headers: Mapping[str, str], tag: str, changed: datetime | None) -> bool:
    """Whether a request names the current state by tag or, without any tag, by date.

    >>> is_current({"if-none-match": 'W/"a", "b"'}, '"a"', None)
    True
    >>> is_current({"if-none-match": '"c"', "if-modified-since": "Mon, 05 Oct 2026 04:00:01 GMT"}, '"a"',
    ...            datetime(2026, 1, 1, tzinfo=UTC))
    False
    """
    tags = headers.get("if-none-match")
    if tags is not None:
        named = {each.strip().removeprefix("W/") for each in tags.split(",")}
        return tag in named or tags.strip() == "*"
    since = _date_in(headers.get("if-modified-since"))
    return since is not None and changed is not None and changed.replace(microsecond=0) <= since


def _date_in(header: str | None) -> datetime | None:
    try:
        read = parsedate_to_datetime(header or "")
    except (ValueError, TypeError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)

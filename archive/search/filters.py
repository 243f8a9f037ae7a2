"""Filters: source, type, topic, issuer and period as SQL conditions."""

from __future__ import annotations

import re
from dataclasses import dataclass

DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)

FIRST_DAY = "substr(d.published_on || '-01-01', 1, 10)"
LAST_DAY = "d.published_on || substr('-12-31', length(d.published_on) - 3)"
"""A date as the days it may mean: 2024-05 is 2024-05-01 to 2024-05-31."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What hits must be. Empty or None: anything.

    ``date_from`` and ``date_to`` are ``2024``, ``2024-05`` or ``2024-05-06``; anything else is ignored.
    A period matches when a document's printed date may lie in it; undated documents never do.
    """

    source: str | None = None
    doc_type: str | None = None
    topic: str | None = None
    issuer: str | None = None
    date_from: str | None = None
    date_to: str | None = None


Conditions = tuple[list[str], list[str]]
"""SQL conditions on ``documents`` as ``d``, and their parameters."""


def conditions(filters: Filters) -> Conditions:
    """The conditions that unblocked documents must meet.

    >>> conditions(Filters(source="dsk", date_from="2024-05"))[1]
    ['dsk', '2024-05-01']
    """
    texts, values = ["d.blocked_at is null"], []
    for column in ("source", "doc_type", "issuer"):
        if value := getattr(filters, column):
            texts.append(f"d.{column} = ?")
            values.append(value)
    if filters.topic:
        texts.append("exists (select 1 from document_topics t where t.document_id = d.id and t.topic_id = ?)")
        values.append(filters.topic)
    if first := _bound(filters.date_from, "-01-01"):
        texts.append(f"{LAST_DAY} >= ?")
        values.append(first)
    if last := _bound(filters.date_to, "-12-31"):
        texts.append(f"{FIRST_DAY} <= ?")
        values.append(last)
    return texts, values


def _bound(value: str | None, rest: str) -> str | None:
    """A date filled up to a day.

    >>> _bound("2024-05", "-12-31"), _bound("gestern", "-01-01")
    ('2024-05-31', None)
    """
    text = (value or "").strip()
    if not DATE.fullmatch(text):
        return None
    return text + rest[len(text) - 4 :]

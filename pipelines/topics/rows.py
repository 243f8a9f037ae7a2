"""The vocabulary as rows of the ``topics`` table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from pipelines.topics.vocabulary import load_vocabulary

UPSERT = """
insert into topics (id, label, description, broader) values (:id, :label, :description, :broader)
on conflict (id) do update set label = excluded.label, description = excluded.description,
  broader = excluded.broader
"""


class Writes(Protocol):
    """A database connection as far as it is needed here (``sqlite3.Connection`` is one)."""

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Any: ...


def topic_rows() -> tuple[dict[str, str | None], ...]:
    """One row per topic: id, label, description, broader; in the order of the vocabulary.

    >>> topic_rows()[1]["label"]
    'Videoüberwachung'
    """
    return tuple(
        {"id": topic.id, "label": topic.label, "description": topic.description, "broader": topic.broader}
        for topic in load_vocabulary().topics
    )


def write_topics(conn: Writes) -> None:
    """Put the vocabulary into the ``topics`` table; call it before documents with topics are stored.

    Does not commit. A topic that the vocabulary no longer has stays until the documents are read again.
    """
    conn.executemany(UPSERT, topic_rows())

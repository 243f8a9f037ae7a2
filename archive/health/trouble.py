"""Which documents a run's troubles concern: pages put in between, kinds of pages of which many or all failed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from archive.timestamps import moment, span, utc_text

LATELY = timedelta(days=14)
"""What has been broken for longer than this, and for ``NIGHTS``, holds nobody else up."""
NIGHTS = 3

MANY, MANY_SHARE = 3, 0.2
INTERPOSED = "interposed"
UNREADABLE = ("missing_part", "not_the_document", "unreadable", "unknown_identity", "unexpected")
ABSENT = ("dead_link", "missing_page")


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One document of a source: its kind of page, whether it was ``asked``, and what kept it from answering.

    ``interposed`` and ``failed`` speak of documents that answered lately, ``lacking`` of any that did not in this run.
    """

    document_id: str
    kind: str
    doc_type: str
    interposed: bool
    failed: bool
    lacking: bool
    asked: bool


def is_lately(at: str, *, now: str) -> bool:
    """Whether a time is not long ago.

    >>> is_lately("2026-11-01T00:00:00Z", now="2026-11-30T00:00:00Z")
    False
    """
    return span(at, now) <= LATELY


def troubled_documents(conn: sqlite3.Connection, *, run_id: int, now: str) -> set[str]:
    """The ids of all documents of the kinds (release, page, file) that trouble concerns in this run.

    That is a kind among which a page put in between answered, or many could not be read; documents that have not
    answered for long do not count. Documents that are merely gone (404, 410) are no trouble.
    """
    found = _troubles(conn, run_id=run_id, now=now)
    if not any(one.failed for one in found):
        return set()
    total, failed = Counter(one.kind for one in found if one.asked), Counter(one.kind for one in found if one.failed)
    bad = {one.kind for one in found if one.interposed}
    bad |= {kind for kind, count in failed.items() if count >= MANY and count >= MANY_SHARE * total[kind]}
    return {one.document_id for one in found if one.kind in bad}


def interposed_pages(conn: sqlite3.Connection, *, run_id: int, now: str) -> dict[str, tuple[int, int]]:
    """For each kind of page how many addresses answered lately with a page put in between, and how many there are.

    Addresses that are not archived yet count with the kind of page that was expected there.
    """
    found = _troubles(conn, run_id=run_id, now=now)
    total, between = Counter(one.kind for one in found), Counter(one.kind for one in found if one.interposed)
    for kind, count in _strangers(conn, run_id=run_id, now=now):
        total[kind] += count
        between[kind] += count
    return {kind: (count, total[kind]) for kind, count in between.items() if count}


WHOLE, WHOLE_SHARE = 3, 0.8
KIND_NAMES = {"release": "Mitteilungen", "page": "Seiten", "file": "Dateien"}


def failing_kinds(conn: sqlite3.Connection, *, run_id: int, now: str) -> dict[str, tuple[int, int]]:
    """Kinds of pages, and types of documents, that failed as a whole however few they are: failed and asked, by name.

    Whatever the address answers instead counts, for as long as it does; addresses that never were archived count with
    their kind. What nothing names any more is no failure: it is being removed.
    """
    found = [(one.kind, one.doc_type, one.lacking) for one in _troubles(conn, run_id=run_id, now=now) if one.asked]
    found += [(row[0], "", True) for row in conn.execute(_NEVER_READ, {"run": run_id})]
    asked: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for kind, doc_type, lacking in found:
        for name in (KIND_NAMES[kind], *([f"Dokumenten der Art »{doc_type}«"] if doc_type else [])):
            asked[name] += 1
            failed[name] += lacking
    return {
        name: (count, asked[name]) for name, count in failed.items() if count >= max(WHOLE, WHOLE_SHARE * asked[name])
    }


_NEVER_READ = """
select distinct iif(p.stage = 'fetch', 'file', p.stage), p.url from problems p where p.run_id = :run
and p.kind not in ('missing_page', 'robots_forbidden') and (p.stage in ('release', 'page', 'file')
  or p.stage = 'fetch' and (p.url like '%.pdf' or p.url like '%.odt' or p.url like '%.docx'))
and not exists (select 1 from documents d where d.id = p.document_id)
"""


def _lately(conn: sqlite3.Connection, *, run_id: int, now: str) -> str:
    """What was seen since then was seen lately: for two weeks, and for ``NIGHTS``, whatever the clock says."""
    night = conn.execute(
        "select started_at from runs where source = (select source from runs where id = :run) and id < :run"
        " order by id desc limit 1 offset :back",
        {"run": run_id, "back": NIGHTS - 1},
    ).fetchone()
    return min(utc_text(moment(now) - LATELY), night[0] if night else "")


def _troubles(conn: sqlite3.Connection, *, run_id: int, now: str) -> list[Trouble]:
    """Every present document of the run's source. Where a clock that was ahead dated it, its problems tell."""
    rows = conn.execute(
        f"""
        with bad as (
          select document_id, max(kind = '{INTERPOSED}') as interposed, max(kind not in {ABSENT}
            and stage in ('fetch', 'release', 'page', 'file', 'store')) as failed,
            max(stage in ('fetch', 'release', 'page', 'file', 'store', 'removal')) as problem,
            max(stage in ('fetch', 'removal') or kind in {(INTERPOSED, *UNREADABLE)}) as lost
          from problems where run_id = :run and document_id is not null group by document_id)
        select d.id, case when d.doc_type = 'pressemitteilung' and f.method = 'html' then 'release'
            when f.method = 'html' then 'page' else 'file' end as kind,
          coalesce(bad.interposed, 0) and d.last_seen_at >= :since as interposed,
          coalesce(bad.failed, 0) and d.last_seen_at >= :since as failed,
          d.last_seen_at >= r.started_at and (d.last_seen_at <= coalesce(r.finished_at, :now)
            or not coalesce(bad.lost, 0)) as answered, bad.problem, d.doc_type
        from runs r join documents d on d.source = r.source
        left join pages f on f.document_id = d.id and f.page = 1
        left join bad on bad.document_id = d.id
        where r.id = :run and d.removed_at is null and d.moved_to is null
        """,
        {"run": run_id, "since": _lately(conn, run_id=run_id, now=now), "now": now},
    )
    return [
        Trouble(
            document_id=document_id,
            kind=kind,
            doc_type=doc_type,
            interposed=bool(interposed),
            failed=bool(failed and not answered),
            lacking=bool(problem and not answered),
            asked=bool(problem or answered),
        )
        for document_id, kind, interposed, failed, answered, problem, doc_type in rows
    ]


def _strangers(conn: sqlite3.Connection, *, run_id: int, now: str) -> list[tuple[str, int]]:
    """Addresses without a document that answered with a page put in between, for the first time lately, by kind."""
    return conn.execute(
        f"""
        select p.stage, count(distinct p.url) from problems p
        where p.run_id = :run and p.kind = '{INTERPOSED}'
          and not exists (select 1 from documents d where d.id = p.document_id)
          and :since <= (select min(e.at) from problems e where e.url = p.url and e.kind = '{INTERPOSED}')
        group by p.stage
        """,
        {"run": run_id, "since": _lately(conn, run_id=run_id, now=now)},
    ).fetchall()

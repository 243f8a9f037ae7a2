"""A copy of the database for others: without blocked documents, vault places and the operator's notes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from archive.schema import DERIVED
from archive.search.indexing import index_document, optimize_index, settle_state

NOTES = ("problems", "incidents", "blocks")
"""Tables for the operator: they name blocked documents, reasons and paths of the machine. Empty in the copy."""

KEPT_META = ("reading_version",)
OF_DOCUMENTS = (*(table for table in DERIVED if table != "documents"), "document_numbers")
"""Tables whose rows belong to a document by ``document_id``."""


def make_public_copy(conn: sqlite3.Connection, target: Path) -> None:
    """Write the copy to ``target``, one consistent state, also while another process writes.

    Nothing of a blocked document is left: not its rows, its words in the index, its addresses, nor its
    title among the attachments of others. Raises sqlite3.Error, OSError.
    """
    target.unlink(missing_ok=True)
    copy = sqlite3.connect(target, isolation_level=None)
    copy.row_factory = sqlite3.Row
    try:
        conn.backup(copy)
        copy.execute("pragma journal_mode = delete")
        copy.execute("pragma foreign_keys = off")
        copy.execute("begin")
        _name_blocked(copy)
        _leave_blocked_out(copy)
        _leave_notes_out(copy)
        optimize_index(copy)
        copy.execute("delete from search_words where term not in (select term from documents_words)")
        settle_state(copy)
        copy.execute("commit")
        _compact(copy)
    finally:
        copy.close()


def _name_blocked(copy: sqlite3.Connection) -> None:
    """Two temporary tables: ids of blocked documents, and every address known of them."""
    copy.execute("create temp table blocked as select id from documents where blocked_at is not null")
    copy.execute(
        """
        create temp table blocked_urls as
        select url from documents where id in blocked
        union select url from absences where document_id in blocked
        union select url from problems where document_id in blocked and url is not null
        """
    )
    copy.execute("delete from blocked_urls where url in (select url from documents where id not in blocked)")


def _leave_blocked_out(copy: sqlite3.Connection) -> None:
    for table in OF_DOCUMENTS:
        copy.execute(f"delete from {table} where document_id in blocked")
    copy.execute("delete from documents where id in blocked")
    copy.execute("delete from links where url in blocked_urls or target_id in blocked")
    copy.execute("delete from snapshots where url in blocked_urls")
    copy.execute("update snapshots set location = null where location in blocked_urls")
    copy.execute("update snapshots set asked_url = null where asked_url in blocked_urls")
    copy.execute("update documents set parent_id = null where parent_id in blocked")
    copy.execute(
        "update documents set listed = json_set(listed, '$.parent_id', null)"
        " where json_extract(listed, '$.parent_id') in blocked"
    )
    copy.execute("update documents set moved_to = null where moved_to in blocked")
    copy.execute("update events set detail = null where detail in blocked")
    _forget_offers(copy, {row[0] for row in copy.execute("select url from blocked_urls")})


def _forget_offers(copy: sqlite3.Connection, urls: set[str]) -> None:
    """Take blocked files out of what other documents offer and link to, titles included."""
    changed = set()
    for row in (
        copy.execute("select document_id, version, attachments, links from versions").fetchall()
        if urls
        else ()
    ):
        offered = [one for one in json.loads(row["attachments"]) if one.get("url") not in urls]
        links = [one for one in json.loads(row["links"]) if one not in urls]
        kept = (json.dumps(offered, ensure_ascii=False), json.dumps(links, ensure_ascii=False))
        if kept != (row["attachments"], row["links"]):
            copy.execute(
                "update versions set attachments = ?, links = ? where document_id = ? and version = ?",
                (*kept, row["document_id"], row["version"]),
            )
            changed.add(row["document_id"])
    _index_again(copy, sorted(changed))


def _index_again(copy: sqlite3.Connection, document_ids: Iterable[str]) -> None:
    for document_id in document_ids:
        index_document(copy, document_id)


def _leave_notes_out(copy: sqlite3.Connection) -> None:
    for table in NOTES:
        copy.execute(f"delete from {table}")
    marks = ", ".join("?" for _ in KEPT_META)
    copy.execute(f"delete from meta where key not in ({marks})", KEPT_META)
    copy.execute("update snapshots set warc_file = null, warc_offset = null")
    copy.execute("update runs set detail = null where outcome = 'failed'")


def _compact(copy: sqlite3.Connection) -> None:
    """Statistics hold samples of values, free pages hold what was deleted: both are made anew."""
    samples = "select name from sqlite_master where name glob 'sqlite_stat*'"
    for (name,) in copy.execute(samples).fetchall():
        copy.execute(f"drop table {name}")
    copy.execute("drop table temp.blocked")
    copy.execute("drop table temp.blocked_urls")
    copy.execute("vacuum")
    copy.execute("analyze")

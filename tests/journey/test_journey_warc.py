"""The vault of a whole history, read by a reader that is not the library that wrote it."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType
from journeys import Journey


def records(data: Path) -> list[WarcRecord]:
    """Every record of every file, frozen so that it outlives the file."""
    found = []
    for path in sorted((data / "warc").glob("*.warc.gz")):
        for record in ArchiveIterator(str(path), parse_http=False, fsspec_args=False):
            record.freeze()
            found.append(record)
    return found


@pytest.fixture(scope="module")
def read(history: Journey) -> list[WarcRecord]:
    return records(history.data)


def test_every_digest_is_right(read: list[WarcRecord]) -> None:
    """Block digests of all records, payload digests of all answers that carry their payload."""
    answers = [one for one in read if one.record_type == WarcRecordType.response]
    assert len(answers) > 150
    assert all(one.verify_block_digest() for one in read)
    for one in answers:
        one.parse_http()

        assert one.verify_payload_digest(), one.headers["WARC-Target-URI"]


def test_the_files_hold_the_answers_of_the_ledger(history: Journey, read: list[WarcRecord]) -> None:
    """Address and time of every answer, received or repeated, are those of ``snapshots``, no more and no fewer."""
    kinds = (WarcRecordType.response, WarcRecordType.revisit)
    told = Counter(
        (one.headers["WARC-Target-URI"], one.headers["WARC-Date"]) for one in read if one.record_type in kinds
    )

    assert told == Counter(history.rows("select url, fetched_at from snapshots"))


def test_the_payload_at_an_offset_has_the_digest_of_its_snapshot(history: Journey) -> None:
    """What ``warc_file`` and ``warc_offset`` point to is what ``sha256`` was taken over."""
    rows = history.rows(
        "select warc_file, warc_offset, sha256 from snapshots where sha256 is not null order by id limit 200"
    )
    for warc_file, offset, sha256 in rows:
        with (history.data / warc_file).open("rb") as stream:
            stream.seek(offset)
            record = next(iter(ArchiveIterator(stream, auto_decode="all")))

            assert hashlib.sha256(record.reader.read()).hexdigest() == sha256

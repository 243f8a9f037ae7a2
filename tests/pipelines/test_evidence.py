"""Evidence: every answer is in the vault and in ``snapshots`` before anything reads it."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from archive_builder import AT, rows, value
from run_builder import SITE, Clock, answer, crawler_of, request, session_for
from scrapy import Request
from scrapy.http import Response

from archive.keeping.ledger import Check, checks_of, mark_read
from archive.vault.reading import read_record
from archive.vault.writer import payload_digest
from pipelines.run.evidence import BadCoding, EvidenceMiddleware, TooLarge, VaultFull
from pipelines.run.session import Session

LATER = "2026-03-02T04:00:00Z"
BODY = b"<p>Akte</p>"
SHA256 = hashlib.sha256(BODY).hexdigest()
URL = f"{SITE}/presse/"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = session_for(tmp_path)
    yield made
    if not made.closed:
        made.close()


def take(session: Session, asked: Request, got: Response, **settings: Any) -> Response:
    """What the middleware makes of an answer, in the session's transaction."""
    middleware = EvidenceMiddleware.from_crawler(crawler_of(session, **settings))

    async def received() -> Response:
        response = await middleware.process_response(asked, got)
        if session.lost is None:
            session.commit()
        return response

    return asyncio.run(received())


@pytest.fixture
def night(session: Session, tmp_path: Path) -> Iterator[Callable[[], Session]]:
    """Begins the run of the next night, over the same archive and vault; what was taken so far was read."""
    made: list[Session] = []

    def begin() -> Session:
        session.conn.execute("update snapshots set read_at = coalesce(read_at, ?)", (AT,))
        session.vault.close()
        made.append(session_for(tmp_path, conn=session.conn, clock=Clock(LATER)))
        return made[-1]

    yield begin
    for one in made:
        one.vault.close()


# -- one answer --------------------------------------------------------------------------------------

COLUMNS: dict[str, object] = {
    "run_id": 1,
    "url": URL,
    "fetched_at": AT,
    "status": 200,
    "content_type": "text/html; charset=utf-8",
    "etag": '"e1"',
    "last_modified": "Sun, 01 Mar 2026 00:00:00 GMT",
    "sha256": SHA256,
    "payload_digest": payload_digest(BODY),
    "bytes": len(BODY),
    "warc_file": "warc/dsmv-20260301T040000Z-000001.warc.gz",
    "location": None,
    "asked_url": None,
    "read_at": None,
}
FULL = {"Content_Type": "text/html; charset=utf-8", "ETag": '"e1"', "Last_Modified": "Sun, 01 Mar 2026 00:00:00 GMT"}


@pytest.mark.parametrize("column", COLUMNS)
def test_an_answer_becomes_a_snapshot(session: Session, column: str) -> None:
    asked = request()
    take(session, asked, answer(asked, BODY, **FULL))

    assert value(session.conn, f"select {column} from snapshots") == COLUMNS[column]


def test_the_bytes_are_in_the_vault_as_they_came(session: Session, tmp_path: Path) -> None:
    asked = request()
    asked.headers["User-Agent"] = "aktenkundig"
    packed = gzip.compress(BODY, mtime=0)
    take(session, asked, answer(asked, packed, Content_Encoding="gzip", X_Frage="eins"))
    stored = read_record(tmp_path, *rows(session.conn, "select warc_file, warc_offset from snapshots")[0])

    assert (stored.url, stored.status, stored.received, stored.body) == (URL, 200, packed, BODY)
    assert (stored.header("Content-Encoding"), stored.header("X-Frage")) == ("gzip", "eins")


def test_the_request_is_kept_beside_it(session: Session, tmp_path: Path) -> None:
    asked = request()
    asked.headers["User-Agent"] = "aktenkundig-test"
    take(session, asked, answer(asked))
    raw = gzip.decompress((tmp_path / session.vault.warc_file).read_bytes())

    assert b"GET /presse/ HTTP/1.1" in raw
    assert b"User-Agent: aktenkundig-test" in raw


def test_headers_cannot_break_out_of_their_lines(session: Session, tmp_path: Path) -> None:
    asked = request()
    take(session, asked, answer(asked, X_Boese="a\r\nSet-Cookie: b\nc"))
    stored = read_record(tmp_path, *rows(session.conn, "select warc_file, warc_offset from snapshots")[0])

    assert stored.header("X-Boese") == "a  Set-Cookie: b c"
    assert stored.header("Set-Cookie") is None


REASONS = [(200, b"HTTP/1.1 200 OK"), (404, b"HTTP/1.1 404 Not Found"), (299, b"HTTP/1.1 299\r\n")]


@pytest.mark.parametrize(("status", "line"), REASONS)
def test_the_status_line_has_its_phrase_if_there_is_one(
    session: Session, tmp_path: Path, status: int, line: bytes
) -> None:
    asked = request()
    take(session, asked, answer(asked, status=status))

    assert line in gzip.decompress((tmp_path / session.vault.warc_file).read_bytes())


def test_the_evidence_goes_with_the_request(session: Session) -> None:
    asked = request()
    take(session, asked, answer(asked, BODY))
    found = asked.meta["evidence"]

    assert (found.snapshot_id, found.fetched_at, found.sha256, found.unchanged) == (1, AT, SHA256, False)
    assert set(asked.meta) == {"evidence"}


CODINGS = {
    "plain": (BODY, {}),
    "gzip": (gzip.compress(BODY), {"Content_Encoding": "gzip"}),
    "named and not used": (BODY, {"Content_Encoding": "identity"}),
}


@pytest.mark.parametrize("case", CODINGS)
def test_what_is_read_afterwards_is_unpacked(session: Session, case: str) -> None:
    body, headers = CODINGS[case]
    asked = request()
    got = take(session, asked, answer(asked, body, Content_Type="text/html", **headers))

    assert got.body == BODY
    assert got.headers.get("Content-Encoding") is None
    assert got.headers.get("Content-Type") == b"text/html"
    assert rows(session.conn, "select sha256, payload_digest, bytes from snapshots") == [
        (SHA256, payload_digest(body), len(BODY))
    ]


def test_an_answer_that_is_not_packed_is_handed_on_as_it_is(session: Session) -> None:
    asked = request()
    got = answer(asked)

    assert take(session, asked, got) is got


def test_the_run_counts_what_went_over_the_wire(session: Session) -> None:
    packed = gzip.compress(BODY)
    for path in ("/a", "/b"):
        asked = request(path)
        take(session, asked, answer(asked, packed, Content_Encoding="gzip"))

    assert (session.counts.requests, session.counts.bytes, session.counts.not_modified) == (2, 2 * len(packed), 0)


def test_a_redirect_says_where_it_leads_and_who_asked(session: Session) -> None:
    first = request("/alt")
    take(session, first, answer(first, b"", status=301, Location="/neu"))
    second = request("/neu", redirect_urls=[f"{SITE}/alt", f"{SITE}/mitte"])
    take(session, second, answer(second))

    assert rows(session.conn, "select url, status, location, asked_url from snapshots order by id") == [
        (f"{SITE}/alt", 301, "/neu", None),
        (f"{SITE}/neu", 200, None, f"{SITE}/alt"),
    ]


def test_every_write_counts_for_the_next_commit(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    wrote: list[int] = []
    monkeypatch.setattr(Session, "wrote", lambda self: wrote.append(self.counts.requests))
    asked = request()
    take(session, asked, answer(asked))

    assert wrote == [1]


# -- bodies that cannot be unpacked --------------------------------------------------------------------

REFUSED: dict[str, tuple[bytes, dict[str, str], dict[str, Any], dict[str, Any], type[Exception]]] = {
    "not gzip": (b"kein gzip", {"Content_Encoding": "gzip"}, {}, {}, BadCoding),
    "cut off": (gzip.compress(BODY * 99)[:-9], {"Content_Encoding": "gzip"}, {}, {}, BadCoding),
    "a coding that is not read": (BODY, {"Content_Encoding": "br"}, {}, {}, BadCoding),
    "larger than the setting": (
        gzip.compress(b"x" * 200),
        {"Content_Encoding": "gzip"},
        {},
        {"DOWNLOAD_MAXSIZE": 100},
        TooLarge,
    ),
    "larger than this request may be": (
        gzip.compress(b"x" * 200),
        {"Content_Encoding": "gzip"},
        {"download_maxsize": 100},
        {},
        TooLarge,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_body_that_cannot_be_unpacked_is_kept_and_not_used(session: Session, case: str) -> None:
    body, headers, meta, settings, error = REFUSED[case]
    asked = request(**meta)
    with pytest.raises(error, match=r"/presse/"):
        take(session, asked, answer(asked, body, **headers), **settings)
    session.conn.commit()

    assert rows(session.conn, "select status, sha256, payload_digest, bytes from snapshots") == [(200, None, None, 0)]
    assert "evidence" not in asked.meta
    assert session.counts.requests == 1


def test_a_request_may_be_larger_than_the_setting(session: Session) -> None:
    asked = request(download_maxsize=1000)
    got = take(session, asked, answer(asked, gzip.compress(b"x" * 200), Content_Encoding="gzip"), DOWNLOAD_MAXSIZE=100)

    assert len(got.body) == 200


# -- bytes that are known ------------------------------------------------------------------------------


def test_the_same_bytes_again_are_stored_once(session: Session, tmp_path: Path, night: Callable[[], Session]) -> None:
    asked = request()
    take(session, asked, answer(asked, BODY))
    second = night()
    take(second, request(), answer(asked, BODY))
    first, again = rows(session.conn, "select warc_file, warc_offset, sha256, run_id from snapshots order by id")

    assert first[:3] == again[:3]
    assert (first[3], again[3]) == (1, 2)
    assert read_record(tmp_path, first[0], first[1]).body == BODY
    assert b"WARC-Type: revisit" in gzip.decompress((tmp_path / second.vault.warc_file).read_bytes())


STORED_AGAIN = {
    "other bytes": ("select 1", b"<p>Neu</p>"),
    "other bytes before": ("update snapshots set payload_digest = 'sha1:X'", BODY),
    "another address": ("update snapshots set url = 'https://www.example.org/'", BODY),
    "bytes that are gone": ("update snapshots set warc_file = 'warc/fort.warc.gz'", BODY),
    "bytes that are damaged": ("update snapshots set sha256 = 'falsch'", BODY),
}


@pytest.mark.parametrize("case", STORED_AGAIN)
def test_bytes_that_cannot_be_pointed_to_are_stored_again(
    session: Session, tmp_path: Path, case: str, night: Callable[[], Session]
) -> None:
    change, body = STORED_AGAIN[case]
    asked = request()
    take(session, asked, answer(asked, BODY))
    session.conn.execute(change)
    second = night()
    take(second, request(), answer(asked, body))
    place = rows(session.conn, "select warc_file, warc_offset from snapshots order by id desc limit 1")[0]

    assert place[0] == second.vault.warc_file
    assert read_record(tmp_path, *place).body == body


UNCHANGED: dict[str, tuple[str, bytes, bool]] = {
    "read, the same": ("select 1", BODY, True),
    "read, other bytes": ("select 1", b"<p>Neu</p>", False),
    "never read": ("update snapshots set read_at = null", BODY, False),
    "an error then": ("update snapshots set status = 500", BODY, False),
}


@pytest.mark.parametrize("case", UNCHANGED)
def test_what_an_earlier_run_read_is_unchanged(session: Session, case: str, night: Callable[[], Session]) -> None:
    change, body, same = UNCHANGED[case]
    asked = request()
    take(session, asked, answer(asked, BODY))
    second = night()
    session.conn.execute(change)
    again = request()
    take(second, again, answer(asked, body))

    assert again.meta["evidence"].unchanged is same
    assert "load" not in again.meta


def test_what_this_run_read_itself_does_not_make_it_unchanged(session: Session) -> None:
    """A redirect may have led here for another document."""
    for asked in (request(), request()):
        take(session, asked, answer(asked, BODY))
        mark_read(session.conn, asked.meta["evidence"].snapshot_id, at=AT)

    assert asked.meta["evidence"].unchanged is False


def test_an_error_page_is_never_unchanged(session: Session, night: Callable[[], Session]) -> None:
    asked = request()
    take(session, asked, answer(asked, BODY))
    again = request()
    take(night(), again, answer(asked, BODY, status=503))

    assert again.meta["evidence"].unchanged is False


# -- 304 -----------------------------------------------------------------------------------------------


def test_not_modified_stands_for_the_bytes_of_the_last_good_answer(
    session: Session, night: Callable[[], Session]
) -> None:
    asked = request()
    take(session, asked, answer(asked, BODY))
    second = night()
    again = request()
    take(second, again, answer(again, b"", status=304))
    found = again.meta["evidence"]

    assert (found.snapshot_id, found.fetched_at, found.sha256, found.unchanged) == (1, LATER, SHA256, True)
    assert again.meta["status"] == 200
    assert again.meta["load"]() == BODY
    assert second.counts.not_modified == 1
    assert rows(session.conn, "select count(*) from snapshots") == [(1,)]
    assert checks_of(session.conn, second.run_id) == [Check(snapshot_id=1, at=LATER)]


def test_not_modified_after_an_answer_of_this_run_is_no_news_either(session: Session) -> None:
    asked = request()
    take(session, asked, answer(asked, BODY))
    mark_read(session.conn, 1, at=AT)
    again = request()
    take(session, again, answer(again, b"", status=304))

    assert (again.meta["evidence"].unchanged, again.meta["evidence"].snapshot_id) == (False, 1)


def test_not_modified_of_an_address_nobody_read_stands_for_nothing(session: Session) -> None:
    asked = request()
    take(session, asked, answer(asked, b"", status=304))

    assert "load" not in asked.meta
    assert "status" not in asked.meta
    assert (asked.meta["evidence"].snapshot_id, asked.meta["evidence"].sha256) == (1, "")
    assert session.counts.not_modified == 0


def test_a_good_answer_does_not_count_as_not_modified(session: Session, night: Callable[[], Session]) -> None:
    asked = request()
    take(session, asked, answer(asked, BODY))
    second = night()
    again = request()
    take(second, again, answer(again, BODY))

    assert second.counts.not_modified == 0
    assert again.meta["evidence"].snapshot_id == 2


# -- when nothing can be kept --------------------------------------------------------------------------


class FullVault:
    """A vault on a disk without room."""

    warc_file = "warc/voll.warc.gz"

    def write(self, exchange: object) -> None:
        raise OSError(28, "No space left on device")

    def close(self) -> None:
        """Nothing was opened."""


def test_an_answer_that_could_not_be_kept_is_not_used(session: Session) -> None:
    session.vault = FullVault()  # type: ignore[assignment]
    stopped: list[bool] = []
    session.stop = lambda: stopped.append(True)
    asked = request()
    with pytest.raises(VaultFull, match="/presse/"):
        take(session, asked, answer(asked))

    assert "evidence" not in asked.meta
    assert rows(session.conn, "select * from snapshots") == []
    assert stopped == [True]
    assert session.lost == "Der Datenträger ist voll. Was bis dahin gespeichert war, ist unversehrt."
    assert session.counts.requests == 0


def test_a_database_that_breaks_loses_the_run(session: Session) -> None:
    session.conn.execute("create trigger no before insert on snapshots begin select raise(abort, 'kaputt'); end")
    asked = request()
    with pytest.raises(VaultFull):
        take(session, asked, answer(asked))

    assert session.lost is not None
    assert "kaputt" in session.lost


def test_nothing_is_kept_after_the_run_was_lost(session: Session) -> None:
    session.lost = "Voll."
    stopped: list[bool] = []
    session.stop = lambda: stopped.append(True)
    asked = request()
    with pytest.raises(VaultFull, match="/presse/"):
        take(session, asked, answer(asked))

    assert rows(session.conn, "select * from snapshots") == []
    assert stopped == []


def test_rows_are_seen_by_others_only_after_the_commit(tmp_path: Path) -> None:
    from archive.database import open_archive

    with closing(session_for(tmp_path, conn=open_archive(tmp_path))) as session:
        take(session, request("/a"), answer(request("/a")))
        with closing(sqlite3.connect(tmp_path / "archive.db")) as other:
            assert other.execute("select count(*) from snapshots").fetchone() == (1,)

"""A purge rewrites WARC files without what is blocked, whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from archive_builder import add_run, publication, rows, value

from archive.database import open_archive
from archive.errors import RecordUnreadable
from archive.health.verify import verify
from archive.keeping import purging
from archive.keeping.backup import backup
from archive.keeping.blocks import block, unblock
from archive.keeping.ledger import SnapshotRecord, add_problem, add_snapshot
from archive.keeping.purging import finish_purges, is_withheld, purge
from archive.keeping.store import keep
from archive.vault.reading import read_payload
from archive.vault.seals import put_right, seal_finished_runs
from archive.vault.writer import Exchange, VaultWriter, payload_digest

AT, LATER = "2026-03-01T04:00:00Z", "2026-03-05T04:00:00Z"
SECRET, OPEN = b"Die Liste der Zeugen.", b"Das Merkblatt."


@dataclass
class Vault:
    """An archive with two documents, both answered in two runs."""

    data: Path
    conn: sqlite3.Connection

    def answer(
        self, writer: VaultWriter, run_id: int, url: str, body: bytes, *, coded: bool = False, withheld: bool = False
    ) -> int:
        received = gzip.compress(body, mtime=0) if coded else body
        named = (("Content-Disposition", 'filename="Zeugenliste.pdf"'),) if body == SECRET else ()
        headers = (("Content-Type", "text/html"), *named)
        place = writer.write(
            Exchange(
                url=url,
                fetched_at=AT,
                status=200,
                reason="OK",
                request_headers=(),
                body=received,
                withheld=withheld,
                response_headers=(*headers, ("Content-Encoding", "gzip")) if coded else headers,
            )
        )
        return add_snapshot(
            self.conn,
            SnapshotRecord(
                run_id=run_id,
                url=url,
                fetched_at=AT,
                status=200,
                sha256=hashlib.sha256(body).hexdigest(),
                payload_digest=payload_digest(received),
                warc_file=place.warc_file,
                warc_offset=place.warc_offset,
                purged_at=AT if withheld else None,
            ),
        )

    def run(self, *, coded: bool = False, withheld: bool = False) -> list[int]:
        """One more run: three answers, the secret one between the others."""
        run_id = add_run(self.conn, outcome="ok")
        writer = VaultWriter(self.data, source="dsmv", run_id=run_id, started_at=AT, software="test")
        kept = []
        for number, body in ((1, OPEN), (2, SECRET), (3, OPEN * 2)):
            one = publication(f"dsmv-{number}", body.decode(), title=f"Nummer {number}")
            hidden = withheld and number == 2
            snapshot_id = self.answer(writer, run_id, one.url, body, coded=coded, withheld=hidden)
            keep(self.conn, type(one)(**(vars(one) | {"snapshot_id": snapshot_id})), run_id=run_id)
            kept.append(snapshot_id)
        writer.close()
        seal_finished_runs(self.conn, self.data)
        return kept

    def bytes(self) -> bytes:
        """All that the vault holds, unpacked."""
        return b"".join(_unpacked(path) for path in sorted((self.data / "warc").iterdir()))


def _unpacked(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError):
        return path.read_bytes()


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with closing(open_archive(tmp_path / "data")) as conn:
        yield Vault(tmp_path / "data", conn)


@pytest.mark.parametrize("coded", [False, True])
def test_the_payload_is_gone_the_digests_are_there_and_verify_is_green(coded: bool, vault: Vault) -> None:
    snapshots = [*vault.run(coded=coded), *vault.run(coded=coded)]
    before = rows(vault.conn, "select id, sha256, payload_digest, url, status from snapshots order by id")
    block(vault.conn, "dsmv-2", reason="x", at=LATER)
    files = purge(vault.conn, vault.data, "dsmv-2", at=LATER)

    assert len(files) == 2
    assert verify(vault.conn, vault.data) == []
    assert rows(vault.conn, "select id, sha256, payload_digest, url, status from snapshots order by id") == before
    purged = [row[0] for row in rows(vault.conn, "select id from snapshots where purged_at = ?", LATER)]
    assert purged == [snapshots[1], snapshots[4]]
    assert b"Zeugen" not in vault.bytes()
    assert hashlib.sha256(SECRET).hexdigest().encode() in vault.bytes()
    for one in snapshots:
        if one in purged:
            with pytest.raises(RecordUnreadable, match="auf Verlangen entfernt"):
                read_payload(vault.conn, vault.data, one)
        else:
            assert read_payload(vault.conn, vault.data, one).body.startswith(OPEN)


def test_what_a_file_tells_of_its_run_loses_the_details_of_problems(vault: Vault) -> None:
    vault.run()
    url = value(vault.conn, "select url from documents where id = 'dsmv-2'")
    told = {"stage": "page", "kind": "undated", "detail": "Die Zeugen sind nicht datiert.", "at": AT}
    add_problem(vault.conn, run_id=1, url=url, **told)
    vault.conn.execute("update runs set warc_sha256 = null")
    seal_finished_runs(vault.conn, vault.data)
    assert b"nicht datiert" in vault.bytes()
    block(vault.conn, "dsmv-2", reason="x", at=LATER)
    purge(vault.conn, vault.data, "dsmv-2", at=LATER)

    assert b"nicht datiert" not in vault.bytes()
    assert verify(vault.conn, vault.data) == []


def test_purging_twice_changes_nothing_more(vault: Vault) -> None:
    vault.run()
    block(vault.conn, "dsmv-2", reason="x", at=LATER)
    purge(vault.conn, vault.data, "dsmv-2", at=LATER)
    before = vault.bytes()

    assert purge(vault.conn, vault.data, "dsmv-2", at=LATER) == []
    assert vault.bytes() == before


def test_a_note_that_was_changed_is_named_by_verify(vault: Vault) -> None:
    vault.run()
    block(vault.conn, "dsmv-2", reason="x", at=LATER)
    purge(vault.conn, vault.data, "dsmv-2", at=LATER)
    vault.conn.execute("update snapshots set payload_digest = 'sha1:X' where purged_at is not null")

    assert any("nennt eine andere Prüfsumme" in one for one in verify(vault.conn, vault.data))


def test_a_row_cannot_call_itself_purged_while_the_bytes_are_there(vault: Vault) -> None:
    vault.run()
    vault.conn.execute("update snapshots set purged_at = ? where id = 1", (AT,))

    assert verify(vault.conn, vault.data)


def test_what_is_fetched_while_it_is_blocked_leaves_a_digest_only(vault: Vault) -> None:
    vault.run()
    block(vault.conn, "dsmv-2", reason="x", at=LATER)
    purge(vault.conn, vault.data, "dsmv-2", at=LATER)
    vault.run(withheld=True)

    assert b"Zeugen" not in vault.bytes()
    assert verify(vault.conn, vault.data) == []


WITHHELD = {
    "not blocked": ((), False),
    "blocked": (("block",), False),
    "blocked and purged": (("block", "purge"), True),
    "and unblocked": (("block", "purge", "unblock"), False),
    "and blocked again": (("block", "purge", "unblock", "block"), False),
}


@pytest.mark.parametrize("case", WITHHELD)
def test_which_answers_are_withheld(case: str, vault: Vault) -> None:
    vault.run()
    steps, withheld = WITHHELD[case]
    url = value(vault.conn, "select url from documents where id = 'dsmv-2'")
    for step in steps:
        if step == "block":
            block(vault.conn, "dsmv-2", reason="x", at=LATER)
        elif step == "purge":
            purge(vault.conn, vault.data, "dsmv-2", at=LATER)
        else:
            unblock(vault.conn, "dsmv-2", at=LATER)

    assert is_withheld(vault.conn, (url,)) is withheld
    assert is_withheld(vault.conn, ("https://www.example.org/", url)) is withheld
    assert not is_withheld(vault.conn, ("https://www.example.org/dsmv-1",))


# -- cut short -------------------------------------------------------------------------------------------


class Cut(Exception):
    """The moment at which the process dies."""


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_a_purge_that_is_cut_short_is_done_or_never_was(
    moment: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.run()
    block(vault.conn, "dsmv-2", reason="x", at=LATER)
    calls = []

    def dies(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == (1 if moment == "before the commit" else 2):
            raise Cut

    monkeypatch.setattr(purging, "seal" if moment == "before the commit" else "finish_purges", dies)
    with pytest.raises(Cut):
        purge(vault.conn, vault.data, "dsmv-2", at=LATER)
    monkeypatch.undo()
    assert [path.suffix for path in sorted((vault.data / "warc").iterdir())] == [".gz", ".neu"]
    put_right(vault.conn, vault.data, at=LATER)

    assert verify(vault.conn, vault.data) == []
    assert (b"Zeugen" in vault.bytes()) is (moment == "before the commit")
    assert [path.suffix for path in (vault.data / "warc").iterdir()] == [".gz"]


def test_a_file_that_cannot_be_read_to_its_end_stays_as_it_is(vault: Vault) -> None:
    vault.run()
    path = next((vault.data / "warc").iterdir())
    torn = path.read_bytes()[:-40]
    path.write_bytes(torn)
    block(vault.conn, "dsmv-2", reason="x", at=LATER)
    before = rows(vault.conn, "select * from snapshots")
    with pytest.raises(RecordUnreadable, match="nicht bis zum Ende lesbar"):
        purge(vault.conn, vault.data, "dsmv-2", at=LATER)

    assert path.read_bytes() == torn
    assert rows(vault.conn, "select * from snapshots") == before
    assert value(vault.conn, "select purged_at from blocks") is None


TAILS = {
    "of the blocked document": ("https://www.example.org/dsmv-2", False),
    "of another one": ("https://www.example.org/dsmv-1", True),
    "unreadable": (None, False),
}


@pytest.mark.parametrize("tail", TAILS)
def test_torn_tails_go_unless_they_are_another_documents(tail: str, vault: Vault) -> None:
    vault.run()
    url, stays = TAILS[tail]
    torn = next((vault.data / "warc").iterdir()).with_suffix(".gz.torn")
    head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n\r\n".encode()
    torn.write_bytes(gzip.compress(head + SECRET)[:-6] if url else b"kein gzip")
    block(vault.conn, "dsmv-2", reason="x", at=LATER)
    purge(vault.conn, vault.data, "dsmv-2", at=LATER)

    assert torn.exists() is stays


def test_finishing_leaves_a_vault_without_rewritten_files_alone(vault: Vault) -> None:
    vault.run()
    before = vault.bytes()
    finish_purges(vault.conn, vault.data)

    assert vault.bytes() == before


def test_the_next_backup_carries_the_purge_over(vault: Vault, tmp_path: Path) -> None:
    vault.run()
    backup(vault.data, tmp_path / "safe")
    block(vault.conn, "dsmv-2", reason="x", at=LATER)
    purge(vault.conn, vault.data, "dsmv-2", at=LATER)
    shutil.copy(next((vault.data / "warc").iterdir()), vault.data / "warc" / "rest.warc.gz.neu")
    backup(vault.data, tmp_path / "safe")

    names = [path.name for path in sorted((tmp_path / "safe" / "warc").iterdir())]
    assert len(names) == 1
    assert b"Zeugen" not in _unpacked(tmp_path / "safe" / "warc" / names[0])

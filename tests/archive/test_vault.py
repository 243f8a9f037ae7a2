"""The vault keeps bytes so that they can be proven, and survives what crashes do to files."""

from __future__ import annotations

import gzip
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.errors import RecordUnreadable
from archive.vault.reading import read_record
from archive.vault.seals import end_of_last_whole_record, set_aside_torn_tail
from archive.vault.writer import Exchange, VaultWriter

AT = "2026-03-01T04:05:06Z"


def exchange(url: str = "https://www.example.org/a", body: bytes = b"<p>Akte</p>", **changes: object) -> Exchange:
    """An ordinary answer, changed where the test needs it."""
    values: dict[str, object] = {
        "url": url,
        "fetched_at": AT,
        "status": 200,
        "reason": "OK",
        "request_headers": [("User-Agent", "aktenkundig")],
        "response_headers": [("Content-Type", "text/html; charset=utf-8")],
        "body": body,
    }
    return Exchange(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def writer(tmp_path: Path) -> VaultWriter:
    return VaultWriter(tmp_path, source="dsmv", run_id=7, started_at=AT, software="test")


def test_what_was_received_is_read_back(tmp_path: Path, writer: VaultWriter) -> None:
    packed = gzip.compress("Überwachung".encode(), mtime=0)
    place = writer.write(exchange(body=packed, response_headers=[("Content-Encoding", "gzip")]))
    writer.close()

    stored = read_record(tmp_path, place.warc_file, place.warc_offset)

    assert stored.received == packed
    assert stored.body.decode() == "Überwachung"
    assert stored.header("content-encoding") == "gzip"


def test_a_file_is_named_after_source_time_and_run_and_lies_in_the_data_folder(writer: VaultWriter) -> None:
    assert writer.warc_file == "warc/dsmv-20260301T040506Z-000007.warc.gz"


def test_an_independent_checker_accepts_the_file(tmp_path: Path, writer: VaultWriter) -> None:
    writer.write(exchange())
    writer.write(exchange(status=304, reason="Not Modified", body=b""))
    writer.write(exchange(same_as=("https://www.example.org/a", AT)))
    writer.close()

    check = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", str(tmp_path / writer.warc_file)],
        capture_output=True,
        text=True,
    )

    assert check.returncode == 0, check.stdout + check.stderr
    assert "digest pass" in check.stdout


def test_a_revisit_says_what_it_refers_to(tmp_path: Path, writer: VaultWriter) -> None:
    """WARC 1.1: address and time of the answer that holds the payload, also where the address is another."""
    writer.write(exchange(url="https://www.example.org/b", same_as=("https://www.example.org/a", AT)))
    writer.close()
    with (tmp_path / writer.warc_file).open("rb") as stream:
        (revisit,) = (one.rec_headers for one in ArchiveIterator(stream) if one.rec_type == "revisit")

    assert revisit.get_header("WARC-Target-URI") == "https://www.example.org/b"
    assert revisit.get_header("WARC-Refers-To-Target-URI") == "https://www.example.org/a"
    assert revisit.get_header("WARC-Refers-To-Date") == AT


def test_records_are_gzipped_one_by_one(tmp_path: Path, writer: VaultWriter) -> None:
    writer.write(exchange())
    second = writer.write(exchange(url="https://www.example.org/b", body=b"zwei"))
    writer.close()

    data = (tmp_path / writer.warc_file).read_bytes()

    assert gzip.GzipFile(fileobj=BytesIO(data[second.warc_offset :])).readline() == b"WARC/1.1\r\n"


def test_the_same_payload_is_stored_once(tmp_path: Path, writer: VaultWriter) -> None:
    body = bytes(range(256)) * 40
    writer.write(exchange(body=body))
    before = (writer.flush(), (tmp_path / writer.warc_file).stat().st_size)[1]
    writer.write(exchange(body=body, same_as=("https://www.example.org/a", AT)))
    writer.close()

    assert (tmp_path / writer.warc_file).stat().st_size - before < 1500


def is_whole(path: Path) -> bool:
    """Whether every record is there to its last byte and has the digest it says."""
    if end_of_last_whole_record(path) != path.stat().st_size:
        return False
    with path.open("rb") as stream:
        records = ArchiveIterator(stream, check_digests=True)
        return all((record.raw_stream.read(), record.digest_checker.passed)[1] is not False for record in records)


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_torn_tail_is_set_aside_and_nothing_else(tmp_path: Path, writer: VaultWriter, cut: int) -> None:
    first = writer.write(exchange())
    second = writer.write(exchange(url="https://www.example.org/b", body=b"z" * 5000))
    writer.close()
    path = tmp_path / writer.warc_file
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert not is_whole(path)

    torn = set_aside_torn_tail(path)

    assert torn is not None
    assert path.read_bytes() + torn.read_bytes() == whole[:-cut]
    assert is_whole(path)
    assert read_record(tmp_path, first.warc_file, first.warc_offset).status == 200
    assert second.warc_offset < len(whole)


def test_a_whole_file_is_left_alone(tmp_path: Path, writer: VaultWriter) -> None:
    writer.write(exchange())
    writer.close()

    assert set_aside_torn_tail(tmp_path / writer.warc_file) is None


def test_a_wrong_place_is_a_named_error(tmp_path: Path, writer: VaultWriter) -> None:
    place = writer.write(exchange())
    writer.close()

    with pytest.raises(RecordUnreadable):
        read_record(tmp_path, place.warc_file, place.warc_offset + 3)
    with pytest.raises(RecordUnreadable):
        read_record(tmp_path, "warc/fehlt.warc.gz", 0)


class FullDisk:
    """A file that takes so many bytes and then says that the disk is full."""

    def __init__(self, room: int, stream: object) -> None:
        self.room = room
        self.stream = stream

    def write(self, data: bytes) -> int:
        self.room -= len(data)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        return self.stream.write(data)  # type: ignore[attr-defined, no-any-return]

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)


def test_a_full_disk_leaves_a_whole_file(tmp_path: Path, writer: VaultWriter) -> None:
    writer.write(exchange())
    writer.flush()
    assert writer._stream is not None
    assert writer._writer is not None
    full = FullDisk(300, writer._stream)
    writer._writer.out = full

    with pytest.raises(OSError, match="No space"):
        writer.write(exchange(url="https://www.example.org/b", body=bytes(range(256)) * 300))
    writer.close()

    assert is_whole(tmp_path / writer.warc_file)

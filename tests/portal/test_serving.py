"""Starting and ending the portal, reading while a crawl writes, and what the log tells."""

from __future__ import annotations

import http.client
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import fixture_archive
import pytest
import sample_documents as samples

from archive.errors import ArchiveError, NoArchive
from portal.connections import shortened_address
from portal.serving import datasette_for, serve

ROOT = Path(__file__).resolve().parents[2]
START = """
import sys
from pathlib import Path
from portal.serving import serve
serve(Path(sys.argv[1]), port=int(sys.argv[2]))
"""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(port: int, path: str) -> str:
    """A page of a running server, waiting for its start."""
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.read().decode()
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError("der Server ist nicht gestartet")


def test_serves_ends_cleanly_and_logs_discreetly(data_dir: Path) -> None:
    """Pages over a socket; Ctrl-C ends with 0; the log has neither search words nor full addresses."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", START, str(data_dir), str(port)], stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert "Aktenkundig" in fetch(port, "/suche?q=Geheimnis")
    finally:
        server.send_signal(signal.SIGINT)
        log = server.communicate(timeout=20)[1]

    assert server.returncode == 0
    assert "Traceback" not in log
    assert f"http://127.0.0.1:{port}/ (Ende mit Strg-C)" in log
    assert '127.0.0.0 - "GET /suche HTTP/1.1" 200' in log
    assert "Geheimnis" not in log
    assert "127.0.0.1:" not in log.replace(f"127.0.0.1:{port}", "")


def test_who_sends_no_whole_header_is_let_go(data_dir: Path, tmp_path: Path) -> None:
    """A letter at a time holds no connection; a reader who asks again over the same one is served."""
    port = free_port()
    start = START.replace(
        "serve(Path", "import portal.connections as c; c.PunctualProtocol.header_seconds = 0.5; serve(Path"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", start, str(data_dir), str(port)], stderr=subprocess.DEVNULL, cwd=ROOT
    )
    try:
        fetch(port, "/robots.txt")
        with (
            socket.create_connection(("127.0.0.1", port), timeout=30) as silent,
            socket.create_connection(("127.0.0.1", port), timeout=30) as slow,
        ):
            slow.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\nX-")
            assert silent.recv(1) == b""
            assert _rest(slow) == b""
        kept = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(3):
            kept.request("GET", "/robots.txt")
            assert kept.getresponse().read().startswith(b"User-agent")
        kept.close()
    finally:
        server.terminate()
        server.wait(timeout=20)


def _rest(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1)
    except ConnectionResetError:
        return b""


def test_taken_port_is_one_clear_sentence(data_dir: Path) -> None:
    """Where another program listens, the error says where and why."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(ArchiveError, match=f"Port {port} kann das Portal nicht starten"):
            serve(data_dir, port=port)


def test_missing_archive_is_one_clear_sentence(tmp_path: Path) -> None:
    """Without archive.db the error says so and names the next step."""
    with pytest.raises(NoArchive, match="Zuerst »aktenkundig crawl« ausführen"):
        datasette_for(tmp_path)


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    """Something else under the name archive.db is a named error."""
    (tmp_path / "archive.db").write_bytes(b"keine Datenbank" * 100)

    with pytest.raises(ArchiveError, match="lässt sich nicht als Archiv lesen"):
        datasette_for(tmp_path)


def test_reads_while_a_crawl_writes(tmp_path: Path, make_reader: Any) -> None:
    """An open write transaction does not block readers; after the commit they see the new state."""
    fixture_archive.build(tmp_path)
    reader = make_reader(tmp_path)
    writer = sqlite3.connect(tmp_path / "archive.db", isolation_level=None)
    writer.execute("begin immediate")
    writer.execute("update documents set removed_at = '2026-11-22T05:00:00Z' where id = ?", (samples.VIDEO.id,))
    before = reader.get(f"/dokument/{samples.VIDEO.id}")
    writer.execute("commit")
    after = reader.get(f"/dokument/{samples.VIDEO.id}")
    writer.close()

    assert "Von der Quelle entfernt" not in before.text
    assert "Von der Quelle entfernt" in after.text


def test_block_takes_effect_at_once(tmp_path: Path, make_reader: Any) -> None:
    """A document blocked while the portal runs answers 410 on the next request, downloads included."""
    fixture_archive.build(tmp_path)
    reader = make_reader(tmp_path)

    fixture_archive.make_downloads(tmp_path)
    assert reader.get(f"/dokument/{samples.VIDEO.id}").status_code == 200
    assert samples.VIDEO.id in reader.get("/daten/download/documents.csv").text
    writer = sqlite3.connect(tmp_path / "archive.db")
    writer.execute("update documents set blocked_at = '2026-11-22T05:00:00Z' where id = ?", (samples.VIDEO.id,))
    writer.execute(
        "insert into blocks (document_id, reason, blocked_at) values (?, 'Anordnung', '2026-11-22T05:00:00Z')",
        (samples.VIDEO.id,),
    )
    writer.commit()
    writer.close()

    assert reader.get(f"/dokument/{samples.VIDEO.id}").status_code == 410
    refused = reader.get("/daten/download/documents.csv")
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (503, True)
    assert "freizeitbad" not in refused.text.lower()
    assert samples.VIDEO.id not in reader.get("/suche.json?q=Schwimmbad").text


def test_opens_an_archive_that_cannot_share_memory(tmp_path: Path, make_reader: Any, monkeypatch: Any) -> None:
    """Where SQLite cannot open the file in the ordinary way, it is opened as unchanging."""
    source = fixture_archive.build(tmp_path / "data")
    shutil.copy(source, tmp_path / "archive.db")
    real = sqlite3.connect

    def no_shared_memory(target: Any, *args: Any, **kwargs: Any) -> sqlite3.Connection:
        if "mode=ro" in str(target) and str(tmp_path / "archive.db") in str(target):
            raise sqlite3.OperationalError("unable to open database file")
        return real(target, *args, **kwargs)

    monkeypatch.setattr(sqlite3, "connect", no_shared_memory)

    assert make_reader(tmp_path).get(f"/dokument/{samples.VIDEO.id}").status_code == 200


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.77:51234", "203.0.0.0"),
        ("203.0.113.77", "203.0.0.0"),
        ("[2001:db8:1:2::3]:443", "2001:db8::"),
        ("unix:", "-"),
        ("", "-"),
    ],
)
def test_addresses_in_the_log_are_shortened(address: str, expected: str) -> None:
    """No reader can be told by the log."""
    assert shortened_address(address) == expected

"""The indexes beside the WARC files, against the library whose order other players expect."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from surt import surt
from warcio.archiveiterator import ArchiveIterator

from archive.vault.cdxj import sort_key, write_indexes
from archive.vault.writer import Exchange, VaultWriter

AT = "2026-03-01T04:00:00Z"
ADDRESSES = (
    "https://www.datenschutz-mv.de/presse/?processor=x&id=7",
    "https://www.datenschutz-mv.de/",
    "https://www.datenschutz-mv.de",
    "http://datenschutz-mv.de:8080/a",
    "https://www.example.org/Dateien/Erkl%C3%A4rung%20(neu).pdf",
    "https://www2.example.org/A/B/?b=2&a=1&",
    "https://example.org:443/ä/ö?q=Grüße",
)


@pytest.mark.parametrize("url", ADDRESSES)
def test_addresses_sort_as_others_expect(url: str) -> None:
    assert sort_key(url).removesuffix("&") == surt(url).removesuffix("&")


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[VaultWriter]:
    (tmp_path / "warc").mkdir()
    with closing(VaultWriter(tmp_path, source="dsk", run_id=1, started_at=AT, software="test")) as vault:
        yield vault


def exchange(url: str, body: bytes = b"Text", **changes: object) -> Exchange:
    values: dict[str, object] = {
        "url": url,
        "fetched_at": AT,
        "status": 200,
        "reason": "OK",
        "request_headers": [],
        "response_headers": [("Content-Type", "text/html; charset=utf-8")],
        "body": body,
    }
    return Exchange(**(values | changes))  # type: ignore[arg-type]


def lines(path: Path) -> list[tuple[str, str, dict[str, str]]]:
    parted = (line.split(" ", 2) for line in path.read_text(encoding="utf-8").splitlines())
    return [(key, moment, json.loads(told)) for key, moment, told in parted]


def test_every_answer_is_found_where_its_line_says(vault: VaultWriter, tmp_path: Path) -> None:
    for name in ("b", "a"):
        vault.write(exchange(f"https://x.example/{name}", name.encode()))
    vault.write(exchange("https://x.example/c", status=404))
    [index] = write_indexes(tmp_path)
    found = lines(index)

    assert [(key, told["status"]) for key, _, told in found] == [
        ("example,x)/a", "200"),
        ("example,x)/b", "200"),
        ("example,x)/c", "404"),
    ]
    for _, moment, told in found:
        content = (tmp_path / "warc" / told["filename"]).read_bytes()
        start = int(told["offset"])
        record = next(iter(ArchiveIterator(BytesIO(content[start : start + int(told["length"])]))))
        assert moment == "20260301040000"
        assert record.rec_headers.get_header("WARC-Target-URI") == told["url"]


def test_answers_that_say_not_modified_and_purged_ones_are_left_out(vault: VaultWriter, tmp_path: Path) -> None:
    """A player would show an empty page for them."""
    vault.write(exchange("https://x.example/a"))
    vault.write(exchange("https://x.example/a", b"", status=304, same_as=("https://x.example/a", AT)))
    vault.write(exchange("https://x.example/b", withheld=True))

    [index] = write_indexes(tmp_path)
    assert [told["url"] for _, _, told in lines(index)] == ["https://x.example/a"]


def test_a_file_is_indexed_again_only_when_it_has_changed(vault: VaultWriter, tmp_path: Path) -> None:
    vault.write(exchange("https://x.example/a"))
    [index] = write_indexes(tmp_path)
    assert write_indexes(tmp_path) == []
    vault.write(exchange("https://x.example/b"))
    os.utime(tmp_path / vault.warc_file, (7, 7))

    assert write_indexes(tmp_path) == [index]
    assert len(lines(index)) == 2


def test_a_file_that_breaks_off_is_indexed_up_to_there(vault: VaultWriter, tmp_path: Path) -> None:
    vault.write(exchange("https://x.example/a"))
    place = vault.write(exchange("https://x.example/b"))
    with (tmp_path / place.warc_file).open("r+b") as stream:
        stream.truncate(place.warc_offset + 40)

    [index] = write_indexes(tmp_path)
    assert [told["url"] for _, _, told in lines(index)] == ["https://x.example/a"]

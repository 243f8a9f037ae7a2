"""The project as Scrapy's users know it: crawl -o, shell, fetch, parse, check, list."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware

from aktenkundig.sample.server import SampleSite
from archive.database import open_reading
from crawler.network.robots import RobotsMiddleware
from crawler.sources import source_names
from crawler.spiders import adapter

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((files("pipelines") / "data" / "publication.schema.json").read_text(encoding="utf-8"))
CONTACT = "redaktion@example.org"


@pytest.fixture(scope="module")
def site() -> Iterator[SampleSite]:
    """The sample site of the first day."""
    with SampleSite(day=1) as shown:
        yield shown


def scrapy(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of Scrapy in the project."""
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT,
        env={**os.environ, "AKTENKUNDIG_DATA": str(data), "AKTENKUNDIG_DELAY": "0", "AKTENKUNDIG_CONTACT": CONTACT},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def stand_in(site: SampleSite, source: str) -> tuple[str, str]:
    return ("-s", f"AKTENKUNDIG_STAND_IN={site.address(source)}")


@pytest.fixture(scope="module")
def nights(site: SampleSite, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[tuple[str, int], list[Any]]]:
    """Two nights of both sources, the second without changes: the archive, and the items of each."""
    data = tmp_path_factory.mktemp("scrapy") / "data"
    items = {}
    for night in (1, 2):
        for source in ("dsmv", "dsk"):
            target = data.with_name(f"{source}-{night}.jsonl")
            ran = scrapy(data, "crawl", source, *stand_in(site, source), "-o", str(target))
            assert ran.returncode == 0, ran.stderr
            items[source, night] = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    return data, items


@pytest.mark.parametrize("night", [1, 2])
@pytest.mark.parametrize("source", ["dsmv", "dsk"])
def test_there_is_one_valid_item_per_document(nights: Any, source: str, night: int) -> None:
    """New ones and unchanged ones, no record of the harvest itself."""
    data, items = nights
    conn = open_reading(data)
    known = [row[0] for row in conn.execute("select id from documents where source = ? order by docno", (source,))]
    conn.close()

    assert len(known) > 20
    assert [item["id"] for item in items[source, night]] == known
    for item in items[source, night]:
        jsonschema.validate(item, SCHEMA)


def test_items_hold_what_was_read(nights: Any) -> None:
    """Text as it is, dates with their words, topics, citations that stand where they say, and the archived file."""
    data, items = nights
    every = [*items["dsmv", 1], *items["dsk", 1]]
    seen = {name: sum(bool(item[name]) for item in every) for name in ("text", "dates", "topics", "citations", "links")}
    paper = next(item for item in every if item["page_count"] and item["page_count"] > 1)

    assert min(seen.values()) > 0
    assert seen["text"] > len(every) * 0.8
    assert (data / paper["file"]["warc_file"]).is_file()
    assert all(len(item["file"]["sha256"]) == 64 for item in every)


def test_letters_stay_letters_and_tables_are_tables(site: SampleSite, nights: Any) -> None:
    """UTF-8 without escapes; CSV by the ending of the name."""
    data, _ = nights
    text = data.with_name("dsk-1.jsonl").read_text(encoding="utf-8")
    target = data.with_name("dsk.csv")
    ran = scrapy(data, "crawl", "dsk", *stand_in(site, "dsk"), "-O", str(target))
    csv.field_size_limit(10_000_000)
    with target.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

    assert "ü" in text
    assert "\\u00fc" not in text
    assert ran.returncode == 0
    assert len(rows) == len(text.splitlines())


def test_a_source_that_failed_is_told_by_the_exit_status(tmp_path: Path) -> None:
    """Nobody answers there."""
    ran = scrapy(
        tmp_path / "data", "crawl", "dsmv", "-s", "AKTENKUNDIG_STAND_IN=http://127.0.0.1:9", "-s", "RETRY_TIMES=0"
    )

    assert ran.returncode == 1


LOOKS = {
    "fetch": ("fetch", "https://www.datenschutz-mv.de/presse/"),
    "fetch without a spider": (
        "fetch",
        "--nolog",
        "--spider",
        "dsk",
        "https://www.datenschutzkonferenz-online.de/beschluesse-dsk.html",
    ),
    "shell": (
        "shell",
        "-c",
        "print(response.status, len(response.text) > 500)",
        "https://www.datenschutz-mv.de/presse/",
    ),
    "parse": ("parse", "--nocolour", "https://www.datenschutz-mv.de/presse/"),
}


@pytest.mark.parametrize("case", LOOKS)
def test_who_looks_at_a_page_asks_for_it_alone_and_stores_nothing(site: SampleSite, tmp_path: Path, case: str) -> None:
    """One request beside robots.txt, no archive, no run."""
    source = "dsk" if "dsk" in LOOKS[case] else "dsmv"
    before = len(site.requests)
    ran = scrapy(tmp_path / "data", *LOOKS[case], *stand_in(site, source))
    asked = [request.target for request in site.requests[before:] if request.target != "/robots.txt"]

    assert ran.returncode == 0, ran.stderr
    assert len(asked) == 1
    assert not (tmp_path / "data").exists()
    assert {"fetch": "<html", "shell": "200 True", "parse": "'listing': "}[case.split()[0]] in ran.stdout


def test_parse_shows_a_release_as_a_harvest_reads_it(site: SampleSite, tmp_path: Path, nights: Any) -> None:
    _, items = nights
    release = next(item for item in items["dsmv", 1] if item["doc_type"] == "pressemitteilung")
    ran = scrapy(tmp_path / "data", "parse", "--nocolour", release["url"], *stand_in(site, "dsmv"))

    assert ran.returncode == 0, ran.stderr
    assert release["id"] in ran.stdout
    assert "'content': " in ran.stdout


@pytest.mark.parametrize("source", ["dsmv", "dsk"])
def test_contracts_hold_on_the_sample_site(site: SampleSite, tmp_path: Path, source: str) -> None:
    ran = scrapy(tmp_path / "data", "check", source, *stand_in(site, source))

    assert ran.returncode == 0, ran.stderr
    assert "Ran 3 contracts" in ran.stderr
    assert not (tmp_path / "data").exists()


def test_every_source_has_a_spider_with_its_domains_and_its_contract(tmp_path: Path) -> None:
    spiders = {one.name: one for one in vars(adapter).values() if isinstance(one, type) and hasattr(one, "source")}

    assert scrapy(tmp_path, "list").stdout.split() == source_names()
    assert set(spiders) == set(source_names())
    for one in spiders.values():
        assert set(one.allowed_domains) == set(one.source.hosts)
        assert f"@url {one.source.start_urls()[0]}" in one.parse.__doc__


def test_robots_txt_is_kept_by_scrapys_own_middleware() -> None:
    assert issubclass(RobotsMiddleware, RobotsTxtMiddleware)

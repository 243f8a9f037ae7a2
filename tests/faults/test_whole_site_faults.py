"""What concerns a whole site: robots.txt, distance between requests, endless lists, lost lists, links to elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from crawl_process import crawl_arguments, run
from hostile_site import (
    Behaviour,
    Exchange,
    HostileSite,
    document,
    garbage,
    gzip_bomb,
    hang,
    huge,
    list_page,
    list_target,
    page,
    redirect,
    release_page,
    release_target,
    reset_at_once,
    status,
)

from archive.database import database_path

pytestmark = pytest.mark.faults

QUICK = {"AKTENKUNDIG_TIMEOUT": "1", "AKTENKUNDIG_RETRY_AFTER_LIMIT": "1"}


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What robots.txt answers, whether anything may be asked then, and the kind of problem."""

    answers: Behaviour
    kind: str | None


ROBOTS = {
    "robots-forbids-everything": Rules(answers=page(b"User-agent: *\nDisallow: /\n"), kind="robots_forbidden"),
    "robots-forbids-us": Rules(answers=page(b"User-agent: aktenkundig\nDisallow: /\n"), kind="robots_forbidden"),
    "robots-500": Rules(answers=status("500 Internal Server Error"), kind="robots_unreachable"),
    "robots-429": Rules(answers=status("429 Too Many Requests", Retry_After="99"), kind="robots_unreachable"),
    "robots-hangs": Rules(answers=hang, kind="robots_unreachable"),
    "robots-reset": Rules(answers=reset_at_once, kind="robots_unreachable"),
    "robots-not-http": Rules(answers=garbage, kind="robots_unreachable"),
    "robots-bomb": Rules(answers=gzip_bomb(200), kind="robots_unreachable"),
    "robots-leads-away": Rules(answers=redirect("http://127.0.0.1:9/robots.txt"), kind="robots_unreachable"),
    "robots-404": Rules(answers=status("404 Not Found"), kind=None),
    "robots-403": Rules(answers=status("403 Forbidden"), kind=None),
    "robots-is-html": Rules(answers=page(document("<h1>Start</h1>")), kind=None),
    "robots-1-mb": Rules(answers=page(b"# x\n" * 250_000), kind=None),
    "robots-wildcards": Rules(answers=page(b"User-agent: *\nDisallow: /" + b"*a" * 3000 + b"$\n"), kind=None),
}


def problems(data: Path) -> list[tuple[str, str]]:
    """Kinds and details of the newest run's problems, but for the guidance pages this site does not have."""
    with closing(sqlite3.connect(database_path(data))) as conn:
        query = "select kind, detail from problems where run_id = (select max(id) from runs) and kind <> 'missing_page'"
        return conn.execute(query).fetchall()


def newest_run(data: Path) -> tuple[str, int]:
    """Outcome of the newest run, and how many documents there are."""
    with closing(sqlite3.connect(database_path(data))) as conn:
        outcome = conn.execute("select outcome from runs order by id desc limit 1").fetchone()[0]
        return outcome, conn.execute("select count(*) from documents").fetchone()[0]


@pytest.mark.parametrize("name", ROBOTS)
def test_robots_txt_is_obeyed_whatever_it_answers(name: str, tmp_path: Path) -> None:
    data, rules = tmp_path / "data", ROBOTS[name]
    with HostileSite(releases=3) as site:
        site.trouble("/robots.txt", rules.answers)
        ended = run(*crawl_arguments(data, site.address), env=QUICK)
        asked, overlaps = set(site.targets), site.overlaps

    assert overlaps == []
    if rules.kind is None:
        assert (ended.code, newest_run(data)) == (0, ("ok", 3))
    else:
        assert ended.code == 1
        assert asked == {"/robots.txt"}
        assert newest_run(data) == ("failed", 0)
        assert {kind for kind, _ in problems(data)} == {rules.kind}


def test_crawl_delay_and_delay_keep_requests_apart(tmp_path: Path) -> None:
    """The longer one of --delay and Crawl-delay, at any time, with troubles and retries in between."""
    with HostileSite(releases=4) as site:
        site.trouble("/robots.txt", page(b"User-agent: *\nCrawl-delay: 0.4\n"))
        site.trouble(release_target(site.ids[1]), reset_at_once, None)
        ended = run(*crawl_arguments(tmp_path / "data", site.address, delay=0.1))
        apart = [later - earlier for earlier, later in zip(site.times[1:], site.times[2:], strict=False)]

    assert ended.code == 0
    assert site.overlaps == []
    assert min(apart) >= 0.38
    assert len(apart) >= 8


def test_retry_after_is_honoured_before_anything_else_is_asked(tmp_path: Path) -> None:
    with HostileSite(releases=3) as site:
        busy = release_target(site.ids[1])
        site.trouble(busy, status("429 Too Many Requests", Retry_After="2"), None)
        ended = run(*crawl_arguments(tmp_path / "data", site.address))
        first = site.targets.index(busy)
        waited = site.times[first + 1] - site.times[first]

    assert ended.code == 0
    assert waited >= 1.95
    assert newest_run(tmp_path / "data") == ("ok", 3)


def endless(fresh: bool) -> Callable[[Exchange], None]:
    """A list that always has a next page, with new releases or with the same ones."""

    def answer(exchange: Exchange) -> None:
        offset = int(exchange.target.rsplit("=", 1)[1]) if "offset=" in exchange.target else 0
        first = 500_000 + (offset if fresh else 0)
        exchange.answer(list_page(list(range(first, first + 5)), list_target(offset + 5)))

    return answer


@pytest.mark.parametrize("fresh", [True, False])
def test_an_endless_list_ends(fresh: bool, tmp_path: Path) -> None:
    data = tmp_path / "data"

    def answer(exchange: Exchange) -> None:
        if "?id=" in exchange.target:
            exchange.answer(release_page(int(exchange.target.split("=")[1].split("&")[0])))
        elif exchange.target.startswith("/presse/"):
            endless(fresh)(exchange)
        else:
            exchange.answer(b"", "404 Not Found")

    with HostileSite() as site:
        site.trouble("*", answer)
        ended = run(*crawl_arguments(data, site.address), env={"AKTENKUNDIG_LISTING_PAGES_LIMIT": "60"})

    assert ended.code == 0
    assert newest_run(data) == ("alarm", 300 if fresh else 5)
    assert [kind for kind, _ in problems(data)] == ["endless_pagination"]


LISTS = {
    "list-empty": (page(list_page([], None)), "empty_listing"),
    "list-error-page": (page(document("<h1>Seite nicht gefunden</h1>", "Fehler 404")), "not_the_document"),
    "list-other-markup": (page(document("<main><p>Neues Layout</p></main>")), "not_the_document"),
    "list-cut-off": (page(list_page([300_000], None)[:-30]), "missing_part"),
    "list-500": (status("500 Internal Server Error"), "http_500"),
    "list-404": (status("404 Not Found"), "not_found_404"),
    "list-hangs": (hang, "timeout"),
    "list-too-large": (huge(100, announced=False), "too_large"),
    "list-leads-away": (redirect("http://127.0.0.1:9/presse/"), "foreign_address"),
}


SILENT = ("list-500", "list-404", "list-hangs", "list-too-large", "list-leads-away")
"""On the first page these mean that the site was not there at all: the run failed."""


@pytest.mark.parametrize("first_page", [True, False])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_lost_alarms_and_removes_nothing(name: str, first_page: bool, tmp_path: Path) -> None:
    """Not "0 releases": the known ones are asked all the same, and the next run is well again."""
    data, (behaviour, kind) = tmp_path / "data", LISTS[name]
    with HostileSite(releases=12) as site:
        assert run(*crawl_arguments(data, site.address)).code == 0
        site.forget()
        site.trouble("/presse/" if first_page else list_target(5), behaviour)
        ended = run(*crawl_arguments(data, site.address), env=QUICK)
        outcome, kinds = newest_run(data), [kind for kind, _ in problems(data)]
        asked = {target for target in site.targets if "?id=" in target}
        site.heal()
        healed = run(*crawl_arguments(data, site.address))

    assert kind in kinds
    silent = first_page and name in SILENT
    assert outcome == ("failed" if silent else "alarm", 12)
    assert ended.code == (1 if silent else 0)
    assert len(asked) == 12
    assert (healed.code, newest_run(data)) == (0, ("ok", 12))


def test_links_to_elsewhere_are_never_followed(tmp_path: Path) -> None:
    """In lists, pagers, texts and attachments; the decoy and the metadata service see nothing."""
    data = tmp_path / "data"
    with HostileSite() as decoy, HostileSite(releases=3) as site:
        elsewhere = [
            f"http://127.0.0.1:{decoy.port}/presse/?id=1",
            f"http://localhost:{decoy.port}/x.pdf",
            f"http://[::1]:{decoy.port}/x.pdf",
            f"//127.0.0.1:{decoy.port}/x.pdf",
            "http://169.254.169.254/x.pdf",
            f"http://0x7f000001:{decoy.port}/x.pdf",
            f"http://2130706433:{decoy.port}/x.pdf",
            f"https://www.datenschutz-mv.de:{decoy.port}/static/DS/Dateien/x.pdf",
            f"http://www.datenschutz-mv.de@127.0.0.1:{decoy.port}/x.pdf",
            f"http://127.0.0.1:{decoy.port}\\@x/x.pdf",
            "file:///etc/passwd",
            "ftp://127.0.0.1/x.pdf",
            "data:text/html,x",
            "javascript:alert(1)",
            "mailto:a@b.de",
            "http://[::1",
            "x" * 5000,
        ]
        links = "".join(f"<a href='{url}'>Anlage (PDF, 1 MB)</a>" for url in elsewhere)
        teasers = "".join(f"<div class='teaser'><h3><a href='{url}'>Titel</a></h3></div>" for url in elsewhere)
        site.trouble(release_target(site.ids[0]), page(release_page(site.ids[0], files=tuple(elsewhere), extra=links)))
        site.trouble("/presse/", page(list_page(site.ids, elsewhere[0], extra=teasers)))
        ended = run(*crawl_arguments(data, site.address))
        seen, asked = list(decoy.targets), set(site.targets)

    assert ended.code == 0
    assert seen == []
    assert newest_run(data)[1] >= 3
    assert all(target.startswith("/") for target in asked)


def test_nothing_of_a_prefix_address_is_exempt(tmp_path: Path) -> None:
    """--at exempts one host and port; another port of the same host is somebody else."""
    with HostileSite() as decoy, HostileSite(releases=2) as site:
        site.trouble(release_target(site.ids[0]), redirect(f"http://127.0.0.1:{decoy.port}{release_target(1)}"))
        site.trouble(release_target(site.ids[1]), redirect(f"{site.address}/presse/?id=7"))
        run(*crawl_arguments(tmp_path / "data", site.address), env=QUICK)
        seen, asked = list(decoy.targets), list(site.targets)

    assert seen == []
    assert "/presse/?id=7" in asked

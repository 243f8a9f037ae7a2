"""Every way in which one address can misbehave: a named problem, everything else kept, healed by the next run.

The table is that of docs/faults.md; a test holds the two together.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from crawl_process import Ended, crawl_arguments, run
from derived_tables import derived
from hostile_site import (
    Behaviour,
    Exchange,
    HostileSite,
    cut_gzip,
    document,
    false_gzip,
    garbage,
    gzip_bomb,
    hang,
    huge,
    no_length,
    page,
    redirect,
    release_page,
    release_target,
    reset_at_once,
    reset_in_body,
    slow_loris,
    status,
    too_long,
    too_short,
    unknown_coding,
    zipped,
)

from archive.database import database_path

pytestmark = pytest.mark.faults

SITE = "https://www.datenschutz-mv.de"


@dataclass(frozen=True, kw_only=True)
class Case:
    """What an address does, request by request, and the kind of problem it ends in (None: it is read)."""

    does: tuple[Behaviour | None, ...]
    kind: str | None


def own(body: str, codec: str, **headers: str) -> Behaviour:
    """The healthy page with some more text, in another encoding."""

    def answer(exchange: Exchange) -> None:
        number = int(exchange.target.split("=")[1].split("&")[0])
        text = release_page(number, extra=body).decode()
        exchange.answer(text.encode(codec, "replace"), **headers)

    return answer


def many_headers(exchange: Exchange) -> None:
    """Headers beyond all measure."""
    exchange.head(**{f"X_{number}": "a" * 1000 for number in range(2000)})


def bad_chunks(exchange: Exchange) -> None:
    """Chunks whose length is no number."""
    exchange.head(Content_Type="text/html", Transfer_Encoding="chunked")
    exchange.send(b"zz\r\nabc\r\n0\r\n\r\n")


def bounce(exchange: Exchange) -> None:
    """Redirect to itself, for ever."""
    exchange.answer(b"", "302 Found", Location=exchange.target)


def one(behaviour: Behaviour, kind: str | None) -> Case:
    """Always the same misbehaviour."""
    return Case(does=(behaviour,), kind=kind)


NESTED = document("<div>" * 60_000)
SCRIPTED = "<p onclick='alert(1)'>Klick<script>alert('Einbruch')</script><img src=x onerror=alert(2)></p>"

CASES = {
    "slow-loris": one(slow_loris, "timeout"),
    "no-answer": one(hang, "timeout"),
    "reset-at-once": one(reset_at_once, "unreachable"),
    "reset-in-body": one(reset_in_body, "unreachable|cut_off"),
    "not-http": one(garbage, "unreachable"),
    "headers-2-mb": one(many_headers, "unreadable"),
    "bad-chunks": one(bad_chunks, "unreachable|cut_off"),
    "length-too-large": one(too_short, "cut_off"),
    "length-too-small": one(too_long, "missing_part"),
    "no-length": one(no_length, None),
    "gzip": one(zipped, None),
    "gzip-cut-off": one(cut_gzip, "bad_coding"),
    "gzip-false": one(false_gzip, "bad_coding"),
    "coding-unknown": one(unknown_coding, "bad_coding"),
    "gzip-bomb": one(gzip_bomb(400), "too_large"),
    "body-100-mb": one(huge(100, announced=True), "too_large"),
    "body-100-mb-in-chunks": one(huge(100, announced=False), "too_large"),
    "nested-tags": one(page(NESTED), "unreadable"),
    "tags-2-mb": one(page(document("<p>" * 600_000)), "unreadable"),
    "attributes-2-mb": one(page(document("<p " + "a " * 900_000 + ">")), "unreadable"),
    "empty-body": one(page(b""), "unreadable"),
    "nul-bytes": one(page(b"\x00" * 5000), "unreadable"),
    "truncated-html": one(page(release_page(1)[:-120]), "missing_part"),
    "error-page-200": one(page(document("<h1>Seite nicht gefunden</h1>", "Fehler 404")), "not_the_document"),
    "status-304-unasked": one(status("304 Not Modified", b""), "http_304"),
    "status-403": one(status("403 Forbidden"), "http_403"),
    "status-404": one(status("404 Not Found"), "not_found_404"),
    "status-410": one(status("410 Gone"), "not_found_410"),
    "status-500": one(status("500 Internal Server Error"), "http_500"),
    "status-503": one(status("503 Service Unavailable"), "http_503"),
    "status-999": one(status("999 Nein"), "http_999"),
    "too-many-requests-once": Case(does=(status("429 Too Many Requests", Retry_After="1"), None), kind=None),
    "too-many-requests-always": one(status("429 Too Many Requests", Retry_After="86400"), "http_429"),
    "flapping": Case(does=(status("500 Internal Server Error"), None), kind=None),
    "flapping-reset": Case(does=(reset_at_once, reset_in_body, None), kind=None),
    "redirect-to-itself": one(bounce, "redirect_loop"),
    "redirect-to-start": one(redirect("/"), "not_found_redirect"),
    "redirect-to-decoy-port": one(redirect("http://127.0.0.1:{decoy}/geheim"), "foreign_address"),
    "redirect-to-localhost": one(redirect("http://localhost:{decoy}/geheim"), "foreign_address"),
    "redirect-to-ipv6": one(redirect("http://[::1]:{decoy}/geheim"), "foreign_address"),
    "redirect-to-metadata": one(redirect("http://169.254.169.254/latest/"), "foreign_address"),
    "redirect-with-user": one(redirect("http://www.datenschutz-mv.de@127.0.0.1:{decoy}/"), "foreign_address"),
    "redirect-own-host-odd-port": one(redirect("https://www.datenschutz-mv.de:{decoy}/"), "foreign_address"),
    "redirect-to-file": one(redirect("file:///etc/passwd"), "http_302"),
    "redirect-to-ftp": one(redirect("ftp://127.0.0.1:{decoy}/x"), "http_302"),
    "redirect-to-data": one(redirect("data:text/html,<h1>x</h1>"), "http_302"),
    "redirect-to-javascript": one(redirect("javascript:alert(1)"), "bad_redirect"),
    "redirect-unreadable": one(redirect("http://[::1"), "bad_redirect"),
    "encoding-latin1-said-utf8": one(own("<p>Maßnahme</p>", "latin-1"), None),
    "encoding-utf8-said-latin1": one(own("<p>Maßnahme</p>", "utf-8", Content_Type="text/html; charset=latin-1"), None),
    "encoding-utf16": one(own("<p>Maßnahme</p>", "utf-16", Content_Type="text/html"), None),
    "encoding-unknown": one(own("<p>Maßnahme</p>", "utf-8", Content_Type="text/html; charset=kaputt-9"), None),
    "script-and-attributes": one(own(SCRIPTED, "utf-8"), None),
}


class Journey:
    """The archive after a run over all cases, after a rebuild, and after a second run over the healed site."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with HostileSite() as decoy, HostileSite(releases=len(CASES) + 3) as site:
            self.numbers = dict(zip(CASES, site.ids, strict=False))
            for name, case in CASES.items():
                site.trouble(release_target(self.numbers[name]), *(with_port(one, decoy.port) for one in case.does))
            env = {"AKTENKUNDIG_TIMEOUT": "1", "AKTENKUNDIG_RETRY_AFTER_LIMIT": "1"}
            self.first = run(*crawl_arguments(data, site.address), env=env)
            self.overlaps, self.decoyed = list(site.overlaps), list(decoy.targets)
            self.rows = self._rows()
            before = derived(data)
            self.rebuilt: Ended = run("--data", str(data), "rebuild")
            self.same_after_rebuild = derived(data) == before
            self.verified = run("--data", str(data), "verify")
            site.heal()
            self.second = run(*crawl_arguments(data, site.address))
            self.healed = self._rows()
            with HostileSite(releases=len(CASES) + 3) as healthy:
                run(*crawl_arguments(data.with_name("healthy"), healthy.address))

    def _rows(self) -> dict[str, tuple[str | None, list[tuple[str, str]]]]:
        """By case: the stored text (or None), and kind and detail of the problems of the newest run."""
        found = {}
        with closing(sqlite3.connect(database_path(self.data))) as conn:
            for name, number in self.numbers.items():
                text = conn.execute("select text from documents where id = ?", (f"dsmv-{number}",)).fetchone()
                problems = conn.execute(
                    "select kind, detail from problems where url = ? and run_id = (select max(id) from runs)",
                    (SITE + release_target(number),),
                )
                found[name] = (text and text[0], problems.fetchall())
        return found


def with_port(behaviour: Behaviour | None, port: int) -> Behaviour | None:
    """The behaviour with the decoy's port put into its redirect."""
    if behaviour is None:
        return None

    def answer(exchange: Exchange) -> None:
        send = exchange.send
        exchange.send = lambda data: send(data.replace(b"{decoy}", str(port).encode()))  # type: ignore[method-assign]
        behaviour(exchange)

    return answer


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """One crawl over everything."""
    return Journey(tmp_path_factory.mktemp("hostile") / "data")


@pytest.mark.parametrize("name", CASES)
def test_an_answer_has_its_documented_outcome(journey: Journey, name: str) -> None:
    text, problems = journey.rows[name]
    wanted = CASES[name].kind

    if wanted is None:
        assert text
        assert problems == []
    else:
        assert text is None
        assert [kind for kind, _ in problems if kind in wanted.split("|")], problems
        assert all(detail.endswith((".", "«.", ").")) and " " in detail for _, detail in problems)


@pytest.mark.parametrize("name", CASES)
def test_the_next_run_heals_it(journey: Journey, name: str) -> None:
    text, problems = journey.healed[name]

    assert text
    assert problems == []


def test_the_run_ends_well_whatever_single_addresses_do(journey: Journey) -> None:
    assert journey.first.code == 0
    assert journey.second.code == 0
    assert journey.first.err.count("\n") == 1


def test_nothing_is_asked_of_other_hosts_ports_and_schemes(journey: Journey) -> None:
    assert journey.decoyed == []


def test_there_is_never_more_than_one_request_at_a_time(journey: Journey) -> None:
    assert journey.overlaps == []


def test_a_rebuild_gives_the_same_tables(journey: Journey) -> None:
    assert journey.rebuilt.code == 0
    assert journey.same_after_rebuild


def test_the_archive_verifies(journey: Journey) -> None:
    assert journey.verified.code == 0, journey.verified.out


def test_the_healed_archive_holds_what_a_healthy_site_gives(journey: Journey) -> None:
    """Encodings leave traces in versions; but for those cases every document is as if nothing had happened."""
    healed, healthy = derived(journey.data), derived(journey.data.with_name("healthy"))

    assert healed["documents"].keys() == healthy["documents"].keys()
    assert [row["text"] for row in healed["documents"].values()] == [
        row["text"] for row in healthy["documents"].values()
    ]


def test_script_is_no_text(journey: Journey) -> None:
    text = journey.rows["script-and-attributes"][0]

    assert text is not None
    assert "Klick" in text
    assert "alert" not in text


def test_umlauts_survive_every_encoding(journey: Journey) -> None:
    encoded = [name for name in CASES if name.startswith("encoding-")]

    assert all("Maßnahme" in (journey.rows[name][0] or "") for name in encoded)

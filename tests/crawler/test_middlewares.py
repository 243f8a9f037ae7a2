"""What stands between spider and network: guard, robots.txt, Retry-After, stand-in, resolver, User-Agent."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawler.errors import (
    EmptyListing,
    MissingPart,
    NotTheDocument,
    ReadingError,
    UnknownIdentity,
    describe_error,
    describe_failure,
)
from crawler.network.guard import PrivateAddress, is_own, is_public, public_address
from crawler.network.politeness import introduce
from crawler.network.robots import keep_distance, seconds_to_wait
from crawler.network.stand_in import from_stand_in, to_stand_in

HOSTS = frozenset({"www.datenschutz-mv.de", "datenschutz-mv.de"})
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://169.254.169.254/",
        "http://0x7f000001/",
        "file:///etc/passwd",
        "ftp://www.datenschutz-mv.de/",
        "data:text/html,x",
        "javascript:alert(1)",
        "//x",
        "https://www.datenschutz-mv.de:8443/",
        "http://www.datenschutz-mv.de:443/",
        "https://www.datenschutz-mv.de@evil.example/",
        "https://www.datenschutz-mv.de.evil.example/",
        "https://a@www.datenschutz-mv.de/",
        "https://evil.example/www.datenschutz-mv.de",
        "http://[::1",
        "",
        "https://www.datenschutz-mv.de:99999/",
        "https://WWW.datenschutz-mv.de.:443/",
    ],
)
def test_the_guard_refuses_everything_that_is_not_the_source(url: str) -> None:
    assert not is_own(url, HOSTS)


@pytest.mark.parametrize(
    "url", ["https://www.datenschutz-mv.de/", "http://datenschutz-mv.de:80/x", "https://WWW.Datenschutz-MV.de/"]
)
def test_the_guard_lets_the_source_through(url: str) -> None:
    assert is_own(url, HOSTS)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "100.64.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "keine",
    ],
)
def test_private_addresses_are_refused_before_a_connection_is_made(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(PrivateAddress):
        public_address(address, "www.datenschutz-mv.de")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        (" 7 ", 7),
        ("0", 0),
        ("-5", 0),
        ("1e9", 0),
        ("", 0),
        ("bald", 0),
        ("٣", 0),
        ("9" * 400, 999_999_999),
        ("Mon, 23 Nov 2026 06:01:30 GMT", 90),
        ("Mon, 23 Nov 2026 05:00:00 GMT", 0),
        ("Mon, 23 Nov 99999 06:01:30 GMT", 0),
        ("Mon, 23 Nov 2026 06:01:30 +9999", 0),
        ("23 Nov", 0),
        ("\x00", 0),
        ("Mon, 23 Nov 2026 06:01:30", 90),
        ("Mon, 99 Nov 2026 06:01:30 GMT", 0),
        ("1" * 5000, 111_111_111),
        ("Fri, 01 Jan 0000 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
    ],
)
def test_retry_after_of_any_shape(value: str, seconds: float | None) -> None:
    found = seconds_to_wait(value, now=NOW)

    assert found >= 0
    assert seconds is None or found == pytest.approx(seconds)


def site_with_delay(delay: float) -> SimpleNamespace:
    """As much of a crawler as the delay needs."""
    slot = SimpleNamespace(delay=delay)
    downloader = SimpleNamespace(per_slot_settings={}, slots={"www.datenschutz-mv.de": slot})
    settings = Settings({"DOWNLOAD_DELAY": delay, "AKTENKUNDIG_CRAWL_DELAY_LIMIT": 60})
    source = SimpleNamespace(hosts=HOSTS)
    return SimpleNamespace(
        settings=settings, engine=SimpleNamespace(downloader=downloader), spider=SimpleNamespace(source=source)
    )


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [(None, 1), (0, 1), (-7, 1), (0.5, 1), (3, 3), (86400, 60), (float("inf"), 1), (float("nan"), 1)],
)
def test_crawl_delay_raises_the_delay_up_to_a_limit(wanted: float | None, kept: float) -> None:
    crawler = site_with_delay(1.0)
    keep_distance(crawler, wanted)  # type: ignore[arg-type]
    downloader = crawler.engine.downloader

    assert downloader.slots["www.datenschutz-mv.de"].delay == kept
    assert {host["delay"] for host in downloader.per_slot_settings.values()} == ({kept} if kept > 1 else set())


def test_a_stand_in_answers_for_every_host_and_its_redirects_come_back() -> None:
    base, url = "http://127.0.0.1:8123/dsmv", "https://www.datenschutz-mv.de/presse/?id=7"

    assert to_stand_in(url, base) == "http://127.0.0.1:8123/dsmv/presse/?id=7"
    assert from_stand_in(f"{base}/x?y=1", base, url) == "https://www.datenschutz-mv.de/x?y=1"
    for elsewhere in ("http://127.0.0.1:8124/", "http://127.0.0.1:8123/other", "http://127.0.0.1:8123@evil.example/"):
        assert from_stand_in(elsewhere, base, url) == elsewhere


def test_a_live_site_wants_to_know_who_asks() -> None:
    for contact in ("", "niemand", "a@b"):
        with pytest.raises(UsageError, match="Kontakt"):
            introduce(Settings({"AKTENKUNDIG_CONTACT": contact}), "dsmv")
    with pytest.raises(UsageError, match="Kontakt"):
        introduce(Settings({"AKTENKUNDIG_STAND_IN": "http://192.0.2.7:80"}), "dsmv")


def test_the_user_agent_names_version_and_contact_and_a_stand_in_needs_no_proxy() -> None:
    settings = Settings(
        {
            "AKTENKUNDIG_CONTACT": "redaktion@example.org",
            "AKTENKUNDIG_VERSION": "1.2",
            "AKTENKUNDIG_STAND_IN": "http://127.0.0.1:8123",
            "HTTPPROXY_ENABLED": True,
        }
    )
    introduce(settings, "dsmv")

    assert settings["USER_AGENT"] == "aktenkundig/1.2 (+redaktion@example.org)"
    assert settings.getbool("HTTPPROXY_ENABLED") is False


@pytest.mark.parametrize(
    "error",
    [
        MissingPart("u", "heading"),
        MissingPart("u", "date"),
        MissingPart("u", "end of page"),
        NotTheDocument("u", "the page says 'Fehler 404'"),
        EmptyListing("u", "no releases on the first list page"),
        UnknownIdentity("u", "the id of the release is not a number"),
        ReadingError("u", "an empty page"),
    ],
)
def test_every_reading_error_is_one_german_sentence(error: ReadingError) -> None:
    sentence = describe_error(error)

    assert sentence.endswith(".")
    assert not {"the", "page", "missing", "not", "a", "is"} & set(sentence.lower().split())


def test_failures_are_known_by_the_class_or_one_of_its_bases() -> None:
    class Special(PrivateAddress):
        pass

    assert describe_failure(Special("10.0.0.1"))[0] == "private_address"
    assert describe_failure(RuntimeError("boom")) == ("unreachable", "Keine Verbindung (RuntimeError).")
    assert describe_failure(None)[0] == "unreachable"

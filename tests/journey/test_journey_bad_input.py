"""Bad input, all in one crawl: every case is a clear row in ``problems``, nothing else suffers, the next run heals."""

from __future__ import annotations

import os
import re
from pathlib import Path
from unittest.mock import patch

import pytest
from journeys import Journey

from aktenkundig.sample import SampleSite
from aktenkundig.sample.site import answer

RELEASES = 40
FORBIDDEN = 1
TIMEOUT, NEVER = "6", 600.0
"""Seconds: far more than a healthy page takes on the busiest machine; and an answer that does not come at all."""
SITE = "https://www.datenschutz-mv.de"
SCRIPT = "<p onclick='alert(1)'>Klick<script>alert('Einbruch')</script><img src=x onerror='alert(2)'></p></body>"

CASES = {
    "charset_wrong": None,
    "charset_missing": None,
    "html_truncated": "missing_part",
    "error_page": "not_the_document",
    "redirect_to_start": "not_found_redirect",
    "status_404": "not_found_404",
    "status_500": "http_500",
    "timeout": "timeout",
    "body_100_mb": "too_large",
    "title_of_another": None,
    "script": None,
    "server_recovers": None,
}
"""What happens to a release, and the kind of problem it is (None: it is read all the same)."""


def target(number: int) -> str:
    """The request target of a release."""
    return f"/presse/?id={number}&processor=processor.sa.pressemitteilung"


def listed_ids() -> list[int]:
    """The ids of the first list page, newest first."""
    body = answer("dsmv", "/presse/", 1, RELEASES).body.decode()
    return [int(number) for number in dict.fromkeys(re.findall(r"[?&;]id=(\d+)", body))]


def page_of(number: int) -> bytes:
    """The healthy page of a release."""
    return answer("dsmv", target(number), 1, RELEASES).body


def cut_in_the_text(page: bytes) -> bytes:
    """A page that breaks off before the foot of its text column."""
    return page[: page.index("Zurück zur".encode()) - 50]


class BadNight:
    """A site in trouble: harvested once so, once with an empty list, and once healed."""

    def __init__(self, data: Path) -> None:
        self.ids = dict(zip(CASES, listed_ids(), strict=False))
        self.other = listed_ids()[20]
        with SampleSite(releases=RELEASES) as site, patch.dict(os.environ, {"AKTENKUNDIG_TIMEOUT": TIMEOUT}):
            self.journey = Journey(data, site)
            self._spoil(site)
            self.first = self.journey.crawl(1, "dsmv")
            self.rows, self.run = self._rows(), self._newest_run()
            self.asked_500 = sum(one.target == target(self.ids["status_500"]) for one in site.requests)
            site.heal()
            empty = answer("dsmv", "/presse/", 1, RELEASES).body.decode()
            site.fault("/presse/", body=re.sub(r'class="teaser"', 'class="x"', empty).replace("?id=", "?nr=").encode())
            self.empty = self.journey.crawl(1, "dsmv")
            self.empty_run, self.empty_kinds = self._newest_run(), self._kinds()
            site.heal()
            self.healed = self.journey.crawl(1, "dsmv")
            self.healed_rows, self.healed_run = self._rows(), self._newest_run()

    def _spoil(self, site: SampleSite) -> None:
        at = {name: target(number) for name, number in self.ids.items()}
        script = page_of(self.ids["script"]).decode().replace("</p>", "</p>" + SCRIPT.removesuffix("</body>"), 1)
        site.fault(at["charset_wrong"], content_type="text/html; charset=utf-16")
        site.fault(at["charset_missing"], content_type="text/html")
        site.fault(at["html_truncated"], body=cut_in_the_text(page_of(self.ids["html_truncated"])))
        site.fault(at["error_page"], body=answer("dsmv", "/gibt-es-nicht", 1).body)
        site.fault(at["redirect_to_start"], status=302, headers={"Location": "/"})
        site.fault(at["status_404"], status=404)
        site.fault(at["status_500"], status=500)
        site.fault(at["timeout"], delay=NEVER)
        site.fault(at["body_100_mb"], body=bytes(100_000_000), content_type="application/octet-stream")
        site.fault(at["title_of_another"], body=page_of(self.other))
        site.fault(at["script"], body=script.encode())
        site.fault(at["server_recovers"], status=503, times=2)
        listing = answer("dsmv", "/presse/", 1, RELEASES).body.decode()
        site.fault("/presse/", body=listing.replace(f"id={self.other}", "id=abc", 1).encode(), times=1)

    def _rows(self) -> dict[str, tuple[str | None, list[str], list[str]]]:
        """By case: the stored text, kinds and details of the newest run's problems."""
        found = {}
        for name, number in self.ids.items():
            text = self.journey.rows("select text from documents where id = ?", f"dsmv-{number}")
            query = "select kind, detail from problems where url = ? and run_id = (select max(id) from runs)"
            problems = self.journey.rows(query, SITE + target(number))
            found[name] = (
                str(text[0][0]) if text else None,
                [str(kind) for kind, _ in problems],
                [str(detail) for _, detail in problems],
            )
        return found

    def _kinds(self) -> list[object]:
        rows = self.journey.rows("select kind from problems where run_id = (select max(id) from runs)")
        return [kind for (kind,) in rows]

    def _newest_run(self) -> tuple[object, ...]:
        return self.journey.rows("select outcome, failed from runs order by id desc limit 1")[0]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> BadNight:
    """The bad night and what came after."""
    return BadNight(tmp_path_factory.mktemp("bad") / "data")


@pytest.mark.parametrize("name", CASES)
def test_each_case_is_a_clear_row_or_no_trouble_at_all(night: BadNight, name: str) -> None:
    text, kinds, details = night.rows[name]

    assert kinds == ([CASES[name]] if CASES[name] else [])
    assert (text is None) == (CASES[name] is not None)
    assert all(detail.endswith(".") and detail[0].isupper() for detail in details)


def test_a_run_with_problems_is_finished_and_the_others_are_unharmed(night: BadNight) -> None:
    """Failed are the seven that could not be had, and the file that robots.txt of the sample site forbids."""
    failed = sum(kind is not None for kind in CASES.values()) + FORBIDDEN

    assert night.first == {"dsmv": 0}
    assert night.run == ("ok", failed)


def test_a_server_error_is_tried_twice_more(night: BadNight) -> None:
    assert night.asked_500 == 3


def test_an_id_that_is_no_number_is_excluded_with_a_reason(night: BadNight) -> None:
    rows = night.journey.rows("select kind, detail from problems where url like '%id=abc%'")

    assert [kind for kind, _ in rows] == ["excluded"]
    assert night.journey.value("select excluded >= 1 from listings order by run_id limit 1") == 1


def test_two_releases_with_the_same_title_are_two_documents(night: BadNight) -> None:
    mine = night.journey.value(
        "select title from versions where document_id = ? and version = 1", f"dsmv-{night.ids['title_of_another']}"
    )
    others = night.journey.value("select title from documents where id = ?", f"dsmv-{night.other}")

    assert mine == others


def test_script_and_attributes_are_no_text(night: BadNight) -> None:
    text = night.rows["script"][0] or ""

    assert "Klick" in text
    assert "alert" not in text


def test_an_empty_list_is_an_alarm_and_not_no_releases(night: BadNight) -> None:
    """The known documents are asked all the same; nothing counts as removed or unlisted."""
    assert night.empty == {"dsmv": 0}
    assert night.empty_run[0] == "alarm"
    assert "empty_listing" in night.empty_kinds
    gone = "select count(*) from documents where removed_at is not null or unlisted_at is not null"
    assert night.journey.value(gone) == 0


def test_the_next_run_heals_everything(night: BadNight) -> None:
    assert night.healed == {"dsmv": 0}
    assert night.healed_run == ("ok", FORBIDDEN)
    assert all(text and not kinds for text, kinds, _ in night.healed_rows.values())
    assert night.journey.value("select count(*) from documents where id glob 'dsmv-[0-9]*'") == RELEASES

"""Twelve days of the sample site: every edit is a version, nothing else is, and removals are proven."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest
from journeys import NIGHTS, Journey

from aktenkundig.sample.history import events
from aktenkundig.sample.site import answer
from crawler.pages.section_page import read_section
from crawler.sources import load_source
from portal.serving import datasette_for

EDITED = {
    "dsmv-217905": 2,  # one word
    "dsmv-217318": 2,  # an attachment
    "dsmv-209407": 2,  # a link target
    "dsmv-206841": 2,  # the headline
    "dsmv-215466": 3,  # A, B, A again
    "dsk-kp-dsk-kpnr-20": 2,  # revised under the same address
    "dsk-dskb-20190405-positionierung-netzwerkauftritte": 2,  # the printed date
}
"""Documents that really change in these days, and how many versions they have at the end."""


def test_real_edits_make_versions_and_cosmetic_ones_do_not(history: Journey) -> None:
    versions = dict(history.rows("select id, version from documents where version > 1"))

    assert versions == EDITED


def test_the_sample_really_changes_cosmetically_too() -> None:
    kinds = {event.kind for event in events()}

    assert {"redress", "widget", "resave", "refurnish"} <= kinds


def test_every_version_keeps_its_text_and_its_snapshot(history: Journey) -> None:
    rows = history.rows(
        "select v.document_id, v.version, v.text, s.sha256 from versions v join snapshots s on s.id = v.snapshot_id"
        " where v.document_id = 'dsmv-215466' order by v.version"
    )

    assert [("2.500 Euro" in str(text)) for _, _, text, _ in rows] == [False, True, False]
    assert rows[0][2] == rows[2][2]
    assert all(sha for *_, sha in rows)


@pytest.mark.parametrize(
    ("document_id", "removed", "unlisted", "moved", "returned"),
    [
        ("dsmv-145377", False, False, False, True),  # 404, then back on day 12
        ("dsmv-146990", True, False, False, False),  # soft 404
        ("dsmv-153940", True, False, False, False),  # redirect to the start page
        ("dsmv-157233", False, True, False, False),  # still answers, but no list names it
        ("dsmv-150014", False, False, False, False),  # 503 for a day
        ("dsmv-166387", False, False, False, False),  # missing for one day only
        ("dsmv-158804", False, False, False, False),  # 410, but only since yesterday
        ("dsk-oh-oh-direktwerbung", True, False, False, False),  # 404 for eight days
        ("dsk-oh-20210616-orientierungshilfe-e-mail", False, True, True, False),  # same bytes elsewhere
    ],
)
def test_removal_is_told_from_everything_that_looks_like_it(
    history: Journey, document_id: str, removed: bool, unlisted: bool, moved: bool, returned: bool
) -> None:
    row = history.rows(
        "select removed_at is not null, unlisted_at is not null, moved_to is not null, returned_at is not null"
        " from documents where id = ?",
        document_id,
    )[0]

    assert tuple(map(bool, row)) == (removed, unlisted, moved, returned)


def test_removal_takes_three_checks_over_seven_days(history: Journey) -> None:
    at = history.value("select at from events where document_id = 'dsmv-146990' and kind = 'removed'")
    checks = history.rows("select at from absences where document_id = 'dsmv-146990' and at <= ? order by at", at)

    assert len(checks) >= 3
    assert (str(checks[0][0])[:10], str(at)[:10]) == ("2026-10-07", "2026-10-15")  # nobody looked on the 14th


def test_a_document_that_was_removed_and_returns_keeps_its_id_and_its_history(history: Journey) -> None:
    kinds = [row[0] for row in history.rows("select kind from events where document_id = 'dsmv-145377' order by at")]

    assert kinds == ["new", "removed", "returned"]


def test_nothing_is_unlisted_for_a_moment_only(history: Journey) -> None:
    assert history.rows("select document_id from events where kind = 'relisted'") == []


def test_late_and_back_dated_releases_are_found(history: Journey) -> None:
    rows = history.rows("select id, published_on from documents where id in ('dsmv-219240', 'dsmv-219251') order by id")

    assert rows == [("dsmv-219240", "2026-10-06"), ("dsmv-219251", "2022-09-06")]


def test_an_unlisted_release_whose_page_lost_its_parts_goes_the_way_of_removal(journey: Journey) -> None:
    """A page of the site without heading and date, which no list names any more, is another page."""
    journey.crawl(2, "dsmv")
    start = answer("dsmv", "/", 2, 0)
    journey.site.fault(
        "/presse/?id=157233*", host="dsmv", body=start.body.replace(b"<h1", b"<h2").replace(b"</h1", b"</h2")
    )
    for day in (3, 7, 11):
        journey.crawl(day, "dsmv")

    assert journey.value("select removed_at is not null from documents where id = 'dsmv-157233'") == 1


def test_everything_of_a_body_is_one_filter(history: Journey) -> None:
    """Every document that the DSK's own sections list on the last day, and every release it issued; nothing else."""
    source = load_source("dsk")
    own = [section for section in source.sections if section.issuer == "DSK"]
    pages = {section: answer("dsk", section.path, NIGHTS[-1], 0) for section in own}
    listed = {
        item.document_id
        for section, page in pages.items()
        if page.status == 200
        for item in read_section(page.body, url=source.site + section.path, section=section, source=source).items
    }
    issued = {row[0] for row in history.rows("select id from documents where issuer = 'DSK'")}
    unstated = {row[0] for row in history.rows("select id from documents where issuer is null and publisher = 'DSK'")}
    found = asyncio.run(datasette_for(history.data).client.get("/suche.csv?herausgeber=DSK")).text
    hits = {row["id"] for row in csv.DictReader(io.StringIO(found.removeprefix("\ufeff")))}

    assert len(listed & hits) > 50
    assert not [one for one in listed - hits if history.value("select count(*) from documents where id = ?", one)]
    assert hits == issued | unstated

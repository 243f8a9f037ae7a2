"""The health check speaks up exactly when it should: scenarios as a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from archive.database import open_archive
from archive.health import assess
from archive.health.incidents import note_findings, open_incidents

SOURCE = "dsk"
TODAY = date(2026, 6, 30)


class Story:
    """An archive whose runs and documents a scenario writes day by day."""

    def __init__(self, data: Path) -> None:
        self.conn = open_archive(data)
        self.day = TODAY - timedelta(days=30)
        self.at = ""
        self.documents = 0
        self.last_run = 0

    def watched_since(self, day: date) -> None:
        """The first night, long ago."""
        now, self.day = self.day, day
        self.night()
        self.day = now

    def night(self, outcome: str = "ok", **counts: int) -> int:
        """One finished run with these counts (usual ones where not given)."""
        usual = {"requests": 210, "not_modified": 200, "listed": 200, "new": 0, "unchanged": 200, "bytes": 300_000}
        values = usual | counts
        columns = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        cursor = self.conn.execute(
            f"insert into runs (source, started_at, finished_at, outcome, settled, {columns})"
            f" values ('{SOURCE}', :at, :at, :outcome, 1, {marks})",
            values | {"at": f"{self.day}T04:00:00Z", "outcome": outcome},
        )
        self.at = f"{self.day}T04:00:00Z"
        self.day += timedelta(days=1)
        self.last_run = cursor.lastrowid or 0
        return self.last_run

    def nights(self, number: int, **counts: int) -> None:
        """Some ordinary nights."""
        for _ in range(number):
            self.night(**counts)

    def publish(
        self, day: date | str | None, *, issuer: str | None = "DSK", number: str | None = None, removed: bool = False
    ) -> str:
        """A document, first seen in the last run; its id."""
        self.documents += 1
        key = f"dsk-{self.documents}"
        at = self.at
        printed = day.isoformat() if isinstance(day, date) else day
        self.conn.execute(
            "insert into documents (id, docno, source, doc_type, title, url, published_on, issuer, first_seen_at,"
            " last_seen_at, last_changed_at, content_sha256) values (?, ?, ?, 'beschluss', 'T', ?, ?, ?, ?, ?, ?, 'x')",
            (key, self.documents, SOURCE, f"https://x/{key}", printed, issuer, at, at, at),
        )
        if removed:
            self.conn.execute("update documents set removed_at = '2020-01-01T04:00:00Z' where id = ?", (key,))
        self.version(key, 1, "new", published_on=printed, number=number)
        return key

    def version(self, key: str, version: int, kind: str, content: int = 0, **fields: str | None) -> None:
        """A version that came with the last run, and its event; the document shows its fields."""
        at = self.at
        columns, marks = ", ".join(fields), ", ".join("?" for _ in fields)
        self.conn.execute(
            "insert into versions (document_id, version, seen_at, content_sha256, title, text, "
            f"{columns}) values (?, ?, ?, ?, 'T', '', {marks})",
            (key, version, at, f"x{content or version}", *fields.values()),
        )
        shown = ", ".join(f"{name} = ?" for name in fields)
        self.conn.execute(f"update documents set {shown} where id = ?", (*fields.values(), key))
        self.conn.execute(
            "insert into events (document_id, at, kind, version, run_id) values (?, ?, ?, ?, ?)",
            (key, at, kind, version, self.last_run),
        )

    def listing(self, url: str, seen: int) -> None:
        """A listing of the last run."""
        self.conn.execute(
            "insert into listings (run_id, url, seen, archived, unchanged, excluded, failed) values (?, ?, ?, 0, ?, 0, 0)",
            (self.last_run, url, seen, seen),
        )

    def every(self, days: int, *, until: date, times: int = 12) -> None:
        """A body that publishes at a steady rhythm."""
        for number in range(times):
            self.publish(until - timedelta(days=days * number))

    def problems(self, kind: str, number: int) -> None:
        """Problems of the last run."""
        for at in range(number):
            self.conn.execute(
                "insert into problems (run_id, url, stage, kind, detail, at) values (?, ?, 'release', ?, '', '2026')",
                (self.last_run, f"https://x/{at}", kind),
            )

    def problem(self, kind: str, document_id: str) -> None:
        """A problem of the last run with a known document."""
        self.conn.execute(
            "insert into problems (run_id, document_id, url, stage, kind, detail, at) values (?, ?, ?, 'release', ?, '', '2026')",
            (self.last_run, document_id, f"https://x/{document_id}", kind),
        )

    def kinds(self) -> list[str]:
        """What the health check finds in the last run."""
        return [finding.kind for finding in assess(self.conn, self.last_run)]


def first_run(story: Story) -> None:
    story.night(new=200, not_modified=0, unchanged=0)


def ordinary_night(story: Story) -> None:
    story.nights(9)


def quiet_quarter(story: Story) -> None:
    story.watched_since(TODAY - timedelta(days=400))
    story.every(91, until=TODAY - timedelta(days=100))
    story.nights(5)


def quiet_year_of_a_busy_body(story: Story) -> None:
    story.watched_since(TODAY - timedelta(days=400))
    story.every(7, until=TODAY - timedelta(days=365))
    story.nights(5)


def quiet_before_anybody_watched(story: Story) -> None:
    """A site that slept for years when the archive was set up: nothing has happened since."""
    story.night(new=12)
    story.every(7, until=TODAY - timedelta(days=900))
    story.nights(3)


def quiet_quarter_between_bursts(story: Story) -> None:
    """Thirty papers in the weeks of a conference, then nothing for a quarter, then the next conference."""
    story.watched_since(TODAY - timedelta(days=400))
    for quarter in (1, 2):
        for day in range(30):
            story.publish(TODAY - timedelta(days=121 * quarter - 30 + day))
    story.nights(5)


def busy_with_months_for_dates(story: Story) -> None:
    """Since a while the site prints months only."""
    story.watched_since(TODAY - timedelta(days=400))
    story.every(7, until=TODAY - timedelta(days=300))
    story.publish("2026-05")
    story.nights(5)


def busy_without_dates(story: Story) -> None:
    """What comes lately has no date at all."""
    story.watched_since(TODAY - timedelta(days=400))
    story.every(7, until=TODAY - timedelta(days=300))
    story.nights(5)
    story.publish(None)


def layout_changed(story: Story) -> None:
    story.nights(5)
    story.night(requests=210, not_modified=0, failed=150)
    story.problems("missing_part", 150)


def nothing_listed(story: Story) -> None:
    story.night(listed=0, new=0, unchanged=0, requests=3, not_modified=0)


def documents_long_gone_answer_with_other_pages(story: Story) -> None:
    """What was removed years ago answers every night with a page that is not the document."""
    story.night(new=60)
    keys = [story.publish(TODAY, removed=True) for _ in range(60)]
    story.night(failed=60, requests=210, not_modified=140)
    for key in keys:
        story.problem("not_the_document", key)


def a_few_odd_pages(story: Story) -> None:
    story.nights(5)
    story.night(requests=210, not_modified=0, failed=2)
    story.problems("missing_part", 2)


def empty_listing(story: Story) -> None:
    story.nights(5)
    story.night("alarm", listed=0)


def half_the_listing_gone(story: Story) -> None:
    story.nights(5)
    story.night(listed=100)


def a_little_shorter_listing(story: Story) -> None:
    story.nights(5)
    story.night(listed=190)


def half_the_fields_gone(story: Story) -> None:
    story.night(new=20)
    for _ in range(20):
        story.publish(TODAY)
    story.nights(3)
    story.night(new=10)
    for _ in range(10):
        story.publish(None, issuer=None)


def fields_as_always(story: Story) -> None:
    story.night(new=20)
    for _ in range(20):
        story.publish(TODAY)
    story.night(new=6)
    for _ in range(6):
        story.publish(TODAY)


def a_field_of_known_pages_gone(story: Story) -> None:
    """The site drops the number from every page: all are changed, none is new."""
    story.night(new=20)
    keys = [story.publish(TODAY, number=f"2026{at:04}") for at in range(20)]
    story.nights(3)
    story.night(changed=20, unchanged=180)
    for key in keys:
        story.version(key, 2, "changed", published_on=TODAY.isoformat(), number=None)


def a_relaunch_changes_every_page(story: Story) -> None:
    story.nights(5, changed=1)
    story.night(changed=150, unchanged=50)


def an_editor_corrects_some_pages(story: Story) -> None:
    story.nights(5)
    story.night(changed=25, unchanged=175)


def one_section_shrinks(story: Story) -> None:
    for seen in (45, 45, 46, 4):
        story.night(listed=400 + seen)
        story.listing("https://x/orientierungshilfen.html", seen)


def the_last_page_of_a_pager_empties(story: Story) -> None:
    for seen in (29, 30, 1):
        story.night(listed=400 + seen)
        story.listing("https://x/presse/?pager.page.nr=13", seen)


def many_documents_long_gone(story: Story) -> None:
    """What was removed years ago still answers 404 every night."""
    story.night(new=60)
    for _ in range(60):
        story.publish(TODAY, removed=True)
    story.nights(3, failed=60)
    story.night(failed=60)


def flood(story: Story) -> None:
    story.nights(5, new=1)
    story.night(new=300, listed=500)


def flood_in_the_second_night(story: Story) -> None:
    """The first night took everything: that is not what usually comes."""
    story.night(new=65, listed=65, unchanged=0)
    story.night(new=40, listed=105)


def backlog_after_an_outage(story: Story) -> None:
    story.nights(5, new=1)
    for _ in range(9):
        story.night("failed")
    story.night(new=22, listed=222)


def busy_conference_week(story: Story) -> None:
    story.nights(5, new=1)
    story.night(new=12, listed=212)


def network_down(story: Story) -> None:
    story.nights(5)
    story.night("failed", requests=3, listed=0, failed=3)


def many_dead_links(story: Story) -> None:
    story.nights(5)
    story.night(failed=90)


def sudden_growth(story: Story) -> None:
    story.nights(5)
    story.night(bytes=900_000_000)


def recovery(story: Story) -> None:
    network_down(story)
    story.night()


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        (first_run, []),
        (ordinary_night, []),
        (quiet_quarter, []),
        (quiet_year_of_a_busy_body, ["too_quiet"]),
        (quiet_before_anybody_watched, []),
        (quiet_quarter_between_bursts, []),
        (busy_with_months_for_dates, []),
        (busy_without_dates, []),
        (layout_changed, ["layout_changed"]),
        (nothing_listed, ["listing_lost"]),
        (documents_long_gone_answer_with_other_pages, []),
        (a_few_odd_pages, []),
        (empty_listing, ["listing_lost"]),
        (half_the_listing_gone, ["too_few"]),
        (a_little_shorter_listing, []),
        (half_the_fields_gone, ["fields_gone"]),
        (fields_as_always, []),
        (a_field_of_known_pages_gone, ["fields_gone"]),
        (a_relaunch_changes_every_page, ["too_many_changes"]),
        (an_editor_corrects_some_pages, []),
        (one_section_shrinks, ["too_few"]),
        (the_last_page_of_a_pager_empties, []),
        (many_documents_long_gone, []),
        (flood, ["too_many"]),
        (flood_in_the_second_night, ["too_many"]),
        (backlog_after_an_outage, []),
        (busy_conference_week, []),
        (network_down, ["run_failed"]),
        (many_dead_links, ["many_failures"]),
        (sudden_growth, ["sudden_growth"]),
        (recovery, []),
    ],
)
def test_the_check_alarms_exactly_when_it_should(
    tmp_path: Path, scenario: Callable[[Story], None], expected: list[str]
) -> None:
    story = Story(tmp_path)
    scenario(story)

    assert story.kinds() == expected


def tell(story: Story) -> list[tuple[str, bool]]:
    """Note the last run's findings; what the operator would be told."""
    findings = assess(story.conn, story.last_run)
    changes = note_findings(story.conn, SOURCE, findings, at=f"{story.day}T05:00:00Z", run_id=story.last_run)
    return [(change.kind, change.opened) for change in changes]


def test_ten_failing_nights_are_one_alert_and_one_all_clear(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.nights(3)
    told: list[tuple[str, bool]] = []
    for _ in range(10):
        story.night("failed")
        told += tell(story)
    story.night()
    told += tell(story)

    assert told == [("run_failed", True), ("run_failed", False)]
    assert open_incidents(story.conn) == []


def test_a_failed_run_does_not_clear_another_incident(tmp_path: Path) -> None:
    story = Story(tmp_path)
    half_the_listing_gone(story)
    told = tell(story)
    story.night("failed")
    told += tell(story)
    story.night(listed=100)
    told += tell(story)

    assert told == [("too_few", True), ("run_failed", True), ("run_failed", False)]


def night_told(story: Story, outcome: str = "ok", **counts: int) -> list[tuple[str, bool]]:
    """One night and what the operator would be told of it."""
    story.night(outcome, **counts)
    return tell(story)


def test_a_listing_that_stays_short_does_not_become_usual_within_days(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.nights(5)
    told = [change for _ in range(10) for change in night_told(story, listed=90)]
    healed = night_told(story)

    assert told == [("too_few", True)]
    assert healed == [("too_few", False)]


def test_after_a_month_what_an_incident_brought_is_usual(tmp_path: Path) -> None:
    """A site that was thinned out for good does not alarm for ever."""
    story = Story(tmp_path)
    story.nights(5)
    told = [change for _ in range(45) for change in night_told(story, listed=90)]

    assert told == [("too_few", True), ("too_few", False)]


def test_fields_that_stay_away_are_one_alert_until_they_are_back(tmp_path: Path) -> None:
    """All pages lose their number; nights without news say nothing; the pages as they were end the incident."""
    story = Story(tmp_path)
    story.night(new=40)
    keys = [story.publish(TODAY, number=f"2026{at:04}") for at in range(40)]
    story.nights(3)
    story.night(changed=40, unchanged=40)
    for key in keys:
        story.version(key, 2, "changed", published_on=TODAY.isoformat(), number=None)
    told = [tell(story)]
    told += [night_told(story) for _ in range(5)]
    story.night(changed=40, unchanged=40)
    for at, key in enumerate(keys):
        story.version(key, 3, "changed", content=1, published_on=TODAY.isoformat(), number=f"2026{at:04}")
    told.append(tell(story))

    assert told == [[("fields_gone", True)], [], [], [], [], [], [("fields_gone", False)]]


def test_a_lost_listing_is_one_alert_and_ends_no_other(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.nights(5)
    told = [*night_told(story, listed=90), *night_told(story, "alarm", listed=0), *night_told(story, listed=90)]
    told += night_told(story)

    assert told == [("too_few", True), ("listing_lost", True), ("listing_lost", False), ("too_few", False)]


def test_a_quiet_year_is_told_once_and_not_every_month(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.night(new=12)
    story.every(7, until=TODAY - timedelta(days=31))
    told = [change for _ in range(400) for change in night_told(story)]
    story.night(new=1)
    story.publish(story.day)
    told += tell(story)

    assert told == [("too_quiet", True), ("too_quiet", False)]

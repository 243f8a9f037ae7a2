"""The health check speaks up exactly when it should: scenarios as a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from archive.database import open_archive
from archive.health import assess
from archive.incidents import note_findings, open_incidents

SOURCE = "dsk"
TODAY = date(2026, 6, 30)


class Story:
    """An archive whose runs and documents a scenario writes day by day."""

    def __init__(self, data: Path) -> None:
        self.conn = open_archive(data)
        self.day = TODAY - timedelta(days=30)
        self.documents = 0
        self.last_run = 0

    def night(self, outcome: str = "ok", **counts: int) -> int:
        """One finished run with these counts (usual ones where not given)."""
        usual = {
            "requests": 210,
            "not_modified": 200,
            "listed": 200,
            "new": 0,
            "unchanged": 200,
            "bytes": 300_000,
        }
        values = usual | counts
        columns = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        cursor = self.conn.execute(
            f"insert into runs (source, started_at, finished_at, outcome, settled, {columns})"
            f" values ('{SOURCE}', :at, :at, :outcome, 1, {marks})",
            values | {"at": f"{self.day}T04:00:00Z", "outcome": outcome},
        )
        self.day += timedelta(days=1)
        self.last_run = cursor.lastrowid or 0
        return self.last_run

    def nights(self, number: int, **counts: int) -> None:
        """Some ordinary nights."""
        for _ in range(number):
            self.night(**counts)

    def publish(
        self,
        day: date | None,
        *,
        issuer: str | None = "DSK",
        number: str | None = None,
        removed: bool = False,
    ) -> str:
        """A document, first seen in the last run; its id."""
        self.documents += 1
        key = f"dsk-{self.documents}"
        at = f"{self.day}T04:00:00Z"
        self.conn.execute(
            "insert into documents (id, docno, source, doc_type, title, url, published_on, issuer, first_seen_at,"
            " last_seen_at, last_changed_at, content_sha256) values (?, ?, ?, 'beschluss', 'T', ?, ?, ?, ?, ?, ?, 'x')",
            (key, self.documents, SOURCE, f"https://x/{key}", day and day.isoformat(), issuer, at, at, at),
        )
        if removed:
            self.conn.execute("update documents set removed_at = '2020-01-01T04:00:00Z' where id = ?", (key,))
        self.version(key, 1, "new", published_on=day and day.isoformat(), number=number)
        return key

    def version(self, key: str, version: int, kind: str, **fields: str | None) -> None:
        """A version that came with the last run, and its event; the document shows its fields."""
        at = f"{self.day}T04:00:00Z"
        columns, marks = ", ".join(fields), ", ".join("?" for _ in fields)
        self.conn.execute(
            "insert into versions (document_id, version, seen_at, content_sha256, title, text, "
            f"{columns}) values (?, ?, ?, ?, 'T', '', {marks})",
            (key, version, at, f"x{version}", *fields.values()),
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

    def kinds(self) -> list[str]:
        """What the health check finds in the last run."""
        return [finding.kind for finding in assess(self.conn, self.last_run)]


def first_run(story: Story) -> None:
    story.night(new=200, not_modified=0, unchanged=0)


def ordinary_night(story: Story) -> None:
    story.nights(9)


def quiet_quarter(story: Story) -> None:
    story.nights(5)
    story.every(91, until=TODAY - timedelta(days=100))
    story.night()


def quiet_year_of_a_busy_body(story: Story) -> None:
    story.nights(5)
    story.every(7, until=TODAY - timedelta(days=365))
    story.night()


def layout_changed(story: Story) -> None:
    story.nights(5)
    story.night(requests=210, not_modified=0, failed=150)
    story.problems("missing_part", 150)


def a_few_odd_pages(story: Story) -> None:
    story.nights(5)
    story.night(requests=210, not_modified=0, failed=2)
    story.problems("missing_part", 2)


def empty_listing(story: Story) -> None:
    story.nights(5)
    story.night("alarm", listed=200)


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
        (layout_changed, ["layout_changed", "many_failures"]),
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

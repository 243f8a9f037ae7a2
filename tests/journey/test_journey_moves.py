"""Moved files whose old address leads to the new one, and what a rebuild makes of redirects."""

from __future__ import annotations

import pytest
from journeys import Journey
from test_journey_evidence import dump

from aktenkundig.replay import rebuild
from aktenkundig.sample.site import answer
from archive.schema import DERIVED

OLD = "/media/oh/20210616_orientierungshilfe_e_mail.pdf"
NEW = "/media/oh/20210616_orientierungshilfe_e-mail_verschluesselung.pdf"
OLD_ID = "dsk-oh-20210616-orientierungshilfe-e-mail"
NEW_ID = "dsk-oh-20210616-orientierungshilfe-e-mail-verschluesselung"
BEFORE, AFTER = 2, 3
"""Days of the sample's history between which the file moves."""


def state(journey: Journey, document_id: str) -> tuple[object, ...]:
    """Where a document moved to, whether it is removed, and its version."""
    return journey.rows("select moved_to, removed_at is not null, version from documents where id = ?", document_id)[0]


def lead_on(journey: Journey) -> None:
    """The old address answers with a redirect to the new one."""
    journey.site.fault(OLD, host="dsk", status=301, headers={"Location": NEW}, body=b"")


@pytest.mark.parametrize("validators", [True, False])
def test_a_file_whose_old_address_leads_to_the_new_one_has_moved(journey: Journey, validators: bool) -> None:
    journey.site.validators = validators
    journey.crawl(BEFORE, "dsk")
    lead_on(journey)
    journey.crawl(AFTER, "dsk", removal_checks=1, removal_days=0)

    troubles = journey.rows("select stage, kind, url, detail from problems where run_id = 2 and stage <> 'text'")
    runs = journey.rows("select id, outcome, detail, requests, not_modified from runs")
    assert state(journey, OLD_ID) == (NEW_ID, 0, 1), (troubles, runs)
    assert state(journey, NEW_ID) == (None, 0, 1)
    assert journey.value("select count(*) from events where kind = 'moved'") == 1


def test_an_address_that_leads_to_another_text_is_not_the_document(journey: Journey) -> None:
    """Whoever follows the old link reads something else; that is neither an edit nor a quiet night."""
    journey.crawl(BEFORE, "dsk")
    lead_on(journey)
    other = answer("dsk", "/media/kp/dsk_kpnr_20.pdf", AFTER, 0).body
    journey.site.fault(NEW, host="dsk", body=other)
    journey.crawl(AFTER, "dsk", removal_checks=2, removal_days=0)
    first = state(journey, OLD_ID)
    journey.crawl(AFTER, "dsk", removal_checks=2, removal_days=0)

    assert first == (None, 0, 1)
    assert state(journey, OLD_ID) == (None, 1, 1)


def test_a_listed_address_that_redirects_is_read_under_its_own_id(journey: Journey) -> None:
    """A text that comes by a redirect is compared with what stood at the address itself."""
    journey.crawl(BEFORE, "dsk")
    journey.site.fault(OLD, host="dsk", status=302, headers={"Location": "/media/kp/dsk_kpnr_20.pdf"}, body=b"")
    journey.crawl(BEFORE, "dsk")

    assert state(journey, OLD_ID) == (None, 0, 2)
    assert state(journey, "dsk-kp-dsk-kpnr-20") == (None, 0, 1)


def test_redirects_are_rebuilt_row_for_row(journey: Journey) -> None:
    journey.crawl(BEFORE, "dsk")
    journey.site.fault(OLD, host="dsk", status=302, headers={"Location": "/media/kp/dsk_kpnr_20.pdf"}, body=b"")
    journey.crawl(BEFORE, "dsk", now="2026-10-06T05:00:00Z")
    journey.site.heal()
    lead_on(journey)
    journey.crawl(AFTER, "dsk")
    journey.crawl(AFTER, "dsk", now="2026-10-09T06:00:00Z")
    conn = journey.db()
    before = dump(conn)
    rebuild(conn, journey.data)
    after = dump(conn)
    conn.close()

    assert {t: (set(before[t]) ^ set(after[t])) for t in DERIVED if before[t] != after[t]} == {}

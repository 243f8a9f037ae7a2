"""The days of the sample site: each event changes what it says, and nothing else changes."""

import re

import pypdfium2
import pytest
from bs4 import BeautifulSoup

from aktenkundig.sample.dsmv_pages import release_path
from aktenkundig.sample.history import events, world_on
from aktenkundig.sample.site import Answer, answer

LAST_DAY = 13


def release(number: int, day: int) -> Answer:
    return answer("dsmv", release_path(number), day)


def words(page: Answer) -> list[str]:
    """The words of a release's heading and text, without furniture."""
    column = BeautifulSoup(page.body, "lxml").select_one("div.element_holder.holder_75.center")
    assert column is not None
    for furniture in column.select("form, .stand_heute"):
        furniture.decompose()
    return column.get_text(" ").split()


def listed(day: int) -> list[str]:
    pages = (answer("dsmv", f"/presse/?pager.items.offset={offset}", day).body for offset in (0, 30, 60))
    return [number for page in pages for number in re.findall(r"id=(\d+)&", page.decode())]


def pdf_text(body: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(body))


def test_every_event_names_something_real() -> None:
    """Targets exist, kinds are known, days are in order."""
    names = {str(r.id) for r in world_on(LAST_DAY).releases} | {p.key for p in world_on(LAST_DAY).papers}

    assert [event.day for event in events()] == sorted(event.day for event in events())
    assert {event.target for event in events() if event.target} <= names
    assert all(event.note for event in events())


def test_day_2_one_word_is_edited() -> None:
    """Exactly one word of release 217905 differs."""
    before, after = words(release(217905, 1)), words(release(217905, 2))

    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ("Unbeteiligten", "Unschuldigen")
    ]


def test_day_2_a_cosmetic_change_keeps_every_word() -> None:
    """Other markup, other token, a widget; the same words, that day and all later days."""
    first = release(216077, 1)
    later = [release(216077, day) for day in (2, 3, 6, 9)]

    assert len({page.body for page in [first, *later]}) == 5
    assert {" ".join(words(page)) for page in [first, *later]} == {" ".join(words(first))}
    assert b"Stand heute: 07.10.2026" in later[1].body


def test_day_2_a_new_and_a_late_inserted_release() -> None:
    """The new one stands on top, the back-dated one on the second page; the rest moves on."""
    assert set(listed(2)) - set(listed(1)) == {"219240", "219251"}
    assert listed(2)[0] == "219240"
    assert 30 <= listed(2).index("219251") < 60
    assert release(219251, 1).status == 404


@pytest.mark.parametrize(("number", "status"), [(145377, 404), (146990, 200), (153940, 302), (157233, 200)])
def test_day_3_four_ways_of_vanishing(number: int, status: int) -> None:
    """404, soft 404, redirect to the start page, and gone from the list only."""
    page = release(number, 3)

    assert str(number) in listed(2)
    assert str(number) not in listed(3)
    assert page.status == status
    assert ("nicht gefunden" in page.body.decode()) == (number in (145377, 146990))
    if status == 302:
        assert page.headers["Location"] == "/"
    if number == 157233:
        assert words(page) == words(release(number, 2))


def test_day_3_a_paper_moves_with_its_bytes() -> None:
    """The old address answers 404, the new one the same bytes, the section links the new one."""
    old = "/media/oh/20210616_orientierungshilfe_e_mail.pdf"
    new = "/media/oh/20210616_orientierungshilfe_e-mail_verschluesselung.pdf"

    assert answer("dsk", old, 3).status == 404
    assert answer("dsk", new, 3).body == answer("dsk", old, 2).body
    assert new.encode() in answer("dsk", "/orientierungshilfen.html", 3).body


def test_day_3_a_resaved_paper_has_the_same_text() -> None:
    """Other bytes, the same text on the same pages."""
    address = "/media/oh/20250318_oh_videoueberwachung_v2.pdf"
    saved = [answer("dsk", address, day).body for day in (2, 3, 9)]

    assert len(set(saved)) == 3
    assert len({pdf_text(body) for body in saved}) == 1


def test_day_3_a_kurzpapier_is_revised_in_place() -> None:
    """The address stays, one sentence changes."""
    before, after = (pdf_text(answer("dsk", "/media/kp/dsk_kpnr_20.pdf", day).body) for day in (2, 3))

    assert "darf nichts kosten" not in " ".join(before.split())
    assert "darf nichts kosten" in " ".join(after.split())


def test_day_3_a_label_is_corrected_and_an_attachment_added() -> None:
    """The printed date of a decision and the files of a release change."""
    assert b"<b>03.04.2019</b> - Positionierung" in answer("dsk", "/beschluesse-dsk.html", 3).body
    assert b"<b>01.04.2019</b> - Positionierung" in answer("dsk", "/beschluesse-dsk.html", 2).body
    assert b"Nachtrag_Fahrzeugdaten.pdf" not in release(217318, 2).body
    assert b"Nachtrag_Fahrzeugdaten.pdf" in release(217318, 3).body
    assert answer("dsmv", "/static/DS/Dateien/Presse/2026/Nachtrag_Fahrzeugdaten.pdf", 3).status == 200


def test_passing_trouble_passes() -> None:
    """A 503 on day 4 stays listed; a 404 on day 5 is back on day 6."""
    assert [release(150014, day).status for day in (3, 4, 5)] == [200, 503, 200]
    assert "150014" in listed(4)
    assert [release(166387, day).status for day in (4, 5, 6)] == [200, 404, 200]


def test_day_6_only_the_frame_changes() -> None:
    """Every page has other bytes; no word of any release changes."""
    for number in (199860, 150014, 137904):
        assert release(number, 5).body != release(number, 6).body
        assert words(release(number, 5)) == words(release(number, 6))


def test_a_b_a() -> None:
    """An amount changes on day 5 and back on day 7."""
    texts = [" ".join(words(release(215466, day))) for day in (4, 5, 7)]

    assert texts[0] == texts[2] != texts[1]


def test_a_link_target_changes_while_the_text_stays() -> None:
    """Day 7: the address behind the words is another one."""
    assert words(release(209407, 6)) == words(release(209407, 7))
    assert b"Fragenkatalog_Kommunen.pdf?v=2" in release(209407, 7).body


def test_removed_for_more_than_a_week_and_back() -> None:
    """Gone from day 3 to day 11, there again on day 12 with the same words."""
    gone = [day for day in range(1, LAST_DAY + 1) if release(145377, day).status == 404]

    assert gone == list(range(3, 12))
    assert words(release(145377, 12)) == words(release(145377, 2))
    assert "145377" in listed(12)


def test_what_no_event_names_never_changes() -> None:
    """But for the new frame on day 6, an untouched release has the same bytes on all days."""
    assert len({release(199860, day).body for day in range(1, LAST_DAY + 1)}) == 2

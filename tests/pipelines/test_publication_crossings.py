"""A citation that runs over a page break stands once, whole, on the page where it begins."""

from archive.keeping.records import PageRecord
from pipelines.reading.publication import _citations


def test_a_citation_over_the_break_is_read_once_and_its_neighbours_stay():
    note = "[1] Vgl. Art. 6 Abs. 1 Buchst. c DSGVO."
    first = PageRecord(page=1, text=f"Das Amt stützt sich auf Art. 6 Abs.\n\n{note}", method="pdf")
    second = PageRecord(page=2, text="1 Buchst. b DSGVO. Ferner gilt Art. 9 DSGVO.", method="pdf")
    crossing = "Das Amt stützt sich auf Art. 6 Abs. 1 Buchst. b DSGVO."
    found = _citations((first, second), ((crossing, crossing.index("1 Buchst")), None), None)

    assert [(one.page, one.number, one.paragraph, one.letter, one.law) for one in found] == [
        (1, "6", "1", "b", "DSGVO"),
        (1, "6", "1", "c", "DSGVO"),
        (2, "9", None, None, "DSGVO"),
    ]
    assert all(
        page.text.startswith(one.raw, one.start) for page in (first, second) for one in found if one.page == page.page
    )


def test_a_sentence_that_the_page_does_not_hold_as_it_is_changes_nothing():
    pages = tuple(PageRecord(page=n, text="Es gilt Art. 9 DSGVO.", method="pdf") for n in (1, 2))

    assert len(_citations(pages, (("Nach Art. 6 Abs. 1 DSGVO.", 17), None), None)) == 2

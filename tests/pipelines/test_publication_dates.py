"""Where a date stands in the text of the pages, as citations have it."""

from __future__ import annotations

from test_publication_problems import read


def test_a_date_of_the_text_has_its_first_place() -> None:
    text = "Am 13. Mai 2021 tagte die Konferenz. Seit dem 3. Mai 2021 gilt die Regel, am 3. Mai 2021 kam der Bescheid."
    publication, _ = read(published_text="14.05.2021", paragraphs=(text,))
    found = {one.raw: (one.page, one.start, one.method) for one in publication.dates}

    assert found["3. Mai 2021"] == (1, text.index("3. Mai 2021 gilt"), "grammar")
    assert found["14.05.2021"] == (None, None, "grammar")
    for one in publication.dates:
        if one.page is not None and one.start is not None:
            assert publication.pages[one.page - 1].text.startswith(one.raw, one.start)


def test_a_date_of_the_kicker_stands_on_no_page() -> None:
    publication, _ = read(kicker="Pressemitteilung der Konferenz vom 22. März 2023", paragraphs=("Text.",))

    assert [(one.role, one.page, one.start) for one in publication.dates] == [("issued", None, None)]

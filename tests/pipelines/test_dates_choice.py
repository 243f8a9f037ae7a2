"""The choice of a document's dates: order, roles, evidence."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pytest
from sqlite_utils import Database

from archive.keeping.records import DateRecord
from archive.schema import migrations
from pipelines.dates import DateSources, choose_dates, dates_in_file_name, read_dates, read_label

TODAY = date(2026, 11, 23)
EVERYTHING = DateSources(
    label=read_label("Mai 2024 - Hinweise zum Beschluss vom 3. April 2019", today=TODAY),
    front_matter="Hinweise\nStand: 6. Mai 2024\n",
    file_name="20240507_hinweise.pdf",
    pdf_metadata="D:20240508101500+02'00'",
    pages=("Hinweise\nStand: 6. Mai 2024\nSeit dem 25. Mai 2018 gilt die Verordnung, seit dem 25. Mai 2018!",),
    text_from="pdf_text",
)


def choose(sources: DateSources) -> tuple[str | None, str | None, list[tuple[str, str, str, str, bool]]]:
    published, issued, records = choose_dates(sources, today=TODAY)
    return published, issued, [(r.role, r.value, r.raw, r.found_in, r.chosen) for r in records]


def test_everything_found_is_recorded_and_the_label_wins() -> None:
    """One record for each date, verbatim, with role and place; only the shown one is chosen."""
    assert choose(EVERYTHING) == (
        "2024-05",
        None,
        [
            ("published", "2024-05", "Mai 2024", "label", True),
            ("stand", "2024-05-06", "Stand: 6. Mai 2024", "pdf_text", False),
            ("file_name", "2024-05-07", "20240507", "file_name", False),
            ("pdf_metadata", "2024-05-08", "D:20240508101500+02'00'", "pdf_metadata", False),
            ("mentioned", "2019-04-03", "3. April 2019", "label", False),
            ("mentioned", "2018-05-25", "25. Mai 2018", "pdf_text", False),
        ],
    )


def test_release_has_a_publication_and_an_issue_date() -> None:
    """The meta line gives ``published_on``, the kicker ``issued_on``; they may differ."""
    published, issued, records = choose(
        DateSources(meta="31.03.2023", kicker="Pressemitteilung der Konferenz vom 22. März 2023", pages=("Text",))
    )

    assert (published, issued) == ("2023-03-31", "2023-03-22")
    assert records == [
        ("published", "2023-03-31", "31.03.2023", "meta", True),
        ("issued", "2023-03-22", "22. März 2023", "kicker", True),
    ]


def test_headline_that_is_a_kicker_gives_the_issue_date() -> None:
    """A release whose heading is nothing but its kicker has an issue date as well."""
    published, issued, records = choose(
        DateSources(meta="12.05.2023", headline="Pressemitteilung der Konferenz vom 11. Mai 2023")
    )

    assert (published, issued) == ("2023-05-12", "2023-05-11")
    assert [record[0] for record in records] == ["published", "issued"]


def test_date_in_a_headline_is_only_mentioned() -> None:
    """A headline speaks of a meeting; that is not when the text was issued."""
    published, issued, records = choose(
        DateSources(meta="17.06.2019", headline="Ergebnisse der Konferenz am 12. Juni 2019 in Saarbrücken")
    )

    assert (published, issued) == ("2019-06-17", None)
    assert records[1] == ("mentioned", "2019-06-12", "12. Juni 2019", "body", False)


def test_whole_meta_line_is_understood() -> None:
    """The number of a release is no date, the part that is one is."""
    assert choose(DateSources(meta="Nr.20221124 | 08.12.2022 | DSMV | datenschutz-mv.de"))[0] == "2022-12-08"


@pytest.mark.parametrize(
    "meta", ["30.06.2021 (geändert)", "30.06.2021, aktualisiert am 05.07.2021", "30. Juni 2021 | DSMV"]
)
def test_remark_behind_the_meta_date_changes_nothing(meta: str) -> None:
    """The first date of the meta line is the one it was published on."""
    published, _, records = choose(DateSources(meta=meta))

    assert published == "2021-06-30"
    assert meta.startswith(records[0][2])


def test_range_over_the_turn_of_the_year_in_a_kicker_counts_its_last_day() -> None:
    """``raw`` keeps the whole range."""
    _, issued, records = choose(
        DateSources(meta="04.01.2022", kicker="Pressemitteilung der IFK vom 29. Dezember 2021 bis 3. Januar 2022")
    )

    assert issued == "2022-01-03"
    assert records[1][2] == "29. Dezember 2021 bis 3. Januar 2022"


def test_stand_behind_the_title_dates_a_label() -> None:
    """ "Stand …" on the section page is the printed date wherever it stands; the title goes without it."""
    label = read_label("Muster zur Auftragsverarbeitung (Stand: November 2022)", today=TODAY)

    assert label.date is not None
    assert (label.date.value, label.date.raw) == ("2022-11", "Stand: November 2022")
    assert label.title == "Muster zur Auftragsverarbeitung"
    assert label.raw[label.date.start : label.date.end] == label.date.raw


def test_front_matter_comes_before_the_file_name() -> None:
    """Without a printed label the paper's own "Stand" is shown."""
    published, _, records = choose(
        DateSources(front_matter="Stand: 17. Juli 2020", file_name="20200923_oh.pdf", text_from="pdf_text")
    )

    assert published == "2020-07-17"
    assert [(role, chosen) for role, _, _, _, chosen in records] == [("stand", True), ("file_name", False)]


def test_file_name_is_the_last_resort() -> None:
    """Only where nothing is printed is the file name shown."""
    assert choose(DateSources(file_name="20222604_beschluss.pdf")) == (
        "2022-04-26",
        None,
        [("file_name", "2022-04-26", "20222604", "file_name", True)],
    )


def test_undecided_file_name_keeps_both_readings_and_chooses_none() -> None:
    """Two valid readings and nothing printed: unknown."""
    published, _, records = choose(DateSources(file_name="20190405_oh.pdf"))

    assert published is None
    assert [(value, chosen) for _, value, _, _, chosen in records] == [("2019-04-05", False), ("2019-05-04", False)]


@pytest.mark.parametrize("label", ["05.04.2019 - Titel", "April 2019 - Titel"])
def test_printed_date_decides_the_file_name(label: str) -> None:
    """The reading that the printed date confirms is the one that is kept."""
    _, _, records = choose(DateSources(label=read_label(label, today=TODAY), file_name="20190405_oh.pdf"))

    assert [value for role, value, *_ in records if role == "file_name"] == ["2019-04-05"]


def test_printed_date_that_confirms_neither_reading_decides_nothing() -> None:
    """Both readings stay as evidence of the disagreement."""
    _, _, records = choose(DateSources(label=read_label("17.07.2020 - T", today=TODAY), file_name="20200903_oh.pdf"))

    assert [value for role, value, *_ in records if role == "file_name"] == ["2020-09-03", "2020-03-09"]


def test_name_with_two_dates_that_disagree_is_undecided() -> None:
    """A month that merely repeats the day does no harm, another day does."""
    assert dates_in_file_name("20221121_Stand2022_11_22.pdf", today=TODAY).decided is None
    repeated = dates_in_file_name("20221121_November 2022.pdf", today=TODAY).decided
    assert repeated is not None
    assert repeated.value == "2022-11-21"


def test_pdf_metadata_is_never_chosen() -> None:
    """A document with nothing but PDF metadata and mentions has no date."""
    published, issued, records = choose(
        DateSources(pdf_metadata="D:20200821", pages=("Siehe Urteil vom 27.03.2019.",), text_from="pdf_text")
    )

    assert (published, issued) == (None, None)
    assert {role for role, *_ in records} == {"pdf_metadata", "mentioned"}
    assert not any(chosen for *_, chosen in records)


def test_unbelievable_printed_date_is_reported_and_not_shown() -> None:
    """The next source is shown; the rejection is kept for ``problems``."""
    sources = DateSources(
        label=read_label("31.02.2021 - Titel", today=TODAY), kicker="Pressemitteilung vom 21. Juni 2031"
    )

    assert choose(sources)[:2] == (None, None)
    assert [(r.raw, r.reason, r.explanation) for r in read_dates(sources, today=TODAY).rejected] == [
        ("31.02.2021", "impossible", "diesen Tag gibt es im Kalender nicht"),
        ("21. Juni 2031", "future", "liegt zu weit in der Zukunft"),
    ]


def test_records_fit_the_table() -> None:
    """Roles, places and precisions are those that the schema allows."""
    db = Database(memory=True)
    migrations.apply(db)
    issued = DateSources(
        meta="31.03.2023", kicker="Pressemitteilung vom 22. März 2023", headline="Bericht vom Mai 2021"
    )
    records: tuple[DateRecord, ...] = choose_dates(EVERYTHING, today=TODAY)[2] + choose_dates(issued, today=TODAY)[2]
    db["dates"].insert_all({"document_id": "x", **asdict(record)} for record in records)

    assert {row["role"] for row in db["dates"].rows} == {
        "published",
        "issued",
        "stand",
        "file_name",
        "pdf_metadata",
        "mentioned",
    }


def test_date_text_of_its_own_or_not() -> None:
    """A label gives the same reading with the date in an element of its own and without."""
    for other in (
        read_label("Stand Februar 2018 - Muster", today=TODAY),
        read_label("Stand Februar 2018 - Muster", "Stand Februar 2018", today=TODAY),
        read_label(" - Muster", "Stand Februar 2018", today=TODAY),
        read_label("Stand Februar 2018 - Muster", "Stand Februar 2018 -", today=TODAY),
        read_label("Stand Februar 2018 - Muster", "Neu", today=TODAY),
    ):
        assert other.date is not None
        assert (other.date.value, other.date.raw, other.title) == ("2018-02", "Stand Februar 2018", "Muster")


@pytest.mark.parametrize(
    ("label", "number", "title", "note"),
    [
        ("Nr. 5Folgenabschätzung nach Art. 35 DS-GVO", "5", "Folgenabschätzung nach Art. 35 DS-GVO", None),
        ("Nr. 12 Datenschutzbeauftragte", "12", "Datenschutzbeauftragte", None),
        ("Kurzpapier Nr. 3: Werbung", "3", "Werbung", None),
        (
            "Nr. 20Einwilligung nach der DS-GVOin Überarbeitung",
            "20",
            "Einwilligung nach der DS-GVO",
            "in Überarbeitung",
        ),
        ("Nr. 17", None, "Nr. 17", None),
        ("Nummern und Zeichen", None, "Nummern und Zeichen", None),
    ],
)
def test_kurzpapier_label(label: str, number: str | None, title: str, note: str | None) -> None:
    """Number and bare title come apart even where they are glued together."""
    reading = read_label(label, today=TODAY)

    assert (reading.number, reading.title, reading.note, reading.date) == (number, title, note, None)

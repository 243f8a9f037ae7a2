"""What a document's reading reports for editors: dates that are not believed, bodies that disagree."""

from __future__ import annotations

import pytest

from archive.keeping.records import Publication
from crawler.items import DocumentRead, Evidence, PageText
from pipelines.reading import refine_type
from pipelines.reading.publication import ReadingProblem, publication_of_page

URL = "https://www.datenschutz-mv.de/presse/?id=1&processor=processor.sa.pressemitteilung"


def read(**parts: object) -> tuple[Publication, dict[str, str]]:
    """The publication of a release with these parts, and the details of its problems by kind."""
    page = PageText(document_id="dsmv-1", url=URL, headline="Offene Akten", **parts)  # type: ignore[arg-type]
    publication, problems = publication_of_page(
        DocumentRead(
            source="dsmv",
            document_id="dsmv-1",
            url=URL,
            doc_type="pressemitteilung",
            listed=None,
            content=page,
            evidence=Evidence(snapshot_id=1, fetched_at="2026-11-23T04:00:00Z", sha256="0" * 64),
            publisher="DSMV",
        )
    )
    assert all(isinstance(problem, ReadingProblem) for problem in problems)
    return publication, {problem.kind: problem.detail for problem in problems}


def test_a_rejected_date_is_told_in_german_with_its_reason() -> None:
    publication, problems = read(published_text="30.02.2021", paragraphs=("Text.",))

    assert publication.published_on is None
    assert problems == {
        "date_rejected": "»30.02.2021« ist kein glaubhaftes Datum: diesen Tag gibt es im Kalender nicht."
    }


def test_a_text_that_names_itself_outvotes_the_kicker_and_both_readings_are_kept() -> None:
    publication, problems = read(
        kicker="Pressemitteilung der Datenschutzkonferenz vom 8. Dezember 2022",
        published_text="08.12.2022",
        paragraphs=(
            "Pressemitteilung der Konferenz der Informationsfreiheitsbeauftragten vom 7. Dezember 2022",
            "Text.",
        ),
    )

    assert (publication.issuer, publication.published_on, publication.issued_on) == ("IFK", "2022-12-08", "2022-12-08")
    assert "DSK" in problems["issuer_conflict"]
    assert "IFK" in problems["issuer_conflict"]


def test_a_body_that_is_only_spoken_of_issues_nothing() -> None:
    publication, problems = read(
        kicker="Gemeinsame Pressemitteilung",
        published_text="08.12.2022",
        paragraphs=("Der Sächsische Datenschutzbeauftragte und der BfDI haben sich am 6. Mai 2022 getroffen.",),
    )

    assert publication.issuer is None
    assert problems == {}
    assert [(one.role, one.value, one.chosen) for one in publication.dates] == [
        ("published", "2022-12-08", True),
        ("mentioned", "2022-05-06", False),
    ]


@pytest.mark.parametrize(
    ("title", "line", "doc_type"),
    [
        ("Bericht", "Vierzehnter Tätigkeitsbericht", "taetigkeitsbericht"),
        ("hier", "Entschließung der 88. Konferenz am Haff", "entschliessung"),
        ("Orientierungshilfe Wetterballons", "Stand Mai", "orientierungshilfe"),
        ("dort", "Stellungnahme zum Entwurf eines Deichgesetzes", "stellungnahme"),
        ("dort", "Kurzpapier Nr. 31", "kurzpapier"),
        ("Formular", "Meldung einer Panne", "information"),
        ("Beschluss", "Beschluss des Landgerichts", "information"),
        ("dort", "Beschluss des Amtsgerichts Wismar", "information"),
        ("dort", "Stellungnahmefrist verlängert", "information"),
        ("dort", "Entschließungen sammeln: ein Leitfaden", "information"),
        ("Merkblatt", "", "information"),
    ],
)
def test_a_file_that_nobody_else_describes_is_what_it_calls_itself(title: str, line: str, doc_type: str) -> None:
    assert refine_type("information", title, [line]) == doc_type
    assert refine_type("anlage", title, [line]) == "anlage"

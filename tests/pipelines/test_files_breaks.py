"""Words and sentences that run over a page break: whole on the page where they begin."""

import pytest

from pipelines.files.lines import Line
from pipelines.files.paragraphs import Flowing
from pipelines.files.pdf_text import Side, run_over
from pipelines.mending import is_word

FULL = "Die Stelle führt ein Verzeichnis aller Karten und legt es jedes Jahr der Leitung vor, die"


def side(number: int, *texts: str, notes: tuple[str, ...] = (), left_out: tuple[int, ...] = ()) -> Side:
    lines = [Line(text, 70, min(520, 70 + 8 * len(text)), 700 - 13.2 * at, 11) for at, text in enumerate(texts)]
    lines += [Line(text, 70, 300, 120 - 10 * at, 8) for at, text in enumerate(notes)]
    return Side(number, Flowing(lines, pitch=1.2, is_word=is_word), set(left_out))


def read(*sides: Side) -> tuple[list[str], dict[int, str]]:
    found = run_over(sides, is_word)
    return [one.flow.text(one.left_out) for one in sides], {page: one.text for page, one in found.items()}


def test_a_divided_word_is_whole_where_it_begins_and_gone_from_the_next_page():
    texts, crossings = read(
        side(1, FULL, "in den Akten der Karten-", notes=("[1] Vgl. dort.",)),
        side(2, "verwaltung steht. Danach mehr.", FULL),
    )

    assert "der Kartenverwaltung" in texts[0]
    assert texts[1].startswith("steht. Danach")
    assert crossings[1].endswith("in den Akten der Kartenverwaltung steht.")


def test_a_citation_over_the_break_stands_whole_in_the_sentence_that_runs_over():
    _, crossings = read(
        side(1, FULL, "alles prüft. Die Frist folgt nun aber aus Art. 15 Abs."), side(2, "3 DSGVO. Sie endet.", FULL)
    )

    assert crossings == {1: "Die Frist folgt nun aber aus Art. 15 Abs. 3 DSGVO."}


def test_running_heads_do_not_stand_between():
    _, crossings = read(
        side(1, FULL, "es jedem zeigt, der", "Merkblatt", left_out=(2,)),
        side(2, "Merkblatt", "danach fragt. Und Schluss.", left_out=(0,)),
    )

    assert crossings[1].endswith("es jedem zeigt, der danach fragt.")


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("es danach jedem zeigt und erklärt.", "Die Frist endet im Mai."),
        ("Zu den Karten", "Die Frist endet im Mai."),
        ("es danach jedem zeigt und erklärt, der", "• die Frist"),
    ],
)
def test_what_is_complete_does_not_run_over(last, first):
    _, crossings = read(side(1, FULL, last), side(2, first, FULL))

    assert crossings == {}


def test_pages_that_do_not_follow_each_other_are_not_joined():
    _, crossings = read(side(1, FULL), side(3, "danach fragt. Und Schluss.", FULL))

    assert crossings == {}

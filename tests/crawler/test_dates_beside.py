"""The date beside a link, where the description of a section says that it stands."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.pages.beside import PLACES
from crawler.pages.section_page import read_section
from crawler.sources import DATE_PLACES, Section, describe
from pipelines.dates import read_label

SOURCE = describe({"name": "amt", "label": "Amt", "site": "https://www.amt.example", "kind": "sections"})


def entries(inner: str, *date_at: str) -> list[tuple[str, str | None]]:
    """Title and ISO date of each entry of a section page."""
    page = f"<!DOCTYPE html><html><head><title>Papiere</title></head><body><main>{inner}</main></body></html>"
    section = Section(path="/p.html", doc_type="beschluss", date_at=date_at)
    listing = read_section(page.encode(), url=SOURCE.site + "/p.html", section=section, source=SOURCE)
    read = (read_label(one.title_text, one.date_text, today=date(2026, 11, 30)) for one in listing.items)
    return [(one.title, one.date.value if one.date else None) for one in read]


def link(title: str, name: str = "a") -> str:
    return f"<a href='/{name}.pdf'>{title}</a>"


TABLES = f"""<h1>Beschlüsse</h1><h2>2021</h2><table>
  <tr><th>Titel</th><th>Datum</th></tr>
  <tr><td>{link("Zähler im Keller")}</td><td>25.03.2021</td></tr>
  <tr><td>{link("Kameras am Tor", "b")} (PDF, 1 MB)</td><td>3. Mai 2021</td></tr></table>
  <h2>2020</h2><table><tr><td>12.11.</td><td>{link("Listen", "c")} {link("englisch", "c_en")}</td></tr>
  <tr><td>ohne Tag</td><td>{link("Akten", "d")}</td></tr></table>"""


def test_tables_by_year() -> None:
    """The next cell dates a row; a day without a year is of the heading's year; words are no date."""
    assert entries(TABLES, "cell") == [
        ("Zähler im Keller", "2021-03-25"),
        ("Kameras am Tor", "2021-05-03"),
        ("Listen", "2020-11-12"),
        ("englisch", "2020-11-12"),
        ("Akten", None),
    ]
    assert entries(TABLES, "cell", "heading")[-1] == ("Akten", "2020")


@pytest.mark.parametrize(
    ("item", "title", "day"),
    [
        (f"<li>{link('25.03.2021: Zähler im Keller')}</li>", "Zähler im Keller", "2021-03-25"),
        (f"<li>25.03.2021: {link('Zähler im Keller')}</li>", "Zähler im Keller", "2021-03-25"),
        (f"<li>25.03.2021 {link('Zähler im Keller')} (PDF, 1 MB)</li>", "Zähler im Keller", "2021-03-25"),
        (f"<li>{link('25. März 2021 – Zähler (PDF, 0,3 MB)')}</li>", "Zähler", "2021-03-25"),
        (f"<li>{link('März 2021: Zähler')}</li>", "Zähler", "2021-03"),
        (f"<li>{link('25.03.: Zähler')}</li>", "Zähler", "2021-03-25"),
        (f"<li>25. März: {link('Zähler')}</li>", "Zähler", "2021-03-25"),
        (f"<li><b>25.03.</b> {link('Zähler')}</li>", "Zähler", "2021-03-25"),
        (f"<li>{link('25 Fragen: Zähler')}</li>", "25 Fragen: Zähler", None),
        (f"<li>{link('3. Bericht: Zähler')}</li>", "3. Bericht: Zähler", None),
    ],
)
def test_a_date_in_front_of_the_title(item: str, title: str, day: str | None) -> None:
    """In the link or before it; day and month take the year of the heading."""
    assert entries(f"<h1>Papiere</h1><h2>Papiere 2021</h2><ul>{item}<li>{link('Anderes', 'z')}</li></ul>", "front")[
        0
    ] == (title, day)


@pytest.mark.parametrize(
    ("item", "title", "day"),
    [
        (link("Zähler im Keller (25.03.2021)"), "Zähler im Keller", "2021-03-25"),
        (link("Zähler im Keller, Stand: März 2021"), "Zähler im Keller", "2021-03"),
        (link("Zähler im Keller – 25. März 2021"), "Zähler im Keller", "2021-03-25"),
        (link("Beschluss vom 25. März 2021"), "Beschluss vom 25. März 2021", "2021-03-25"),
        (f"{link('Zähler')}, 25. März 2021", "Zähler", "2021-03-25"),
        (f"{link('Zähler')} (25.03.)", "Zähler", None),
        (link("Bericht über 2021"), "Bericht über 2021", None),
    ],
)
def test_a_date_at_the_end_of_the_title(item: str, title: str, day: str | None) -> None:
    assert entries(f"<h1>Papiere</h1><ul><li>{item}</li><li>{link('Anderes', 'z')}</li></ul>", "end")[0] == (title, day)


def test_a_date_in_the_summary() -> None:
    """A part of the lines below the link; a day that the summary speaks of is none."""
    inner = f"""<h1>Papiere</h1><div><h3>{link("Zähler")}</h3><p>Beschluss | 25.03.2021 | Was Zähler dürfen.</p></div>
      <h3>{link("Kameras", "b")}</h3><p>Veröffentlicht am 3. Mai 2021</p>
      <div><h3>{link("Listen", "c")}</h3><p>Am 4. Mai 2021 tagte der Beirat.</p></div>
      <details><summary>Akten 2020</summary><ul><li>{link("Akten", "d")} <span>12.11.</span></li><li>{link("X", "x")}</li></ul></details>"""

    assert entries(inner, "summary") == [
        ("Zähler", "2021-03-25"),
        ("Kameras", "2021-05-03"),
        ("Listen", None),
        ("Akten", "2020-11-12"),
        ("X", None),
    ]


def test_the_heading_gives_what_it_prints() -> None:
    """A year or a month; two years, or a heading of another part, give nothing."""
    inner = f"""<h1>Papiere</h1><h2>2021</h2><h3>Technik</h3><p>{link("Zähler")}</p><h2>März 2020</h2><p>{link("B", "b")}</p>
      <h2>2018/2019</h2><p>{link("C", "c")}</p><h2>Archiv</h2><p>{link("D", "d")}</p>"""

    assert entries(inner, "heading") == [("Zähler", "2021"), ("B", "2020-03"), ("C", None), ("D", None)]


def test_a_section_that_says_nothing_is_read_as_before() -> None:
    """The divider of the DSK is no date."""
    assert entries(f"<h2>2021</h2><p>{link('Zähler')}</p>") == [("Zähler", None)]
    assert tuple(PLACES) == DATE_PLACES


@pytest.mark.parametrize("odd", [{"date_at": ["beside"]}, {"text": "feed"}])
def test_an_odd_word_in_a_description_is_refused(odd: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="source description"):
        Section(path="/p.html", **odd)  # type: ignore[arg-type]

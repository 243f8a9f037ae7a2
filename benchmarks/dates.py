"""How many dates are read in a second: the strict grammar, running text, and dateparser for comparison."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import dateparser

from pipelines.dates import find_dates, read_date

TODAY = date(2026, 11, 23)
STRINGS = (
    "13.11.2020",
    "13. November 2020",
    "1.Februar 2023",
    "22/23.11.2023",
    "vom 29. bis 30. Juni 2022",
    "Stand: November 2020",
    "Januar 2026",
    "Frühjahr 2019",
    "03.02.26",
    "den 5.Mai 2021",
    "Orientierungshilfe Videoüberwachung",
    "14. Tätigkeitsbericht",
)
COMPLETE = ("13. November 2020", "5. Mai 2021", "1. Februar 2023", "30. Juni 2022")
DENSE = (
    "Der Arbeitskreis hat am 4. und 5. Juni 2019 in Jena beraten, wie Art. 6 Abs. 1 DS-GVO auszulegen ist. "
    "Nach dem Urteil (1 BvR 1345/21) müssen Behörden ihre Verfahren prüfen; Telefon: 0385 59494-0. "
    "Weitere Hinweise enthält der 14. Tätigkeitsbericht, der im Mai 2018 erschienen ist.\n"
)
"""A date in 140 characters, as in footnotes."""
PLAIN = (
    "Verantwortliche müssen nachweisen können, dass sie die Grundsätze der Verarbeitung einhalten. Dazu gehört, "
    "dass Löschfristen festgelegt und die Zugriffe auf 2 oder 3 Beschäftigte beschränkt sind (§ 22 Abs. 2 BDSG). "
    "Betroffene können sich jederzeit an die Aufsichtsbehörde wenden, ohne dass ihnen daraus Nachteile entstehen. "
)
"""No date at all; six of these and one of the dense ones come near the density of real releases."""


def strings_per_second(read: Callable[[str], object], texts: tuple[str, ...], rounds: int) -> float:
    """Strings a second over ``rounds`` rounds of ``texts``."""
    start = time.perf_counter()
    for _ in range(rounds):
        for text in texts:
            read(text)
    return rounds * len(texts) / (time.perf_counter() - start)


def megabytes_per_second(text: str) -> float:
    """Megabytes (UTF-8) of running text a second."""
    start = time.perf_counter()
    find_dates(text, today=TODAY)
    return len(text.encode()) / 1e6 / (time.perf_counter() - start)


def ask_dateparser(text: str) -> object:
    """What the grammar is compared with: dateparser with the settings of the fallback."""
    settings = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]}
    return dateparser.parse(text, languages=["de"], settings=settings)


def main() -> None:
    """Print the figures, one line each."""
    ask_dateparser("13. November 2020")
    mixed = strings_per_second(lambda text: read_date(text, today=TODAY), STRINGS, 4000)
    complete = strings_per_second(lambda text: read_date(text, today=TODAY), COMPLETE, 8000)
    theirs = strings_per_second(ask_dateparser, COMPLETE, 250)
    print(f"short strings, mixed       {mixed:10,.0f} /s")
    print(f"short strings, complete    {complete:10,.0f} /s")
    print(f"dateparser, the same       {theirs:10,.0f} /s   ratio {complete / theirs:.0f}")
    print(f"running text               {megabytes_per_second((PLAIN * 6 + DENSE) * 700):10.1f} MB/s")
    print(f"running text, many dates   {megabytes_per_second(DENSE * 2500):10.1f} MB/s")


if __name__ == "__main__":
    main()

"""Six hundred made snippets, every part of every row known: precision and recall of citations keep their floors."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from pipelines.citations import find_citations

PRECISION, RECALL = 0.98, 0.97
COUNT, SEED = 600, 2711

Row = tuple[str | None, str, str, str | None, str | None, str | None, str | None]
"""law, unit, number, paragraph, sentence, letter, item"""

LAWS = {
    "DSGVO": ["DSGVO", "DS-GVO", "der Datenschutz-Grundverordnung", "der Verordnung (EU) 2016/679"],
    "KI-VO": ["KI-VO", "der KI-Verordnung"],
    "GG": ["GG", "des Grundgesetzes"],
    "BDSG": ["BDSG", "des Bundesdatenschutzgesetzes"],
    "TDDDG": ["TDDDG", "TTDSG"],
    "DSG M-V": ["DSG M-V", "des Landesdatenschutzgesetzes M-V"],
    "SGB X": ["SGB X"],
    "StGB": ["StGB", "des Strafgesetzbuches"],
    "BGB": ["BGB"],
    "VwVfG": ["VwVfG"],
    "StPO": ["StPO"],
    "BetrVG": ["BetrVG"],
}
BEFORE = (
    "Nach ",
    "Gemäß ",
    "Das Gericht prüfte ",
    "Maßgeblich ist ",
    "Im Sinne von ",
    "Die Kreisverwaltung berief sich auf ",
)
BEHIND = (
    " war das zulässig.",
    ", so die Sprecherin.",
    " und nichts sonst.",
    " – das genügt.",
    ". Der Verein widersprach.",
)
PLAIN = (
    "Der Verein zählt 28 Mitglieder.",
    "Am 5. Mai 2021 kamen 12 Gäste.",
    "Auf S. 15 des Berichts steht mehr.",
    "Version 2.1 gilt seit 2019.",
    "Raum 4.07, Tel. 0385 59494-0",
    "Die Kunst. 6 Bilder hingen dort.",
    "Nr. 12 der Reihe erscheint bald.",
)


class Maker:
    """Makes one snippet after the other, with the rows it must give."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    def any(self, *of: str) -> str:
        return self.chance.choice(of)

    def snippet(self) -> tuple[str, set[Row]]:
        kinds: list[Callable[[], tuple[str, set[Row]]]] = [self.cited] * 8 + [
            self.two,
            self.case,
            self.recital,
            self.none,
        ]
        return self.chance.choice(kinds)()

    def none(self) -> tuple[str, set[Row]]:
        return self.any(*PLAIN), set()

    def two(self) -> tuple[str, set[Row]]:
        (first, rows), (second, more) = self.cited(), self.cited()
        return f"{first} {second}", rows | more

    def case(self) -> tuple[str, set[Row]]:
        number, year = self.chance.randint(1, 900), self.chance.randint(10, 25)
        court, case = self.chance.choice(
            [
                ("EuGH", f"C-{number}/{year}"),
                ("BVerfG", f"{number % 2 + 1} BvR {number}/{year}"),
                ("BVerwG", f"{number % 9 + 1} C {number % 40 + 1}.{year}"),
                ("BAG", f"{number % 9 + 1} AZR {number}/{year}"),
                ("BGH", f"VI ZR {number}/{year}"),
            ]
        )
        return f"Das {court} entschied (Az. {case}) über den Deich.", {(None, "Az", case, None, None, None, None)}

    def recital(self) -> tuple[str, set[Row]]:
        number = str(self.chance.randint(1, 173))
        word = self.any("ErwGr. ", "Erwägungsgrund ", "Erwägungsgrund Nr. ")
        return f"Dazu {word}{number} DSGVO.", {("DSGVO", "ErwGr", number, None, None, None, None)}

    def cited(self) -> tuple[str, set[Row]]:
        law = self.chance.choice([*LAWS, "DSGVO", "DSGVO", "DSGVO"])
        unit = "Art." if law in ("DSGVO", "KI-VO", "GG") else "§"
        said, rows = self.provision(law, unit)
        return f"{self.any(*BEFORE)}{said} {self.any(*LAWS[law])}{self.any(*BEHIND)}", rows

    def provision(self, law: str, unit: str) -> tuple[str, set[Row]]:
        number, paragraph, sentence = self.chance.randint(2, 90), self.chance.randint(1, 7), self.chance.randint(1, 4)
        letter = self.any(*"abcdefg")
        word = self.any("Art. ", "Artikel ", "Art.\u00a0") if unit == "Art." else self.any("§ ", "§\u00a0", "§")
        many = "Art. " if unit == "Art." else "§§ "
        below = f"{self.any('Abs. ', 'Absatz ')}{paragraph}"
        lit = self.any("lit. ", "Buchst. ", "Buchstabe ")
        sat = f"{self.any('S. ', 'Satz ')}{sentence}"

        def row(n: object = number, p: object = None, s: object = None, a: str | None = None, i: object = None) -> Row:
            return (law, unit, str(n), *(None if one is None else str(one) for one in (p, s, a, i)))  # type: ignore[return-value]

        more = paragraph + self.chance.randint(1, 2)
        span = self.chance.randint(2, 4)
        higher = chr(ord(letter) + self.chance.randint(1, 3))
        sub = f"UAbs. {sentence}"
        return self.chance.choice(
            [
                (f"{word}{number}", {row()}),
                (f"{word}{number} {below}", {row(p=paragraph)}),
                (f"{word}{number} {below} {sat}", {row(p=paragraph, s=sentence)}),
                (f"{word}{number} {below} {lit}{letter}", {row(p=paragraph, a=letter)}),
                (f"{word}{number} {below} {sat} {lit}{letter}", {row(p=paragraph, s=sentence, a=letter)}),
                (f"{word}{number} {below} {sub} {lit}{letter}", {row(p=paragraph, a=letter)}),
                (
                    f"{word}{number} {below} {lit}{letter} {self.any('und', 'oder', 'u.')} {higher}",
                    {row(p=paragraph, a=letter), row(p=paragraph, a=higher)},
                ),
                (f"{word}{number} {below} {self.any('und', 'oder')} {more}", {row(p=paragraph), row(p=more)}),
                (f"{many}{number} {self.any('und', 'sowie')} {number + span}", {row(), row(number + span)}),
                (f"{many}{number}, {number + 1} und {number + 5}", {row(), row(number + 1), row(number + 5)}),
                (
                    f"{many}{number}{self.any('–', ' bis ', '-')}{number + span}",
                    {row(number + step) for step in range(span + 1)},
                ),
                (f"{word}{number} Nr. {paragraph}", {row(i=paragraph)}),
                (f"{word}{number} {below} {sat} {self.any('Hs.', 'Halbsatz')} 2", {row(p=paragraph, s=sentence)}),
                (f"{word}{number} {below} {self.any('f.', 'ff.')}", {row(p=paragraph)}),
                (f"{word}{number} {below} a. E.", {row(p=paragraph)}),
                (
                    f"{word}{number} {below} i. V. m. {word}{number + 9} {below}",
                    {row(p=paragraph), row(number + 9, p=paragraph)},
                ),
                (f"{word}{number} ({paragraph})", {row(p=paragraph)}),
                (f"{word}{number} {below} [{span}]", {row(p=paragraph)}),
            ]
        )


def test_made_citations_are_read_with_every_part() -> None:
    maker = Maker(SEED)
    right = wrong = missed = 0
    for _ in range(COUNT):
        text, wanted = maker.snippet()
        found = {
            (one.law, one.unit, one.number, one.paragraph, one.sentence, one.letter, one.item)
            for one in find_citations(text, home="MV")
        }
        right += len(found & wanted)
        wrong += len(found - wanted)
        missed += len(wanted - found)

    assert right / (right + wrong) >= PRECISION
    assert right / (right + missed) >= RECALL

"""Makes the frozen word lists in ``pipelines/data`` from the frequency lists of the package ``wordfreq``.

Needs ``pip install wordfreq==3.1.1``; the project itself does not. A new list is a new reading of the
archive: run the tests, raise the floors, note it in the changelog.
"""

from __future__ import annotations

import re
from pathlib import Path

DATA = Path(__file__).parents[1] / "pipelines" / "data"
GERMAN_FLOOR = 4e-8
ENGLISH_FLOOR = 5e-6
USUAL_FLOOR = 5e-6
SOURCE = """\
# {title}
# Source: wordfreq 3.1.1 by Robyn Speer (https://github.com/rspeer/wordfreq), data licensed
# CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0/); this list is a changed extract under
# the same licence. wordfreq draws on Wikipedia, OpenSubtitles 2018, the SUBTLEX lists, the Leeds Internet
# Corpus, ParaCrawl and Google Books Ngrams (http://books.google.com/ngrams).
# Words are case-folded (ß is ss) and sorted. {rule}
"""


def german(de: dict[str, float], en: dict[str, float]) -> list[str]:
    """Words seen in German at least four times in a hundred million, without those that are English."""
    letters = re.compile(r"[a-zäöüéèêàâç]{2,}")
    return sorted(
        word
        for word, share in de.items()
        if share >= GERMAN_FLOOR and letters.fullmatch(word) and en.get(word, 0.0) <= 10 * share
    )


def english(de: dict[str, float], en: dict[str, float]) -> list[str]:
    """Words that are frequent in English and at least five times rarer in German."""
    letters = re.compile(r"[a-z]{3,}")
    return sorted(
        word
        for word, share in en.items()
        if share >= ENGLISH_FLOOR and letters.fullmatch(word) and share > 5 * de.get(word, 0.0)
    )


def usual(de: dict[str, float], en: dict[str, float]) -> list[str]:
    """Words of five letters or more that are frequent in German and at most half as frequent in English."""
    letters = re.compile(r"[a-zäöü]{5,}")
    return sorted(
        word
        for word, share in de.items()
        if share >= USUAL_FLOOR and letters.fullmatch(word) and en.get(word, 0.0) <= share / 2
    )


def write(name: str, title: str, rule: str, words: list[str]) -> None:
    """Write one list with its origin and licence on top."""
    head = SOURCE.format(title=title, rule=rule)
    (DATA / name).write_text(head + "\n".join(words) + "\n", encoding="utf-8")
    print(f"{name}: {len(words)} words")


def main() -> None:
    """Write the lists."""
    from wordfreq import get_frequency_dict

    de, en = get_frequency_dict("de", "large"), get_frequency_dict("en", "large")
    write("words_de.txt", "German words.", "Frequency at least 4e-8.", german(de, en))
    write("words_usual.txt", "Usual German words.", "Frequency at least 5e-6.", usual(de, en))
    write("words_en.txt", "English words.", "Frequency at least 5e-6, five times rarer in German.", english(de, en))


if __name__ == "__main__":
    main()

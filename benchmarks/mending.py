"""How fast texts are mended: megabytes a second on one core, time and memory of the word lists."""

from __future__ import annotations

import random
import resource
import time

from pipelines.mending import mend, mend_pages

FLOOR = 2.0
"""Megabytes (UTF-8) a second that ``make bench`` holds."""

SENTENCES = (
    "Die Aufsicht hat den Einsatz der {compound} in mehreren Behörden des Landes geprüft und das Ergebnis vorgelegt.",
    "Nach Art.\u00a06 Abs.\u00a01 DS-GVO braucht jede {broken} eine Grundlage, die vor Beginn dokumentiert wird.",
    "Für nicht-öffentliche Stellen gelten Vor- und Nachweispflichten; eine E-Mail an {compound} genügt nicht.",
    "Das Verfahren der {compound} bleibt anhängig, weil die Beteiligten noch Unterlagen nachreichen müssen.",
    "EU-Standardvertragsklauseln ersetzen keine Prüfung; das gilt auch für Cloud-Anbieter außerhalb der EU.",
    "Wer {compound} betreibt, muss technisch-organisatorische Maßnahmen treffen und sie regelmäßig überprüfen.",
    "Die Beschwerde betraf Daten, die ohne Wissen der Betroffenen an ein anderes Unternehmen gegangen waren.",
)
FIRST = ("Schul", "Melde", "Register", "Gesundheits", "Video", "Funkzellen", "Steuer", "Wähler", "Kunden", "Patienten")
SECOND = ("daten", "akten", "portale", "systeme", "verfahren", "stellen", "kameras", "netze", "listen", "konten")
THIRD = ("prüfung", "verarbeitung", "speicherung", "verwaltung", "sicherung", "übermittlung", "auswertung", "sperrung")


def german_text(megabytes: float, seed: int = 7) -> str:
    """Made-up sentences in which about one word in two hundred is broken by a hard hyphen."""
    choice = random.Random(seed)
    pieces: list[str] = []
    size = 0
    while size < megabytes * 1_000_000:
        word = choice.choice(FIRST) + choice.choice(SECOND) + choice.choice(THIRD)
        cut = choice.randrange(3, len(word) - 3)
        sentence = choice.choice(SENTENCES).format(compound=word, broken=f"{word[:cut]}-{word[cut:]}")
        pieces.append(sentence + choice.choice((" ", " ", "\n")))
        size += len(sentence.encode()) + 1
    return "".join(pieces)


def megabytes_per_second(text: str) -> float:
    """Speed over one text; the word lists are loaded before."""
    mend("Mandanten-trennungsgebot")
    started = time.perf_counter()
    mend(text)
    return len(text.encode()) / 1_000_000 / (time.perf_counter() - started)


def main() -> None:
    """Print the figures."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    mend("Mandanten-trennungsgebot")
    loading = time.perf_counter() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"first word: {loading * 1000:.0f} ms, {grown:.0f} MB")
    text = german_text(3)
    print(f"one text: {megabytes_per_second(text):.1f} MB/s (floor {FLOOR})")
    pages = [text[at : at + 3000] for at in range(0, len(text), 3000)]
    started = time.perf_counter()
    mend_pages(pages)
    print(f"{len(pages)} pages: {len(text.encode()) / 1_000_000 / (time.perf_counter() - started):.1f} MB/s")


if __name__ == "__main__":
    main()

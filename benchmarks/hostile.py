"""Measures how the time of the readers grows on hostile text: four times the text may take eight times as long.

Run: ``python -m benchmarks.hostile``; exit code 1 where a reader grows faster than that.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date

from archive.diff import word_diff
from benchmarks.report import table
from pipelines.citations import find_citations
from pipelines.dates import find_dates
from pipelines.links.naming import find_mentions
from pipelines.mending import mend
from pipelines.reading.contact import contact_spans
from pipelines.reading.issuers import find_issuer
from pipelines.topics import assign_topics

DAY = date(2026, 11, 23)
SHORT, LONG = 40_000, 160_000
MOST = 8.0
NOTHING = 0.1
"""Seconds; below, growth is noise."""

READERS: dict[str, Callable[[str], object]] = {
    "dates": lambda text: find_dates(text, today=DAY),
    "citations": find_citations,
    "contact": contact_spans,
    "topics": lambda text: assign_topics(title="", kicker=None, pages=[text]),
    "issuers": lambda text: find_issuer(kicker=text, heading_lines=[text], contact_blocks=[text], text=text),
    "mentions": lambda text: list(find_mentions(text)),
    "mending": mend,
    "diff": lambda text: word_diff(text, text[::-1]),
}

PIECES = (
    "a",
    "a-",
    "- \n",
    "\u00ad",
    " \n",
    "Ü\u0308",
    "1.",
    "1.1.2020 ",
    "vom ",
    "Stand 2020",
    "Art. 6, ",
    "§§ 1 bis 20, ",
    "Art. 1 Abs. 1 und ",
    "C-",
    "„",
    "Kurzpapier Nr. 1, ",
    "Beschluss vom ",
    "https://",
    "Kontakt:\n",
    "Tel. 0\n",
    "a@",
    "Konferenz der ",
    "Kamera ",
    "Ver-\nein ",
    "@2020-10-10",
    "Erwägungsgrund 1 Satz ",
)


def seconds(reader: Callable[[str], object], text: str) -> float:
    """Processor time of one reading."""
    started = time.process_time()
    reader(text)
    return time.process_time() - started


def growth(reader: Callable[[str], object], piece: str) -> tuple[float, float]:
    """Seconds for the long text, and how many times those for the short one they are."""
    short, long = (seconds(reader, piece * (size // len(piece))) for size in (SHORT, LONG))
    return long, long / short if long > NOTHING else 1.0


def main() -> int:
    """Print the worst piece of every reader."""
    rows = []
    for name, reader in READERS.items():
        found = {piece: growth(reader, piece) for piece in PIECES}
        piece = max(found, key=lambda one: found[one][1])
        rows.append(
            [name, f"`{piece.encode('unicode_escape').decode()}`", f"{found[piece][0]:.2f}", f"{found[piece][1]:.1f}"]
        )
    print(table(["reader", "worst piece", "s for 160 kB", "times those for 40 kB"], rows))
    return int(any(float(row[3]) > MOST for row in rows))


if __name__ == "__main__":
    sys.exit(main())

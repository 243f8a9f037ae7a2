"""Measures how many megabytes of text per second the citation grammar reads on one core.

Run: ``python -m benchmarks.citations [FILE ...]``; without files it reads the project's own sample.
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

from pipelines.citations import find_citations

SAMPLE = Path(__file__).resolve().parents[1] / "tests" / "pipelines" / "data" / "citations.toml"
FILLER = "Die Aufsichtsbehörden der Länder haben ihre Hinweise für die Praxis überarbeitet und veröffentlicht. "


def sample_text(megabytes: float = 2.0) -> str:
    """Prose with a citation in every fourth sentence, about as dense as a guidance paper."""
    cases = tomllib.loads(SAMPLE.read_text(encoding="utf-8"))["case"]
    page = "\n".join(FILLER * 3 + case["text"] for case in cases)
    return page * (1 + int(megabytes * 1_000_000 / len(page.encode())))


def speed(text: str) -> tuple[float, int]:
    """Megabytes (UTF-8) per second of processor time, and how many citations were found."""
    find_citations(text[:10_000])
    started = time.process_time()
    found = len(find_citations(text))
    return len(text.encode()) / 1_000_000 / (time.process_time() - started), found


def main(paths: Sequence[str]) -> None:
    """Print one line per text."""
    texts = {path: Path(path).read_text(encoding="utf-8") for path in paths} or {"sample": sample_text()}
    for name, text in texts.items():
        rate, found = speed(text)
        print(f"{name}: {len(text.encode()) / 1_000_000:.1f} MB, {found} citations, {rate:.1f} MB/s")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The first harvest of two hosts side by side, beside each of them alone: ``python -m benchmarks.side_by_side [--quick]``.

Every harvest keeps 0.2 s between two requests to its host. Each is measured several times in turn; the shortest counts.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.children import Run, crawl, sample_site
from benchmarks.report import table

DELAY = 0.2
HIGHEST_RATIO = 1.15
WORKS = {"dsmv": ("dsmv",), "dsk": ("dsk",), "side by side": ("dsk", "dsmv")}


def measure(rounds: int) -> dict[str, list[Run]]:
    """The runs by name, every one into a new archive."""
    with TemporaryDirectory() as folder, sample_site() as site:
        archives = (Path(folder) / f"archive-{number}" for number in count())
        runs: dict[str, list[Run]] = {name: [] for name in WORKS}
        for _ in range(rounds):
            for name, sources in WORKS.items():
                runs[name].append(crawl(next(archives), site, *sources, delay=DELAY))
        return runs


def main() -> int:
    """Print the figures; 0 when both take hardly longer than the slower one."""
    runs = measure(1 if "--quick" in sys.argv else 3)
    shortest = {name: min(found, key=lambda run: run.seconds) for name, found in runs.items()}
    rows = [(name, f"{one.seconds:.1f}", f"{one.cpu:.1f}") for name, one in shortest.items()]
    print(table((f"first harvest, {DELAY} s between requests", "wall s", "processor s"), rows))
    both, *alone = (shortest[name].seconds for name in ("side by side", "dsmv", "dsk"))
    print(f"\nBeside the slower one alone: {both / max(alone):.2f} (wanted: at most {HIGHEST_RATIO}).")
    return int(both > HIGHEST_RATIO * max(alone))


if __name__ == "__main__":
    sys.exit(main())

"""Runs the benchmarks, one after the other, and keeps their figures in ``docs/benchmarks.md``.

``python -m benchmarks [NAME …] [--quick]``: all of them, or those named. Every benchmark is a module of this package
that prints Markdown or plain lines and can be run alone. A quick run shows that they work; its figures are not kept.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import UTC, datetime

from benchmarks.children import ROOT
from benchmarks.machine import describe
from benchmarks.report import as_markdown, write_sections

BENCHMARKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "crawl": ((), ("--quick",)),
    "growth": ((), ("--quick",)),
    "recrawl": ((), ("--quick",)),
    "nightly": ((), ()),
    "side_by_side": ((), ("--quick",)),
    "rebuild": ((), ("--quick",)),
    "reading": ((), ("--quick",)),
    "dates": ((), ()),
    "mending": ((), ()),
    "hostile": ((), ()),
    "citations": ((), ()),
    "pdf_text": ((), ("--pages", "50")),
    "journey": ((), ()),
    "search": (("--documents", "100000"), ("--documents", "1000")),
    "portal": ((), ("--quick",)),
}
"""Name → arguments of a full run and of a quick one."""


def measured(name: str, *, quick: bool) -> tuple[str, int]:
    """What the benchmark prints, and its exit code: not 0 where it broke, or says that a goal was missed."""
    full, short = BENCHMARKS[name]
    command = [sys.executable, "-m", f"benchmarks.{name}", *(short if quick else full)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.strip(), done.returncode


def circumstances(load: float) -> str:
    """When a section was measured, and how busy the machine was before."""
    return f"Measured on {datetime.now(UTC):%Y-%m-%d}; load before the run {load:.1f} on {os.cpu_count()} cores."


def main() -> int:
    """Run, print and keep; the exit code of the first that failed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)} (all by default)")
    parser.add_argument("--quick", action="store_true", help="small sizes, one round, nothing is kept")
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    failed = 0
    for name in options.names or BENCHMARKS:
        print(f"\n## {name}\n", flush=True)
        load = os.getloadavg()[0]
        printed, code = measured(name, quick=options.quick)
        failed = failed or code
        print(printed or f"{name} ended with code {code}", flush=True)
        if printed and not options.quick:
            write_sections({"machine": describe(), name: f"{as_markdown(printed)}\n\n{circumstances(load)}"})
    return failed


if __name__ == "__main__":
    sys.exit(main())

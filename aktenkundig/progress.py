"""A progress line for long work: rewritten in place on a terminal, silent elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable


def bar(label: str) -> Callable[[int, int], None]:
    """A callback for (done, total) that shows ``label 3/17 (18 %)`` on a terminal."""
    last = 0.0

    def show(done: int, total: int) -> None:
        nonlocal last
        if not sys.stderr.isatty() or (done < total and time.monotonic() - last < 0.2):
            return
        last = time.monotonic()
        share = f"{100 * done // max(total, 1)} %"
        sys.stderr.write(f"\r{label} {done}/{total} ({share})" + ("\n" if done == total else ""))
        sys.stderr.flush()

    return show

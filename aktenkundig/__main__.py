"""``aktenkundig`` and ``python -m aktenkundig``: looks whether the rooms are ours, then runs the command line.

Their names are plain words: another package of the same name in the same environment would be run instead.
A shell completes commands with ``_AKTENKUNDIG_COMPLETE`` (see docs/installation.md).
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOMS = ("archive", "crawler", "pipelines", "portal")
MARK = "Room "
"""How the first line of each room begins."""


def foreign_room(names: tuple[str, ...] = ROOMS) -> tuple[str, str] | None:
    """The first name under which something else than our room lies, and where; None where all are ours."""
    for name in names:
        spec = find_spec(name)
        place = Path(spec.origin) if spec is not None and spec.origin else None
        if place is None or not place.read_text(encoding="utf-8", errors="replace").startswith(f'"""{MARK}'):
            return name, str(place.parent if place else "nirgends")
    return None


def obstacle() -> str | None:
    """One sentence about what keeps the program from running here; None where nothing does."""
    if os.name == "nt":
        return "Aktenkundig läuft nicht unter Windows selbst, wohl aber dort im Windows-Subsystem für Linux (WSL)."
    if (found := foreign_room()) is not None:
        return (
            f"Unter dem Namen »{found[0]}« liegt hier ein fremdes Paket ({found[1]}); Aktenkundig braucht eine"
            " Umgebung für sich allein, zum Beispiel mit »pipx install aktenkundig«."
        )
    return None


def main() -> None:
    """Entry point; exits 2 where the program cannot run here."""
    if (sentence := obstacle()) is not None:
        sys.stderr.write(f"Fehler: {sentence}\n")
        sys.exit(2)
    from aktenkundig.cli import main as run  # here, for it imports the rooms

    run()


if __name__ == "__main__":
    main()

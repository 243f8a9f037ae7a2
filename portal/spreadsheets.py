"""CSV that no spreadsheet takes for formulas; stands in for ``csv`` where Datasette writes CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

from portal.untrusted import inert_cell


class writer:
    """Writes rows as ``csv.writer`` does; texts that begin like a formula get an apostrophe in front."""

    def __init__(self, target: Any) -> None:
        self._writer = csv.writer(target)

    def writerow(self, row: Iterable[Any]) -> Any:
        """Write one row; what the target's ``write`` returned."""
        return self._writer.writerow([inert_cell(cell) if isinstance(cell, str) else cell for cell in row])

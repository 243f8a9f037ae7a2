"""Legal citations in the text of a page.

A citation is what one unit word ("Art.", "§§", "Erwägungsgrund") introduces, with its law. It becomes
one row for every provision it names: every article of an enumeration or range, every paragraph, sentence,
letter and number listed. All rows of a citation share ``raw`` and ``start``.
"""

from __future__ import annotations

from pipelines.citations.finder import find_citations

__all__ = ["find_citations"]

"""Mending of texts: plain characters, certain mojibake, hyphens that belong to no word.

Pure functions with frozen word lists: the same text gives the same result whatever else is archived.
"""

from pipelines.mending.chain import mend, mend_pages
from pipelines.mending.characters import Change, Mended, body_key
from pipelines.mending.hyphens import is_word, mend_word

__all__ = ["Change", "Mended", "body_key", "is_word", "mend", "mend_pages", "mend_word"]

"""The hyphenated words of a text, mended one by one."""

from __future__ import annotations

import re
from collections.abc import Container

from pipelines.mending.hyphens import mend_word
from pipelines.mending.protected import is_protected
from pipelines.mending.revision import Edit

_HYPHENATED = re.compile(r"(?<![\w-])\w++(?:-\w++)++")
_LONGEST = 200
"""Longer strings are no words."""

_SMALL = re.compile(r"-[^\W\d_A-ZÄÖÜ]")


def mend_words(text: str, evidence: Container[str] = ()) -> list[Edit]:
    """The edits that take wrong hyphens out of words; addresses and file names stay as they are.

    >>> mend_words("die unab-hängigen E-Mail-Dienste")
    [Edit(start=4, end=17, text='unabhängigen')]
    """
    edits = []
    for found in _HYPHENATED.finditer(text):
        word = found[0]
        if (
            _SMALL.search(word)
            and (mended := mend_word(word, evidence)) != word
            and not is_protected(text, *found.span())
        ):
            edits.append(Edit(*found.span(), mended))
    return edits

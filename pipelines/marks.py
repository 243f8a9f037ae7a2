"""Marks of notes, kept apart in a text ("Drohnen [74]", "2018[3]"): what reads the text reads over them."""

from __future__ import annotations

import re

_MARK = re.compile(r"\[\d{1,3}\]|[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]{1,3}")
_SIGNS = "[\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079"
"""One of these begins every mark: quicker to look for than the mark itself."""


def without_marks(text: str) -> str:
    """The text with a blank for every character of a mark: every other character keeps its offset.

    >>> without_marks("Art. 4 Nr. 17 [2] DSGVO"), without_marks("am 25. Mai 2018³")
    ('Art. 4 Nr. 17     DSGVO', 'am 25. Mai 2018 ')
    """
    if not any(sign in text for sign in _SIGNS):
        return text
    return _MARK.sub(lambda mark: " " * len(mark.group()), text)

"""Strings that mending never touches: addresses, e-mail addresses, file names."""

from __future__ import annotations

import re

_REACH = 300
"""Characters looked at on either side; bounds the work on text without white space."""

_ADDRESS = re.compile(
    r"://|www\.|@|\\|\.(?:de|eu|com|org|net|info|saarland|bayern|nrw|berlin|hamburg)\b", re.IGNORECASE
)
_FILE_NAME = re.compile(
    r"\.(?:pdf|html?|docx?|xlsx?|pptx?|odt|ods|odp|txt|csv|xml|json|zip|jpe?g|png|gif|svg|rtf|php|js|css|exe)\b",
    re.IGNORECASE,
)
_PATH = re.compile(r"_|\w/\w[^\s/]*/|^/|[&=#]\w")


def is_protected(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` belongs to an address, a path or a file name.

    >>> is_protected("siehe www.daten-schutz.example/pur-abo", 10, 22)
    True
    >>> is_protected("Die Daten-schutzkonferenz (DSK)", 4, 25)
    False
    """
    chunk = _chunk(text, start, end)
    return any(pattern.search(chunk) for pattern in (_ADDRESS, _FILE_NAME, _PATH))


def _chunk(text: str, start: int, end: int) -> str:
    """The run without white space around ``text[start:end]``."""
    before = text[max(0, start - _REACH) : start]
    after = text[end : end + _REACH]
    left = "" if not before or before[-1].isspace() else before.split()[-1]
    right = "" if not after or after[0].isspace() else after.split(maxsplit=1)[0]
    return left + text[start:end] + right

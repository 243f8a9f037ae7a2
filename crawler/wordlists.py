"""The crawler's word lists: the TOML files of ``crawler/data``, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def words(name: str) -> dict[str, Any]:
    """The table in ``crawler/data/<name>.toml``.

    >>> "pdf" in words("addresses")["file_endings"]
    True
    """
    text = (files("crawler") / "data" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)

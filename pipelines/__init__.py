"""Room two: understands what the crawler read (dates, issuers, text, topics, citations); its German is in ``data``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def tables(name: str) -> dict[str, Any]:
    """The tables of ``data/<name>.toml``.

    >>> tables("files")["found"]["rtf"]
    'RTF'
    """
    return tomllib.loads((resources.files("pipelines") / "data" / f"{name}.toml").read_text(encoding="utf-8"))

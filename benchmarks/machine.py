"""Where the figures come from: processor, memory, system and versions."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("scrapy", "twisted", "beautifulsoup4", "lxml", "warcio", "datasette", "pypdfium2", "dateparser")


def describe() -> str:
    """The machine and the versions, as a Markdown list."""
    return "\n".join(f"- {line}" for line in _lines())


def _lines() -> Iterator[str]:
    yield f"{_value('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores, {_memory():.0f} GB memory"
    yield f"{platform.system()} {platform.release()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    yield ", ".join(filter(None, map(_installed, PACKAGES)))


def _installed(name: str) -> str:
    """Name and version; empty where a package is not installed (PyStemmer is needed by the rivals only)."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def _value(path: str, key: str) -> str:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith(key))
    return next(found, "unknown processor")


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9

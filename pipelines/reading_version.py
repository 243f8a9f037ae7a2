"""The version of our reading: when it changes, the archive is rebuilt before the next harvest."""

from __future__ import annotations

from pipelines.topics import RULES_VERSION

READING_VERSION_KEY = "reading_version"

PARSING_VERSION = "44"
"""Raise it with every change of parsing, normalising, word lists or index that alters derived rows."""

READING_VERSION = f"{PARSING_VERSION}/{RULES_VERSION}"
"""What the archive notes of itself in ``meta``: parsing and topic rules."""

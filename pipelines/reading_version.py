"""The version of our reading: when it changes, the archive is rebuilt before the next harvest."""

from __future__ import annotations

READING_VERSION_KEY = "reading_version"
READING_VERSION = "1"
"""Raise it with every change of parsing, normalising, word lists or index that alters derived rows."""

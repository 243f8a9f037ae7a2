"""The sources: one TOML file per site describes it; nothing else is needed for a sister site."""

from __future__ import annotations

from crawler.sources.description import (
    FileType,
    Section,
    SourceDescription,
    describe,
    load_source,
    page_classes,
    source_names,
)

__all__ = [
    "FileType",
    "Section",
    "SourceDescription",
    "describe",
    "load_source",
    "page_classes",
    "source_names",
]

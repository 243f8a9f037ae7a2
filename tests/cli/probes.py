"""Runs the probe against a sample site and keeps what it printed."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from aktenkundig.crawling import CrawlOptions
from aktenkundig.probe import probe_source
from aktenkundig.sample import SampleSite


def probe(site: SampleSite, source: str, *, save: Path | None = None) -> tuple[int, str]:
    """Exit code and printed report."""
    options = CrawlOptions(data=Path("unused"), at={source: site.address(source)}, delay=0.0)
    with redirect_stdout(StringIO()) as printed:
        code = probe_source(source, options, save=save)
    return code, printed.getvalue()

"""The process that harvests one source: ``python -m aktenkundig.crawl_source SOURCE OPTIONS``."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from types import FrameType
from typing import cast

from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.settings import Settings
from twisted.internet.base import ReactorBase

from aktenkundig import __version__
from aktenkundig.crawling import CrawlOptions
from archive.errors import sentence_for
from crawler.sources import load_source
from pipelines.run.extension import LOST, OUTCOME, end_run

FINISHED, NOT_FINISHED, COULD_NOT_RUN = 0, 1, 2
GRACE = 8.0
"""Seconds that a request in flight has to come to its end when the run is to stop."""


def main(source: str, options: CrawlOptions) -> int:
    """Run the spider; the exit code: 0 finished, 1 not finished, 2 nothing could be kept."""
    process = CrawlerProcess(settings_for(source, options))
    crawler = process.create_crawler(source)
    process.crawl(crawler)
    stop_on_signals(process)
    spare_the_collector()
    process.start(install_signal_handlers=False)
    end_run(crawler, "shutdown")
    return exit_code(source, crawler)


def spare_the_collector() -> None:
    """Let it look less often, and never at modules and word lists: that is some 5 % of a crawl's time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def stop_on_signals(process: CrawlerProcess) -> None:
    """Let SIGTERM and SIGINT end the run in good order, however often they come."""
    from twisted.internet import reactor as installed

    reactor = cast("ReactorBase", installed)

    def stop() -> None:
        process.stop()
        reactor.callLater(GRACE, reactor.stop)

    def ask_to_stop(signum: int, frame: FrameType | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        reactor.callFromThread(stop)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)


def exit_code(source: str, crawler: Crawler) -> int:
    """What a run came to, from its stats; says why where nothing could be kept."""
    lost = crawler.stats.get_value(LOST)
    if lost:
        sys.stderr.write(f"{source}: Es konnte nichts mehr gespeichert werden. {lost}\n")
        return COULD_NOT_RUN
    return FINISHED if crawler.stats.get_value(OUTCOME) in ("ok", "alarm") else NOT_FINISHED


def settings_for(source: str, options: CrawlOptions) -> Settings:
    """Scrapy's settings for this harvest, on top of ``crawler.settings``."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    for name, value in overrides(source, options).items():
        settings.set(name, value, priority="cmdline")
    return settings


def overrides(source: str, options: CrawlOptions) -> Mapping[str, object]:
    """What the options change of the settings; the User-Agent is made of contact and version by the spider."""
    return {
        "AKTENKUNDIG_DATA": str(options.data),
        "AKTENKUNDIG_VERSION": __version__,
        "AKTENKUNDIG_CONTACT": options.contact,
        "AKTENKUNDIG_STAND_IN": options.at.get(source),
        "AKTENKUNDIG_LOCKED": True,
        "AKTENKUNDIG_REMOVAL_CHECKS": options.removal_checks,
        "AKTENKUNDIG_REMOVAL_DAYS": options.removal_days,
        "AKTENKUNDIG_NOW": options.now,
        "AKTENKUNDIG_PROGRESS": options.progress,
        "AKTENKUNDIG_SIDE_BY_SIDE": options.parallel > 1,
        "AKTENKUNDIG_ASK_LIMITS": dict(options.limits),
        "DOWNLOAD_DELAY": max(options.delay, 0.0 if options.at.get(source) else load_source(source).delay),
    }


def end_with_parent() -> None:
    """End at once when the process that started this one is gone: nobody holds the archive's lock any more."""

    def watch() -> None:
        while os.read(0, 1):
            pass
        os._exit(NOT_FINISHED)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    logging.captureWarnings(True)
    try:
        sys.exit(main(sys.argv[1], CrawlOptions.from_json(sys.argv[2])))
    except Exception as error:  # noqa: BLE001 - the last resort: one sentence instead of a traceback
        sys.stderr.write(f"{sys.argv[1]}: Unerwarteter Fehler: {type(error).__name__}: {sentence_for(error)}\n")
        sys.exit(NOT_FINISHED)

"""The process that harvests one source: ``python -m aktenkundig.crawl_source SOURCE OPTIONS``."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

from scrapy.crawler import CrawlerProcess
from scrapy.settings import Settings

from aktenkundig import __version__
from aktenkundig.crawl_options import CrawlOptions

FINISHED, NOT_FINISHED, COULD_NOT_RUN = 0, 1, 2


def main(source: str, options: CrawlOptions) -> int:
    """Run the spider; the exit code: 0 finished, 1 not finished, 2 nothing could be kept."""
    process = CrawlerProcess(settings_for(source, options))
    crawler = process.create_crawler(source)
    process.crawl(crawler)
    process.start()
    if crawler.stats is None:
        return NOT_FINISHED
    lost = crawler.stats.get_value("aktenkundig/lost")
    if lost:
        sys.stderr.write(
            f"{source}: Der Lauf wurde beendet, weil nichts mehr gespeichert werden konnte: {lost}\n"
        )
        return COULD_NOT_RUN
    outcome = crawler.stats.get_value("aktenkundig/outcome", "failed")
    return FINISHED if outcome in ("ok", "alarm") else NOT_FINISHED


def settings_for(source: str, options: CrawlOptions) -> Settings:
    """Scrapy's settings for this harvest, on top of ``crawler.settings``."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    for name, value in overrides(source, options).items():
        settings.set(name, value, priority="cmdline")
    return settings


def overrides(source: str, options: CrawlOptions) -> Mapping[str, object]:
    """What the options change of the settings."""
    contact = f" (+{options.contact})" if options.contact else ""
    stand_in = options.at.get(source)
    return {
        "AKTENKUNDIG_DATA": str(options.data),
        "AKTENKUNDIG_VERSION": __version__,
        "AKTENKUNDIG_STAND_IN": stand_in,
        "AKTENKUNDIG_REMOVAL_CHECKS": options.removal_checks,
        "AKTENKUNDIG_REMOVAL_DAYS": options.removal_days,
        "AKTENKUNDIG_NOW": options.now,
        "AKTENKUNDIG_PROGRESS": options.progress,
        "AKTENKUNDIG_ASK_LIMITS": dict(options.limits),
        "DOWNLOAD_DELAY": options.delay,
        "USER_AGENT": f"aktenkundig/{__version__}{contact}",
        **({"HTTPPROXY_ENABLED": False} if stand_in else {}),
    }


if __name__ == "__main__":
    logging.captureWarnings(True)
    sys.exit(main(sys.argv[1], CrawlOptions.from_json(sys.argv[2])))

"""``scrapy crawl``: as Scrapy's own, with exit status 1 where the source could not be harvested."""

from __future__ import annotations

from argparse import Namespace

from scrapy import Spider
from scrapy.commands import crawl
from scrapy.crawler import Crawler

FINISHED = ("ok", "alarm")


class Command(crawl.Command):
    """Looks at what the run came to."""

    def _create_crawler(self, spidercls: type[Spider] | str) -> Crawler:
        self._crawler: Crawler = super()._create_crawler(spidercls)
        return self._crawler

    def run(self, args: list[str], opts: Namespace) -> None:
        """Run the spider; exit 1 unless its run was finished, problems or not."""
        super().run(args, opts)
        if self._crawler.stats.get_value("aktenkundig/outcome") not in FINISHED:
            self.exitcode = 1

"""Scrapy's settings for every source; what is set here differs from Scrapy's default on purpose."""

from __future__ import annotations

import os

BOT_NAME = "aktenkundig"
SPIDER_MODULES = ["crawler.spiders"]
COMMANDS_MODULE = "crawler.crawl"

# -- guests in other people's houses
ROBOTSTXT_OBEY = True  # by our heir of Scrapy's middleware, see below
ROBOTSTXT_USER_AGENT = BOT_NAME
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = float(os.environ.get("AKTENKUNDIG_DELAY") or "1.0")
DOWNLOAD_DELAY_JITTER = 0.0
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_TIMEOUT = float(os.environ.get("AKTENKUNDIG_TIMEOUT") or "60")
# A file larger than AKTENKUNDIG_FILE_LIMIT is kept and listed, but not read; only one larger than this is left.
DOWNLOAD_MAXSIZE = max(128 * 1024 * 1024, int(os.environ.get("AKTENKUNDIG_FILE_LIMIT") or "0"))
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
RETRY_TIMES = 2
RETRY_PRIORITY_ADJUST = -100
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # it is a problems row
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408, 429]
REDIRECT_MAX_TIMES = 5
REDIRECT_PRIORITY_ADJUST = 1
REFERRER_POLICY = "no-referrer"
COOKIES_ENABLED = False
TWISTED_DNS_RESOLVER = "crawler.network.guard.PublicResolver"
METAREFRESH_ENABLED = False
HTTPERROR_ALLOW_ALL = True
AKTENKUNDIG_CLUSTER = os.environ.get("AKTENKUNDIG_CLUSTER", "")
HTTPPROXY_ENABLED = os.environ.get("AKTENKUNDIG_PROXY", "") == "1" and not AKTENKUNDIG_CLUSTER
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/pdf,*/*;q=0.5",
    "Accept-Language": "de",
    "Accept-Encoding": "gzip, deflate",
}

# -- records are stored one after the other anyway: 100 waiting tasks a page (Scrapy's default) only cost time
CONCURRENT_ITEMS = 1
WARN_ON_GENERATOR_RETURN_VALUE = False  # looks into the source of the callback for every page

# -- nothing listens, nothing is kept by Scrapy itself
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
HTTPCACHE_ENABLED = False

# -- our own parts (names in other rooms are strings on purpose: no import goes that way)
_HANDLER = "frontier.ClusterHandler" if AKTENKUNDIG_CLUSTER else "stand_in.StandInHandler"
DOWNLOAD_HANDLERS = {
    "http": f"crawler.network.{_HANDLER}",
    "https": f"crawler.network.{_HANDLER}",
    "ftp": None,
    "s3": None,
    "file": None,
    "data": None,
}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": 95,  # behind the guard, which says what it refuses
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.network.guard.GuardMiddleware": 90,
    "crawler.network.robots.RobotsMiddleware": 100,
    "crawler.network.robots.RetryAfterMiddleware": 560,
    "pipelines.run.conditional.ConditionalMiddleware": 900,
    "pipelines.run.evidence.EvidenceMiddleware": 990,
}
EXTENSIONS = {
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
    "pipelines.run.extension.RunExtension": 20,
    "pipelines.run.publications.PublicationFeed": 25,
    "pipelines.run.progress.ProgressExtension": 30,
}
FEED_EXPORT_ENCODING = "utf-8"
ITEM_PIPELINES = {"pipelines.run.extension.ArchiveStage": 300}

LOG_LEVEL = "WARNING"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
STATS_DUMP = False

# -- ours
AKTENKUNDIG_DATA = os.environ.get("AKTENKUNDIG_DATA", "data")
AKTENKUNDIG_CONTACT = os.environ.get("AKTENKUNDIG_CONTACT", "")
AKTENKUNDIG_STAND_IN: str | None = None
AKTENKUNDIG_PAGE_LIMIT = 2 * 1024 * 1024
AKTENKUNDIG_RETRY_AFTER_LIMIT = float(os.environ.get("AKTENKUNDIG_RETRY_AFTER_LIMIT") or "120")
AKTENKUNDIG_CRAWL_DELAY_LIMIT = 60
AKTENKUNDIG_LISTING_PAGES_LIMIT = int(os.environ.get("AKTENKUNDIG_LISTING_PAGES_LIMIT") or "3000")
AKTENKUNDIG_TURNS_ABOVE = int(os.environ.get("AKTENKUNDIG_TURNS_ABOVE") or "5000")
AKTENKUNDIG_CLUSTER_PATIENCE = float(os.environ.get("AKTENKUNDIG_CLUSTER_PATIENCE") or "60")
AKTENKUNDIG_HOST_SECONDS = float(os.environ.get("AKTENKUNDIG_HOST_SECONDS") or "15")
AKTENKUNDIG_LOCKED = False
AKTENKUNDIG_REMOVAL_CHECKS = 3
AKTENKUNDIG_REMOVAL_DAYS = 7.0
AKTENKUNDIG_NOW: str | None = None

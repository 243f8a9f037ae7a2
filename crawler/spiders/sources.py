"""One spider per source description, made at import, so that ``scrapy list`` names them all."""

from __future__ import annotations

from crawler.sources import load_source, source_names
from crawler.spiders.adapter import HarvestSpider

for _name in source_names():
    _class = type(f"{_name.title()}Spider", (HarvestSpider,), {"name": _name, "source": load_source(_name)})
    _class.__module__ = __name__
    globals()[_class.__name__] = _class

del _class, _name  # Scrapy takes every class it finds here for a spider

"""One run over one source: what Scrapy calls, and what becomes of it in archive and vault."""

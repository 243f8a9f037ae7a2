"""The Scrapy spiders: which page is asked next."""

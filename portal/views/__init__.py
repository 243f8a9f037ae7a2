"""One module per kind of page: takes a request, asks ``portal.queries``, fills a template."""

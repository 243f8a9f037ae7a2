"""The page of the topics with their trend lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from portal.access import recall
from portal.charts import trend
from portal.queries.topics import topics
from portal.rendering import page

if TYPE_CHECKING:
    from datasette.app import Datasette


async def show_topics(datasette: Datasette, request: Request) -> Response:
    """Every topic with its number of documents and its course over the years."""
    found = await recall(datasette, topics)
    seen = {year for topic in found for year in topic.years}
    years = range(min(seen), max(seen) + 1) if seen else range(0)
    labels = {topic.id: topic.label for topic in found}
    entries = [(topic, trend(topic.years, years), labels.get(topic.broader or "")) for topic in found]
    return await page(datasette, request, "topics.html", entries=entries, years=years)

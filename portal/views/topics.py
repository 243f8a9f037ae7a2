"""The topics with their trend lines, and the page of one topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datasette.utils.asgi import NotFound, Request, Response

from portal.access import recall
from portal.charts import trend
from portal.queries.topics import topic_page, topics
from portal.rendering import page
from portal.search_request import SearchRequest
from portal.views.changes import Asked, find_changes

if TYPE_CHECKING:
    from datasette.app import Datasette

CHANGES = 5


async def show_topics(datasette: Datasette, request: Request) -> Response:
    """Every topic with its number of documents and its course over the years."""
    found = await recall(datasette, topics)
    seen = {year for topic in found for year in topic.years}
    years = range(min(seen), max(seen) + 1) if seen else range(0)
    labels = {topic.id: topic.label for topic in found}
    top = max((count for topic in found for count in topic.years.values()), default=0)
    entries = [(topic, trend(topic.years, years, top=top), labels.get(topic.broader or "")) for topic in found]
    return await page(datasette, request, "topics.html", entries=entries, years=years, top=top)


async def show_topic(datasette: Datasette, request: Request) -> Response:
    """One topic: newest documents, changes, central papers, provisions, course over the years, feed."""
    topic_id = request.url_vars["topic"]
    found = await recall(datasette, topic_page, topic_id)
    if found is None:
        raise NotFound("Dieses Thema gibt es nicht.")
    chosen = Asked(documents=SearchRequest(topic=(topic_id,)), kinds=())
    changed, shown = await recall(datasette, find_changes, chosen, limit=CHANGES)
    years = range(min(found.topic.years), max(found.topic.years) + 1) if found.topic.years else range(0)
    return await page(
        datasette,
        request,
        "topic.html",
        found=found,
        topic=found.topic,
        line=trend(found.topic.years, years),
        changes=shown,
        changes_total=changed.total,
        changes_address=chosen.address(),
    )

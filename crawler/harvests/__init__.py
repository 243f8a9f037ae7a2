"""Which harvest reads which kind of source."""

from __future__ import annotations

from crawler.harvests.feed import FeedHarvest
from crawler.harvests.harvest import Harvest
from crawler.harvests.press_portal import PressPortalHarvest
from crawler.harvests.sections import SectionsHarvest
from crawler.items import Memory
from crawler.sources import SourceDescription

HARVESTS: dict[str, type[Harvest]] = {
    "press_portal": PressPortalHarvest,
    "sections": SectionsHarvest,
    "feed": FeedHarvest,
}


def harvest_for(source: SourceDescription, memory: Memory) -> Harvest:
    """The harvest for a source description."""
    return HARVESTS[source.kind](source, memory)

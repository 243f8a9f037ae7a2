"""Which harvest reads which kind of source."""

from __future__ import annotations

from crawler.harvest import Harvest
from crawler.items import Memory
from crawler.press_portal import PressPortalHarvest
from crawler.sections import SectionsHarvest
from crawler.sources import SourceDescription

HARVESTS: dict[str, type[Harvest]] = {"press_portal": PressPortalHarvest, "sections": SectionsHarvest}


def harvest_for(source: SourceDescription, memory: Memory) -> Harvest:
    """The harvest for a source description."""
    return HARVESTS[source.kind](source, memory)

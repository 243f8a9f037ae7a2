"""Links between documents: which one announces, republishes, replaces or cites which other."""

from __future__ import annotations

from pipelines.links.resolving import resolve_links

__all__ = ["resolve_links"]

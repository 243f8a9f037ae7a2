"""The one place where the portal looks at the clock."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The time, in UTC. Tests put another function in its place."""
    return datetime.now(UTC)

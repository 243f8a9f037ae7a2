"""The page that says how the collecting goes, the bad news first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

from archive.health.freshness import Stand, answered_nights
from portal import clock
from portal.access import read, recall
from portal.layout import freshness
from portal.queries.status import Incident, SourceState, source_states, status
from portal.rendering import page

if TYPE_CHECKING:
    from datasette.app import Datasette


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something readers should know first: data that is ``old``, a last run that failed, or an open incident.

    ``at`` is when documents last answered, the end of the last run, or when the incident was opened.
    """

    source: str
    at: str | None
    old: bool = False
    outcome: str | None = None
    incident: Incident | None = None


def troubles(states: list[SourceState], incidents: list[Incident], found: Sequence[Stand]) -> list[Trouble]:
    """What is wrong: old data, then incidents, then failed runs that neither of them tells of."""
    old = [one for one in found if one.stale]
    told = {one.source for one in old} | {incident.source for incident in incidents}
    return [
        *(Trouble(source=one.source, at=one.at, old=True) for one in old),
        *(Trouble(source=one.source, at=one.opened_at, incident=one) for one in incidents),
        *(
            Trouble(source=state.source, at=state.last, outcome=state.outcome)
            for state in states
            if state.outcome != "ok" and state.source not in told
        ),
    ]


async def _stands(datasette: Datasette) -> tuple[Stand, ...]:
    return freshness(await recall(datasette, answered_nights), clock.now()).sources


async def troubles_now(datasette: Datasette) -> list[Trouble]:
    """What is wrong now, for the status page and the line on the start page."""
    return troubles(*await recall(datasette, source_states), await _stands(datasette))


async def show_status(datasette: Datasette, request: Request) -> Response:
    """Runs, alarms, coverage of the listings and problems."""
    state = await read(datasette, status)
    found, stands = await troubles_now(datasette), await _stands(datasette)
    return await page(datasette, request, "status.html", state=state, troubles=found, stands=stands)

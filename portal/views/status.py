"""The page that says how the collecting goes, the bad news first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from datasette.utils.asgi import Request, Response

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

    ``at`` is the last good run, the end of the last run, or when the incident was opened.
    """

    source: str
    at: str | None
    old: bool = False
    outcome: str | None = None
    incident: Incident | None = None


def troubles(states: list[SourceState], incidents: list[Incident], now: datetime) -> list[Trouble]:
    """What is wrong at ``now``: old data, then incidents, then failed runs that neither of them tells of."""
    old = [state for state in states if freshness([state.last_ok], now).stale]
    told = {state.source for state in old} | {incident.source for incident in incidents}
    return [
        *(Trouble(source=state.source, at=state.last_ok, old=True) for state in old),
        *(Trouble(source=one.source, at=one.opened_at, incident=one) for one in incidents),
        *(
            Trouble(source=state.source, at=state.last, outcome=state.outcome)
            for state in states
            if state.outcome != "ok" and state.source not in told
        ),
    ]


async def troubles_now(datasette: Datasette) -> list[Trouble]:
    """What is wrong now, for the status page and the line on the start page."""
    return troubles(*await recall(datasette, source_states), clock.now())


async def show_status(datasette: Datasette, request: Request) -> Response:
    """Runs, alarms, coverage of the listings and problems."""
    state = await read(datasette, status)
    return await page(datasette, request, "status.html", state=state, troubles=await troubles_now(datasette))

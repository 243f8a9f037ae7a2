"""Connections of the server: whoever sends no whole request header in time is let go; what is logged of the others."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import resource
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10.0
MOST_FILES = 8192


class PunctualProtocol(H11Protocol):
    """HTTP/1.1 with a time limit from the first moment of a connection, or byte of a request, to its header's end.

    uvicorn itself has none: a reader that sends a letter a minute would hold a connection for ever.
    """

    header_seconds = HEADER_SECONDS
    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on for the rest of a header; a whole one ends the waiting."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._wait()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time limit."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._limit is None:
            self._limit = self.loop.call_later(self.header_seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


def allow_many_files() -> None:
    """As many open connections as the system lets us have, up to ``MOST_FILES``."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


SHORT_IPV4, SHORT_IPV6 = 16, 32


def shortened_address(address: str) -> str:
    """An address from which no reader can be told: half of IPv4, the provider's part of IPv6.

    >>> shortened_address("203.0.113.77:51234"), shortened_address("2001:db8:1:2::3")
    ('203.0.0.0', '2001:db8::')
    """
    for candidate in (address, address.rpartition(":")[0]):
        try:
            found = ipaddress.ip_address(candidate.strip("[]"))
        except ValueError:
            continue
        kept = SHORT_IPV4 if found.version == 4 else SHORT_IPV6
        return str(ipaddress.ip_network(f"{found}/{kept}", strict=False).network_address)
    return "-"


class DiscreetAccess(logging.Filter):
    """Shortens the address and cuts the query off in uvicorn's access records."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record's arguments: client, method, path, HTTP version, status."""
        if isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, path, version, status = record.args
            record.args = (shortened_address(str(client)), method, str(path).partition("?")[0], version, status)
        return True


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"discreet": {"()": "portal.connections.DiscreetAccess"}},
    "formatters": {"plain": {"format": "%(message)s"}, "access": {"format": "%(asctime)s %(message)s"}},
    "handlers": {
        "plain": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"},
        "access": {
            "class": "logging.StreamHandler",
            "formatter": "access",
            "filters": ["discreet"],
            "stream": "ext://sys.stderr",
        },
    },
    "loggers": {
        "uvicorn": {"handlers": ["plain"], "level": "WARNING", "propagate": False},
        "uvicorn.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
        "aktenkundig": {"handlers": ["plain"], "level": "INFO", "propagate": False},
    },
}

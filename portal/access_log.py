"""The access log: no full addresses of readers, no search words."""

from __future__ import annotations

import ipaddress
import logging
from typing import Any

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
    "filters": {"discreet": {"()": "portal.access_log.DiscreetAccess"}},
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

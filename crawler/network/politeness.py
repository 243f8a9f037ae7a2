"""Says to the other side who is asking: User-Agent, contact, and no proxy for a site on this machine."""

from __future__ import annotations

import ipaddress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def introduce(settings: BaseSettings, source: str) -> None:
    """Set the User-Agent. Raises UsageError for a live site without ``AKTENKUNDIG_CONTACT``.

    A stand-in (``AKTENKUNDIG_STAND_IN``) is asked without a proxy.
    """
    from scrapy.exceptions import UsageError  # here: the command line checks its options without Scrapy

    contact = str(settings.get("AKTENKUNDIG_CONTACT") or "").strip()
    stand_in = str(settings.get("AKTENKUNDIG_STAND_IN") or "")
    if not is_loopback(stand_in) and not is_contact(contact):
        raise UsageError(
            f"Für den Abruf von {source} wird ein Kontakt gebraucht, der im User-Agent steht: "
            "AKTENKUNDIG_CONTACT=du@example.org"
        )
    release = settings.get("AKTENKUNDIG_VERSION") or installed_version()
    settings.set("AKTENKUNDIG_VERSION", release, priority="cmdline")
    settings.set("USER_AGENT", f"aktenkundig/{release}" + (f" (+{contact})" if contact else ""), priority="cmdline")
    if stand_in:
        settings.set("HTTPPROXY_ENABLED", False, priority="cmdline")


def installed_version() -> str:
    """The version of the installed package; ``0`` where it only lies about."""
    try:
        return version("aktenkundig")
    except PackageNotFoundError:
        return "0"


def is_contact(text: str) -> bool:
    """Whether a text is an e-mail address or a web address one can reach somebody at.

    >>> is_contact("redaktion@example.org"), is_contact("niemand")
    (True, False)
    """
    local, _, host = text.strip().rpartition("@")
    web = urlsplit(text.strip())
    named = bool(local) and "." in host and " " not in text.strip()
    return named or (web.scheme in ("http", "https") and "." in (web.hostname or ""))


def is_loopback(url: str) -> bool:
    """Whether an address is this very machine.

    >>> is_loopback("http://127.0.0.1:8000"), is_loopback("https://www.datenschutz-mv.de")
    (True, False)
    """
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

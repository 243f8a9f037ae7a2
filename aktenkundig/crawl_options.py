"""The options of a harvest, checked once and handed to every source's process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from archive.errors import ArchiveError
from archive.timestamps import moment
from crawler.network.politeness import is_contact, is_loopback
from crawler.sources import source_names


class BadOptions(ArchiveError):
    """An option of ``crawl`` makes no sense; its text says which and why."""


@dataclass(frozen=True, kw_only=True)
class CrawlOptions:
    """How to harvest. ``at`` maps source names to stand-in origins; ``delay`` in seconds, ``now`` an archive
    timestamp that stands for the moment of the start (for playing a history), ``limits`` the most addresses
    to ask by kind (``listing``, ``release``, ``page``, ``file``), for a look instead of a harvest."""

    data: Path
    at: Mapping[str, str] = field(default_factory=dict)
    delay: float = 1.0
    removal_checks: int = 3
    removal_days: float = 7.0
    contact: str = ""
    now: str | None = None
    progress: bool = True
    limits: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> str:
        """For the command line of a child process."""
        return json.dumps(asdict(self) | {"data": str(self.data)})

    @staticmethod
    def from_json(text: str) -> CrawlOptions:
        """The reverse of :meth:`to_json`."""
        values = json.loads(text)
        return CrawlOptions(**values | {"data": Path(values["data"])})


def parse_stand_ins(values: tuple[str, ...]) -> dict[str, str]:
    """The ``--at SOURCE=URL`` options as a mapping. Raises BadOptions.

    >>> parse_stand_ins(("dsmv=http://127.0.0.1:8123",))
    {'dsmv': 'http://127.0.0.1:8123'}
    """
    stand_ins: dict[str, str] = {}
    for value in values:
        name, found, url = value.partition("=")
        if not found or urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise BadOptions(
                f"--at erwartet QUELLE=ADRESSE, zum Beispiel dsmv=http://127.0.0.1:8123, nicht »{value}«."
            )
        check_sources((name,))
        stand_ins[name] = url.rstrip("/")
    return stand_ins


def check_sources(names: tuple[str, ...]) -> list[str]:
    """The named sources, or all of them. Raises BadOptions for an unknown one."""
    for name in names:
        if name not in source_names():
            raise BadOptions(f"Die Quelle »{name}« gibt es nicht. Bekannt sind: {', '.join(source_names())}.")
    return list(dict.fromkeys(names)) or crawl_order()


def crawl_order() -> list[str]:
    """All sources; those that others refer to first do not matter, links resolve at the end of each run."""
    return source_names()


def check_moment(text: str | None) -> None:
    """Raise BadOptions for a moment that is no archive timestamp."""
    try:
        if text is not None:
            moment(text)
    except ValueError as error:
        raise BadOptions(f"--now erwartet JJJJ-MM-TTThh:mm:ssZ, nicht »{text}«.") from error


def check_cluster(address: str) -> None:
    """Raise BadOptions where ``AKTENKUNDIG_CLUSTER`` names no Redis, or the extra for it is not installed."""
    if not address:
        return
    if urlsplit(address).scheme not in ("redis", "rediss", "unix"):
        raise BadOptions("AKTENKUNDIG_CLUSTER erwartet eine Adresse wie redis://127.0.0.1:6379/0.")
    if find_spec("redis") is None:
        raise BadOptions("Für AKTENKUNDIG_CLUSTER fehlt etwas: pip install 'aktenkundig[cluster]'.")


def check_contact(options: CrawlOptions, sources: list[str]) -> None:
    """Live sites want to know who asks. Raises BadOptions when no usable contact is given."""
    live = [name for name in sources if not is_loopback(options.at.get(name, ""))]
    if live and not is_contact(options.contact):
        raise BadOptions(
            f"Für den Abruf von {', '.join(live)} wird ein Kontakt gebraucht, der im User-Agent steht: "
            "--contact du@example.org (oder AKTENKUNDIG_CONTACT)."
        )

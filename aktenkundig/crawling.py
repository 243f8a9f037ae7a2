"""Harvests sources side by side, each in a process of its own."""

from __future__ import annotations

import json
import math
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from aktenkundig.german_cli import bar
from archive.database import meta_value, open_archive, open_reading, set_meta
from archive.errors import ArchiveError, sentence_for
from archive.export import renew_downloads as make_downloads
from archive.keeping.backup import refuse_strays, set_aside
from archive.keeping.blocks import forget_blocked
from archive.timestamps import moment, utc_text
from archive.vault.cdxj import write_indexes
from archive.vault.seals import put_right
from crawler.network.politeness import is_contact, is_loopback
from crawler.sources import active_sources, load_source, source_names
from pipelines.reading_version import READING_VERSION, READING_VERSION_KEY

FINISHED, NOT_FINISHED, COULD_NOT_RUN = 0, 1, 2
REDIS_SECONDS = 5.0
PATIENCE = 20.0
"""Seconds that a source's process has to end in good order."""

POLL = 0.05
"""Seconds between two looks at the processes."""


def crawl_sources(sources: Sequence[str], options: CrawlOptions, *, time_limit: float | None = None) -> dict[str, int]:
    """Harvest every source; exit codes by source (0 finished, 1 not, 2 could not run).

    ``options.parallel`` says how many at a time, those of one host one after the other. One failing never stops
    another. Call under the archive's lock. ``time_limit`` is in seconds per source.
    """
    prepare(options)
    with terminated_like_interrupted():
        codes = _side_by_side(sources, replace(options, parallel=min(options.parallel, len(sources))), time_limit)
    renew_downloads(options)
    return codes


def prepare(options: CrawlOptions) -> None:
    """Put right what an earlier run left behind: runs that never ended, torn WARC files, an old reading."""
    refuse_unknown_files(options)
    with closing(open_archive(options.data)) as conn:
        put_right(conn, options.data, at=now_of(options))
        bring_up_to_date(conn, options)


def refuse_unknown_files(options: CrawlOptions) -> None:
    """Raise UnknownFiles where WARC files lie in the vault that no run knows, or set them aside where that is asked."""
    if options.set_aside and (aside := set_aside(options.data, at=now_of(options))):
        sys.stderr.write(f"Beiseitegelegt, weil kein Lauf sie kennt: {', '.join(aside)}.\n")
    refuse_strays(options.data)


def bring_up_to_date(conn: sqlite3.Connection, options: CrawlOptions) -> None:
    """Rebuild an archive that an older version read, so that a better reading never looks like an edit."""
    if meta_value(conn, READING_VERSION_KEY) == READING_VERSION:
        return
    if conn.execute("select exists (select 1 from documents)").fetchone()[0]:
        from aktenkundig.replay import rebuild  # here, for it needs much memory

        sys.stderr.write("Das Archiv wurde von einer anderen Version gelesen und wird neu aufgebaut …\n")
        rebuild(conn, options.data, progress=bar("Läufe"))
        forget_blocked(conn)
    set_meta(conn, READING_VERSION_KEY, READING_VERSION)


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM end a crawl as Ctrl-C does: the source's process closes its run first."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def now_of(options: CrawlOptions) -> str:
    """The moment of a run: that of the options, else the clock's."""
    return options.now or utc_text(datetime.now(UTC))


@dataclass(frozen=True, kw_only=True)
class _Harvester:
    """The process of one source: out of reach of the terminal's Ctrl-C, and with a pipe that tells it of our end."""

    source: str
    hosts: frozenset[str]
    process: subprocess.Popen[bytes]
    ends_at: float

    @property
    def is_over(self) -> bool:
        return self.process.poll() is not None or time.monotonic() > self.ends_at


def _side_by_side(sources: Sequence[str], options: CrawlOptions, time_limit: float | None) -> dict[str, int]:
    waiting, running = list(sources), list[_Harvester]()
    codes: dict[str, int] = {}
    said: dict[str, str] = {}
    try:
        while waiting or running:
            running += [_start(source, options, time_limit) for source in _startable(waiting, running, options)]
            over = [one for one in running if one.is_over]
            for one in over:
                running.remove(one)
                codes[one.source] = _code(one, time_limit, said)
            if not over:
                time.sleep(POLL)
    except KeyboardInterrupt:
        _stop([one.process for one in running])
        _put_right(options, said)
        raise
    if said:
        _put_right(options, said)
    return {source: codes[source] for source in sources}


def _startable(waiting: list[str], running: Sequence[_Harvester], options: CrawlOptions) -> Iterator[str]:
    """Take the sources out of ``waiting`` that may begin: no host is asked by two processes at once."""
    taken, free = {host for one in running for host in one.hosts}, options.parallel - len(running)
    for source in tuple(waiting):
        if free > 0 and not taken & hosts_of(source, options):
            taken, free = taken | hosts_of(source, options), free - 1
            waiting.remove(source)
            yield source


def hosts_of(source: str, options: CrawlOptions) -> frozenset[str]:
    """The hosts that a harvest of this source asks, stand-ins with their port."""
    stand_in = options.at.get(source)
    return frozenset({urlsplit(stand_in).netloc}) if stand_in else load_source(source).hosts


def _start(source: str, options: CrawlOptions, time_limit: float | None) -> _Harvester:
    command = [sys.executable, "-m", "aktenkundig.crawl_source", source, options.to_json()]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0)  # noqa: S603
    ends_at = time.monotonic() + (math.inf if time_limit is None else time_limit)
    return _Harvester(source=source, hosts=hosts_of(source, options), process=process, ends_at=ends_at)


def _code(one: _Harvester, time_limit: float | None, said: dict[str, str]) -> int:
    """How a process ended, or is ended now; ``said`` gets why, where the run could not tell it itself."""
    code = one.process.poll()
    if code is None:
        why = f"Zeitgrenze von {time_limit:.0f} s überschritten"
        sys.stderr.write(f"{one.source}: {why}, der Lauf wird beendet.\n")
        said[one.source] = f"Der Lauf endete vorzeitig: {why}."
        _stop([one.process])
        return NOT_FINISHED
    with one.process:  # lets go of its pipe
        pass
    if code in (FINISHED, NOT_FINISHED, COULD_NOT_RUN):
        return code
    sys.stderr.write(f"{one.source}: Der Lauf brach unerwartet ab (Code {code}).\n")
    said[one.source] = ""
    return NOT_FINISHED


def renew_downloads(options: CrawlOptions) -> None:
    """Index the WARC files and make the files for download anew; a run that cannot is none the worse, the portal says
    that they are missing."""
    try:
        write_indexes(options.data)
        with closing(open_reading(options.data)) as conn:
            make_downloads(conn, options.data, made_at=now_of(options))
    except (OSError, sqlite3.Error) as error:
        sys.stderr.write(f"Die Dateien zum Herunterladen wurden nicht erneuert: {sentence_for(error)}\n")


def _put_right(options: CrawlOptions, said: Mapping[str, str]) -> None:
    """When no process is left: what broken runs left behind, and why they broke."""
    with closing(open_archive(options.data)) as conn:
        put_right(conn, options.data, at=now_of(options), why={source: why for source, why in said.items() if why})


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask nicely, then end them; a second Ctrl-C ends them at once."""
    for process in processes:
        process.terminate()
    for process in processes:
        with process:
            try:
                process.wait(timeout=PATIENCE)
            except (subprocess.TimeoutExpired, KeyboardInterrupt):
                process.kill()


class BadOptions(ArchiveError):
    """An option of ``crawl`` makes no sense; its text says which and why."""


@dataclass(frozen=True, kw_only=True)
class CrawlOptions:
    """How to harvest. ``at`` maps source names to stand-in origins; ``delay`` in seconds, ``now`` an archive
    timestamp that stands for the moment of the start (for playing a history), ``parallel`` how many sources at a
    time, ``limits`` the most addresses to ask by kind (``listing``, ``release``, ``page``, ``file``), for a look
    instead of a harvest."""

    data: Path
    at: Mapping[str, str] = field(default_factory=dict)
    delay: float = 1.0
    removal_checks: int = 3
    removal_days: float = 7.0
    contact: str = ""
    now: str | None = None
    progress: bool = True
    parallel: int = 1
    limits: Mapping[str, int] = field(default_factory=dict)
    set_aside: bool = False

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
            raise BadOptions(f"--at erwartet QUELLE=ADRESSE, zum Beispiel dsmv=http://127.0.0.1:8123, nicht »{value}«.")
        check_sources((name,))
        stand_ins[name] = url.rstrip("/")
    return stand_ins


def check_sources(names: tuple[str, ...]) -> list[str]:
    """The named sources, or all that are active. Raises BadOptions for an unknown one."""
    for name in names:
        if name not in source_names():
            raise BadOptions(f"Die Quelle »{name}« gibt es nicht. Bekannt sind: {', '.join(source_names())}.")
    return list(dict.fromkeys(names)) or active_sources()


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
    from redis import Redis, RedisError  # here, for it is an extra

    try:
        with closing(
            Redis.from_url(address, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS)
        ) as one:
            one.ping()
    except (RedisError, OSError, ValueError) as error:
        raise BadOptions(f"Redis (AKTENKUNDIG_CLUSTER) antwortet nicht: {type(error).__name__}.") from error


WHOLE_NUMBERS = ("AKTENKUNDIG_FILE_LIMIT", "AKTENKUNDIG_LISTING_PAGES_LIMIT", "AKTENKUNDIG_TURNS_ABOVE")
NUMBERS = (
    *WHOLE_NUMBERS,
    "AKTENKUNDIG_BUSY_SECONDS",
    "AKTENKUNDIG_CLUSTER_PATIENCE",
    "AKTENKUNDIG_DELAY",
    "AKTENKUNDIG_HOST_SECONDS",
    "AKTENKUNDIG_RETRY_AFTER_LIMIT",
    "AKTENKUNDIG_TIMEOUT",
)


def check_numbers(environ: Mapping[str, str]) -> None:
    """Raise BadOptions for a setting that is no number, before anything reads it.

    >>> check_numbers({"AKTENKUNDIG_TIMEOUT": "60", "AKTENKUNDIG_DELAY": ""})
    """
    for name in NUMBERS:
        kind, pattern = ("ganze Zahl", r"\d+") if name in WHOLE_NUMBERS else ("Zahl", r"\d+(\.\d+)?")
        if environ.get(name) and not re.fullmatch(pattern, environ[name], re.ASCII):
            raise BadOptions(f"{name} muss eine {kind} sein.")


def check_contact(options: CrawlOptions, sources: list[str]) -> None:
    """Live sites want to know who asks. Raises BadOptions when no usable contact is given."""
    _want_contact([name for name in sources if not is_loopback(options.at.get(name, ""))], options.contact)


def check_address(url: str, contact: str) -> None:
    """The same for an address that no description names yet. Raises BadOptions, also for what is none."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise BadOptions(f"»{url}« ist keine Adresse einer Website.")
    _want_contact([] if is_loopback(url) else [url], contact)


def _want_contact(live: Sequence[str], contact: str) -> None:
    if live and not is_contact(contact):
        raise BadOptions(
            f"Für den Abruf von {', '.join(live)} wird ein Kontakt gebraucht, der im User-Agent steht: "
            "--contact du@example.org (oder AKTENKUNDIG_CONTACT)."
        )

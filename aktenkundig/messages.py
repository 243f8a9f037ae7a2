"""Tells the operator: e-mail, webhook and ping, as the environment says; secrets stay there."""

from __future__ import annotations

import http.client
import json
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import urlsplit, urlunsplit

from archive.errors import ArchiveError
from archive.health.freshness import Stand
from archive.health.incidents import Change

SECONDS = 20.0
MAIL, WEBHOOK, PING = "E-Mail", "Webhook", "Ping"
TLS = ("starttls", "ssl", "none")
CHANNEL_VARIABLES = (("AKTENKUNDIG_SMTP_", "AKTENKUNDIG_MAIL_"), ("AKTENKUNDIG_WEBHOOK",), ("AKTENKUNDIG_PING",))
"""How the variables of each channel begin."""
FAILURES = (OSError, smtplib.SMTPException, http.client.HTTPException, ValueError, LookupError, MessageError)


class BadMessageSettings(ArchiveError):
    """An ``AKTENKUNDIG_…`` variable for messages makes no sense; its text names it, never its value."""


@dataclass(frozen=True, kw_only=True)
class MessageSettings:
    """Where messages go; what is empty is not used. ``smtp_tls`` is ``starttls``, ``ssl`` or ``none``."""

    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_tls: str = "starttls"
    mail_from: str = ""
    mail_to: str = ""
    webhook: str = field(default="", repr=False)
    ping: str = field(default="", repr=False)

    @staticmethod
    def from_environment(environ: Mapping[str, str]) -> MessageSettings:
        """Read ``AKTENKUNDIG_SMTP_HOST``, ``…_PORT``, ``…_USER``, ``…_PASSWORD``, ``…_TLS``,
        ``AKTENKUNDIG_MAIL_FROM``, ``…_TO``, ``AKTENKUNDIG_WEBHOOK`` and ``AKTENKUNDIG_PING``.

        Raises BadMessageSettings, so that a mistake shows before the harvest and not after the first alarm.
        """
        settings = MessageSettings(
            smtp_host=environ.get("AKTENKUNDIG_SMTP_HOST", ""),
            smtp_port=_port(environ.get("AKTENKUNDIG_SMTP_PORT") or "587"),
            smtp_user=environ.get("AKTENKUNDIG_SMTP_USER", ""),
            smtp_password=environ.get("AKTENKUNDIG_SMTP_PASSWORD", ""),
            smtp_tls=environ.get("AKTENKUNDIG_SMTP_TLS") or "starttls",
            mail_from=environ.get("AKTENKUNDIG_MAIL_FROM", ""),
            mail_to=environ.get("AKTENKUNDIG_MAIL_TO", ""),
            webhook=environ.get("AKTENKUNDIG_WEBHOOK", ""),
            ping=environ.get("AKTENKUNDIG_PING", ""),
        )
        _refuse_odd(settings)
        return settings

    @staticmethod
    def of_usable_channels(environ: Mapping[str, str]) -> MessageSettings:
        """What is set up right, whatever is wrong with the other channels: somebody has to be told of that."""
        usable: dict[str, str] = {}
        for beginnings in CHANNEL_VARIABLES:
            part = {name: value for name, value in environ.items() if name.startswith(beginnings)}
            with suppress(BadMessageSettings):
                MessageSettings.from_environment(part)
                usable |= part
        return MessageSettings.from_environment(usable)


@dataclass(frozen=True, kw_only=True)
class Report:
    """A night in words: ``healthy``, what began and ended, the report's lines, and how fresh each source is."""

    healthy: bool
    changes: tuple[Change, ...]
    lines: tuple[str, ...]
    sources: tuple[Stand, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """A message that did not arrive. ``reason`` names the kind of error only: addresses can carry secrets."""

    channel: str
    changes: tuple[Change, ...]
    reason: str


def send(
    report: Report, settings: MessageSettings, pending: Mapping[str, tuple[Change, ...]] | None = None
) -> list[Undelivered]:
    """Mail and webhook when something began or ended, the ping every night; what could not be sent.

    ``pending`` is what an earlier night could not tell, by channel; it goes first.
    """
    failed = []
    for channel, deliver in _channels(settings).items():
        changes = (*(pending or {}).get(channel, ()), *report.changes)
        if changes or channel == PING:
            reason = _reason_against(deliver, replace(report, changes=changes))
            failed += [Undelivered(channel=channel, changes=changes, reason=reason)] if reason else []
    return failed


def as_json(report: Report) -> dict[str, object]:
    """The webhook's body: ``healthy``, ``changes`` (source, kind, detail, opened, since), ``sources``, ``text``."""
    return {
        **as_ping(report),
        "changes": [vars(change) for change in report.changes],
        "text": "\n".join([subject_of(report.changes), *_details(report.changes), *report.lines]),
    }


def as_ping(report: Report) -> dict[str, object]:
    """The ping's body: ``healthy`` and, for each source, when its documents last answered and whether that is old."""
    states = {one.source: {"at": one.at, "stale": one.stale} for one in report.sources}
    return {"healthy": report.healthy} | ({"sources": states} if states else {})


def subject_of(changes: Sequence[Change]) -> str:
    """One line that says it all.

    >>> subject_of([Change(source="dsk", kind="too_few", detail="", opened=True, since="2026-01-01T00:00:00Z")])
    'Aktenkundig: Alarm (dsk: too_few)'
    """
    began = [f"{change.source}: {change.kind}" for change in changes if change.opened]
    ended = [f"{change.source}: {change.kind}" for change in changes if not change.opened]
    parts = ([f"Alarm ({', '.join(began)})"] if began else []) + ([f"Entwarnung ({', '.join(ended)})"] if ended else [])
    return f"Aktenkundig: {', '.join(parts) or 'in Ordnung'}"


def failure_address(ping: str) -> str:
    """Where to say that the night was not healthy: ``/fail`` behind the path of the ping address.

    >>> failure_address("https://ping.example.org/8f2c?create=1")
    'https://ping.example.org/8f2c/fail?create=1'
    """
    parts = urlsplit(ping)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/fail"))


def _channels(settings: MessageSettings) -> dict[str, Callable[[Report], None]]:
    """The channels that are set up, each with what delivers a report there."""
    channels: dict[str, Callable[[Report], None]] = {}
    if settings.smtp_host and settings.mail_to:
        channels[MAIL] = lambda report: _send_mail(report, settings)
    if settings.webhook:
        channels[WEBHOOK] = lambda report: post(settings.webhook, as_json(report))
    if settings.ping:
        channels[PING] = lambda report: _ping(report, settings.ping)
    return channels


def _reason_against(deliver: Callable[[Report], None], report: Report) -> str:
    """The kind of error that kept a report from arriving, or ``""``."""
    try:
        deliver(report)
    except FAILURES as error:
        return reason_of(error)
    return ""


def reason_of(error: BaseException) -> str:
    """Why something could not be sent, without address or secret.

    >>> reason_of(urllib.error.URLError(socket.gaierror(-2, "Name or service not known")))
    'der Name des Servers ist im Netz nicht bekannt'
    """
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        other = cause.verify_code in OTHER_NAME or "match" in str(cause.verify_message)
        return "das Zertifikat des Servers " + ("gilt für einen anderen Namen" if other else "wird nicht anerkannt")
    if isinstance(cause, socket.gaierror):
        return "der Name des Servers ist im Netz nicht bekannt"
    status = f" {error.code}" if isinstance(error, urllib.error.HTTPError) else ""
    return f"{type(error).__name__}{status}"


OTHER_NAME = (62, 64)
"""OpenSSL: X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH."""


def _details(changes: Sequence[Change]) -> list[str]:
    return [f"{'Alarm' if one.opened else 'Entwarnung'}: {one.source}: {one.detail}" for one in changes]


def _ping(report: Report, address: str) -> None:
    post(address if report.healthy else failure_address(address), as_ping(report))


def _send_mail(report: Report, settings: MessageSettings) -> None:
    send_mail(settings, subject_of(report.changes), "\n".join([*_details(report.changes), "", *report.lines]))


def send_mail(settings: MessageSettings, subject: str, text: str, *, to: str = "", number: str | None = None) -> None:
    """One mail, with Date and Message-ID; ``to`` is ``settings.mail_to`` unless given, and ``number`` goes into the
    Message-ID, so that a mail sent again is known to be the same. Raises one of `FAILURES`.
    """
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = settings.mail_from or settings.mail_to
    message["To"] = to or settings.mail_to
    message["Date"] = format_datetime(datetime.now(UTC))
    domain = message["From"].addresses[0].domain or "aktenkundig.invalid"
    message["Message-ID"] = f"<{number}@{domain}>" if number else make_msgid(domain=domain)
    message.set_content(text + "\n")
    with _mail_server(settings) as server:
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)


def _mail_server(settings: MessageSettings) -> smtplib.SMTP:
    place = settings.smtp_host, settings.smtp_port
    if settings.smtp_tls == "ssl":
        return smtplib.SMTP_SSL(*place, timeout=SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(*place, timeout=SECONDS)
    if settings.smtp_tls == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def post(address: str, body: Mapping[str, object]) -> None:
    """Send JSON to a web address. Raises one of `FAILURES`."""
    request = urllib.request.Request(  # noqa: S310
        address,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "aktenkundig"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
        response.read(1024)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise BadMessageSettings("AKTENKUNDIG_SMTP_PORT muss eine Zahl von 1 bis 65535 sein.")
    return int(text)


def _refuse_odd(settings: MessageSettings) -> None:
    if settings.smtp_tls not in TLS:
        raise BadMessageSettings(f"AKTENKUNDIG_SMTP_TLS muss {', '.join(TLS[:2])} oder {TLS[2]} sein.")
    if bool(settings.smtp_host) != bool(settings.mail_to):
        raise BadMessageSettings("AKTENKUNDIG_SMTP_HOST und AKTENKUNDIG_MAIL_TO werden nur zusammen gebraucht.")
    for name, addresses in (("AKTENKUNDIG_MAIL_FROM", settings.mail_from), ("AKTENKUNDIG_MAIL_TO", settings.mail_to)):
        if addresses and not _are_mail_addresses(addresses):
            raise BadMessageSettings(f"{name} muss eine E-Mail-Adresse sein.")
    for name, address in (("AKTENKUNDIG_WEBHOOK", settings.webhook), ("AKTENKUNDIG_PING", settings.ping)):
        if address and not _is_web_address(address):
            raise BadMessageSettings(f"{name} muss eine Adresse mit http:// oder https:// sein.")


def _are_mail_addresses(text: str) -> bool:
    """Whether a header can be made of the text; several addresses are separated by commas.

    >>> _are_mail_addresses("Redaktion <redaktion@example.org>, root"), _are_mail_addresses('"')
    (True, False)
    """
    message = EmailMessage()
    try:
        message["To"] = text
        found = message["To"].addresses
    except (ValueError, LookupError, MessageError):
        return False
    return bool(found) and all(address.username for address in found)


def _is_web_address(text: str) -> bool:
    """Whether something can be sent to the address.

    >>> _is_web_address("https://example.org/haken"), _is_web_address("http://[::1"), _is_web_address("http://")
    (True, False, False)
    """
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False

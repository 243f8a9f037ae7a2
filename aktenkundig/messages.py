"""Tells the operator: e-mail, webhook and ping, as the environment says; secrets stay there."""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urlsplit

from archive.incidents import Change

SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class MessageSettings:
    """Where messages go; what is empty is not used. ``smtp_tls`` is ``starttls``, ``ssl`` or ``none``."""

    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: str = "starttls"
    mail_from: str = ""
    mail_to: str = ""
    webhook: str = ""
    ping: str = ""

    @staticmethod
    def from_environment(environ: Mapping[str, str]) -> MessageSettings:
        """Read ``AKTENKUNDIG_SMTP_HOST``, ``…_PORT``, ``…_USER``, ``…_PASSWORD``, ``…_TLS``,
        ``AKTENKUNDIG_MAIL_FROM``, ``…_TO``, ``AKTENKUNDIG_WEBHOOK`` and ``AKTENKUNDIG_PING``."""
        return MessageSettings(
            smtp_host=environ.get("AKTENKUNDIG_SMTP_HOST", ""),
            smtp_port=int(environ.get("AKTENKUNDIG_SMTP_PORT") or 587),
            smtp_user=environ.get("AKTENKUNDIG_SMTP_USER", ""),
            smtp_password=environ.get("AKTENKUNDIG_SMTP_PASSWORD", ""),
            smtp_tls=environ.get("AKTENKUNDIG_SMTP_TLS") or "starttls",
            mail_from=environ.get("AKTENKUNDIG_MAIL_FROM", ""),
            mail_to=environ.get("AKTENKUNDIG_MAIL_TO", ""),
            webhook=environ.get("AKTENKUNDIG_WEBHOOK", ""),
            ping=environ.get("AKTENKUNDIG_PING", ""),
        )


@dataclass(frozen=True, kw_only=True)
class Report:
    """A night in words: ``healthy``, what began and ended, and the report's lines."""

    healthy: bool
    changes: tuple[Change, ...]
    lines: tuple[str, ...]


def send(report: Report, settings: MessageSettings) -> list[str]:
    """Mail and webhook when something began or ended, the ping every night; what could not be sent.

    Complaints name the channel and the kind of error only: addresses can carry secrets.
    """
    complaints = []
    if report.changes and settings.smtp_host and settings.mail_to:
        complaints += _try("E-Mail", lambda: _send_mail(report, settings))
    if report.changes and settings.webhook:
        complaints += _try("Webhook", lambda: _post(settings.webhook, as_json(report)))
    if settings.ping:
        address = settings.ping if report.healthy else settings.ping.rstrip("/") + "/fail"
        complaints += _try("Ping", lambda: _post(address, {"healthy": report.healthy}))
    return complaints


def as_json(report: Report) -> dict[str, object]:
    """The webhook's body: ``healthy``, ``changes`` (source, kind, detail, opened, since) and ``text``."""
    return {
        "healthy": report.healthy,
        "changes": [vars(change) for change in report.changes],
        "text": "\n".join([subject_of(report.changes), *report.lines]),
    }


def subject_of(changes: Sequence[Change]) -> str:
    """One line that says it all.

    >>> subject_of([Change(source="dsk", kind="too_few", detail="", opened=True, since="2026-01-01T00:00:00Z")])
    'Aktenkundig: Alarm (dsk: too_few)'
    """
    began = [f"{change.source}: {change.kind}" for change in changes if change.opened]
    ended = [f"{change.source}: {change.kind}" for change in changes if not change.opened]
    parts = ([f"Alarm ({', '.join(began)})"] if began else []) + (
        [f"Entwarnung ({', '.join(ended)})"] if ended else []
    )
    return f"Aktenkundig: {', '.join(parts) or 'in Ordnung'}"


def _send_mail(report: Report, settings: MessageSettings) -> None:
    message = EmailMessage()
    message["Subject"] = subject_of(report.changes)
    message["From"] = settings.mail_from or settings.mail_to
    message["To"] = settings.mail_to
    details = [
        f"{'Alarm' if one.opened else 'Entwarnung'}: {one.source}: {one.detail}" for one in report.changes
    ]
    message.set_content("\n".join([*details, "", *report.lines]) + "\n")
    if settings.smtp_tls == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS)
    with server:
        if settings.smtp_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)


def _post(address: str, body: Mapping[str, object]) -> None:
    if urlsplit(address).scheme not in ("http", "https"):
        raise ValueError("only http and https")
    request = urllib.request.Request(  # noqa: S310
        address,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "aktenkundig"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
        response.read(1024)


def _try(channel: str, action: object) -> list[str]:
    try:
        action()  # type: ignore[operator]
    except (OSError, smtplib.SMTPException, ValueError) as error:
        status = f" {error.code}" if isinstance(error, urllib.error.HTTPError) else ""
        return [f"Nachricht per {channel} nicht zugestellt ({type(error).__name__}{status})."]
    return []

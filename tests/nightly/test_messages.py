"""Messages reach real receivers, once for each incident, and secrets stay in the environment."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from receivers import mail_server, web_receiver

from aktenkundig.messages import BadMessageSettings, MessageSettings, Report, send
from archive.health.freshness import Stand
from archive.health.incidents import Change

SECRET = "geheim-7f3a"
ALERT = Change(source="dsk", kind="too_few", detail="Nur 3 Einträge.", opened=True, since="2026-03-01T04:00:00Z")
CLEAR = replace(ALERT, opened=False)
BAD_NIGHT = Report(healthy=False, changes=(ALERT,), lines=("dsk: ALARM, 3 gelistet",))
GOOD_NIGHT = Report(healthy=True, changes=(), lines=("dsk: in Ordnung",))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of a mail server on this machine, in one file."""
    return certificate_for("localhost", tmp_path_factory.mktemp("tls") / "server.pem")


def certificate_for(host: str, path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def mail_settings(port: int, **changes: object) -> MessageSettings:
    settings = MessageSettings(
        smtp_host="localhost",
        smtp_port=port,
        smtp_tls="none",
        mail_from="archiv@example.org",
        mail_to="redaktion@example.org",
    )
    return replace(settings, **changes)  # type: ignore[arg-type]


# -- e-mail ----------------------------------------------------------------------------------------


def test_an_alert_arrives_by_mail() -> None:
    with mail_server() as inbox:
        assert send(BAD_NIGHT, mail_settings(inbox.port)) == []

    mail = inbox.messages[0]
    assert (mail["From"], mail["To"]) == ("archiv@example.org", "redaktion@example.org")
    assert mail["Subject"] == "Aktenkundig: Alarm (dsk: too_few)"
    assert mail.get_content().splitlines() == ["Alarm: dsk: Nur 3 Einträge.", "", "dsk: ALARM, 3 gelistet"]


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_mail_goes_encrypted_and_with_a_password(tls: str, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(tls=server_side(certificate), wrapped=tls == "ssl") as inbox:
        settings = mail_settings(inbox.port, smtp_tls=tls, smtp_user="archiv", smtp_password=SECRET)
        assert send(BAD_NIGHT, settings) == []

    assert inbox.encrypted == [True]
    assert inbox.logins == [("archiv", SECRET)]


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_a_server_with_an_unknown_certificate_gets_neither_password_nor_mail(tls: str, certificate: Path) -> None:
    with mail_server(tls=server_side(certificate), wrapped=tls == "ssl") as inbox:
        settings = mail_settings(inbox.port, smtp_tls=tls, smtp_user="archiv", smtp_password=SECRET)
        failed = send(BAD_NIGHT, settings)

    assert [one.reason for one in failed] == ["das Zertifikat des Servers wird nicht anerkannt"]
    assert (inbox.messages, inbox.logins) == ([], [])


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_a_certificate_of_another_name_is_one_german_sentence(
    tls: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = certificate_for("mail.example.org", tmp_path / "other.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    with mail_server(tls=server_side(other), wrapped=tls == "ssl") as inbox:
        failed = send(BAD_NIGHT, mail_settings(inbox.port, smtp_tls=tls))

    assert [one.reason for one in failed] == ["das Zertifikat des Servers gilt für einen anderen Namen"]
    assert inbox.messages == []


def test_a_mail_says_when_it_was_sent_and_is_one_of_its_kind() -> None:
    with mail_server() as inbox:
        send(BAD_NIGHT, mail_settings(inbox.port))
        send(BAD_NIGHT, mail_settings(inbox.port, mail_from="", mail_to="Redaktion <redaktion@example.com>, root"))

    first, second = inbox.messages
    sent = first["Date"].datetime
    assert abs((datetime.now(UTC) - sent).total_seconds()) < 600
    assert first["Message-ID"].endswith("@example.org>")
    assert second["Message-ID"].endswith("@example.com>")
    assert first["Message-ID"] != second["Message-ID"]


def test_a_server_without_starttls_gets_no_mail_in_the_clear() -> None:
    with mail_server() as inbox:
        failed = send(BAD_NIGHT, mail_settings(inbox.port, smtp_tls="starttls"))

    assert [one.reason for one in failed] == ["SMTPNotSupportedError"]
    assert inbox.messages == []


# -- webhook and ping --------------------------------------------------------------------------------


def test_an_alert_arrives_at_the_webhook_as_json() -> None:
    with web_receiver() as posts:
        assert send(BAD_NIGHT, MessageSettings(webhook=f"{posts.url}/hook")) == []

    path, body = posts.received[0]
    assert path == "/hook"
    assert body["healthy"] is False
    assert body["changes"] == [vars(ALERT)]
    assert "Alarm: dsk: Nur 3 Einträge." in body["text"]


def test_a_night_without_news_only_pings() -> None:
    with mail_server() as inbox, web_receiver() as posts:
        settings = mail_settings(inbox.port, webhook=f"{posts.url}/hook", ping=f"{posts.url}/ping/8f2c")
        assert send(GOOD_NIGHT, settings) == []

    assert inbox.messages == []
    assert posts.received == [("/ping/8f2c", {"healthy": True})]


def test_a_bad_night_pings_for_failure_even_without_news() -> None:
    with web_receiver() as posts:
        send(replace(BAD_NIGHT, changes=()), MessageSettings(ping=f"{posts.url}/ping/8f2c?from=archiv"))

    assert posts.received == [("/ping/8f2c/fail?from=archiv", {"healthy": False})]


def test_ping_and_webhook_say_how_fresh_each_source_is() -> None:
    old = Stand(source="dsk", at="2026-02-01T04:00:00Z", stale=True)
    with web_receiver() as posts:
        send(replace(BAD_NIGHT, sources=(old,)), MessageSettings(webhook=f"{posts.url}/hook", ping=f"{posts.url}/ping"))

    said = {"dsk": {"at": "2026-02-01T04:00:00Z", "stale": True}}
    assert [body["sources"] for _, body in posts.received] == [said, said]


def test_the_all_clear_is_told_too() -> None:
    with web_receiver() as posts:
        send(replace(GOOD_NIGHT, changes=(CLEAR,)), MessageSettings(webhook=posts.url))

    assert posts.received[0][1]["text"].startswith("Aktenkundig: Entwarnung (dsk: too_few)\nEntwarnung: dsk: ")


# -- what does not arrive ----------------------------------------------------------------------------


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return int(listening.getsockname()[1])


def test_one_broken_channel_does_not_stop_the_others_and_names_no_address() -> None:
    nobody = free_port()
    with web_receiver() as posts:
        settings = mail_settings(nobody, webhook=f"http://127.0.0.1:{nobody}/{SECRET}", ping=f"{posts.url}/{SECRET}")
        failed = send(BAD_NIGHT, settings)

    assert [(one.channel, one.reason) for one in failed] == [
        ("E-Mail", "ConnectionRefusedError"),
        ("Webhook", "URLError"),
    ]
    assert posts.received == [(f"/{SECRET}/fail", {"healthy": False})]
    assert SECRET not in str([one.reason for one in failed])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"webhook": f"http://127.0.0.1:1/{SECRET} x"}, "InvalidURL"),
        ({"webhook": f"http://[{SECRET}/"}, "ValueError"),
        ({"ping": f"http://{SECRET}.invalid./"}, "der Name des Servers ist im Netz nicht bekannt"),
    ],
)
def test_odd_addresses_are_complaints_without_the_address(changes: dict[str, str], reason: str) -> None:
    failed = send(BAD_NIGHT, MessageSettings(**changes))  # type: ignore[arg-type]

    assert [one.reason for one in failed] == [reason]


def test_refusals_are_complaints_without_the_password() -> None:
    with mail_server(refuses=True) as inbox, web_receiver(status=403) as posts:
        settings = mail_settings(inbox.port, smtp_user="a", smtp_password=SECRET, webhook=posts.url)
        failed = send(BAD_NIGHT, settings)

    assert [one.reason for one in failed] == ["SMTPAuthenticationError", "HTTPError 403"]


def test_what_could_not_be_told_goes_first_the_next_time() -> None:
    with web_receiver() as posts:
        failed = send(replace(GOOD_NIGHT, changes=(CLEAR,)), MessageSettings(webhook=posts.url), {"Webhook": (ALERT,)})

    assert failed == []
    assert [change["opened"] for change in posts.received[0][1]["changes"]] == [True, False]


# -- settings ----------------------------------------------------------------------------------------


def test_settings_come_from_the_environment() -> None:
    settings = MessageSettings.from_environment(
        {
            "AKTENKUNDIG_SMTP_HOST": "mail.example.org",
            "AKTENKUNDIG_SMTP_PORT": "465",
            "AKTENKUNDIG_SMTP_USER": "archiv",
            "AKTENKUNDIG_SMTP_PASSWORD": SECRET,
            "AKTENKUNDIG_SMTP_TLS": "ssl",
            "AKTENKUNDIG_MAIL_FROM": "a@example.org",
            "AKTENKUNDIG_MAIL_TO": "b@example.org",
            "AKTENKUNDIG_WEBHOOK": "https://hook.example.org",
            "AKTENKUNDIG_PING": "https://ping.example.org",
        }
    )

    assert settings == MessageSettings(
        smtp_host="mail.example.org",
        smtp_port=465,
        smtp_user="archiv",
        smtp_password=SECRET,
        smtp_tls="ssl",
        mail_from="a@example.org",
        mail_to="b@example.org",
        webhook="https://hook.example.org",
        ping="https://ping.example.org",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AKTENKUNDIG_SMTP_PORT", f"{SECRET}"),
        ("AKTENKUNDIG_SMTP_PORT", "70000"),
        ("AKTENKUNDIG_SMTP_TLS", f"ja-{SECRET}"),
        ("AKTENKUNDIG_WEBHOOK", f"ftp://{SECRET}"),
        ("AKTENKUNDIG_WEBHOOK", f"http://[{SECRET}"),
        ("AKTENKUNDIG_PING", SECRET),
        ("AKTENKUNDIG_PING", "https://"),
        ("AKTENKUNDIG_MAIL_FROM", '"'),
        ("AKTENKUNDIG_SMTP_HOST", SECRET),
        ("AKTENKUNDIG_MAIL_TO", SECRET),
    ],
)
def test_a_mistake_names_the_variable_and_not_its_value(name: str, value: str) -> None:
    with pytest.raises(BadMessageSettings, match=name) as error:
        MessageSettings.from_environment({name: value})

    assert SECRET not in str(error.value)


def test_settings_are_shown_without_secrets() -> None:
    """Also where a traceback or a log prints them."""
    settings = MessageSettings(smtp_password=SECRET, webhook=SECRET, ping=SECRET)

    assert SECRET not in repr(settings)

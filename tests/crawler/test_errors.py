"""Every error of page reading has its German words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError

from crawler.errors import describe_failure
from crawler.network.robots import RobotsUnreachable
from crawler.wordlists import words

ERRORS = ("MissingPart", "NotTheDocument", "EmptyListing", "UnknownIdentity", "ReadingError")
CRAWLER = Path(__file__).parents[2] / "crawler"


def raised_details() -> set[str]:
    """The details of all errors raised in the crawler, as far as they are plain texts."""
    found = set()
    for path in CRAWLER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and len(node.args) == 2:
                detail = node.args[1]
                if isinstance(detail, ast.Constant):
                    prefix = "required part missing: " if node.func.id == "MissingPart" else ""  # type: ignore[attr-defined]
                    found.add(f"{prefix}{detail.value}")
    return found


def test_every_detail_has_its_german_words() -> None:
    details = raised_details()

    assert len(details) > 12
    assert details - set(words("problems")["details"]) == set()


def caused(error: Exception, cause: BaseException) -> Exception:
    """An error that was raised from another one."""
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind", "cause"),
    [
        (CannotResolveHostError("DNS lookup failed"), "unreachable", "Der Name des Servers ist im Netz nicht bekannt."),
        (DownloadConnectionRefusedError("refused"), "unreachable", "Der Server nimmt keine Verbindung an."),
        (
            DownloadFailedError("VerificationError(errors=[DNSMismatch(mismatched_id=DNS_ID(hostname=b'a'))])"),
            "certificate",
            "Das Zertifikat des Servers gilt für einen anderen Namen.",
        ),
        (
            DownloadFailedError("[('SSL routines', '', 'certificate verify failed')]"),
            "certificate",
            "Das Zertifikat des Servers wird nicht anerkannt.",
        ),
        (DownloadFailedError("Redis: ConnectionError"), "cluster", "Redis (AKTENKUNDIG_CLUSTER) antwortet nicht."),
    ],
)
def test_the_cause_is_named_also_where_it_keeps_robots_txt_away(error: Exception, kind: str, cause: str) -> None:
    said = "robots.txt ist nicht erreichbar; es wird nichts abgerufen."

    assert describe_failure(error) == (kind, cause)
    assert describe_failure(caused(RobotsUnreachable("https://x"), error)) == (
        "robots_unreachable",
        f"{said} Grund: {cause}",
    )
    assert describe_failure(RobotsUnreachable("https://x")) == ("robots_unreachable", said)

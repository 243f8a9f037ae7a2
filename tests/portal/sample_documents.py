"""The documents of the sample archive: every kind the portal must show, hostile ones included."""

# ruff: noqa: ISC004 - texts run over several lines
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""What the clock shows in the tests."""

SEEN = "2026-11-20T03:10:00Z"
LATER = "2026-11-21T03:10:00Z"
LATEST = "2026-11-22T03:10:00Z"

HOSTILE_TITLE = (
    '<script>window.__pwned=1</script><img src=x onerror="window.__pwned=1"> \u202eedrewkcür\u202c \x07 "\'>'
    "{{ 7*7 }} <svg onload=window.__pwned=1>"
)
HOSTILE_TEXT = (
    "Überwachung <script>window.__pwned=1</script> </p><iframe src='https://evil.example/'></iframe>\n\n"
    'javascript:alert(1) \u2067verkehrt\u2069 <a href="javascript:window.__pwned=1">Klick</a> \x01\x7f'
)


@dataclass(kw_only=True)
class Sample:
    """One document to insert; pages are texts, versions the texts before the newest one."""

    id: str
    title: str
    pages: tuple[str, ...]
    doc_type: str = "pressemitteilung"
    source: str = "dsmv"
    method: str = "html"
    published_on: str | None = None
    topics: tuple[str, ...] = ()
    older: tuple[tuple[str, str], ...] = ()
    columns: dict[str, Any] = field(default_factory=dict)
    dates: tuple[tuple[str, str, str, str, str, int], ...] = ()
    body: bytes | None = None
    content_type: str = "text/html; charset=UTF-8"


VIDEO = Sample(
    id="dsmv-171183",
    title="Videoüberwachung im Schwimmbad: Kameras müssen abgebaut werden",
    pages=(
        "Die Landesbehörde hat den Betrieb von vierzehn Kameras in einem Freizeitbad untersagt. Nach "
        "Art. 6 Abs. 1 Buchst. f DSGVO überwogen die Interessen der Badegäste.\n\n"
        "„Wer schwimmen geht, muss nicht damit rechnen, gefilmt zu werden“, sagte der Landesbeauftragte. "
        "Das Bad kann gegen den Bescheid klagen. Rechtsgrundlage der Anordnung ist Art. 58 Abs. 2 DSGVO "
        "in Verbindung mit § 19 DSG M-V.\n\nKontakt\nWerderstraße 74a\n19055 Schwerin",
    ),
    published_on="2024-05-06",
    topics=("videoueberwachung", "betroffenenrechte"),
    older=(
        (
            "Videoüberwachung im Schwimmbad: Kameras sollen abgebaut werden",
            "Die Landesbehörde will den Betrieb von zwölf Kameras in einem Freizeitbad untersagen.\n\n"
            "Das Bad kann gegen den Bescheid klagen.",
        ),
        (
            "Videoüberwachung im Schwimmbad: Kameras müssen abgebaut werden",
            "Die Landesbehörde hat den Betrieb von zwölf Kameras in einem Freizeitbad untersagt.\n\n"
            "„Wer schwimmen geht, muss nicht damit rechnen, gefilmt zu werden“, sagte der Landesbeauftragte. "
            "Das Bad kann gegen den Bescheid klagen.",
        ),
    ),
    columns={
        "kicker": "Pressemitteilung",
        "number": "20240506",
        "issuer": "DSMV",
        "teaser": "Vierzehn Kameras zu viel.",
    },
    dates=(
        ("published", "2024-05-06", "day", "06.05.2024", "meta", 1),
        ("mentioned", "2024-04", "month", "April 2024", "body", 0),
    ),
    body=(
        b"<!doctype html><html><head><title>Video</title><script>document.title='pwned';window.__pwned=1</script>"
        b'<link rel=stylesheet href=https://evil.example/x.css></head><body onload="window.__pwned=1">'
        b"<h1>Video\xc3\xbcberwachung im Schwimmbad</h1><img src=https://evil.example/x.png></body></html>"
    ),
)

GUIDANCE = Sample(
    id="dsk-oh-20260115-orientierungshilfe-videokonferenz",
    title="Orientierungshilfe Videokonferenzsysteme – Version 1.1",
    source="dsk",
    doc_type="orientierungshilfe",
    method="pdf",
    pages=(
        "Orientierungshilfe\nVideokonferenzsysteme\n\nStand: Januar 2026\n\n"
        "Konferenz der unabhängigen Aufsichtsbehörden",
        "1 Worum es geht\n\nVideokonferenzen gehören zum Arbeitsalltag. Verantwortliche müssen nach Art. 28 "
        "Abs. 3 DSGVO einen Vertrag mit dem Dienst schließen.\n\nDie Überwachung von Beschäftigten ist nach "
        "§ 26 Abs. 1 BDSG nur in engen Grenzen zulässig.",
        "2 Technische Anforderungen\n\nTransportverschlüsselung ist das Mindeste; bei Gesundheitsdaten ist "
        "eine Ende-zu-Ende-Verschlüsselung nötig. Aufzeichnungen brauchen eine eigene Rechtsgrundlage.",
    ),
    published_on="2026-01",
    topics=("beschaeftigte", "cloud"),
    columns={"issuer": "DSK", "page_count": 3, "number": None},
    dates=(
        ("published", "2026-01", "month", "Januar 2026", "label", 1),
        ("stand", "2026-01", "month", "Stand: Januar 2026", "pdf_text", 0),
        ("pdf_metadata", "2026-01-09", "day", "D:20260109101500", "pdf_metadata", 0),
        ("file_name", "2026-01-15", "day", "20260115", "file_name", 0),
    ),
    body=b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
    content_type="application/pdf",
)

ANNEX = Sample(
    id="dsk-oh-checkliste-videokonferenz-odt",
    title="Checkliste zur Orientierungshilfe Videokonferenzsysteme",
    source="dsk",
    doc_type="anlage",
    method="odt",
    pages=("Checkliste\n\nIst ein Vertrag zur Auftragsverarbeitung geschlossen?\n\nSind Aufzeichnungen abgeschaltet?",),
    columns={"issuer": "DSK", "parent_id": GUIDANCE.id},
    topics=("cloud",),
    body=b"PK\x03\x04 kein echtes ODT",
    content_type="application/vnd.oasis.opendocument.text",
)

RESOLUTION = Sample(
    id="dsk-en-20250326-entschliessung-ki",
    title="Entschließung: Künstliche Intelligenz braucht Aufsicht",
    source="dsk",
    doc_type="entschliessung",
    method="pdf",
    pages=(
        "Die Konferenz fordert klare Zuständigkeiten für Künstliche Intelligenz. Maßstab bleiben Art. 22 DSGVO "
        "und Erwägungsgrund 71. Der Gerichtshof hat in der Rechtssache C-311/18 hohe Hürden gesetzt.",
    ),
    published_on="2025-03-26",
    topics=("ki",),
    columns={"issuer": "DSK", "page_count": 1, "issued_on": "2025-03-25"},
    dates=(
        ("published", "2025-03-26", "day", "26.03.2025", "label", 1),
        ("issued", "2025-03-25", "day", "25. März 2025", "pdf_text", 1),
        ("file_name", "2025-03-28", "day", "20250328", "file_name", 0),
    ),
    body=GUIDANCE.body,
    content_type="application/pdf",
)

ANNOUNCEMENT = Sample(
    id="dsmv-208815",
    title="Datenschutzkonferenz: Künstliche Intelligenz braucht Aufsicht",
    pages=(
        "Die Datenschutzkonferenz hat eine Entschließung zur Künstlichen Intelligenz verabschiedet.\n\n"
        "Sie verweist auf Art. 22 DSGVO und fordert eine Aufsicht, die schnell entscheiden kann. Auch die "
        "Arbeitsplatzüberwachung ist ein Thema.",
    ),
    published_on="2025-03-31",
    topics=("ki", "beschaeftigte"),
    columns={
        "kicker": "Pressemitteilung der Datenschutzkonferenz vom 26. März 2025",
        "issuer": "DSK",
        "issued_on": "2025-03-26",
    },
    dates=(
        ("published", "2025-03-31", "day", "31.03.2025", "meta", 1),
        ("issued", "2025-03-26", "day", "vom 26. März 2025", "kicker", 1),
    ),
    body=b"<html><body><h1>KI braucht Aufsicht</h1></body></html>",
)

REMOVED = Sample(
    id="dsmv-160582",
    title="Meldepflicht für Übermittlungen in Ärztehäusern ausgesetzt",
    pages=("Die Meldepflicht ist ausgesetzt.\n\nDie Regelung gilt für alle Praxen des Landes.",),
    published_on="2021-02",
    topics=("gesundheit",),
    columns={"removed_at": LATER, "issuer": "DSMV"},
    dates=(("published", "2021-02", "month", "Februar 2021", "meta", 1),),
)

UNLISTED = Sample(
    id="dsmv-155153",
    title="Schule digital: Welche Dienste erlaubt sind",
    pages=(
        "Lehrkräfte dürfen nur freigegebene Dienste nutzen. Eltern haben ein Recht auf Auskunft nach Art. 15 DSGVO.",
    ),
    published_on="2020-11-13",
    topics=("schule", "betroffenenrechte"),
    columns={"unlisted_at": LATER, "issuer": "DSMV"},
)

SHORT_PAPER = Sample(
    id="dsk-kp-dsk-kpnr-5",
    title="Datenschutz-Folgenabschätzung nach Art. 35 DSGVO",
    source="dsk",
    doc_type="kurzpapier",
    method="pdf",
    pages=("Kurzpapier Nr. 5\n\nEine Folgenabschätzung ist nach Art. 35 Abs. 1 DSGVO bei hohem Risiko nötig.",),
    topics=("betroffenenrechte",),
    columns={"number": "5", "issuer": "DSK", "page_count": 1},
)

BLOCKED = Sample(
    id="dsmv-143374",
    title="GESPERRTER TITEL",
    pages=("GESPERRTER INHALT über eine Privatperson.",),
    published_on="2019-06-01",
    columns={"blocked_at": LATER},
)

HOSTILE = Sample(
    id="dsmv-190961",
    title=HOSTILE_TITLE,
    pages=(HOSTILE_TEXT,),
    published_on="2023-05-12",
    topics=("videoueberwachung",),
    columns={
        "kicker": "<b onclick=alert(1)>Kicker</b>",
        "teaser": HOSTILE_TEXT[:80],
        "number": "\u202e1",
        "issuer": "DSMV",
    },
    older=(("Vorher <script>window.__pwned=1</script>", "Überwachung <script>window.__pwned=2</script> vorher."),),
    body=b"\xff\xfe<svg xmlns='http://www.w3.org/2000/svg' onload='window.__pwned=1'>"
    b"<script>window.__pwned=1</script></svg>",
    content_type="image/svg+xml",
)

HUGE_TITLE = Sample(
    id="dsmv-190964",
    title="Aktenzeichen" + "x" * 1_000_000,
    pages=("Ein Titel wie ein Roman. Überwachung.",),
    published_on="2022",
)

SAMPLES = (
    VIDEO,
    GUIDANCE,
    ANNEX,
    RESOLUTION,
    ANNOUNCEMENT,
    REMOVED,
    UNLISTED,
    SHORT_PAPER,
    BLOCKED,
    HOSTILE,
    HUGE_TITLE,
)

TOPICS = (
    ("videoueberwachung", "Videoüberwachung", "Kameras in öffentlichen und privaten Räumen."),
    ("betroffenenrechte", "Auskunft und Betroffenenrechte", "Welche Rechte Menschen an ihren Daten haben."),
    ("beschaeftigte", "Beschäftigtendatenschutz", "Daten im Arbeitsleben."),
    ("cloud", "Cloud und Drittlandtransfer", "Dienste im Netz, Daten außerhalb der Union."),
    ("ki", "Künstliche Intelligenz", "Lernende Systeme und automatisierte Entscheidungen."),
    ("gesundheit", "Gesundheit und Forschung", "Ärzte, Kliniken, Studien."),
    ("schule", "Schule und Medienbildung", "Lernplattformen, Kinder, Eltern."),
)

CITATIONS = (
    (VIDEO.id, 1, "DSGVO", "Art.", "6", "1", None, "f", "Art. 6 Abs. 1 Buchst. f DSGVO"),
    (VIDEO.id, 1, "DSGVO", "Art.", "58", "2", None, None, "Art. 58 Abs. 2 DSGVO"),
    (VIDEO.id, 1, "DSG M-V", "§", "19", None, None, None, "§ 19 DSG M-V"),
    (GUIDANCE.id, 2, "DSGVO", "Art.", "28", "3", None, None, "Art. 28 Abs. 3 DSGVO"),
    (GUIDANCE.id, 2, "BDSG", "§", "26", "1", None, None, "§ 26 Abs. 1 BDSG"),
    (RESOLUTION.id, 1, "DSGVO", "Art.", "22", None, None, None, "Art. 22 DSGVO"),
    (RESOLUTION.id, 1, "DSGVO", "ErwGr", "71", None, None, None, "Erwägungsgrund 71"),
    (RESOLUTION.id, 1, None, "Az", "C-311/18", None, None, None, "C-311/18"),
    (ANNOUNCEMENT.id, 1, "DSGVO", "Art.", "22", None, None, None, "Art. 22 DSGVO"),
)

LINKS = (
    (
        ANNOUNCEMENT.id,
        "https://www.datenschutzkonferenz-online.de/media/en/ki.pdf",
        RESOLUTION.id,
        "announces",
        "Titel gleich, fünf Tage Abstand",
        0.93,
    ),
    (
        GUIDANCE.id,
        "https://www.datenschutzkonferenz-online.de/media/oh/checkliste.odt",
        ANNEX.id,
        "annex",
        "Anhang in der Übersicht",
        1.0,
    ),
    (GUIDANCE.id, None, SHORT_PAPER.id, "cites", "„Kurzpapier Nr. 5“ auf Seite 2", 0.9),
    (VIDEO.id, "https://www.datenschutz-mv.de/static/DS/Dateien/merkblatt.pdf", None, "link", "Merkblatt (PDF)", None),
    (HOSTILE.id, "javascript:window.__pwned=1", None, "link", "<img src=x onerror=window.__pwned=1>", None),
    (HOSTILE.id, "data:text/html,<script>window.__pwned=1</script>", None, "link", "Daten", None),
    (HOSTILE.id, "https://www.datenschutz-mv.de/?id=143374", BLOCKED.id, "link", "gesperrtes Ziel", None),
)

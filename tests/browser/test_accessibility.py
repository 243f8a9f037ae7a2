"""Every kind of page passes axe-core (WCAG 2.2 A and AA), wide and narrow, light and dark, and is valid HTML."""

from __future__ import annotations

import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import sample_documents as samples

pytestmark = pytest.mark.browser

PAGES = {
    "start": "/",
    "suche": "/suche?q=%C3%9Cberwachung",
    "suche-leer": "/suche?q=gibtesnicht&von=gestern",
    "suche-gefiltert": "/suche?typ=pressemitteilung&von=2024&bis=2024&sortierung=datum",
    "suche-verkehrt": "/suche?von=2026&bis=2025",
    "suche-hinter-dem-ende": "/suche?q=Datenschutz&seite=400",
    "dokument-html": f"/dokument/{samples.VIDEO.id}",
    "dokument-pdf": f"/dokument/{samples.GUIDANCE.id}",
    "dokument-entfernt": f"/dokument/{samples.REMOVED.id}",
    "dokument-feindlich": f"/dokument/{samples.HOSTILE.id}",
    "dokument-langer-titel": f"/dokument/{samples.HUGE_TITLE.id}",
    "fassung": f"/dokument/{samples.VIDEO.id}/version/1",
    "vergleich": f"/dokument/{samples.VIDEO.id}/vergleich/1/3",
    "vergleich-gleich": f"/dokument/{samples.VIDEO.id}/vergleich/2/2",
    "vergleich-feindlich": f"/dokument/{samples.HOSTILE.id}/vergleich/1/1",
    "gesperrt": f"/dokument/{samples.BLOCKED.id}",
    "dokument-durchsucht": f"/dokument/{samples.GUIDANCE.id}?suche=Videokonferenz",
    "seite-zitieren": f"/dokument/{samples.GUIDANCE.id}/version/1?seite=2",
    "anlage": f"/dokument/{samples.ANNEX.id}",
    "vergleich-ausgaben": f"/dokument/{samples.GUIDANCE.id}/vergleich-mit/{samples.RESOLUTION.id}",
    "aenderungen": "/aenderungen",
    "aenderungen-gefiltert": "/aenderungen?art=wortlaut&quelle=dsmv",
    "vorschriften": "/vorschriften",
    "vorschrift": "/vorschrift/dsgvo/22",
    "thema": "/thema/ki",
    "themen": "/themen",
    "status": "/status",
    "daten": "/daten",
    "impressum": "/impressum",
    "datenschutz": "/datenschutz",
    "nicht-gefunden": "/gibtesnicht",
    "datenbank": "/archive",
    "tabelle-facetten": "/archive/documents?_facet=source&_facet=doc_type",
    "tabelle": "/archive/documents",
    "tabelle-gefiltert": "/archive/documents?source=dsk&_search=Intelligenz",
    "zeile": f"/archive/documents/{samples.VIDEO.id}",
    "abfrage": "/archive?sql=select+id,+title+from+documents",
    "abfrage-falsch": "/archive?sql=select+titel+from+documents",
    "abfrage-vorbereitet": "/archive/volltextsuche?q=Kamera",
}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
RUN = """
const done = arguments[arguments.length - 1];
for (const details of document.querySelectorAll("details")) details.open = true;
axe.run(document, {runOnly: {type: "tag", values: arguments[0]}}).then(result => done(
  result.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 200)).join(" | "))));
"""


@pytest.mark.parametrize("width", [None, 390, 320], ids=["desktop", "390px", "320px"])
@pytest.mark.parametrize("dark", [False, True], ids=["hell", "dunkel"])
@pytest.mark.parametrize("name", PAGES)
def test_no_violations(browser: Any, node_modules: Path, name: str, dark: bool, width: int | None) -> None:
    """No violation of WCAG 2.2 A or AA, all details opened."""
    browser.narrow(width)
    browser.dark(dark)
    browser.open(PAGES[name])
    browser.script((node_modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    found = browser.driver.execute_async_script(RUN, TAGS)
    browser.picture(f"{name}-{'dunkel' if dark else 'hell'}-{width or 'desktop'}")
    browser.narrow(None)

    assert found == []


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_sticks_out_on_a_phone(browser: Any, name: str, width: int) -> None:
    """On a phone no page scrolls sideways."""
    browser.narrow(width)
    browser.open(PAGES[name])
    needed = browser.script("return document.documentElement.scrollWidth")
    browser.narrow(None)

    assert needed <= width


def test_html_is_valid(base: str, node_modules: Path, tmp_path: Path) -> None:
    """The Nu validator finds no error on any kind of page."""
    java = shutil.which("java")
    if java is None:
        pytest.skip("java fehlt: der HTML-Validator läuft nicht")
    for name, path in PAGES.items():
        try:
            body = urllib.request.urlopen(base + path, timeout=30).read()
        except urllib.error.HTTPError as error:
            body = error.read()
        (tmp_path / f"{name}.html").write_bytes(body)
    jar = node_modules / "vnu-jar" / "build" / "dist" / "vnu.jar"
    files = [str(file) for file in sorted(tmp_path.glob("*.html"))]
    checked = subprocess.run(
        [java, "-jar", str(jar), "--errors-only", *files], capture_output=True, text=True, check=False
    )

    assert checked.stderr == ""
    assert checked.returncode == 0

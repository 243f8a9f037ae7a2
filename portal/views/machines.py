"""What machines ask a site for: robots.txt, sitemap, OpenSearch description, icon, security contact."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import TYPE_CHECKING

from datasette.utils.asgi import NotFound, Request, Response

from portal import clock
from portal.access import recall
from portal.addresses import document_path
from portal.layout import absolute_url
from portal.rendering import STATIC
from portal.settings import settings_of

if TYPE_CHECKING:
    from datasette.app import Datasette

_CLOSED = ("/suche", "/archive", "/daten/download/", "/dokument/*/original", "/dokument/*/vergleich/")
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
MOST_ADDRESSES = 50_000
"""In one sitemap, by its protocol; an archive with more has an index of several."""

_DAY = "public, max-age=86400"
_PAGES = ("/", "/aenderungen", "/themen", "/vorschriften", "/daten", "/status")


async def show_robots(datasette: Datasette, request: Request) -> Response:
    """``robots.txt``: documents may be indexed; searches, raw bytes and the database need not be."""
    closed = [f"Disallow: {datasette.urls.path(path)}" for path in _CLOSED]
    sitemap = absolute_url(datasette, request, "/sitemap.xml")
    return Response.text("\n".join(["User-agent: *", *closed, f"Sitemap: {sitemap}", ""]))


def listed_documents(conn: sqlite3.Connection) -> list[tuple[str, str]]:
    """Id and day of the newest version of every document that its source still offers."""
    sql = (
        "select id, substr(last_changed_at, 1, 10) from documents"
        " where blocked_at is null and removed_at is null order by docno"
    )
    return [(row[0], row[1]) for row in conn.execute(sql)]


async def show_sitemap(datasette: Datasette, request: Request) -> Response:
    """``sitemap.xml``, or its part ``sitemap-n.xml`` where there are too many addresses for one."""
    documents = await recall(datasette, listed_documents)
    addresses = [(path, "") for path in _PAGES] + [(document_path(one), day) for one, day in documents]
    parts = -(-len(addresses) // MOST_ADDRESSES)
    number = int(request.url_vars.get("part") or 0)
    if number > parts or (number and parts == 1):
        raise NotFound("Diesen Teil der Sitemap gibt es nicht.")
    root = ET.Element("sitemapindex" if parts > 1 and not number else "urlset", {"xmlns": SITEMAP})
    if parts > 1 and not number:
        for part in range(1, parts + 1):
            entry = ET.SubElement(root, "sitemap")
            ET.SubElement(entry, "loc").text = absolute_url(datasette, request, f"/sitemap-{part}.xml")
    else:
        first = max(number - 1, 0) * MOST_ADDRESSES
        for path, day in addresses[first : first + MOST_ADDRESSES]:
            entry = ET.SubElement(root, "url")
            ET.SubElement(entry, "loc").text = absolute_url(datasette, request, path)
            if day:
                ET.SubElement(entry, "lastmod").text = day
    return _xml(root, "application/xml")


async def show_opensearch(datasette: Datasette, request: Request) -> Response:
    """``opensearch.xml``: how a browser puts a question to the search."""
    root = ET.Element("OpenSearchDescription", {"xmlns": OPENSEARCH})
    ET.SubElement(root, "ShortName").text = "Aktenkundig"
    ET.SubElement(root, "Description").text = "Veröffentlichungen deutscher Datenschutzbehörden durchsuchen"
    ET.SubElement(root, "Language").text = "de"
    ET.SubElement(root, "InputEncoding").text = "UTF-8"
    icon = ET.SubElement(root, "Image", {"height": "16", "width": "16", "type": "image/x-icon"})
    icon.text = absolute_url(datasette, request, "/favicon.ico")
    for path, kind in (("/suche", "text/html"), ("/feed.atom", "application/atom+xml")):
        template = absolute_url(datasette, request, path) + "?q={searchTerms}"
        ET.SubElement(root, "Url", {"type": kind, "template": template})
    return _xml(root, "application/opensearchdescription+xml")


def _xml(root: ET.Element, kind: str) -> Response:
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, headers={"Cache-Control": "max-age=3600"}, content_type=f"{kind}; charset=utf-8")


async def show_icon(datasette: Datasette, request: Request) -> Response:
    """The icon where browsers look for it unasked."""
    name = request.path.rsplit("/", 1)[-1]
    kind = "image/x-icon" if name.endswith(".ico") else "image/png"
    return Response((STATIC / name).read_bytes(), headers={"Cache-Control": _DAY}, content_type=kind)


async def show_security_contact(datasette: Datasette, request: Request) -> Response:
    """``security.txt`` (RFC 9116) from the operator's contact; there is none without one."""
    contact = settings_of(datasette).contact
    if not contact:
        raise NotFound("Für diese Installation ist kein Kontakt angegeben.")
    address = contact if "://" in contact else f"mailto:{contact}"
    expires = (clock.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    canonical = absolute_url(datasette, request, "/.well-known/security.txt")
    lines = [f"Contact: {address}", f"Expires: {expires}", "Preferred-Languages: de, en", f"Canonical: {canonical}"]
    return Response.text("\n".join([*lines, ""]))

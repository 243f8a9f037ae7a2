"""Describes the portal's interface for programs: OpenAPI and JSON Schema, from its addresses and ``interface.toml``."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from portal.labels import words

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DATASETTE = ("/archive.json", "/archive/{table}.json")
"""Addresses that Datasette answers itself, and that belong to the interface."""

PARTS = {
    "document": r"[A-Za-z0-9._~-]+",
    "other": r"[A-Za-z0-9._~-]+",
    "version": r"\d{1,6}",
    "old": r"\d{1,6}",
    "new": r"\d{1,6}",
    "part": r"\d{1,4}",
    "topic": r"[a-z0-9_-]{1,60}",
    "law": r"[a-z0-9-]{1,60}",
    "number": r"[A-Za-z0-9-]{1,20}",
    "name": r"[A-Za-z_-]+(?:\.[a-z]+)+",
    "table": r"[^/]+",
    "row": r"[^/]+",
}
"""What may stand in the place of each name in braces in an address."""


def as_pattern(address: str) -> str:
    """A regular expression over the path, from an address with names in braces.

    >>> as_pattern("/thema/{topic}")
    '/thema/(?P<topic>[a-z0-9_-]{1,60})$'
    """
    pieces = re.split(r"\{(\w+)\}", address)
    parts = [f"(?P<{one}>{PARTS[one]})" if place % 2 else re.escape(one) for place, one in enumerate(pieces)]
    return "".join(parts).replace(r"\-", "-") + "$"


@cache
def interface() -> dict[str, Any]:
    """``interface.toml``: what stands at which address."""
    return tomllib.loads(files("portal").joinpath("interface.toml").read_text(encoding="utf-8"))


@cache
def schemas() -> dict[str, Any]:
    """The JSON Schemas of answers, by name."""
    found: dict[str, Any] = json.loads(files("portal").joinpath("data/schemas.json").read_text(encoding="utf-8"))
    return found


def json_schema(name: str, address: str) -> dict[str, Any]:
    """One of the schemas as a document of its own, to be found at ``address``."""
    return {"$schema": DIALECT, "$id": address, "title": name, **schemas()[name], "$defs": schemas()}


def openapi(addresses: Iterable[str], server: str) -> dict[str, Any]:
    """The description (OpenAPI 3.1) of a portal at ``server`` that answers at these addresses."""
    described = interface()["paths"]
    found = [address for address in (*addresses, *DATASETTE) if address in described]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Aktenkundig",
            "version": version("aktenkundig"),
            "description": "Archiv der Veröffentlichungen deutscher Datenschutzbehörden. Öffentlich, nur lesend, ohne"
            " Anmeldung und Cookies; Daten dürfen von fremden Seiten aus gelesen werden (CORS).",
        },
        "servers": [{"url": server.rstrip("/")}],
        "paths": {
            address: {"get": _operation(address, described[address])}
            for address in sorted(found, key=list(described).index)
        },
        "components": {"schemas": json.loads(json.dumps(schemas()).replace("#/$defs/", "#/components/schemas/"))},
    }


def _operation(address: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    kind = entry.get("returns", "text/html")
    content: dict[str, Any] = {"schema": _reference(entry["schema"])} if "schema" in entry else {}
    answer: dict[str, Any] = {"description": entry["summary"], "content": {kind: content}}
    if entry.get("whole"):
        whole = {"description": "ob die Datei vollständig ist", "schema": {"enum": ["ja", "nein"]}}
        answer["headers"] = {"X-Vollstaendig": whole}
    refused = {"application/json": {"schema": _reference("Error")}} if address.endswith(".json") else {"text/html": {}}
    return {
        "operationId": re.sub(r"\W+", "_", address).strip("_") or "start",
        "summary": entry["summary"],
        "parameters": [*_parts(address), *map(_parameter, parameters_of(entry))],
        "responses": {"200": answer, "default": {"description": "Fehler, auf Deutsch", "content": refused}},
    }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def parameters_of(entry: Mapping[str, Any]) -> list[str]:
    """The names of the parameters that an address takes."""
    groups: Mapping[str, list[str]] = interface()["groups"]
    return [name for given in entry.get("parameters", ()) for name in groups.get(given, [given])]


def _parts(address: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": interface()["parts"][name],
            "schema": {"type": "string", "pattern": f"^{PARTS[name]}$"},
        }
        for name in re.findall(r"\{(\w+)\}", address)
    ]


def _parameter(name: str) -> dict[str, Any]:
    given = interface()["parameters"][name]
    options = words(given["values"]) if "values" in given else given.get("options")
    value: dict[str, Any] = {"type": "integer" if isinstance(given.get("example"), int) else "string"}
    if options:
        value["enum"] = list(options)
    schema = {"type": "array", "items": value} if given.get("several") else value
    example = (
        {"example": [given["example"]] if given.get("several") else given["example"]} if "example" in given else {}
    )
    return {"name": name, "in": "query", "description": given["description"], "schema": schema, **example}

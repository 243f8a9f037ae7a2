"""Describes the data set for catalogues and search engines: DCAT-AP and schema.org, as JSON-LD; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

TITLE = "Aktenkundig: Veröffentlichungen deutscher Datenschutzbehörden"
KEYWORDS = ("Datenschutz", "Pressemitteilungen", "Datenschutzkonferenz", "Mecklenburg-Vorpommern", "DSGVO")
_EU = "http://publications.europa.eu/resource/authority"
_FORMATS = {
    "text/csv": "CSV",
    "application/json": "JSON",
    "application/x-ndjson": "JSON",
    "application/vnd.apache.parquet": "PARQUET",
    "application/vnd.sqlite3": "SQLITE",
    "text/markdown": "TXT",
    "application/yaml": "TXT",
}
"""File types of the EU's vocabulary."""

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True, kw_only=True)
class DatasetFile:
    """A file of the data set; ``kind`` is its media type, ``address`` the full one."""

    name: str
    description: str
    kind: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """The data set. Addresses are full; ``modified`` is a moment (UTC), ``first`` and ``last`` are ISO 8601 dates.

    ``terms`` says in a sentence per source how it may be used; ``services`` are OpenAPI description and feed.
    """

    address: str
    publisher: str
    contact: str | None
    count: int
    modified: str | None
    first: str | None
    last: str | None
    terms: Sequence[str]
    files: Sequence[DatasetFile]
    services: Sequence[str]

    @property
    def description(self) -> str:
        """What is in it."""
        return (
            f"{self.count} Pressemitteilungen, Entschließungen, Orientierungshilfen und andere Papiere, mit Text nach"
            " Seiten, Daten samt Fundstelle, zitierten Vorschriften, Themen, allen Fassungen und Belegen."
        )


def _given(thing: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in thing.items() if value}


def as_schema_org(data: Dataset) -> dict[str, Any]:
    """The data set as https://schema.org/Dataset."""
    return _given(
        {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "@id": f"{data.address}#datensatz",
            "name": TITLE,
            "description": data.description,
            "url": data.address,
            "inLanguage": "de",
            "keywords": list(KEYWORDS),
            "isAccessibleForFree": True,
            "publisher": {"@type": "Organization", "name": data.publisher},
            "dateModified": data.modified,
            "temporalCoverage": f"{data.first}/{data.last}" if data.first else None,
            "spatialCoverage": {"@type": "Country", "name": "Deutschland"},
            "conditionsOfAccess": " ".join(data.terms),
            "distribution": [
                {
                    "@type": "DataDownload",
                    "name": one.name,
                    "description": one.description,
                    "encodingFormat": one.kind,
                    "contentUrl": one.address,
                }
                for one in data.files
            ],
        }
    )


def as_dcat(data: Dataset) -> dict[str, Any]:
    """The data set in its catalogue as DCAT-AP 3, one JSON-LD document without foreign contexts."""
    agent = {"@type": "foaf:Agent", "@id": f"{data.address}#herausgeber", "foaf:name": data.publisher}
    about = {"dct:title": _german(TITLE), "dct:description": _german(data.description), "dct:publisher": agent}
    return {
        "@context": _CONTEXT,
        "@type": "dcat:Catalog",
        "@id": f"{data.address}#katalog",
        **about,
        "dct:language": {"@id": f"{_EU}/language/DEU"},
        "dcat:dataset": _given(
            {
                "@type": "dcat:Dataset",
                "@id": f"{data.address}#datensatz",
                **about,
                "dct:identifier": f"{data.address}#datensatz",
                "dct:language": {"@id": f"{_EU}/language/DEU"},
                "dct:accessRights": {"@id": f"{_EU}/access-right/PUBLIC"},
                "dct:accrualPeriodicity": {"@id": f"{_EU}/frequency/DAILY"},
                "dct:spatial": {"@id": f"{_EU}/country/DEU"},
                "dct:modified": _typed(data.modified, "dateTime"),
                "dct:temporal": _period(data),
                "dcat:theme": [{"@id": f"{_EU}/data-theme/{theme}"} for theme in ("JUST", "GOVE")],
                "dcat:keyword": [_german(word) for word in KEYWORDS],
                "dcat:landingPage": {"@id": data.address},
                "dcat:contactPoint": _contact(data),
                "dcat:distribution": [_distribution(data, one) for one in data.files],
            }
        ),
        "dcat:service": {
            "@type": "dcat:DataService",
            "@id": f"{data.address}#schnittstelle",
            "dct:title": _german("Suche, Feeds und SQL"),
            "dcat:endpointURL": {"@id": data.address.rpartition("/")[0] + "/"},
            "dcat:endpointDescription": [{"@id": address} for address in data.services],
            "dcat:servesDataset": {"@id": f"{data.address}#datensatz"},
        },
    }


def _distribution(data: Dataset, one: DatasetFile) -> dict[str, Any]:
    return {
        "@type": "dcat:Distribution",
        "@id": one.address,
        "dct:title": one.name,
        "dct:description": _german(one.description),
        "dcat:accessURL": {"@id": data.address},
        "dcat:downloadURL": {"@id": one.address},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{one.kind}"},
        "dct:format": {"@id": f"{_EU}/file-type/{_FORMATS[one.kind]}"},
        "dct:rights": {"@type": "dct:RightsStatement", "dct:description": [_german(each) for each in data.terms]},
    }


def _german(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "de"}


def _typed(value: str | None, kind: str) -> dict[str, str] | None:
    return {"@value": value, "@type": f"xsd:{kind}"} if value else None


_KINDS = {4: "gYear", 7: "gYearMonth", 10: "date"}


def _period(data: Dataset) -> dict[str, Any] | None:
    if not (data.first and data.last):
        return None
    return {
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": _typed(data.first, _KINDS[len(data.first)]),
        "dcat:endDate": _typed(data.last, _KINDS[len(data.last)]),
    }


def _contact(data: Dataset) -> dict[str, Any] | None:
    if data.contact is None:
        return None
    field, address = ("hasURL", data.contact) if "://" in data.contact else ("hasEmail", f"mailto:{data.contact}")
    return {"@type": "vcard:Organization", "vcard:fn": data.publisher, f"vcard:{field}": {"@id": address}}

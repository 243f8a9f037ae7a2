"""The portal's own addresses, without the base address in front."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from archive.statutes import law_slug


def document_path(document_id: str) -> str:
    """The page of a document.

    >>> document_path("dsmv-171183")
    '/dokument/dsmv-171183'
    """
    return f"/dokument/{quote(document_id, safe='')}"


def version_path(document_id: str, version: int) -> str:
    """The permanent page of one version.

    >>> version_path("dsmv-171183", 2)
    '/dokument/dsmv-171183/version/2'
    """
    return f"{document_path(document_id)}/version/{version}"


def version_original_path(document_id: str, version: int) -> str:
    """The archived bytes of one version.

    >>> version_original_path("dsmv-171183", 2)
    '/dokument/dsmv-171183/original?version=2'
    """
    return f"{document_path(document_id)}/original?version={version}"


RECITAL = "erwgr-"


def provision_path(law: str, unit: str, number: str) -> str:
    """The page of a provision; recitals are told from articles by a word before the number.

    >>> provision_path("DSG M-V", "§", "5"), provision_path("DSGVO", "ErwGr", "47")
    ('/vorschrift/dsg-m-v/5', '/vorschrift/dsgvo/erwgr-47')
    """
    return f"/vorschrift/{law_slug(law)}/{RECITAL if unit == 'ErwGr' else ''}{quote(number.lower(), safe='')}"


def with_query(path: str, parameters: Mapping[str, str | int | tuple[str, ...] | None]) -> str:
    """A path with those parameters that have a value, repeated where they have several.

    >>> with_query("/suche", {"q": "Müll", "typ": None, "seite": 2})
    '/suche?q=M%C3%BCll&seite=2'
    """
    given = {key: value for key, value in parameters.items() if value not in (None, "", ())}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path

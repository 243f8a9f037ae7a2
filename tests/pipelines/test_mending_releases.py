"""Mending on the real releases: every change was looked at; the digest holds the reviewed list."""

import hashlib
import json
import re
from typing import Any

from real_texts import CORPUS, needs_corpus

from pipelines.mending import mend, mend_pages

EXPECTED = CORPUS / "dsmv_expected.json"
GUIDANCE = CORPUS / "dsk" / "20200903_oh_vue_dsk.pdf"

REVIEWED = "610ef20e22b172454660f68222b8ec7764aa5b3343c8c8a7a7fb3f77892cbf57"
"""SHA-256 of the changes, sorted, "raw TAB mended" a line: 29 changes, all right, none missing."""


def texts() -> list[str]:
    releases: dict[str, dict[str, Any]] = json.loads(EXPECTED.read_text("utf-8"))
    return ["\n\n".join(filter(None, (r["kicker"], r["title"], *r["body"]))) for r in releases.values()]


@needs_corpus
def test_the_changes_are_the_reviewed_ones() -> None:
    changes = sorted(f"{change.raw}\t{change.mended}" for text in texts() for change in mend(text).changes)

    assert len(changes) >= 28
    assert hashlib.sha256("\n".join(changes).encode()).hexdigest() == REVIEWED, changes


@needs_corpus
def test_small_second_parts_that_stay_are_real_hyphens() -> None:
    left = {
        word for text in texts() for word in re.findall(r"(?<![\w/.-])[A-Za-zÄÖÜäöü]{2,}-[a-zäöü]\w+", mend(text).text)
    }

    kept = (
        "nicht-öffentliche",
        "US-amerikanische",
        "rheinland-pfälzische",
        "cloud-gestützt",
        "AfD-kritische",
        "datenschutz-mv",
        "datenschutzkonferenz-online",
        "vpo-presse",
        "Ende-zu",
        "Zur-",
        "zu-",
    )
    assert {word for word in left if not word.startswith(kept)} == set()


@needs_corpus
def test_the_real_guidance_paper_has_no_wrong_hyphen_and_gets_no_change() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(GUIDANCE)
    pages = []
    for page in document:
        textpage = page.get_textpage()
        pages.append(re.sub("[\x02\ufffe]\\s*", "", textpage.get_text_range()))
        textpage.close()
        page.close()
    document.close()

    mended = mend_pages(pages)

    assert len(mended) == 41
    assert [change for page in mended for change in page.changes] == []

"""Makes any amount of varied German text from the sentence stock, the same text every time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from aktenkundig.sample.texts import Release, load

SLOT = re.compile(r"\{(\w+)\}")
PARAGRAPHS_A_PAGE = 6
SENTENCES_A_PARAGRAPH = 7
NEWEST = date(2026, 9, 30)
NEWEST_ID = 290_000


def made_releases(count: int) -> list[Release]:
    """``count`` press releases, newest first, about two a week."""
    return [made_release(index) for index in range(count)]


def made_release(index: int) -> Release:
    """The release number ``index`` counted from the newest (0)."""
    theme = _pick(_stock()["theme"], index, "theme")
    paragraphs = [
        _paragraph(theme, f"{index}/{part}", 4 + _number(index, "length") % 4)
        for part in range(5 + index % 5)
    ]
    return Release(
        id=NEWEST_ID - index * 11,
        published=NEWEST - timedelta(days=index * 7 // 2),
        number=(NEWEST - timedelta(days=index * 7 // 2)).strftime("%Y%m%d"),
        kicker="" if index % 3 else "Pressemitteilung",
        headline=_filled(_pick(theme["headlines"], index, "headline"), f"{index}"),
        heading=("br", "h1h2", "spans")[index % 3],
        headline_first=index % 2 == 0,
        paragraphs=tuple(paragraphs),
    )


def filler_chapters(key: str, theme_name: str, pages: int) -> list[str]:
    """Headings and paragraphs that fill about ``pages`` printed pages; ``key`` decides which."""
    blocks: list[str] = []
    for chapter in range(pages):
        theme = _theme(theme_name)
        heading = theme["chapters"][chapter % len(theme["chapters"])]
        blocks.append(f"## {chapter + 3}. {heading}")
        blocks += [
            _paragraph(theme, f"{key}{chapter}/{part}", SENTENCES_A_PARAGRAPH)
            for part in range(PARAGRAPHS_A_PAGE)
        ]
    return blocks


def _theme(name: str) -> dict[str, Any]:
    return next(theme for theme in _stock()["theme"] if theme["name"] == name)


def _paragraph(theme: dict[str, Any], seed: str, count: int) -> str:
    sentences = [*theme["sentences"], *_stock()["general"]]
    order = sorted(range(len(sentences)), key=lambda at: _number(seed, at))
    return " ".join(_filled(sentences[at], f"{seed}:{at}") for at in order[:count])


def _filled(text: str, seed: str) -> str:
    """Put words into the slots of a sentence: ``{ort}`` becomes ``Wismar``."""
    return SLOT.sub(lambda found: _pick(_stock()["slots"][found[1]], seed, found.start()), text)


def _pick(options: Sequence[Any], *seed: object) -> Any:
    return options[_number(*seed) % len(options)]


def _number(*seed: object) -> int:
    """A number that looks random and is the same for the same seed on every machine."""
    return int.from_bytes(hashlib.blake2b(repr(seed).encode(), digest_size=4).digest(), "big")


@cache
def _stock() -> dict[str, Any]:
    return load("stock.toml")

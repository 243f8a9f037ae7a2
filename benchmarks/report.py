"""Markdown for figures: small tables, and the sections of ``docs/benchmarks.md`` that they fill."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers are right-aligned from the second column on.

    >>> print(table(["what", "s"], [["crawl", 1.5]]))
    | what | s |
    |---|---:|
    | crawl | 1.5 |
    """
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    first, rule, *rest = ["| " + " | ".join(map(str, line)) + " |" for line in lines]
    return "\n".join([first, rule.replace(" ", ""), *rest])


def as_markdown(printed: str) -> str:
    """What a benchmark printed, ready for the document: tables stay, plain lines become a block of text.

    >>> as_markdown("4.2 MB/s")
    '```text\\n4.2 MB/s\\n```'
    """
    printed = printed.strip()
    return printed if re.search(r"^\|", printed, re.MULTILINE) else f"```text\n{printed}\n```"


def with_section(document: str, name: str, body: str) -> str:
    """The document with what stands between the markers of ``name`` replaced; at its end if they are new.

    >>> with_section("# Figures\\n", "crawl", "1 s")
    '# Figures\\n\\n<!-- crawl -->\\n1 s\\n<!-- /crawl -->\\n'
    >>> with_section("<!-- crawl -->\\n<!-- /crawl -->\\n\\nMore.\\n", "crawl", "2 s")
    '<!-- crawl -->\\n2 s\\n<!-- /crawl -->\\n\\nMore.\\n'
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, found, rest = document.partition(begin)
    if not found:
        return f"{document.rstrip()}\n\n{begin}{body}\n{end}\n"
    return f"{before}{begin}{body}\n{end}" + rest.partition(end)[2]


def write_sections(sections: dict[str, str], path: Path = DOCUMENT) -> None:
    """Put the sections into the document at ``path``."""
    document = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    for name, body in sections.items():
        document = with_section(document, name, body)
    path.write_text(document, encoding="utf-8")

"""Turns an ODT or DOCX into text; the whole text is page 1, since neither stores where pages break."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.files.characters import letters, plain_characters
from pipelines.files.file_worker import FileWorker, WorkerFailure
from pipelines.files.metadata import file_links, file_metadata
from pipelines.files.records import FileLimits, FilePage, FileText
from pipelines.files.wording import problem, wording


def package_text(body: bytes, *, limits: FileLimits, worker: FileWorker) -> FileText:
    """The text of an ODT or DOCX; other ZIP files give kind ``zip`` and the problem ``unknown_kind``."""
    try:
        answers = [message for message, _ in worker.ask({"task": "package"}, body, limits)]
    except WorkerFailure as failure:
        return FileText(kind="zip", problems=(problem(failure.kind, pages="alle"),))
    message = answers[0] if answers else {"problem": "damaged"}
    kind = str(message.get("kind", "zip"))
    if "problem" in message:
        return FileText(kind=kind, problems=(problem(message["problem"], found=wording("found")[kind]),))
    return _text(kind, message, limits)


def _text(kind: str, message: Mapping[str, Any], limits: FileLimits) -> FileText:
    whole = plain_characters(message["text"]).replace("\x02", "").strip()
    text = whole[: limits.max_document_chars]
    problems = []
    if len(text) < len(whole):
        problems.append(problem("too_long", limit=limits.max_document_chars, pages="1"))
    if not letters(text):
        problems.append(problem("no_text"))
    return FileText(
        kind=kind,
        pages=(FilePage(number=1, text=text, verbatim=text, method=kind if letters(text) else "none"),),
        page_count=message.get("stated_pages") or 1,
        metadata=file_metadata(message["metadata"]),
        problems=tuple(problems),
        fingerprints=("",),
        links=file_links((1, url) for url in message["links"]),
    )

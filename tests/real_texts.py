"""Where the real texts lie: ``CORPUS=ORDNER`` has the gates run on them too; the tree holds only invented ones."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

VARIABLE = "CORPUS"


def corpus_folder() -> Path | None:
    """The folder that ``CORPUS`` names, None where it is not set. Raises FileNotFoundError for one that is not there.

    It is laid out as ``dsmv/`` (one JSON file a release), ``dsmv_expected.json``, ``dsk/`` (papers, labels, addresses).
    """
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    folder = Path(named).expanduser().resolve()
    if not folder.is_dir():
        raise FileNotFoundError(f"{VARIABLE} names {folder}, where there is no folder")
    return folder


CORPUS = corpus_folder() or Path("no folder of real texts")
"""The folder; only tests marked with ``needs_corpus`` may look into it."""

needs_corpus = pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no folder of real texts")
"""For tests over real texts; they take the fixture ``corpus``, which fails where the folder is missing."""


def state_of(folder: Path, *names: str) -> str:
    """A digest of the files below ``folder`` (or of those below its ``names``): paths and bytes, hexadecimal."""
    digest = hashlib.sha256()
    roots = [folder / name for name in names] or [folder]
    for path in sorted(path for root in roots for path in (root.rglob("*") if root.is_dir() else [root])):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()

"""What the tests of the sample site share."""

import json
import re
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_sentences(corpus: Path) -> frozenset[str]:
    """Sentences of at least 40 characters of the real releases."""
    texts = [json.loads(path.read_text(encoding="utf-8"))["text"] for path in (corpus / "dsmv").glob("*.json")]
    parts = (part.strip() for text in texts for part in re.split(r"(?<=[.!?])\s+|\n", text))
    return frozenset(part for part in parts if len(part) >= 40 and not part.startswith("Pressemitteilung de"))

"""What the tests of the sample site share."""

import json
import re
from pathlib import Path

import pytest

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "dsmv"


@pytest.fixture(scope="session")
def shared_sentences() -> frozenset[str]:
    """Sentences of at least 40 characters of the real releases beside the checkout."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus of real releases (../shared/corpus/dsmv) is not beside the checkout")
    texts = [json.loads(path.read_text(encoding="utf-8"))["text"] for path in CORPUS.glob("*.json")]
    parts = (part.strip() for text in texts for part in re.split(r"(?<=[.!?])\s+|\n", text))
    return frozenset(part for part in parts if len(part) >= 40 and not part.startswith("Pressemitteilung de"))

"""Topics: what a document is about, by rules over a controlled vocabulary."""

from pipelines.topics.assignment import assign_topics
from pipelines.topics.vocabulary import load_vocabulary, topic_rows, write_topics

RULES_VERSION = load_vocabulary().version
"""Changes with every rule; documents tagged under another version are tagged again by ``rebuild``."""

__all__ = ["RULES_VERSION", "assign_topics", "topic_rows", "write_topics"]

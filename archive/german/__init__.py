"""German analysis: the same code for index and query."""

from archive.german.equivalents import Equivalents, load_equivalents
from archive.german.stems import stem
from archive.german.words import STOPWORDS, fold, is_stopword

__all__ = ["STOPWORDS", "Equivalents", "fold", "is_stopword", "load_equivalents", "stem"]

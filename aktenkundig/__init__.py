"""The command line, and what drives several rooms at once."""

__version__ = "0.1.0"

"""Whether the archive and its runs are as they should be."""

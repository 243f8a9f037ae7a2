"""The evidence in WARC files: written, read, sealed, and put right after a crash."""

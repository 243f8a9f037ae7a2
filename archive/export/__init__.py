"""What leaves the archive: files for others."""

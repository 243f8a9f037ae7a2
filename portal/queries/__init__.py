"""What the portal asks the archive: SQL in, frozen records out; no HTML, no request."""

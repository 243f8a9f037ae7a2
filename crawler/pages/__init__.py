"""Page reading: bytes in, scraped record out; pure functions."""

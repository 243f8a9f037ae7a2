"""Room two: understands what the crawler read (dates, issuers, text, topics, citations)."""

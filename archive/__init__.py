"""Room three: keeps documents, their versions and their evidence, and finds them again."""

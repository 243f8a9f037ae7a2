"""Text by page from PDF, ODT and DOCX files."""

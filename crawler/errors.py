"""The named errors of page reading; each one becomes a row in ``problems``."""


class ReadingError(ValueError):
    """A page could not be read. Raised by ``crawler.pages``; the page never becomes a document.

    ``kind`` is the short machine word stored in ``problems.kind``.
    """

    kind = "unreadable"

    def __init__(self, url: str, detail: str) -> None:
        super().__init__(f"{url}: {detail}")
        self.url = url
        self.detail = detail


class MissingPart(ReadingError):
    """A required part of a page (heading, date, …) is not there. ``part`` names it."""

    kind = "missing_part"

    def __init__(self, url: str, part: str) -> None:
        super().__init__(url, f"required part missing: {part}")
        self.part = part


class NotTheDocument(ReadingError):
    """The address answered 200 with something else: an error page, the start page, an empty page."""

    kind = "not_the_document"


class Interposed(ReadingError):
    """A page put in between answered instead (bot check, login, maintenance): it says nothing of the document.

    Raised by ``crawler.pages.frame``; becomes a problem, never a version, an absence or a first document.
    """

    kind = "interposed"


class EmptyListing(ReadingError):
    """A listing page has no items where items were to be expected; a sign of changed markup."""

    kind = "empty_listing"


class UnknownIdentity(ReadingError):
    """A link carries no usable identity (an id that is not a number, an empty file name)."""

    kind = "unknown_identity"

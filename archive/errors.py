"""The named errors of the archive; the command line prints each as one German sentence."""


class ArchiveError(Exception):
    """Something the operator has to know; its text is shown as it is, without a traceback."""


class NoArchive(ArchiveError):
    """The data folder holds no ``archive.db``. Raised by ``open_archive`` when it may not create one."""


class NewerArchive(ArchiveError):
    """The archive was written by a newer version than this one."""


class UnknownDocument(ArchiveError):
    """A command names a document id that the archive does not hold."""


class RecordUnreadable(ArchiveError):
    """A WARC record is missing, torn or not what the ``snapshots`` row says."""


class ArchiveBusy(ArchiveError):
    """Another process holds the archive's lock."""

"""Dates with their evidence: read strictly, never invented, at the precision printed."""

from pipelines.dates.choice import RULES, DateSources, choose_dates, read_dates
from pipelines.dates.file_names import FileNameDates, dates_in_file_name, pdf_metadata_date
from pipelines.dates.labels import LabelReading, kicker_date, read_kicker, read_label, stand_date
from pipelines.dates.printed import parse_date, read_date
from pipelines.dates.reading import DateReading, RejectedDate
from pipelines.dates.running_text import find_dates, scan_dates

__all__ = [
    "RULES",
    "DateReading",
    "DateSources",
    "FileNameDates",
    "LabelReading",
    "RejectedDate",
    "choose_dates",
    "dates_in_file_name",
    "find_dates",
    "kicker_date",
    "parse_date",
    "pdf_metadata_date",
    "read_date",
    "read_dates",
    "read_kicker",
    "read_label",
    "scan_dates",
    "stand_date",
]

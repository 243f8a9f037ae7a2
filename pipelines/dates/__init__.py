"""Dates with their evidence: read strictly, never invented, at the precision printed."""

from pipelines.dates.choice import RULES, DateSources, FileNameDates, choose_dates, dates_in_file_name, read_dates
from pipelines.dates.grammar import DateReading, RejectedDate
from pipelines.dates.labels import LabelReading, kicker_date, listed_date, read_kicker, read_label, stand_date
from pipelines.dates.printed import parse_date, pdf_metadata_date, read_date
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
    "listed_date",
    "parse_date",
    "pdf_metadata_date",
    "read_date",
    "read_dates",
    "read_kicker",
    "read_label",
    "scan_dates",
    "stand_date",
]

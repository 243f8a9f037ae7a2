"""Numbers as German readers write them."""

from __future__ import annotations

_UNITS = ("Byte", "kB", "MB", "GB", "TB")


def as_number(value: float | None) -> str:
    """A number with points between thousands and a decimal comma.

    >>> as_number(12345), as_number(0.5), as_number(None)
    ('12.345', '0,5', '–')
    """
    if value is None:
        return "–"
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text.translate(str.maketrans(",.", ".,"))


def as_bytes(value: int | None) -> str:
    """A size in the unit that reads best (1 kB = 1000 bytes).

    >>> as_bytes(734), as_bytes(1_234_567)
    ('734 Byte', '1,2 MB')
    """
    if value is None:
        return "–"
    size, unit = float(value), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{as_number(int(size) if unit == 0 else round(size, 1))} {_UNITS[unit]}"


def counted(value: int, one: str, many: str) -> str:
    """A number with its noun.

    >>> counted(1, "Dokument", "Dokumente"), counted(2300, "Dokument", "Dokumente")
    ('1 Dokument', '2.300 Dokumente')
    """
    return f"{as_number(value)} {one if value == 1 else many}"

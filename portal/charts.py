"""Geometry of the charts: numbers in, places of bars and lines out; the SVG stands in the templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

TOP, BOTTOM = 8, 24
FEWEST_SLOTS = 8
"""A chart of few years keeps its bars slim and leaves room to its right."""

MANY_SLOTS = 24
"""From so many years on a chart is too wide for a phone and scrolls."""

FILLED = 0.76
"""The part of its slot that a bar takes."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A rectangle: ``x`` and ``width`` in percent, the rest in pixels; ``series`` counts the colours from 0."""

    x: float
    y: float
    width: float
    height: float
    series: int
    title: str


@dataclass(frozen=True, kw_only=True)
class GridLine:
    """A horizontal line with its value."""

    y: float
    text: str


@dataclass(frozen=True, kw_only=True)
class AxisLabel:
    """A year under its bar; ``x`` in percent."""

    x: float
    text: str


@dataclass(frozen=True, kw_only=True)
class StackedChart:
    """Bars per year, stacked by series, as wide as there is room; ``rows`` holds the same numbers for a table."""

    height: int
    many: bool
    bars: tuple[Bar, ...]
    lines: tuple[GridLine, ...]
    labels: tuple[AxisLabel, ...]
    series: tuple[str, ...]
    rows: tuple[tuple[int, tuple[int, ...]], ...]
    summary: str


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A trend line over years as the points of an SVG polyline."""

    width: int
    height: int
    points: str
    last_x: float
    last_y: float
    summary: str


def round_top(value: int) -> int:
    """The value at the top of an axis: 1, 2 or 5 times a power of ten, at least ``value``.

    >>> round_top(7), round_top(130), round_top(0)
    (10, 200, 1)
    """
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step >= value:
                return factor * step
        step *= 10


def stacked_chart(counts: Mapping[int, Sequence[int]], series: Sequence[str], *, height: int = 220) -> StackedChart:
    """A chart of ``counts`` (year → number per series); years without numbers in between are shown empty."""
    years = list(range(min(counts), max(counts) + 1)) if counts else []
    rows = tuple((year, tuple(counts.get(year, (0,) * len(series)))) for year in years)
    top = round_top(max((sum(values) for _, values in rows), default=0))
    slot = 100 / max(len(years), FEWEST_SLOTS)
    return StackedChart(
        height=height,
        many=len(years) > MANY_SLOTS,
        bars=tuple(
            bar
            for column, (year, values) in enumerate(rows)
            for bar in _pile(year, values, series, left=column * slot, slot=slot, top=top, height=height)
        ),
        lines=tuple(
            GridLine(y=round(TOP + _room(height) * (1 - part), 1), text=_tick(top * part)) for part in (0, 0.5, 1)
        ),
        labels=tuple(
            AxisLabel(x=round((column + 0.5) * slot, 2), text=str(year) if len(years) < 12 else f"’{year % 100:02d}")
            for column, year in enumerate(years)
        ),
        series=tuple(series),
        rows=tuple(reversed(rows)),
        summary=_summary({year: sum(values) for year, values in rows}),
    )


def _room(height: int) -> int:
    return height - TOP - BOTTOM


def _pile(
    year: int, values: Sequence[int], series: Sequence[str], *, left: float, slot: float, top: int, height: int
) -> Iterator[Bar]:
    """The bars of one year, one upon the other."""
    base = TOP + float(_room(height))
    for place, value in enumerate(values):
        tall = round(_room(height) * value / top, 1)
        base = round(base - tall, 1)
        if value:
            yield Bar(
                x=round(left + slot * (1 - FILLED) / 2, 2),
                y=base,
                width=round(slot * FILLED, 2),
                height=tall,
                series=place,
                title=f"{year}, {series[place]}: {value}",
            )


def _tick(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else ""


def _summary(totals: Mapping[int, int]) -> str:
    if not totals:
        return "Noch keine Zahlen."
    first, last = min(totals), max(totals)
    peak = max(totals, key=lambda year: totals[year])
    return f"{first} bis {last}; die meisten im Jahr {peak}: {totals[peak]}, zuletzt {totals[last]}."


def trend(
    counts: Mapping[int, int], years: Sequence[int], *, top: int = 0, width: int = 220, height: int = 44
) -> Trend:
    """A trend line of ``counts`` over ``years``; lines side by side share the number at their ``top``.

    >>> trend({2023: 1, 2024: 3}, range(2022, 2025), width=20, height=14).points
    '2,12 10,8.7 18,2'
    """
    values = {year: counts.get(year, 0) for year in years}
    top = max(top, *values.values(), 1)
    step = (width - 4) / max(len(values) - 1, 1)
    places = [
        (round(2 + n * step, 1), round(height - 2 - (height - 4) * value / top, 1))
        for n, value in enumerate(values.values())
    ]
    last_x, last_y = places[-1] if places else (2.0, float(height - 2))
    return Trend(
        width=width,
        height=height,
        points=" ".join(f"{x:g},{y:g}" for x, y in places),
        last_x=last_x,
        last_y=last_y,
        summary=_summary(values),
    )

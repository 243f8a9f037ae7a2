"""Geometry of the charts: numbers in, places of bars and lines out; the SVG stands in the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

GAP, LEFT, TOP, BOTTOM = 8, 44, 8, 24
WIDTH, NARROWEST, WIDEST = 660, 20, 60


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A rectangle; ``series`` counts the colours from 0."""

    x: int
    y: float
    width: int
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
    """A year under its bar."""

    x: float
    text: str


@dataclass(frozen=True, kw_only=True)
class StackedChart:
    """Bars per year, stacked by series; ``rows`` holds the same numbers for a table."""

    width: int
    height: int
    left: int
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


def stacked_chart(
    counts: Mapping[int, Sequence[int]], series: Sequence[str], *, height: int = 220
) -> StackedChart:
    """A chart of ``counts`` (year → number per series); years without numbers in between are shown empty."""
    years = list(range(min(counts), max(counts) + 1)) if counts else []
    rows = tuple((year, tuple(counts.get(year, (0,) * len(series)))) for year in years)
    top = round_top(max((sum(values) for _, values in rows), default=0))
    room = height - TOP - BOTTOM
    wide = min(max((WIDTH - LEFT) // max(len(years), 1) - GAP, NARROWEST), WIDEST)
    bars: list[Bar] = []
    for column, (year, values) in enumerate(rows):
        base = TOP + float(room)
        for place, value in enumerate(values):
            tall = round(room * value / top, 1)
            base = round(base - tall, 1)
            if value:
                title = f"{year}, {series[place]}: {value}"
                x = LEFT + GAP + column * (wide + GAP)
                bars.append(Bar(x=x, y=base, width=wide, height=tall, series=place, title=title))
    return StackedChart(
        width=LEFT + GAP + max(len(years), 1) * (wide + GAP),
        height=height,
        left=LEFT,
        bars=tuple(bars),
        lines=tuple(
            GridLine(y=round(TOP + room * (1 - part), 1), text=_tick(top * part)) for part in (0, 0.5, 1)
        ),
        labels=tuple(
            AxisLabel(
                x=LEFT + GAP + column * (wide + GAP) + wide / 2,
                text=str(year) if len(years) < 12 else f"’{year % 100:02d}",
            )
            for column, year in enumerate(years)
        ),
        series=tuple(series),
        rows=tuple(reversed(rows)),
        summary=_summary({year: sum(values) for year, values in rows}),
    )


def _tick(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else ""


def _summary(totals: Mapping[int, int]) -> str:
    if not totals:
        return "Noch keine Zahlen."
    first, last = min(totals), max(totals)
    peak = max(totals, key=lambda year: totals[year])
    return f"{first} bis {last}; die meisten im Jahr {peak}: {totals[peak]}, zuletzt {totals[last]}."


def trend(counts: Mapping[int, int], years: Sequence[int], *, width: int = 220, height: int = 44) -> Trend:
    """A trend line of ``counts`` over ``years``.

    >>> trend({2023: 1, 2024: 3}, range(2022, 2025), width=20, height=14).points
    '2,12 10,8.7 18,2'
    """
    values = {year: counts.get(year, 0) for year in years}
    top = max(values.values(), default=0) or 1
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

"""Runs the sample site by hand: ``python -m aktenkundig.sample --day 1``."""

from __future__ import annotations

import time

import click

from aktenkundig.sample.history import events
from aktenkundig.sample.server import SampleSite


@click.command()
@click.option("--day", default=1, show_default=True, help="Tag der Geschichte, der gezeigt wird.")
@click.option("--days", default=1, show_default=True, help="So viele Tage nacheinander zeigen.")
@click.option("--seconds", default=60.0, show_default=True, help="Dauer eines Tages, wenn mehrere gezeigt werden.")
@click.option("--releases", default=0, help="So viele Mitteilungen aus dem Satzvorrat statt der geschriebenen.")
@click.option("--ports", nargs=2, type=int, default=(0, 0), help="Ports für DSMV und DSK (0: frei gewählt).")
@click.option("--no-validators", is_flag=True, help="Ohne ETag und Last-Modified.")
def main(day: int, days: int, seconds: float, releases: int, ports: tuple[int, int], no_validators: bool) -> None:
    """Die nachgebildete Seite auf 127.0.0.1 anbieten, bis Strg-C gedrückt wird."""
    with SampleSite(day=day, releases=releases, ports=ports, validators=not no_validators) as site:
        click.echo(f"dsmv={site.address('dsmv')} dsk={site.address('dsk')}")
        try:
            for shown in range(day, day + days):
                site.day = shown
                _tell(shown)
                time.sleep(seconds if shown < day + days - 1 else 10**7)
        except KeyboardInterrupt:
            click.echo("Beendet.")


def _tell(day: int) -> None:
    for event in events():
        if event.day == day and event.note:
            click.echo(f"Tag {day}: {event.note}")


if __name__ == "__main__":
    main()

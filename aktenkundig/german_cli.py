"""Makes click speak German: headings, the help option, and a sentence for every mistake on the command line.

click takes its own words from gettext's global catalogue; ours is not to change what other programs in the process say.
"""

from __future__ import annotations

import re
import sqlite3
import sys
import time
from collections.abc import Callable
from typing import Any

import click

from archive.errors import ArchiveError, sentence_for

_EXTRAS = re.compile(r"\s*\[[^\[\]]*\]\Z")
_QUOTED = re.compile(r"""['"](.*)['"]""")
_IN_BRACKETS = re.compile(r"\((.*)\)")


class GermanCommand(click.Command):
    """A command whose help has German headings."""

    def __init__(self, *args: Any, **attrs: Any) -> None:
        super().__init__(*args, **{"options_metavar": "[OPTIONEN]", **attrs})

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write ``Aufruf: …``."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Aufruf: ")

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the arguments below ``Angaben``."""
        self._write_section("Angaben", click.Argument, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options below ``Optionen``."""
        self._write_section("Optionen", click.Option, ctx, formatter)

    def _write_section(
        self, heading: str, kind: type[click.Parameter], ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        records = [one.get_help_record(ctx) for one in self.get_params(ctx) if isinstance(one, kind)]
        rows = [(record[0], _EXTRAS.sub("", record[1])) for record in records if record is not None]
        if rows:
            with formatter.section(heading):
                formatter.write_dl(rows)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The ``--help`` option with a German text."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Diese Hilfe zeigen und enden."
        return option


class GermanGroup(GermanCommand, click.Group):
    """A group of German commands, in the order in which they were added: that of use."""

    command_class = GermanCommand

    def __init__(self, *args: Any, **attrs: Any) -> None:
        super().__init__(*args, **{"subcommand_metavar": "BEFEHL [ANGABEN]...", **attrs})

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options below ``Optionen`` and the commands below ``Befehle``."""
        super().format_options(ctx, formatter)
        with formatter.section("Befehle"):
            formatter.write_dl(
                [(name, one.get_short_help_str(limit=200)) for name, one in self.commands.items() if not one.hidden]
            )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order in which they were added."""
        return list(self.commands)


def german_message(error: click.ClickException) -> str:
    """The German sentence for a usage error.

    >>> german_message(click.NoSuchOption("--limt", possibilities=["--limit"]))
    'Die Option --limt gibt es nicht. Gemeint ist vielleicht --limit.'
    """
    match error:
        case click.NoSuchOption():
            return f"Die Option {error.option_name} gibt es nicht.{_perhaps(error.possibilities)}"
        case click.BadOptionUsage() if "requires" in error.message:
            return f"Die Option {error.option_name} braucht einen Wert."
        case click.BadOptionUsage():
            return f"Die Option {error.option_name} nimmt keinen Wert."
        case click.MissingParameter():
            return f"Es fehlt eine Angabe: {_name_of(error)}."
        case click.BadParameter():
            return f"{_name_of(error)}: {_expected(error)}"
        case _:
            return _other(error.message)


def sentence_of(error: BaseException) -> str:
    """The German sentence for whatever ended a command."""
    match error:
        case click.ClickException():
            return german_message(error)
        case KeyboardInterrupt() | click.Abort():
            return "Abgebrochen."
        case ArchiveError() | OSError() | sqlite3.Error():
            return sentence_for(error)
    return f"Unerwarteter Fehler: {type(error).__name__}: {error} (mehr mit --debug)"


def _other(message: str) -> str:
    quoted, bracketed = _QUOTED.search(message), _IN_BRACKETS.search(message)
    if "No such command" in message and quoted:
        return f"Den Befehl {quoted.group(1)} gibt es nicht. »aktenkundig --help« zeigt alle."
    if "Missing command" in message:
        return "Es fehlt ein Befehl. »aktenkundig --help« zeigt alle."
    if "extra argument" in message and bracketed:
        return f"Zu viele Angaben: {bracketed.group(1)}"
    return message


def _perhaps(possibilities: Any) -> str:
    return f" Gemeint ist vielleicht {', '.join(sorted(possibilities))}." if possibilities else ""


def _expected(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    match kind:
        case click.Choice():
            return f"Möglich sind {', '.join(str(choice) for choice in kind.choices)}."
        case click.IntRange():
            return f"Erwartet wird eine ganze Zahl{_range(kind)}."
        case click.FloatRange():
            return f"Erwartet wird eine Zahl{_range(kind)}."
        case click.Path():
            return "Erwartet wird ein Ordner, auf den zugegriffen werden darf."
    return "Erwartet wird eine ganze Zahl." if kind is click.INT else error.message


def _range(kind: click.IntRange | click.FloatRange) -> str:
    if kind.max is None:
        return "" if kind.min is None else f" ab {kind.min}"
    return f" von {kind.min} bis {kind.max}"


def _name_of(error: click.BadParameter) -> str:
    param = error.param
    if param is None:
        return str(error.param_hint or "")
    return str(param.opts[0] if param.param_type_name == "option" else param.human_readable_name)


def bar(label: str) -> Callable[[int, int], None]:
    """A callback for (done, total) that shows ``label 3/17 (18 %)`` on a terminal."""
    last = 0.0

    def show(done: int, total: int) -> None:
        nonlocal last
        if not sys.stderr.isatty() or (done < total and time.monotonic() - last < 0.2):
            return
        last = time.monotonic()
        share = f"{100 * done // max(total, 1)} %"
        sys.stderr.write(f"\r{label} {done}/{total} ({share})" + ("\n" if done == total else ""))
        sys.stderr.flush()

    return show

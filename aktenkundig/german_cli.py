"""Makes click's help German: headings, the help option, arguments with a text of their own."""

from __future__ import annotations

import re
from typing import Any

import click

_EXTRAS = re.compile(r"\s*\[[^\[\]]*\]\Z")


class GermanArgument(click.Argument):
    """An argument that says in the help what it is."""

    def __init__(self, *args: Any, help: str, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.said = help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Its name and what it is."""
        return self.make_metavar(ctx), self.said


class GermanCommand(click.Command):
    """A command whose help has German headings."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write ``Aufruf: …``."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Aufruf: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the arguments below ``Angaben`` and the options below ``Optionen``."""
        _write_parameters(self, ctx, formatter)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The usage line's parts, ``[OPTIONEN]`` first."""
        return _german_pieces(super().collect_usage_pieces(ctx))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The ``--help`` option with a German text."""
        return _german_help(super().get_help_option(ctx))


class GermanGroup(click.Group):
    """A group of German commands."""

    command_class = GermanCommand

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write ``Aufruf: …``."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Aufruf: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options below ``Optionen`` and the commands below ``Befehle``."""
        _write_parameters(self, ctx, formatter)
        rows = [
            (name, command.get_short_help_str(limit=200))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None and not command.hidden
        ]
        with formatter.section("Befehle"):
            formatter.write_dl(rows)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The usage line's parts, ``[OPTIONEN]`` first."""
        return _german_pieces(super().collect_usage_pieces(ctx))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The ``--help`` option with a German text."""
        return _german_help(super().get_help_option(ctx))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order in which they were added, which is the order of use."""
        return list(self.commands)


def _write_parameters(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    params = command.get_params(ctx)
    arguments = [one.get_help_record(ctx) for one in params if isinstance(one, GermanArgument)]
    options = [
        (record[0], _EXTRAS.sub("", record[1]))
        for one in params
        if isinstance(one, click.Option) and (record := one.get_help_record(ctx)) is not None
    ]
    for heading, rows in (("Angaben", arguments), ("Optionen", options)):
        if rows:
            with formatter.section(heading):
                formatter.write_dl(rows)


def _german_pieces(pieces: list[str]) -> list[str]:
    words = {"[OPTIONS]": "[OPTIONEN]", "COMMAND": "BEFEHL", "[ARGS]...": "[ANGABEN]..."}
    return [" ".join(words.get(word, word) for word in piece.split(" ")) for piece in pieces]


def _german_help(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "Diese Hilfe zeigen und enden."
    return option

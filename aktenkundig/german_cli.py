"""Makes click speak German: headings, the help option and the usual mistakes."""

from __future__ import annotations

from typing import Any

import click


class GermanCommand(click.Command):
    """A command whose help has German headings."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write ``Aufruf: …``."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Aufruf: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options below ``Optionen``."""
        _write_options(self, ctx, formatter)

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
        _write_options(self, ctx, formatter)
        rows = [
            (name, command.get_short_help_str(limit=90))
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
        """Commands in the order in which they were written, which is the order of use."""
        return list(self.commands)


def _write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    rows = [record for param in command.get_params(ctx) if (record := param.get_help_record(ctx)) is not None]
    if rows:
        with formatter.section("Optionen"):
            formatter.write_dl(rows)


def _german_pieces(pieces: list[str]) -> list[str]:
    words = {"[OPTIONS]": "[OPTIONEN]", "COMMAND": "BEFEHL", "[ARGS]...": "[ANGABEN]..."}
    return [" ".join(words.get(word, word) for word in piece.split(" ")) for piece in pieces]


def _german_help(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "Diese Hilfe zeigen und enden."
    return option


def german_message(error: click.ClickException) -> str:
    """The German sentence for a usage error."""
    match error:
        case click.NoSuchOption():
            return f"Die Option {error.option_name} gibt es nicht."
        case click.MissingParameter():
            return f"Es fehlt eine Angabe: {_name_of(error)}."
        case click.BadParameter():
            return f"Mit der Angabe {_name_of(error)} stimmt etwas nicht: {error.message}"
        case click.UsageError() if "No such command" in error.message:
            return f"Den Befehl {error.message.split(chr(39))[1]} gibt es nicht. »aktenkundig --help« zeigt alle."
        case _:
            return error.message


def _name_of(error: Any) -> str:
    param = error.param
    if param is None:
        return str(error.param_hint or "")
    return str(param.opts[0] if param.param_type_name == "option" else param.make_metavar(error.ctx))

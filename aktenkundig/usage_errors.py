"""German sentences for the mistakes one can make on the command line."""

from __future__ import annotations

import re
from typing import Any

import click

_QUOTED = re.compile(r"""['"](.*)['"]""")
_IN_BRACKETS = re.compile(r"\((.*)\)")


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

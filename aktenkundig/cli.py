"""The command line: runs a command, and prints what goes wrong as one German sentence."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import click

from aktenkundig import __version__
from aktenkundig.german_cli import GermanGroup, sentence_of
from aktenkundig.harvest_commands import crawl, demo, nightly, probe, sources, watch
from aktenkundig.keeping_commands import backup, block, rebuild, restore, unblock, verify
from aktenkundig.reading_commands import diff, export, report, search, serve, status

OK, NOBODY_READS, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130


def main(arguments: list[str] | None = None) -> None:
    """Entry point: run a command and exit with its code. Tracebacks are shown with ``--debug`` only."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        code = cli.main(args=arguments, prog_name="aktenkundig", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = COULD_NOT_RUN
    except click.ClickException as error:
        code = _complain(sentence_of(error))
    except (KeyboardInterrupt, click.Abort) as error:
        code = _complain(sentence_of(error), INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the interpreter complains when it flushes at its end
        code = NOBODY_READS
    except Exception as error:  # noqa: BLE001 - whatever it is, people get a sentence and the exit code says so
        if "--debug" in arguments:
            traceback.print_exc()
        code = _complain(sentence_of(error))
    sys.exit(code if isinstance(code, int) else OK)


def _complain(sentence: str, code: int = COULD_NOT_RUN) -> int:
    click.echo(f"Fehler: {sentence}", err=True)
    return code


@click.group(cls=GermanGroup, help="Archiv der Veröffentlichungen deutscher Datenschutzbehörden.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    metavar="ORDNER",
    help="Datenordner des Archivs (oder AKTENKUNDIG_DATA; sonst ./data). Steht vor dem Befehl.",
)
@click.option("--debug", is_flag=True, help="Bei Fehlern die technischen Einzelheiten zeigen.")
@click.version_option(
    __version__, prog_name="aktenkundig", message="%(prog)s %(version)s", help="Die Version zeigen und enden."
)
@click.pass_context
def cli(context: click.Context, data: Path | None, debug: bool) -> None:
    """Remember where the archive is."""
    context.obj = (data or Path(os.environ.get("AKTENKUNDIG_DATA") or "data")).absolute()


for _command in (
    sources,
    probe,
    crawl,
    nightly,
    watch,
    search,
    serve,
    status,
    diff,
    verify,
    rebuild,
    export,
    report,
    block,
    unblock,
    backup,
    restore,
    demo,
):
    cli.add_command(_command)

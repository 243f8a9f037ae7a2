"""Help and usage errors are German, for every command and every option."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from commands import run, run_process

from aktenkundig.cli import cli
from aktenkundig.german_cli import GermanCommand
from archive.database import open_archive

CONTRACT = (
    "sources",
    "crawl",
    "nightly",
    "watch",
    "search",
    "serve",
    "verify",
    "rebuild",
    "export",
    "report",
    "block",
    "probe",
    "demo",
    "status",
    "diff",
    "backup",
    "restore",
    "unblock",
)
ENGLISH = re.compile(r"\b(Usage|Options|Commands|Show this|default|required|Error|Try|Missing|Invalid|No such)\b")


def test_there_are_the_commands_of_the_contract_and_no_others() -> None:
    assert sorted(cli.commands) == sorted(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_every_command_has_german_help(name: str, tmp_path: Path) -> None:
    ran = run(tmp_path, name, "--help")

    assert ran.code == 0
    assert ran.out.startswith(f"Aufruf: aktenkundig {name}")
    assert ENGLISH.search(ran.out) is None


@pytest.mark.parametrize("name", CONTRACT)
def test_every_option_and_argument_says_what_it_is(name: str) -> None:
    command = cli.commands[name]

    assert isinstance(command, GermanCommand)
    assert command.help
    for param in command.params:
        assert isinstance(param, (click.Option, click.Argument))
        assert param.help, f"{name} {param.name}"


def test_the_group_has_help_and_a_version(tmp_path: Path) -> None:
    assert run(tmp_path, "--help").out.startswith("Aufruf: aktenkundig [OPTIONEN] BEFEHL")
    assert ENGLISH.search(run(tmp_path, "--help").out) is None
    assert re.fullmatch(r"aktenkundig \d+\.\d+\.\d+\n", run(tmp_path, "--version").out)


def test_without_a_command_the_help_is_shown_as_an_error() -> None:
    ran = run_process()

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Aufruf: aktenkundig [OPTIONEN] BEFEHL")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["finde", "x"], "Den Befehl finde gibt es nicht. »aktenkundig --help« zeigt alle."),
        (["search", "--limt", "3", "x"], "Die Option --limt gibt es nicht. Gemeint ist vielleicht --limit."),
        (["search"], "Es fehlt eine Angabe: SUCHANFRAGE."),
        (["search", "x", "--limit"], "Die Option --limit braucht einen Wert."),
        (["search", "x", "--limit", "a"], "--limit: Erwartet wird eine ganze Zahl von 1 bis 1000."),
        (["search", "x", "--limit", "0"], "--limit: Erwartet wird eine ganze Zahl von 1 bis 1000."),
        (["search", "x", "--format", "xml"], "--format: Möglich sind table, json."),
        (["crawl", "--delay", "-1"], "--delay: Erwartet wird eine Zahl ab 0."),
        (["diff", "dsmv-1", "a"], "[A]: Erwartet wird eine ganze Zahl."),
        (["verify", "x"], "Zu viele Angaben: x"),
        (["demo", "--no-serve=1"], "Die Option --no-serve nimmt keinen Wert."),
        (["block", "dsmv-1"], "Es fehlt eine Angabe: --reason."),
        (["crawl", "xyz"], "Die Quelle »xyz« gibt es nicht. Bekannt sind: bfdi, dsk, dsmv, edpb, mv."),
        (["probe", "xyz"], "Die Quelle »xyz« gibt es nicht. Bekannt sind: bfdi, dsk, dsmv, edpb, mv."),
        (
            ["crawl", "--at", "dsk"],
            "--at erwartet QUELLE=ADRESSE, zum Beispiel dsmv=http://127.0.0.1:8123, nicht »dsk«.",
        ),
        (
            ["crawl", "--at", "x=http://127.0.0.1:1"],
            "Die Quelle »x« gibt es nicht. Bekannt sind: bfdi, dsk, dsmv, edpb, mv.",
        ),
        (["crawl", "--now", "gestern"], "--now erwartet JJJJ-MM-TTThh:mm:ssZ, nicht »gestern«."),
    ],
)
def test_a_mistake_is_one_german_sentence_and_exit_code_2(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    ran = run(tmp_path, *arguments)

    assert (ran.code, ran.out, ran.err) == (2, "", f"Fehler: {sentence}\n")


@pytest.mark.parametrize("command", [["crawl"], ["crawl", "dsk"], ["nightly"], ["probe", "dsmv"]])
def test_live_sites_are_not_asked_without_a_contact(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AKTENKUNDIG_CONTACT", raising=False)
    ran = run(tmp_path / "data", *command)

    assert ran.code == 2
    assert "wird ein Kontakt gebraucht, der im User-Agent steht" in ran.err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("contact", ["niemand", "@", "http://", "a b@c.de"])
def test_a_contact_has_to_be_an_address(contact: str, tmp_path: Path) -> None:
    assert run(tmp_path / "data", "crawl", "--contact", contact).code == 2


HEAVY = {"scrapy", "twisted", "datasette", "sqlite_utils", "bs4", "lxml", "warcio", "filelock", "pypdfium2"}
LOADED = """
import sys
from aktenkundig.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    print(*sorted(sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [("--help",), ("search", "Wort"), ("status",)], ids=" ".join)
def test_readers_do_not_wait_for_what_only_a_crawl_needs(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    open_archive(tmp_path).close()
    command = [sys.executable, "-c", LOADED, "--data", str(tmp_path), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)

    assert "aktenkundig.cli" in ran.stderr.split()
    assert HEAVY & set(ran.stderr.split()) == set()

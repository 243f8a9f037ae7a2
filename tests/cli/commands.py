"""Runs commands in this process and as a user would, and keeps what they print."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from aktenkundig.cli import main

COMMAND = [sys.executable, "-m", "aktenkundig"]


@dataclass(frozen=True)
class Ran:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class SmallArchive:
    """An archive of the press portal harvested on two days: into a log, and on a terminal."""

    data: Path
    logged: Ran
    live: Ran


def run(data: Path, *arguments: str) -> Ran:
    """A command on the archive in ``data``, in this process."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err, pytest.raises(SystemExit) as ended:
        main(["--data", str(data), *arguments])
    return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def run_process(*arguments: str, **environment: str) -> Ran:
    """A command as a process of its own."""
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, env=os.environ | environment, timeout=120, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def run_on_terminal(*arguments: str, columns: int = 70) -> Ran:
    """A command whose stderr is a terminal so wide; what it wrote there is in ``err``."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, columns))
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=slave,
        text=True,
        env=os.environ | {"COLUMNS": str(columns)},
    )
    os.close(slave)
    written = b"".join(iter(lambda: _read(master), b""))
    os.close(master)
    out, _ = process.communicate(timeout=120)
    return Ran(process.returncode, out, written.decode())


def _read(terminal: int) -> bytes:
    """What came next, nothing once the other side is closed."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""

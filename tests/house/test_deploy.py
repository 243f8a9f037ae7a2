"""What is under deploy/ is valid, hardened, and speaks of commands and settings that exist."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from archive.database import open_archive
from archive.keeping.backup import backup

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
WORKFLOW = DEPLOY / "github" / "nightly.yml"
INSTALLED = "/opt/aktenkundig/.venv/bin/aktenkundig"
HIGHEST_EXPOSURE = 20
"""Of 100, as ``systemd-analyze security`` counts; an unhardened service has about 96."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze ist nicht installiert (Debian: systemd)"
)


@needs_systemd
def test_the_units_are_valid(tmp_path: Path) -> None:
    """The program is put where one is, for systemd looks whether it can be run."""
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(INSTALLED, sys.executable)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *sorted(str(path) for path in tmp_path.iterdir())]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert [line for line in ran.stderr.splitlines() if "aktenkundig" in line] == []
    assert ran.returncode == 0


@needs_systemd
@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_the_services_are_hardened(service: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}", str(service)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout[-400:]


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_the_services_have_their_own_user_and_write_into_the_archive_only(service: Path) -> None:
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(service, encoding="utf-8")
    section = unit["Service"]

    assert section["User"] == "aktenkundig"
    assert section["ProtectSystem"] == "strict"
    assert section["PrivateTmp"] == "yes"
    assert section["ReadWritePaths"] in ("/var/lib/aktenkundig", "/var/lib/aktenkundig -/srv/aktenkundig")


def test_what_takes_long_does_not_hang_on_the_end_of_the_night() -> None:
    """A backup as ExecStopPost is killed after TimeoutStopSec; the unit for it has hours."""
    copy = (DEPLOY / "systemd" / "aktenkundig-copy.service").read_text(encoding="utf-8")

    assert not [path for path in DEPLOY.rglob("*") if path.is_file() and "ExecStopPost=" in path.read_text("utf-8")]
    assert "TimeoutStartSec=6h" in copy
    assert "OnSuccess=aktenkundig-copy.service" in (DEPLOY / "README.md").read_text(encoding="utf-8")


def test_cron_reads_the_settings_as_systemd_does(tmp_path: Path) -> None:
    """systemd.exec(5), EnvironmentFile=: no shell, values as they stand."""
    settings = tmp_path / "aktenkundig.env"
    settings.write_text(
        "# Kommentar\n; noch einer\n\nA=x & y; z\nB=p$HOME`id`\nC=Redaktion <a@example.org>\nD= aussen  \n"
        'E="mit \\"Zeichen\\" "\nF=\'ein $wort \'\nG=\nH=a\\\\b\nI=https://x.example/?a=1&b=2#c\nJ=ohne Zeilenende',
        encoding="utf-8",
    )
    command = [str(DEPLOY / "with-environment"), str(settings), sys.executable, "-c"]
    show = "import json, os; print(json.dumps({n: os.environ[n] for n in 'ABCDEFGHIJ'}))"
    ran = subprocess.run([*command, show], capture_output=True, text=True, check=True)

    assert json.loads(ran.stdout) == {
        "A": "x & y; z",
        "B": "p$HOME`id`",
        "C": "Redaktion <a@example.org>",
        "D": "aussen",
        "E": 'mit "Zeichen" ',
        "F": "ein $wort ",
        "G": "",
        "H": "a\\b",
        "I": "https://x.example/?a=1&b=2#c",
        "J": "ohne Zeilenende",
    }


def test_cron_uses_it() -> None:
    cron = (DEPLOY / "aktenkundig.cron").read_text(encoding="utf-8")

    assert "deploy/with-environment /etc/aktenkundig/aktenkundig.env nice" in cron
    assert "%" not in cron.splitlines()[-1]


def test_the_workflow_is_valid_by_the_schema_of_github() -> None:
    linter = Path(sys.executable).with_name("check-jsonschema")
    if not linter.exists():
        pytest.skip("check-jsonschema ist nicht installiert (Extra »dev«)")
    command = [str(linter), "--builtin-schema", "vendor.github-workflows", str(WORKFLOW)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout


def test_the_workflow_passes_the_linter() -> None:
    """Expressions in shell lines, kept credentials, foreign actions without a hash."""
    linter = shutil.which("zizmor", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if linter is None:
        pytest.skip("zizmor ist nicht installiert (.ci/run richtet es ein, wo es zu haben ist)")
    command = [linter, "--offline", "--no-progress", "--config", str(WORKFLOW.with_name("zizmor.yml")), str(WORKFLOW)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout


def test_the_workflow_asks_for_no_rights_and_prints_no_secrets() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    steps = workflow["jobs"]["crawl"]["steps"]

    assert workflow["permissions"] == {"contents": "read"}
    assert not any("secrets." in step.get("run", "") for step in steps)


def test_the_workflow_publishes_the_export_and_nothing_of_the_archive_itself() -> None:
    """WARC files hold what is blocked."""
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    steps = workflow["jobs"]["crawl"]["steps"]
    published = [step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", "")]

    assert published == ["export"]


def command_lines() -> list[list[str]]:
    """Every call of the program in deploy/, as its arguments."""
    found = []
    for path in sorted(path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".md"):
        for line in path.read_text(encoding="utf-8").splitlines():
            called = re.search(r"(?:bin/|run: |^ +)aktenkundig ([a-z].*)", line)
            found += [re.split(r"\s*(?:>>|\|)", called.group(1))[0].split()] if called else []
    return found


def test_every_command_line_is_understood() -> None:
    from aktenkundig.cli import cli

    assert len(command_lines()) >= 5
    for name, *arguments in command_lines():
        cli.commands[name].make_context(name, arguments, resilient_parsing=False)


def settings_named(path: Path) -> set[str]:
    return set(re.findall(r"AKTENKUNDIG_[A-Z_]+", path.read_text(encoding="utf-8")))


def test_the_workflow_hands_on_every_setting_of_the_nightly_run() -> None:
    assert settings_named(DEPLOY / "aktenkundig.env") <= settings_named(WORKFLOW)


def test_the_image_runs_as_a_user_of_its_own_and_takes_every_package() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = {line.split()[1] for line in lines if line.startswith("COPY") and len(line.split()) == 3}

    assert {"aktenkundig", "archive", "crawler", "pipelines", "portal"} <= copied
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001"]
    assert "--uid 10001" in "".join(lines)
    assert lines.index("USER 10001") < next(at for at, line in enumerate(lines) if line.startswith("ENTRYPOINT"))


@pytest.mark.skipif(os.geteuid() != 0, reason="nur root kann einen Ordner einer fremden Gruppe geben")
def test_the_copy_for_a_portal_without_write_rights_can_be_read_by_it(tmp_path: Path) -> None:
    """Made as deploy/README.md says: the folder's mode, and the services' umask."""
    shown = re.search(
        r"install -d -m (\d+) .*-g aktenkundig-portal", (DEPLOY / "README.md").read_text(encoding="utf-8")
    )
    assert shown is not None
    foreign = os.getgid() + 4711
    copy = tmp_path / "copy"
    copy.mkdir()
    os.chown(copy, -1, foreign)
    copy.chmod(int(shown.group(1), 8))
    open_archive(tmp_path / "data").close()
    (tmp_path / "data" / "warc").mkdir()
    (tmp_path / "data" / "warc" / "dsk.warc.gz").write_bytes(b"x")
    before = os.umask(0o027)
    try:
        backup(tmp_path / "data", copy)
    finally:
        os.umask(before)

    made = [path for path in copy.rglob("*") if path.name != "aktenkundig.lock"]
    assert {path.name for path in made} == {"archive.db", "warc", "dsk.warc.gz"}
    assert {path.stat().st_gid for path in made} == {foreign}
    assert all(path.stat().st_mode & 0o040 and not path.stat().st_mode & 0o022 for path in made)

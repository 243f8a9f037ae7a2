"""The nightly run looks after itself, and speaks up exactly when it should."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from nights import FirstNight, contents, night, options_for, rows
from receivers import Posts, mail_server, web_receiver

from aktenkundig import nightly
from aktenkundig.cli import main
from aktenkundig.crawling import CrawlOptions
from aktenkundig.messages import BadMessageSettings
from aktenkundig.nightly import run_night
from aktenkundig.sample import SampleSite
from archive.errors import REBUILD, ArchiveBusy
from archive.health.disk import Disk
from archive.lock import archive_lock

NEWEST = "select source, outcome, detail from runs where id in (select max(id) from runs group by source) order by 1"


def test_a_first_night_is_healthy_and_says_what_came(first: FirstNight) -> None:
    assert first.said.code == 0
    assert "dsk: in Ordnung, " in first.said.out
    assert "dsmv: in Ordnung, " in first.said.out
    assert "Belege: " in first.said.out
    assert rows(first.data, "select * from incidents") == []


def test_a_night_on_an_unchanged_site_adds_nothing_but_the_ledger(data: Path, site: SampleSite) -> None:
    before = contents(data)
    said = night(site, data)

    assert said.code == 0
    assert contents(data) == before
    assert [row[1] for row in rows(data, NEWEST)] == ["ok", "ok"]
    assert rows(data, "select count(*) from runs") == [(4,)]


def test_one_source_that_fails_does_not_stop_the_other(data: Path, broken: SampleSite) -> None:
    broken.fault("*", host="dsk", reset=True)
    failed = night(broken, data)
    broken.heal()
    healed = night(broken, data)

    assert failed.code == 1
    assert "dsk: FEHLGESCHLAGEN" in failed.out
    assert "dsmv: in Ordnung" in failed.out
    assert "Alarm seit " in failed.out
    assert healed.code == 0
    assert "Entwarnung: dsk: " in healed.out
    assert rows(data, "select count(*), count(closed_at) from incidents") == [(1, 1)]
    assert rows(data, "select count(*) from documents where removed_at is not null") == [(0,)]


def test_one_page_at_all_addresses_alarms_in_one_run(data: Path, broken: SampleSite) -> None:
    """Every release answers, all with the same page, which is none of them: that says more than a changed layout."""
    body = b"<html><body><main><h1>Alles neu</h1><p>Willkommen im neuen Portal.</p></main></body></html>"
    broken.fault("/presse/?id=*", host="dsmv", body=body)
    said = night(broken, data)

    assert said.code == 1
    assert rows(data, "select kind from incidents where source = 'dsmv'") == [("interposed",)]
    listed, failed = rows(data, "select listed, failed from runs where source = 'dsmv' order by id desc")[0]
    assert 0 < failed <= listed  # type: ignore[operator]
    assert rows(data, "select count(*) from documents where source = 'dsmv' and version > 1") == [(0,)]


def test_a_first_night_that_finds_nothing_is_an_alarm(tmp_path: Path, broken: SampleSite) -> None:
    """Every page answers with 200 from the start, and nothing is there: no green light for that."""
    broken.fault("*", body=b"<html><body><h1>Willkommen</h1><div id='app'></div></body></html>")
    said = night(broken, tmp_path)

    assert said.code == 1
    assert rows(tmp_path, "select count(*) from documents") == [(0,)]
    assert rows(tmp_path, "select distinct source from incidents order by 1") == [("dsk",), ("dsmv",)]


def test_a_source_that_takes_too_long_is_ended_and_shown_as_failed(data: Path, broken: SampleSite) -> None:
    broken.fault("/entschliessungen.html", host="dsk", delay=600)
    said = night(broken, data, time_limit=30)

    assert said.code == 1
    assert rows(data, NEWEST) == [
        ("dsk", "failed", "Der Lauf endete vorzeitig: Zeitgrenze von 30 s überschritten."),
        ("dsmv", "ok", None),
    ]


def test_a_killed_run_is_shown_as_failed_by_the_next_night(data: Path, broken: SampleSite) -> None:
    broken.fault("/presse/", host="dsmv", delay=30)
    options = options_for(broken, data).to_json()
    command = [sys.executable, "-m", "aktenkundig.crawl_source", "dsmv", options]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert is_soon(lambda: bool(rows(data, "select 1 from runs where outcome = 'running'")))
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=20)
    broken.heal()
    said = night(broken, data)

    killed = rows(data, "select outcome, detail from runs where source = 'dsmv' order by id")[1]
    assert said.code == 0
    assert killed == ("failed", "Der Lauf wurde abgebrochen.")


def is_soon(holds: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether something comes true within so many seconds."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def test_a_second_night_leaves_with_a_clear_word(data: Path, site: SampleSite) -> None:
    with archive_lock(data), pytest.raises(ArchiveBusy, match="Ein anderer Lauf arbeitet gerade"):
        night(site, data)


def test_a_second_night_waits_when_told_to(data: Path, site: SampleSite) -> None:
    with archive_lock(data), pytest.raises(ArchiveBusy):
        run_night(options_for(site, data), wait=0.3, time_limit=9, environ={})


def test_a_harvest_that_never_began_is_an_alarm(data: Path, site: SampleSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "crawl_sources", lambda *_, **__: {"dsk": 1, "dsmv": 1})
    said = night(site, data)

    assert said.code == 1
    assert said.out.count("Der Abruf hat nicht begonnen.") == 2


# -- messages of the night ---------------------------------------------------------------------------


def unharvested(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make nights short: what is judged is the run that is there."""
    monkeypatch.setattr(nightly, "crawl_sources", lambda *_, **__: {})
    monkeypatch.setattr(nightly, "_newest_runs", lambda *_: {})


def test_ten_bad_nights_are_one_alert_ten_pings_and_one_all_clear(
    data: Path, site: SampleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    unharvested(monkeypatch)
    with web_receiver() as posts:
        environ = {"AKTENKUNDIG_WEBHOOK": f"{posts.url}/hook", "AKTENKUNDIG_PING": f"{posts.url}/ping"}
        set_outcome(data, "failed")
        codes = [night(site, data, environ=environ).code for _ in range(10)]
        set_outcome(data, "ok")
        codes.append(night(site, data, environ=environ).code)

    paths = [path for path, _ in posts.received]
    told = [change["opened"] for path, body in posts.received if path == "/hook" for change in body["changes"]]
    assert codes == [1] * 10 + [0]
    assert (paths.count("/ping/fail"), paths.count("/ping"), paths.count("/hook")) == (10, 1, 2)
    assert told == [True, False]


def set_outcome(data: Path, outcome: str) -> None:
    with closing(sqlite3.connect(data / "archive.db")) as conn, conn:
        conn.execute("update runs set outcome = ? where source = 'dsk'", (outcome,))


def test_an_alert_that_could_not_be_told_is_told_the_next_night(
    data: Path, site: SampleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    unharvested(monkeypatch)
    set_outcome(data, "failed")
    with web_receiver(status=500) as posts:
        environ = {"AKTENKUNDIG_WEBHOOK": posts.url}
        first_try = night(site, data, environ=environ)
        posts.status = 200
        night(site, data, environ=environ)
        night(site, data, environ=environ)

    assert first_try.err == "Nachricht per Webhook nicht zugestellt (HTTPError 500).\n"
    assert [len(body["changes"]) for _, body in posts.received] == [1, 1]


def test_a_night_that_cannot_be_run_is_told(tmp_path: Path, site: SampleSite) -> None:
    (tmp_path / "archive.db").write_bytes(b"kein SQLite" * 500)
    with web_receiver() as posts:
        environ = {"AKTENKUNDIG_WEBHOOK": f"{posts.url}/hook", "AKTENKUNDIG_PING": f"{posts.url}/ping"}
        with pytest.raises(sqlite3.DatabaseError):
            night(site, tmp_path, environ=environ)

    assert [path for path, _ in posts.received] == ["/hook", "/ping/fail"]
    assert posts.received[0][1]["changes"][0]["kind"] == "not_run"


def told(posts: Posts) -> list[tuple[str, str]]:
    """Where something was told, and what is said of the cause."""
    return [(path, body["changes"][0]["detail"] if "changes" in body else "") for path, body in posts.received]


def command_line(monkeypatch: pytest.MonkeyPatch, posts: Posts, data: Path, *arguments: str, **environ: str) -> int:
    """``aktenkundig nightly`` in this process, with both channels at the receiver; the exit code."""
    environ = {"AKTENKUNDIG_WEBHOOK": f"{posts.url}/hook", "AKTENKUNDIG_PING": f"{posts.url}/ping"} | environ
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(data), "nightly", *arguments])
    return int(str(ended.value.code))


NOBODY = ("--at", "dsk=http://127.0.0.1:9", "--at", "dsmv=http://127.0.0.1:9")
NOT_RUN: dict[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "no contact": ((), {"AKTENKUNDIG_CONTACT": ""}, "wird ein Kontakt gebraucht"),
    "no such option": (("--dely", "3"), {}, "Die Option --dely gibt es nicht"),
    "no number": (("--delay", "viel"), {}, "--delay: Erwartet wird eine Zahl"),
    "a stand-in that is none": (("--at", "dsk"), {}, "--at erwartet QUELLE=ADRESSE"),
    "no time limit": (NOBODY, {"AKTENKUNDIG_TIMEOUT": "bald"}, "AKTENKUNDIG_TIMEOUT muss eine Zahl sein"),
    "no port": (NOBODY, {"AKTENKUNDIG_SMTP_PORT": "zwölf"}, "AKTENKUNDIG_SMTP_PORT muss eine Zahl"),
    "no Redis address": (NOBODY, {"AKTENKUNDIG_CLUSTER": "http://127.0.0.1"}, "erwartet eine Adresse wie redis://"),
    "no Redis": (
        NOBODY,
        {"AKTENKUNDIG_CLUSTER": "redis://:geheim@127.0.0.1:9/0"},
        "Redis (AKTENKUNDIG_CLUSTER) antwortet",
    ),
}


@pytest.mark.parametrize("case", NOT_RUN)
def test_what_keeps_a_night_from_being_run_is_told_everywhere(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments, environ, cause = NOT_RUN[case]
    with web_receiver() as posts:
        code = command_line(monkeypatch, posts, tmp_path, *arguments, **environ)

    assert code == 2
    assert [path for path, _ in told(posts)] == ["/hook", "/ping/fail"]
    assert posts.received[0][1]["changes"][0]["kind"] == "not_run"
    assert cause in told(posts)[0][1]
    assert "geheim" not in str(posts.received)


def test_a_locked_archive_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with archive_lock(data), web_receiver() as posts:
        code = command_line(monkeypatch, posts, data, *NOBODY)

    assert code == 2
    assert [path for path, _ in told(posts)] == ["/hook", "/ping/fail"]
    assert "Ein anderer Lauf arbeitet gerade" in told(posts)[0][1]


@pytest.mark.parametrize("lost", [False, True])
def test_files_that_no_run_knows_are_told_everywhere(lost: bool, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside an archive that is older than they are, and beside none at all; nothing is asked."""
    known = next((data / "warc").glob("*.warc.gz"))
    shutil.copy2(known, known.with_name("dsmv-20261105T040000Z-000099.warc.gz"))
    if lost:
        for path in data.glob("archive.db*"):
            path.unlink()
    with web_receiver() as posts, mail_server() as inbox:
        mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(inbox.port), "SMTP_TLS": "none", "MAIL_TO": "a@example.org"}
        mail = {f"AKTENKUNDIG_{name}": value for name, value in mail.items()}
        code = command_line(monkeypatch, posts, data, *NOBODY, **mail)

    cause = "restore --from-warc" if lost else "000099.warc.gz"
    assert code == 2
    assert [path for path, _ in told(posts)] == ["/hook", "/ping/fail"]
    assert posts.received[0][1]["changes"][0]["kind"] == "not_run"
    assert "kennt kein Lauf" in told(posts)[0][1]
    assert [cause in text for text in (told(posts)[0][1], inbox.messages[0].get_content())] == [True, True]


def test_a_full_disk_is_told_before_anything_is_asked(
    data: Path, site: SampleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(nightly, "NamedTemporaryFile", full)
    site.forget_requests()
    with web_receiver() as posts, pytest.raises(OSError, match="No space"):
        night(site, data, environ={"AKTENKUNDIG_WEBHOOK": posts.url})

    assert "Der Datenträger ist voll" in told(posts)[0][1]
    assert site.requests == []


def test_a_wrong_channel_does_not_keep_the_others_silent(tmp_path: Path, site: SampleSite) -> None:
    with web_receiver() as posts, pytest.raises(BadMessageSettings):
        night(site, tmp_path, environ={"AKTENKUNDIG_WEBHOOK": "kein Haken", "AKTENKUNDIG_PING": f"{posts.url}/ping"})

    assert told(posts) == [("/ping/fail", "")]


def test_a_night_that_is_ended_from_outside_is_told(
    data: Path, site: SampleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(nightly, "crawl_sources", interrupted)
    with web_receiver() as posts, pytest.raises(KeyboardInterrupt):
        night(site, data, environ={"AKTENKUNDIG_WEBHOOK": posts.url})

    assert told(posts) == [("", "Abgebrochen.")] or told(posts) == [("/", "Abgebrochen.")]


def test_help_tells_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with web_receiver() as posts:
        code = command_line(monkeypatch, posts, tmp_path, "--help")

    assert (code, posts.received) == (0, [])


def test_a_site_that_cannot_be_reached_is_one_problem_that_names_the_cause(data: Path, site: SampleSite) -> None:
    """Whatever keeps robots.txt away keeps every page away: that is one thing, said once."""
    said = night(site, data, at={"dsk": "http://127.0.0.1:9", "dsmv": site.address("dsmv")})
    problems = "select detail from problems where run_id = (select max(id) from runs where source = 'dsk')"
    sentence = "robots.txt ist nicht erreichbar; es wird nichts abgerufen. Grund: Der Server nimmt keine Verbindung an."

    assert rows(data, problems) == [(sentence,)]
    assert f"Alarm seit {rows(data, 'select opened_at from incidents')[0][0]}: dsk: Keine Übersichtsseite" in said.out
    assert said.out.count(sentence) == 2


def test_every_source_says_how_old_its_data_are(
    data: Path, site: SampleSite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the report, in the ping and in ``status``: a run that came to its end is no fresh document."""
    unharvested(monkeypatch)
    old = "2026-03-01T04:00:00Z"
    with closing(sqlite3.connect(data / "archive.db")) as conn, conn:
        conn.execute("update runs set finished_at = ? where source = 'dsk'", (old,))
    with web_receiver() as posts:
        said = night(site, data, environ={"AKTENKUNDIG_PING": f"{posts.url}/ping"})
    sources = posts.received[0][1]["sources"]
    with pytest.raises(SystemExit):
        main(["--data", str(data), "status"])

    assert sources["dsk"] == {"at": old, "stale": True}
    assert sources["dsmv"]["stale"] is False
    line = f"dsk: Stand der Daten {old} (ACHTUNG: älter als 48 Stunden)"
    assert line in said.out
    assert line in capsys.readouterr().out


def test_every_second_night_compares_with_the_vault(
    data: Path, site: SampleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed title of a version, which no digest covers: seen in the second night, over when a comparison finds it right."""
    unharvested(monkeypatch)
    spoil = "update versions set title = {} where rowid = (select min(rowid) from versions)"
    codes = []
    with web_receiver() as posts:
        for statement in (
            spoil.format("title || ' nicht'"),
            "update runs set started_at = '2026-10-01T04:00:00Z' where source = 'dsk'",
            spoil.format("replace(title, ' nicht', '')"),
        ):
            with closing(sqlite3.connect(data / "archive.db")) as conn, conn:
                conn.execute(statement)
            codes.append(night(site, data, environ={"AKTENKUNDIG_WEBHOOK": posts.url}, deep_every=2).code)

    changes = [change for _, body in posts.received for change in body["changes"]]
    assert codes == [0, 1, 0]
    assert [(one["source"], one["kind"], one["opened"]) for one in changes] == [
        ("belege", "vault", True),
        ("belege", "vault", False),
    ]
    assert "title ist anders, als die Belege sagen" in changes[0]["detail"]


def test_secrets_are_neither_printed_nor_stored(data: Path, site: SampleSite, monkeypatch: pytest.MonkeyPatch) -> None:
    unharvested(monkeypatch)
    set_outcome(data, "failed")
    secret = "geheim-7f3a"
    environ = {
        "AKTENKUNDIG_WEBHOOK": f"http://127.0.0.1:9/{secret}",
        "AKTENKUNDIG_PING": f"http://127.0.0.1:9/{secret}",
        "AKTENKUNDIG_SMTP_HOST": "127.0.0.1",
        "AKTENKUNDIG_SMTP_PORT": "9",
        "AKTENKUNDIG_SMTP_PASSWORD": secret,
        "AKTENKUNDIG_SMTP_USER": "archiv",
        "AKTENKUNDIG_MAIL_TO": "redaktion@example.org",
    }
    said = night(site, data, environ=environ)

    assert said.err.count("nicht zugestellt") == 3
    assert secret not in said.out + said.err
    assert not any(secret.encode() in path.read_bytes() for path in data.rglob("*") if path.is_file())


def test_the_command_ends_with_2_when_it_could_not_run(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"kein SQLite" * 500)
    command = [sys.executable, "-m", "aktenkundig", "--data", str(tmp_path), "nightly"]
    at = ["--at", "dsk=http://127.0.0.1:9", "--at", "dsmv=http://127.0.0.1:9"]
    ran = subprocess.run([*command, *at], capture_output=True, text=True, check=False, timeout=60)

    assert ran.returncode == 2
    assert ran.stderr.endswith(f"Fehler: archive.db ist keine SQLite-Datenbank oder beschädigt; {REBUILD}\n")


# -- disk --------------------------------------------------------------------------------------------


def test_a_disk_that_fills_up_is_an_alarm(data: Path, site: SampleSite, monkeypatch: pytest.MonkeyPatch) -> None:
    unharvested(monkeypatch)
    growing = Disk(vault=10**10, grown=6 * 10**9, free=9 * 10**9)
    monkeypatch.setattr(nightly, "look_at_disk", lambda *_, **__: growing)
    said = night(site, data)

    assert said.code == 1
    assert "so reicht der Datenträger noch 45 Tage" in said.out


def test_growth_counts_the_runs_of_thirty_days_and_not_the_first_harvest(first: FirstNight, data: Path) -> None:
    with closing(sqlite3.connect(data / "archive.db")) as conn:
        fresh = nightly.look_at_disk(conn, data, at="2026-12-31T04:00:00Z")
        conn.execute("update runs set started_at = '2026-10-01T04:00:00Z' where source = 'dsk'")
        later = nightly.look_at_disk(conn, data, at=rows(data, "select max(started_at) from runs")[0][0])  # type: ignore[arg-type]

    assert fresh.vault == later.vault > 100_000
    assert fresh.grown == 0
    assert 0 < later.grown < later.vault


def test_options_survive_the_way_into_a_child_process(tmp_path: Path) -> None:
    options = CrawlOptions(data=tmp_path, at={"dsk": "http://127.0.0.1:9"}, limits={"file": 3}, delay=0.5)

    assert CrawlOptions.from_json(options.to_json()) == options

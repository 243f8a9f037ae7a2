"""Saved searches: each hit is told once to everybody, none is lost, and nobody's address enters the archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from archive_builder import add_run, new_archive, publication, put
from nights import night, rows
from receivers import Posts, mail_server, web_receiver

from aktenkundig import watch
from aktenkundig.cli import main
from aktenkundig.messages import MessageSettings, post
from aktenkundig.sample import SampleSite
from aktenkundig.watch import BadWatch, Watch, begin, deliver, file_of, read_watches
from archive.keeping.ledger import RunCounts, describe_source, finish_run
from archive.keeping.store import add_event
from crawler.sources import load_source

READER = "redaktion-7f3a@example.org"


class Newsroom:
    """An archive whose nights a test plays, and a webhook that is told of it."""

    def __init__(self, data: Path, posts: Posts, settings: str = "") -> None:
        self.data, self.posts, self.nights = data, posts, 0
        (data / "watch.toml").write_text(
            settings or f'[[watch]]\nname = "Kameras"\nq = "Kamera"\nwebhook = "{posts.url}"\n'
        )
        self.conn = new_archive(data / "archive.db")
        for name in ("dsk", "dsmv"):
            describe_source(self.conn, *load_source(name).entry())

    @property
    def watches(self) -> tuple[Watch, ...]:
        return read_watches(self.conn, file_of(self.data, {}))[0]

    def night(self, *documents: str, changed: str = "", removed: str = "", tell: bool = True) -> list[str]:
        """New documents with this text each, one changed, one removed; what could not be delivered."""
        begin(self.conn, self.data, self.watches)
        self.nights += 1
        at = f"2026-03-{self.nights:02}T04:00:00Z"
        run_id = add_run(self.conn, at=at)
        for number, text in enumerate(documents):
            self.put(f"dsmv-{self.nights}{number}", text, at, run_id)
        if changed:
            document_id, _, text = changed.partition(" ")
            self.put(document_id, text, at, run_id)
        if removed:
            self.conn.execute("update documents set removed_at = ? where id = ?", (at, removed))
            add_event(self.conn, removed, "removed", at=at, run_id=run_id, detail="404")
        finish_run(self.conn, run_id, finished_at=at, outcome="ok", counts=RunCounts(), settled=True)
        return self.tell() if tell else []

    def put(self, document_id: str, text: str, at: str, run_id: int) -> None:
        put(self.conn, publication(document_id, text, title=f"Meldung {document_id[5:]}", seen_at=at), run_id=run_id)

    def tell(self) -> list[str]:
        return deliver(self.conn, self.data, self.watches, MessageSettings(), portal="https://archiv.example/")

    @property
    def told(self) -> list[list[tuple[str, str]]]:
        """For each message what became of which hit."""
        return [[(hit["event"], hit["id"]) for hit in body["hits"]] for _, body in self.posts.received]


@pytest.fixture
def posts() -> Iterator[Posts]:
    with web_receiver() as receiver:
        yield receiver


@pytest.fixture
def room(tmp_path: Path, posts: Posts) -> Iterator[Newsroom]:
    newsroom = Newsroom(tmp_path, posts)
    yield newsroom
    newsroom.conn.close()


# -- what is told ------------------------------------------------------------------------------------


def test_new_changed_and_removed_hits_are_one_message(room: Newsroom) -> None:
    room.night("Die Kamera im Flur.", "Eine Kamera am Tor.", "Etwas anderes.")
    room.night("Noch eine Kamera.", changed="dsmv-10 Die Kamera im Keller.", removed="dsmv-11")

    assert sorted(room.told[0]) == [("neu", "dsmv-10"), ("neu", "dsmv-11")]
    assert sorted(room.told[1]) == [("entfernt", "dsmv-11"), ("geändert", "dsmv-10"), ("neu", "dsmv-20")]
    body = room.posts.received[1][1]
    assert "1 neu" in body["text"]
    assert "[-Flur-] {+Keller+}" in body["text"]
    assert "https://archiv.example/dokument/dsmv-10/vergleich/1/2" in body["text"]
    assert "Quelle: https://www.example.org/dsmv-10" in body["text"]


def test_nothing_new_is_no_message(room: Newsroom) -> None:
    room.night("Eine Kamera.")
    for _ in range(3):
        room.night("Nichts davon.")

    assert len(room.told) == 1


def test_a_hit_that_is_edited_out_of_the_search_is_told_once_more(room: Newsroom) -> None:
    room.night("Eine Kamera am Tor.")
    room.night(changed="dsmv-10 Ein Zaun am Tor.")
    room.night(changed="dsmv-10 Ein Zaun am Haus.")
    room.night(changed="dsmv-10 Eine Kamera am Haus.")

    notes = [(hit["event"], hit["note"]) for _, body in room.posts.received for hit in body["hits"]]
    assert notes == [("neu", ""), ("geändert", "trifft die Suche nicht mehr"), ("geändert", "trifft die Suche jetzt")]


def test_only_hits_with_all_words_are_told(tmp_path: Path, posts: Posts) -> None:
    """The nearest documents of a search page are no hits, nor are mended slips."""
    settings = f'[[watch]]\nname = "K"\nq = "Kamera Schule"\nwebhook = "{posts.url}"\n'
    room = Newsroom(tmp_path, posts, settings)
    room.night("Eine Kamera.", "Eine Schule.", "Die Kamera der Schule.")

    assert room.told == [[("neu", "dsmv-12")]]


def test_filters_are_those_of_the_search_page(tmp_path: Path, posts: Posts) -> None:
    settings = "".join(
        f'[[watch]]\nname = "{name}"\n{line}\nwebhook = "{posts.url}/{name}"\n'
        for name, line in (
            ("a", 'quelle = "dsk"'),
            ("b", 'quelle = ["dsk", "dsmv"]'),
            ("c", "von = 2027"),
            ("d", 'typ = "pressemitteilung"'),
        )
    )
    room = Newsroom(tmp_path, posts, settings)
    room.night("Ein Text.")

    assert [path for path, _ in posts.received] == ["/b", "/d"]


# -- once, and none lost -----------------------------------------------------------------------------


def test_ten_nights_with_a_crash_in_between_tell_each_hit_once(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the harvest and before the message; killed while it is on its way; the receiver is down."""
    for number in range(1, 11):
        if number == 3:
            room.night(f"Kamera {number}.", tell=False)
        elif number == 5:
            monkeypatch.setattr(watch, "post", interrupted)
            with pytest.raises(KeyboardInterrupt):
                room.night(f"Kamera {number}.")
            monkeypatch.undo()
        elif number == 7:
            room.posts.status = 500
            assert "nicht zugestellt (HTTPError 500)" in room.night(f"Kamera {number}.")[0]
            room.posts.received.pop()
            room.posts.status = 200
        else:
            room.night(f"Kamera {number}.")

    told = [hit for message in room.told for hit in message]
    assert sorted(told) == sorted(("neu", f"dsmv-{number}0") for number in range(1, 11))


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_message_sent_again_after_a_crash_is_known_to_be_the_same(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It arrived, and the program ended before it could note so: the number tells the receiver."""

    def delivered_then_killed(address: str, body: dict[str, Any]) -> None:
        post(address, body)
        raise KeyboardInterrupt

    monkeypatch.setattr(watch, "post", delivered_then_killed)
    with pytest.raises(KeyboardInterrupt):
        room.night("Kamera eins.")
    monkeypatch.undo()
    room.night("Kamera zwei.")

    bodies = [body for _, body in room.posts.received]
    assert [[hit["id"] for hit in body["hits"]] for body in bodies] == [["dsmv-10"], ["dsmv-10"], ["dsmv-20"]]
    assert bodies[0]["id"] == bodies[1]["id"] != bodies[2]["id"]


def test_a_search_added_later_tells_only_what_comes(room: Newsroom, posts: Posts) -> None:
    room.night("Die erste Kamera.")
    file = file_of(room.data, {})
    file.write_text(file.read_text() + f'\n[[watch]]\nname = "Neu"\nq = "Kamera"\nwebhook = "{posts.url}/neu"\n')
    room.night("Die zweite Kamera.")

    assert [[hit["id"] for hit in body["hits"]] for path, body in posts.received if path == "/neu"] == [["dsmv-20"]]


def test_a_restored_backup_loses_no_hit(room: Newsroom) -> None:
    """The archive is that of two nights ago: its next runs have numbers that were told already."""
    room.night("Kamera eins.")
    backup = room.conn.serialize()
    room.night("Kamera zwei.")
    room.night("Kamera drei.")
    room.conn.execute("pragma journal_mode = delete")
    room.conn.close()
    (room.data / "archive.db").write_bytes(backup)
    room.conn = new_archive(room.data / "archive.db")
    room.night("Kamera vier.")

    assert room.told[-1] == [("neu", "dsmv-40")]


# -- by mail ------------------------------------------------------------------------------------------


def test_every_recipient_gets_a_mail_of_his_own(tmp_path: Path, posts: Posts) -> None:
    settings = '[[watch]]\nname = "Kameras"\nq = "Kamera"\nan = ["a@example.org", "b@example.org"]\n'
    room = Newsroom(tmp_path, posts, settings)
    with mail_server() as inbox:
        smtp = MessageSettings(smtp_host="localhost", smtp_port=inbox.port, smtp_tls="none", mail_to="root@example.org")
        begin(room.conn, tmp_path, room.watches)
        room.night("Eine Kamera.", tell=False)
        failed = deliver(room.conn, tmp_path, room.watches, smtp, portal="")

    assert failed == []
    assert [mail["To"] for mail in inbox.messages] == ["a@example.org", "b@example.org"]
    assert inbox.messages[0]["Subject"] == "Aktenkundig: Kameras: 1 neu"
    assert "NEU: Meldung 10" in inbox.messages[0].get_content()
    assert len({mail["Message-ID"] for mail in inbox.messages}) == 2


# -- the settings file --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("[[watch]]\nname = ", "ist nicht lesbar"),
        ('watch = "Kamera"', "beginnt mit einer Zeile"),
        ('[[watch]]\nq = "x"\nan = "a@b"', "fehlt ihr Name"),
        ('[[watch]]\nname = "A"\nq = "x"', "Es fehlt, wem gemeldet wird"),
        ('[[watch]]\nname = "A"\nan = "a@b"', "Es fehlt, wonach gesucht wird"),
        ('[[watch]]\nname = "A"\nq = "x"\nan = "geheim-7f3a"', "an erwartet E-Mail-Adressen"),
        ('[[watch]]\nname = "A"\nq = "x"\nwebhook = "geheim-7f3a"', "webhook muss eine Adresse"),
        ('[[watch]]\nname = "A"\nq = "x"\nan = "a@b"\nkanal = 3', "Diese Angabe gibt es nicht: kanal"),
        ('[[watch]]\nname = "A"\ntyp = "erlass"\nan = "a@b"', "Das gibt es nicht: typ=erlass"),
        ('[[watch]]\nname = "A"\nq = "x"\nvon = "bald"\nan = "a@b"', "Das gibt es nicht: von=bald"),
        ('[[watch]]\nname = "A"\nq = "x"\nan = "a@b"\n' * 2, "heißen gleich"),
        ('[[watch]]\nname = "A"\nq = true\nan = "a@b"', "q erwartet einen Text"),
    ],
)
def test_a_mistake_is_one_sentence_without_addresses(tmp_path: Path, lines: str, sentence: str) -> None:
    (tmp_path / "watch.toml").write_text(lines)
    with closing(new_archive()) as conn, pytest.raises(BadWatch, match=sentence) as error:
        read_watches(conn, tmp_path / "watch.toml")

    assert "geheim" not in str(error.value)


def test_without_a_file_there_are_no_searches(tmp_path: Path) -> None:
    with closing(new_archive()) as conn:
        assert read_watches(conn, tmp_path / "watch.toml")[0] == ()


# -- through the night and the command line -------------------------------------------------------------


def test_a_night_tells_the_searches_and_keeps_addresses_out_of_the_archive(
    data: Path, broken: SampleSite, posts: Posts
) -> None:
    (data / "watch.toml").write_text(f'[[watch]]\nname = "Alles"\nquelle = "dsmv"\nwebhook = "{posts.url}/{READER}"\n')
    night(broken, data)
    broken.day = 2
    said = night(broken, data)
    bodies = [body for _, body in posts.received]
    happened = rows(data, "select count(distinct document_id) from events where run_id = (select max(id) from runs)")

    assert said.code == 0
    assert [len(body["hits"]) for body in bodies] == [row[0] for row in happened]
    assert not any(
        READER.encode() in path.read_bytes() for path in data.rglob("*") if path.name != "watch.toml" and path.is_file()
    )


def test_a_mistake_in_the_file_is_an_incident_and_no_lost_night(data: Path, site: SampleSite, posts: Posts) -> None:
    (data / "watch.toml").write_text('[[watch]]\nname = "A"\nq = "x"\n')
    environ = {"AKTENKUNDIG_WEBHOOK": posts.url}
    codes = [night(site, data, environ=environ).code for _ in range(2)]
    (data / "watch.toml").unlink()
    codes.append(night(site, data, environ=environ).code)

    assert codes == [1, 1, 0]
    told = [(one["kind"], one["opened"]) for _, body in posts.received for one in body["changes"]]
    assert told == [("watch_failed", True), ("watch_failed", False)]


def test_todays_message_is_shown_and_not_sent(data: Path, posts: Posts, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "watch.toml").write_text(f'[[watch]]\nname = "Kameras"\nq = "Kamera"\nwebhook = "{posts.url}"\n')
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(data), "watch", "--test", "Kameras"])
    shown = capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--data", str(data), "watch", "--test", "Gibtsnicht"])

    assert ended.value.code == 0
    assert "Gespeicherte Suche »Kameras«: /suche?q=Kamera" in shown
    assert "NEU: " in shown
    assert posts.received == []
    assert "Eine Suche »Gibtsnicht« gibt es nicht. Es gibt: Kameras." in capsys.readouterr().err


def test_the_command_tells_what_is_due_once(data: Path, posts: Posts, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "watch.toml").write_text(f'[[watch]]\nname = "Kameras"\nq = "Kamera"\nwebhook = "{posts.url}"\n')
    for _ in range(2):
        with pytest.raises(SystemExit):
            main(["--data", str(data), "watch"])

    assert len(posts.received) == 1
    assert capsys.readouterr().out.splitlines()[0] == "Kameras: gemeldet wird an 1 Adresse."

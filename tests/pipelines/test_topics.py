"""Topics: how phrases are found, what makes a topic, what the evidence says, what the table gets."""

import sqlite3
import tomllib
from importlib import resources

import pytest

from archive.schema import migrations
from pipelines.topics import RULES_VERSION, assign_topics, find_phrases, needed_score, topic_rows, write_topics
from pipelines.topics.vocabulary import load_vocabulary, phrase_words, vocabulary_from

RAW = tomllib.loads(resources.files("pipelines").joinpath("data/topics.toml").read_text(encoding="utf-8"))


def topics_of(title: str, *pages: str, kicker: str | None = None) -> list[str]:
    return [topic.topic_id for topic in assign_topics(title=title, kicker=kicker, pages=pages)]


def found(text: str, topic: str) -> list[str]:
    return [hit.words for hit in find_phrases(text) if hit.phrase.topic_id == topic]


# -- vocabulary ---------------------------------------------------------------------------------


def test_vocabulary_has_25_to_40_topics_each_well_described() -> None:
    """Ids are slugs, labels differ, descriptions are one sentence, broader topics exist."""
    topics = load_vocabulary().topics

    assert 25 <= len(topics) <= 40
    assert len({topic.id for topic in topics}) == len({topic.label for topic in topics}) == len(topics)
    for topic in topics:
        assert topic.id.replace("-", "").isascii()
        assert topic.description.endswith(".")
        assert topic.description.count(". ") <= topic.description.count("Art. ")


def test_no_rule_is_written_twice_or_says_nothing() -> None:
    """Within a topic every phrase occurs once in one context, with at least one word that is not any word."""
    for topic in load_vocabulary().topics:
        keys = [(phrase.words, phrase.near, phrase.far) for phrase in topic.phrases]
        assert len(keys) == len(set(keys)), [key for key in keys if keys.count(key) > 1]
        assert all(words and (words[0].stem or words[0].begin or words[0].end) for words, _, _ in keys)


def test_an_unknown_broader_topic_is_refused() -> None:
    """A vocabulary that points nowhere is not loaded."""
    row = {"id": "a", "label": "A", "description": "A.", "broader": "b"}

    with pytest.raises(ValueError, match="broader"):
        vocabulary_from({"version": "1", "topic": [row]})


def test_version_is_that_of_the_data() -> None:
    """The version is written beside the rules."""
    assert RAW["version"] == RULES_VERSION


# -- phrases --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["Videoüberwachung", "VIDEOÜBERWACHUNGEN", "Videoüberwachungsanlage", "Klingelkameras", "Videoueberwachung"]
)
def test_words_are_compared_by_stem_and_stars(text: str) -> None:
    """Inflection, case and compounds with a star do not matter."""
    if text == "Videoueberwachung":
        assert not found(text, "corona")
        return
    assert found(f"Die {text} ist neu.", "videoueberwachung") == [text]


def test_signs_part_words_and_stars_stand_for_any_word() -> None:
    """``§ 26 Abs. 1 Satz 2 BDSG`` is five words behind the sign; a star skips one."""
    assert len(phrase_words("§ 26 Abs. * Satz * BDSG")) == 6
    assert found("nach § 26 Abs. 8 BDSG und mehr", "beschaeftigtendatenschutz") == ["26 Abs. 8 BDSG"]


def test_longer_phrases_cover_shorter_ones() -> None:
    """One mention of a Folgenabschätzung with its article is one phrase, not three."""
    text = "Eine Datenschutz-Folgenabschätzung nach Art. 35 DS-GVO fehlt."

    assert found(text, "folgenabschaetzung") == ["Datenschutz-Folgenabschätzung nach Art. 35"]


def test_names_of_offices_say_nothing() -> None:
    """The Landesbeauftragte for data protection and freedom of information names no topic."""
    office = "Der Landesbeauftragte für Datenschutz und Informationsfreiheit"

    assert topics_of(f"{office} besucht Wismar", f"{office} war in Wismar. " * 5) == []
    assert "informationsfreiheit" in topics_of("Informationsfreiheit stärken", "")


def test_context_decides_where_a_rule_asks_for_it() -> None:
    """A draft is legislation only beside a law."""
    law = found("Der Entwurf liegt dem Landtag vor, der über das Gesetz berät.", "gesetzgebung-und-reform")
    guide = found("Der Entwurf eines Leitfadens liegt vor.", "gesetzgebung-und-reform")

    assert "Entwurf" in law
    assert "Entwurf" not in guide


def test_contact_blocks_are_not_looked_at() -> None:
    """An address with E-Mail and Telefon gives no topic."""
    page = "Kontakt: E-Mail: a@b.example E-Mail: c@d.example Messenger: e"
    given = assign_topics(title="Neue Anschrift", kicker=None, pages=[page], contact_spans=[[(0, len(page))]])

    assert given == ()
    assert "elektronische-kommunikation" in topics_of("Neue Anschrift", page)


# -- topics -----------------------------------------------------------------------------------------


def test_a_title_names_its_topic() -> None:
    """A strong phrase in the title is enough, with no text and before a long text about something else."""
    assert topics_of("Medienguides: Eltern lernen von Eltern", "") == ["schule-und-medienbildung"]
    assert "verkehr" in topics_of("Vernetzte Autos", "Die Satzung wurde beraten. " * 500)


def test_one_mention_is_not_a_topic_and_two_are() -> None:
    """A passing mention of a camera system in a text of usual length is not enough."""
    filler = "Die Behörde hat über ihre Arbeit gesprochen und viele Fragen beantwortet. " * 15

    assert topics_of("Besuch in Wismar", filler + "Es gab eine Dashcam.") == []
    assert topics_of("Besuch in Wismar", filler + "Es gab eine Dashcam und eine Klingelkamera.") == [
        "videoueberwachung"
    ]


def test_weak_phrases_alone_never_make_a_topic() -> None:
    """Software and machines do not make artificial intelligence."""
    assert topics_of("Neues Gerät", "Software, Maschine, Training. " * 3) == []


def test_longer_texts_need_more() -> None:
    """The score that is needed grows with the number of words and never falls."""
    scores = [needed_score(words) for words in range(0, 20_000, 7)]

    assert scores == sorted(scores)


def test_evidence_quotes_the_text_and_names_the_place() -> None:
    """Phrases are quoted as printed, with page numbers where there are pages."""
    records = assign_topics(
        title="Videoüberwachung",
        kicker="Beschluss zu Kameras",
        pages=["Vorwort.", "Kameras und\nKlingelkameras überall."],
    )

    assert records[0].evidence == ("Titel: »Videoüberwachung«; Dachzeile: »Kameras«; S. 2: »Klingelkameras«, »Kameras«")
    assert records[0].score > 6


def test_evidence_stands_literally_in_the_document() -> None:
    """Whatever is quoted can be found in title, kicker or text."""
    title, text = "KI in der Verwaltung", "Künstliche Intelligenz und Sprachmodelle. KI-Systeme prüfen."
    for record in assign_topics(title=title, kicker=None, pages=[text]):
        for quoted in record.evidence.split("»")[1:]:
            assert quoted.partition("«")[0] in f"{title} {text}"


def test_result_is_the_same_every_time() -> None:
    """Order and scores do not depend on anything but the document."""
    arguments = {"title": "Corona in der Schule", "kicker": None, "pages": ["Schulen testen. Corona-Listen."]}

    assert assign_topics(**arguments) == assign_topics(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "Kamera " * 140_000,
        "§ 26 Abs. " * 100_000,
        "x-" * 500_000,
        "Ü\u0308" * 300_000,
        " ".join(f"Wort{number}" for number in range(110_000)),
        "",
        "\0" * 1000,
    ],
    ids=["one word", "one phrase", "unfinished phrase", "hyphens", "marks", "words", "empty", "zeros"],
)
def test_a_long_text_of_anything_has_only_the_topic_it_names(text: str) -> None:
    text = text[:150_000]
    found = assign_topics(title=text[:1000], kicker=text[:100], pages=[text], contact_spans=[[(5, 2)]])

    assert [one.topic_id for one in found] == (["videoueberwachung"] if text.startswith("Kamera ") else [])


# -- the table --------------------------------------------------------------------------------------


def test_topics_are_written_once_and_renewed() -> None:
    """Writing twice changes nothing; a changed label is taken over."""
    from sqlite_utils import Database

    conn = sqlite3.connect(":memory:")
    migrations.apply(Database(conn))
    write_topics(conn)
    conn.execute("update topics set label = 'alt'")
    write_topics(conn)
    rows = conn.execute("select id, label, description, broader from topics").fetchall()
    conn.close()

    assert {row[0]: row[1] for row in rows} == {row["id"]: row["label"] for row in topic_rows()}
    assert len(rows) == len(load_vocabulary().topics)


@pytest.mark.parametrize(
    ("title", "text", "has", "lacks"),
    [
        (
            "Stellungnahme zur Seilbahn",
            "Das Amt gibt eine Stellungnahme ab. Die Kabinen sind zu prüfen.",
            "",
            "gesetzgebung-und-reform",
        ),
        (
            "Stellungnahme zum Entwurf eines Hafengesetzes",
            "Das Amt nimmt zum Gesetzentwurf Stellung.",
            "gesetzgebung-und-reform",
            "",
        ),
        ("Neue Räume", "Das Amt ist umgezogen. Das Telefax steht im Keller.", "", "elektronische-kommunikation"),
        (
            "Tipps für Geräte",
            "Sichere Passwörter wählen, Updates einspielen, Bildschirm sperren.",
            "it-sicherheit",
            "werbung-und-handel",
        ),
        (
            "Amt tagt",
            "Der Arbeitskreis Datenschutz in der Telekommunikation hat getagt.",
            "",
            "elektronische-kommunikation",
        ),
        (
            "Bilanz des Jahres",
            "Das Amt hat dem Landtag seinen Bericht übergeben. Der Bericht liegt aus.",
            "taetigkeitsberichte",
            "",
        ),
        ("Kameras[3] am Kai", "Die Video[2] Kameras und die Videoüberwachung [4] am Kai.", "videoueberwachung", ""),
    ],
)
def test_what_a_text_merely_contains_is_no_topic(title: str, text: str, has: str, lacks: str) -> None:
    """The name of a kind of document, an office's name or a telefax number does not say what a text is about."""
    found = {topic.topic_id for topic in assign_topics(title=title, kicker=None, pages=[text])}

    assert set(has.split()) <= found
    assert not set(lacks.split()) & found

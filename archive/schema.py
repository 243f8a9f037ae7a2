"""The tables of ``archive.db``, as named migrations applied in order.

Columns are described in ``docs/data-dictionary.md``; a test holds the two together.
"""

from __future__ import annotations

import re
from importlib.resources import files

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive.search.indexing import create_copies_index, create_state, create_tables
from archive.views import create_views, drop_views, write_lookups

migrations = Migrations("aktenkundig")

LEDGER = ("runs", "snapshots", "checks", "listings", "problems", "ocr_pages", "blocks", "document_numbers", "incidents")
"""What happened. ``rebuild`` keeps these tables; everything else is derived from the WARC files."""

DERIVED = (
    "documents",
    "dates",
    "pages",
    "versions",
    "version_pages",
    "document_topics",
    "citations",
    "links",
    "mendings",
    "sections",
    "events",
    "absences",
)
"""What we read from it. ``rebuild`` makes these tables again."""


def _script(name: str) -> str:
    return (files("archive") / "data" / f"{name}.sql").read_text(encoding="utf-8")


@migrations()
def m0001_ledger(db: Database) -> None:
    """Runs, snapshots and everything else that records what happened."""
    db.executescript(_script("0001_ledger"))


@migrations()
def m0002_documents(db: Database) -> None:
    """Documents, their versions and what is read from them."""
    db.executescript(_script("0002_documents"))


@migrations()
def m0003_search(db: Database) -> None:
    """The full-text index over documents and pages."""
    create_tables(db.conn)


@migrations()
def m0004_search_state(db: Database) -> None:
    """A token that changes with what the search keeps in memory; titles apart from the texts."""
    create_state(db.conn)


@migrations()
def m0004_copies(db: Database) -> None:
    """An index over the length of texts: documents with the same text find each other."""
    create_copies_index(db.conn)


@migrations()
def m0005_asked_url(db: Database) -> None:
    """Which address was asked where a redirect led to another one; a replay then follows it exactly."""
    db.executescript("""
alter table snapshots add column asked_url text;
create index snapshots_asked on snapshots (run_id, asked_url) where asked_url is not null;
""")


@migrations()
def m0006_seals(db: Database) -> None:
    """Size and digest of each run's WARC file, taken when the run is over."""
    db.executescript("""
alter table runs add column warc_bytes integer;
alter table runs add column warc_sha256 text;
""")


@migrations()
def m0007_not_before(db: Database) -> None:
    """When the version before was last seen: a change lies between then and ``seen_at``."""
    db.executescript("alter table versions add column not_before text;")


@migrations()
def m0008_takedown(db: Database) -> None:
    """Blocked addresses, known also while a rebuild has emptied ``documents``; what was purged from the vault."""
    db.executescript("""
alter table blocks add column url text;
alter table blocks add column purged_at text;
alter table snapshots add column purged_at text;
update blocks set url = (select url from documents where id = document_id);
""")


@migrations()
def m0009_printed_beside(db: Database) -> None:
    """The state printed beside a document ("in Überarbeitung"), and what its pictures' captions say."""
    db.executescript("""
alter table documents add column status text;
alter table documents add column captions text;
""")


@migrations()
def m0010_publisher(db: Database) -> None:
    """The body on whose site a document stands, beside the one that issued it."""
    db.executescript("alter table documents add column publisher text;")


@migrations()
def m0011_papers(db: Database) -> None:
    """Headings that a paper names in its outline; sentences that run over from one page to the next."""
    db.executescript("""
alter table pages add column crossing text;
create table sections (
  document_id text not null references documents (id),
  page integer not null,
  level integer not null,
  title text not null,
  anchor text not null
) strict;
create index sections_document on sections (document_id);
""")


@migrations()
def m0012_facets_by_publisher(db: Database) -> None:
    """Readers filter by the issuer, else the publisher: both stand in the index that facets are counted from."""
    db.executescript("""
drop index if exists documents_facets;
create index documents_facets on documents (
  docno, source, doc_type, issuer, year, published_on, blocked_at, id, publisher
);
""")


@migrations()
def m0013_absent_since(db: Database) -> None:
    """When the first check missed a document not seen since; indexes on that, and on the state printed."""
    db.executescript("""
alter table documents add column absent_since text;
create index documents_status on documents (status, id) where status is not null;
create index documents_absent on documents (absent_since) where absent_since is not null;
update documents set absent_since = (select min(at) from absences where document_id = documents.id)
where id in (select document_id from absences);
""")


@migrations()
def m0014_sources(db: Database) -> None:
    """What the sites are called, whose they are, and under which terms their documents stand."""
    db.executescript("""
create table sources (
  name text primary key,
  label text not null,
  label_long text not null,
  publisher text not null,
  home text not null,
  licence text not null,
  described_from text
) strict;
create table source_licences (
  source text not null references sources (name),
  doc_type text not null,
  licence text not null,
  source_note text,
  url text,
  primary key (source, doc_type)
) strict;
""")


@migrations()
def m0015_views(db: Database) -> None:
    """Names for types of documents, bodies and laws, and the views that join and label the tables."""
    db.executescript("""
create table doc_types (id text primary key, label text not null, plural text not null) strict;
create table bodies (short text primary key, label text not null, long text not null, home text) strict;
create table laws (
  id text primary key,
  title text not null,
  level text not null check (level in ('eu','int','bund','land','kirche')),
  land text
) strict;
""")
    write_lookups(db.conn)
    create_views(db)


@migrations()
def m0016_checks(db: Database) -> None:
    """Answers 304 as ranges over what they confirm (older ones stay in ``snapshots``); which file is a run's."""
    db.executescript("""
create table checks (
  run_id integer not null references runs (id),
  first_snapshot_id integer not null references snapshots (id),
  last_snapshot_id integer not null references snapshots (id),
  seconds text not null,
  asked_url text
) strict;
create index checks_run on checks (run_id);
alter table runs add column warc_file text;
update runs set warc_file = 'warc/' || source || '-' || replace(replace(started_at, '-', ''), ':', '') || '-'
  || printf('%06d', id) || '.warc.gz';
""")


KEYED = ("dates", "citations", "links", "mendings", "sections", "events")
"""Tables of many rows a document, whose ``id`` is made by ``archive.keeping.store.keys_of``."""

REFERRING = (("documents", "parent_id"), ("documents", "moved_to"), ("absences", "document_id"))
REFERRING_LEDGER = (("problems", "document_id"), ("blocks", "document_id"))


@migrations()
def m0017_keys(db: Database) -> None:
    """Keys for the rows of a document, places and methods of dates, and every reference to a document as such."""
    drop_views(db)
    db.executescript(_script("references") + _script("0017_keys"))
    for table in KEYED:
        _give_keys(db, table)
    db.executescript(_INDEXES)
    for table, column in (*REFERRING, *REFERRING_LEDGER):
        _refer_to_documents(db, table, column)
    create_views(db)


_INDEXES = """
create index dates_document on dates (document_id);
create index citations_document on citations (document_id);
create index citations_law on citations (law, unit, number);
create index links_document on links (document_id);
create index links_target on links (target_id);
create index mendings_document on mendings (document_id);
create index sections_document on sections (document_id);
create index events_at on events (at);
create index events_document on events (document_id);
"""


def _give_keys(db: Database, table: str) -> None:
    columns = ", ".join(column.name for column in db[table].columns)
    part = "case kind when 'link' then 0 when 'annex' then 1 else 2 end" if table == "links" else "0"
    number = f"row_number() over (partition by document_id, {part} order by rowid)"
    docno = "(select docno from documents d where d.id = document_id)"
    db.executescript(
        f"insert into {table}_keyed (id, {columns})"
        f" select ({docno} << 20) + (({part}) << 18) + {number}, {columns}"
        f" from {table}; drop table {table}; alter table {table}_keyed rename to {table};"
    )


def _refer_to_documents(db: Database, table: str, column: str) -> None:
    """Declare the reference where the table stands: SQLite has no ``alter table`` for it, and a table made anew by
    sqlite-utils would lose its checks (see SQLite's "Making Other Kinds Of Table Schema Changes")."""
    [sql] = db.execute("select sql from sqlite_master where name = ?", [table]).fetchone()
    declared = re.sub(
        rf"(\b{column} text(?: not null)?)(?=,|\n|\))",
        r"\1 references documents (id) deferrable initially deferred",
        sql,
        count=1,
    )
    version = db.execute("pragma schema_version").fetchone()[0]
    db.execute("pragma writable_schema = on")
    db.execute("update sqlite_master set sql = ? where type = 'table' and name = ?", [declared, table])
    db.execute(f"pragma schema_version = {version + 1}")
    db.execute("pragma writable_schema = off")


@migrations()
def m0018_originals(db: Database) -> None:
    """Whose documents the others repeat: what linking knows of a source comes from its description."""
    db.executescript("alter table sources add column originals integer not null default 0 check (originals in (0, 1));")


@migrations()
def m0019_ocr(db: Database) -> None:
    """What was recognised in pictures of pages, by the digest of the file: kept where nothing is installed to do it
    again. Of pages read before, the mended text is all there is."""
    db.executescript("""
create table ocr_pages (
  sha256 text not null,
  page integer not null,
  document_id text not null,
  text text not null,
  program text not null,
  run_id integer references runs (id),
  primary key (sha256, page, document_id)
) strict;
insert or ignore into ocr_pages (sha256, page, document_id, text, program)
select s.sha256, p.page, p.document_id, p.text, 'unbekannt' from version_pages p
join versions v on v.document_id = p.document_id and v.version = p.version
join snapshots s on s.id = v.snapshot_id where p.method = 'ocr' and s.sha256 is not null;
""")


@migrations()
def m0020_citing_documents(db: Database) -> None:
    """Who else cites a provision, in any spelling ("Art. 28A"), is answered from the index alone."""
    db.execute("drop index citations_law")
    db.execute("create index citations_law on citations (law, unit, number collate nocase, document_id, paragraph)")

"""The tables of ``archive.db``, as named migrations applied in order.

Columns are described in ``docs/data-dictionary.md``; a test holds the two together.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive.search.tables import create_state, create_tables

migrations = Migrations("aktenkundig")

LEDGER = ("runs", "snapshots", "listings", "problems", "blocks", "document_numbers", "incidents")
"""What happened. ``rebuild`` keeps these tables; everything else is derived from the WARC files."""

DERIVED = (
    "documents", "dates", "pages", "versions", "version_pages", "document_topics",
    "citations", "links", "mendings", "sections", "events", "absences",
)  # fmt: skip
"""What we read from it. ``rebuild`` makes these tables again."""


@migrations()
def m0001_ledger(db: Database) -> None:
    """Runs, snapshots and everything else that records what happened."""
    db.executescript("""
create table runs (
  id integer primary key,
  source text not null,
  started_at text not null,
  finished_at text,
  outcome text not null default 'running' check (outcome in ('ok','alarm','failed','running')),
  requests integer not null default 0,
  not_modified integer not null default 0,
  listed integer not null default 0,
  new integer not null default 0,
  changed integer not null default 0,
  unchanged integer not null default 0,
  removed integer not null default 0,
  excluded integer not null default 0,
  failed integer not null default 0,
  bytes integer not null default 0,
  version text not null default '',
  detail text,
  settled integer not null default 0,
  removal_checks integer not null default 3,
  removal_days real not null default 7
) strict;
create index runs_source on runs (source, id);
create table snapshots (
  id integer primary key,
  run_id integer not null references runs (id),
  url text not null,
  fetched_at text not null,
  status integer not null,
  content_type text,
  etag text,
  last_modified text,
  sha256 text,
  payload_digest text,
  bytes integer not null default 0,
  warc_file text,
  warc_offset integer,
  location text,
  read_at text
) strict;
create index snapshots_url on snapshots (url, id);
create index snapshots_run on snapshots (run_id, url);
create index snapshots_sha256 on snapshots (sha256);
create table listings (
  run_id integer not null references runs (id),
  url text not null,
  seen integer not null,
  archived integer not null,
  unchanged integer not null,
  excluded integer not null,
  failed integer not null,
  markup text,
  primary key (run_id, url),
  check (seen = archived + unchanged + excluded + failed)
) strict;
create table problems (
  id integer primary key,
  run_id integer references runs (id),
  document_id text,
  url text,
  stage text not null,
  kind text not null,
  detail text,
  at text not null
) strict;
create index problems_run on problems (run_id);
create index problems_document on problems (document_id);
create table blocks (
  id integer primary key,
  document_id text not null,
  content_sha256 text,
  reason text not null,
  blocked_at text not null,
  unblocked_at text
) strict;
create index blocks_document on blocks (document_id);
create table document_numbers (
  document_id text primary key,
  docno integer not null unique
) strict;
create table incidents (
  id integer primary key,
  source text not null,
  kind text not null,
  detail text,
  opened_at text not null,
  closed_at text,
  run_id integer references runs (id)
) strict;
create table meta (
  key text primary key,
  value text
) strict;
""")


@migrations()
def m0002_documents(db: Database) -> None:
    """Documents, their versions and what is read from them."""
    db.executescript("""
create table documents (
  id text primary key,
  docno integer not null unique,
  source text not null,
  doc_type text not null,
  issuer text,
  title text not null,
  kicker text,
  number text,
  teaser text,
  text text not null default '',
  language text,
  url text not null,
  published_on text,
  issued_on text,
  year integer,
  page_count integer,
  parent_id text,
  section text,
  first_seen_at text not null,
  last_seen_at text not null,
  last_changed_at text not null,
  unlisted_at text,
  removed_at text,
  returned_at text,
  moved_to text,
  blocked_at text,
  version integer not null default 1,
  content_sha256 text not null,
  listed text
) strict;
create index documents_url on documents (url);
create index documents_published on documents (published_on);
create index documents_source on documents (source, doc_type);
create index documents_year on documents (year);
create index documents_parent on documents (parent_id);
create index documents_first_seen on documents (first_seen_at);
create index documents_removed on documents (removed_at) where removed_at is not null;
create table dates (
  document_id text not null references documents (id) deferrable initially deferred,
  role text not null check (role in ('published','issued','stand','file_name','pdf_metadata','mentioned')),
  value text not null,
  precision text not null check (precision in ('day','month','year')),
  raw text not null,
  found_in text not null check (found_in in ('meta','kicker','label','file_name','pdf_text','pdf_metadata','body')),
  chosen integer not null default 0 check (chosen in (0, 1))
) strict;
create index dates_document on dates (document_id);
create table pages (
  id integer primary key,
  document_id text not null references documents (id) deferrable initially deferred,
  page integer not null,
  text text not null,
  method text not null check (method in ('html','pdf','ocr','odt','docx','none')),
  contact text,
  unique (document_id, page)
) strict;
create table versions (
  document_id text not null references documents (id) deferrable initially deferred,
  version integer not null,
  seen_at text not null,
  content_sha256 text not null,
  title text not null,
  kicker text,
  number text,
  teaser text,
  text text not null,
  published_on text,
  issued_on text,
  attachments text not null default '[]',
  links text not null default '[]',
  snapshot_id integer references snapshots (id),
  primary key (document_id, version)
) strict;
create table version_pages (
  document_id text not null,
  version integer not null,
  page integer not null,
  text text not null,
  method text not null,
  primary key (document_id, version, page),
  foreign key (document_id, version) references versions (document_id, version) deferrable initially deferred
) strict;
create table topics (
  id text primary key,
  label text not null,
  description text not null,
  broader text references topics (id) deferrable initially deferred
) strict;
create table document_topics (
  document_id text not null references documents (id) deferrable initially deferred,
  topic_id text not null references topics (id) deferrable initially deferred,
  evidence text not null,
  score real,
  primary key (document_id, topic_id)
) strict;
create index document_topics_topic on document_topics (topic_id);
create table citations (
  document_id text not null references documents (id) deferrable initially deferred,
  page integer not null,
  law text,
  unit text not null check (unit in ('Art.','§','ErwGr','Az')),
  number text not null,
  paragraph text,
  sentence text,
  letter text,
  item text,
  raw text not null,
  start integer not null
) strict;
create index citations_document on citations (document_id);
create index citations_law on citations (law, unit, number);
create table links (
  document_id text not null references documents (id) deferrable initially deferred,
  url text,
  target_id text references documents (id) deferrable initially deferred,
  kind text not null check (kind in ('announces','cites','annex','republishes','replaces','link')),
  evidence text,
  score real
) strict;
create index links_document on links (document_id);
create index links_target on links (target_id);
create table mendings (
  document_id text not null references documents (id) deferrable initially deferred,
  page integer not null,
  raw text not null,
  mended text not null
) strict;
create index mendings_document on mendings (document_id);
create table events (
  document_id text not null,
  at text not null,
  kind text not null check (kind in ('new','changed','removed','returned','unlisted','relisted','moved')),
  version integer,
  detail text,
  run_id integer references runs (id)
) strict;
create index events_at on events (at);
create index events_document on events (document_id);
create table absences (
  document_id text not null,
  run_id integer not null references runs (id),
  at text not null,
  url text not null,
  reason text not null,
  primary key (document_id, run_id)
) strict;
""")


@migrations()
def m0003_search(db: Database) -> None:
    """The full-text index over documents and pages."""
    create_tables(db.conn)


@migrations()
def m0004_search_state(db: Database) -> None:
    """A token that changes with what the search keeps in memory; titles apart from the texts."""
    create_state(db.conn)


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

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

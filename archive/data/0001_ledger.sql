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

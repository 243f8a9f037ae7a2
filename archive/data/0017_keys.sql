-- Keys that survive a rebuild: the document's number, times 1,048,576, plus a number within the document.
create table dates_keyed (
  id integer primary key,
  document_id text not null references documents (id) deferrable initially deferred,
  role text not null check (role in ('published','issued','stand','file_name','pdf_metadata','mentioned')),
  value text not null,
  precision text not null check (precision in ('day','month','year')),
  raw text not null,
  found_in text not null check (found_in in ('meta','kicker','label','file_name','pdf_text','pdf_metadata','body')),
  chosen integer not null default 0 check (chosen in (0, 1)),
  method text not null default 'grammar' check (method in ('grammar','repaired','dateparser')),
  page integer,
  start integer
) strict;
create table citations_keyed (
  id integer primary key,
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
create table links_keyed (
  id integer primary key,
  document_id text not null references documents (id) deferrable initially deferred,
  url text,
  target_id text references documents (id) deferrable initially deferred,
  kind text not null check (kind in ('announces','cites','annex','republishes','replaces','link')),
  evidence text,
  score real
) strict;
create table mendings_keyed (
  id integer primary key,
  document_id text not null references documents (id) deferrable initially deferred,
  page integer not null,
  raw text not null,
  mended text not null
) strict;
create table sections_keyed (
  id integer primary key,
  document_id text not null references documents (id) deferrable initially deferred,
  page integer not null,
  level integer not null,
  title text not null,
  anchor text not null
) strict;
create table events_keyed (
  id integer primary key,
  document_id text not null references documents (id) deferrable initially deferred,
  at text not null,
  kind text not null check (kind in ('new','changed','removed','returned','unlisted','relisted','moved')),
  version integer,
  detail text,
  run_id integer references runs (id)
) strict;

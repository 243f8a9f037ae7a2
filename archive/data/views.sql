-- The views for researchers: tables joined and labelled, one row per thing that somebody counts.
-- Each statement becomes a view by archive.views; blocked documents are in none of them.

create view v_documents as
select d.id, d.docno, d.source, coalesce(s.label, d.source) as source_label, d.doc_type,
  coalesce(t.label, d.doc_type) as doc_type_label, coalesce(d.issuer, d.publisher) as herausgeber,
  coalesce(b.long, d.issuer, d.publisher) as herausgeber_name, d.issuer, d.publisher, d.title, d.kicker, d.number,
  d.status, d.language, d.published_on, d.issued_on, d.year,
  case length(d.published_on) when 10 then 'day' when 7 then 'month' when 4 then 'year' end as precision,
  substr(d.published_on || '-01-01', 1, 10) as first_day,
  case length(d.published_on) when 4 then d.published_on || '-12-31'
    when 7 then date(d.published_on || '-01', '+1 month', '-1 day') else d.published_on end as last_day,
  (select group_concat(label, ', ') from (select o.label from document_topics dt join topics o on o.id = dt.topic_id
    where dt.document_id = d.id order by o.label)) as topics,
  length(d.text) as characters, d.page_count, d.section,
  d.parent_id, p.title as parent_title, p.published_on as parent_published_on,
  d.version, d.first_seen_at, d.last_seen_at, d.last_changed_at, d.absent_since, d.removed_at, d.moved_to, d.url,
  coalesce(x.licence, s.licence) as licence
from documents d
left join sources s on s.name = d.source
left join doc_types t on t.id = d.doc_type
left join bodies b on b.short = coalesce(d.issuer, d.publisher)
left join documents p on p.id = d.parent_id
left join source_licences x on x.source = d.source and x.doc_type = d.doc_type
where d.blocked_at is null;

create view v_citations as
select c.document_id, d.title, d.source, d.doc_type, d.published_on, d.year, c.page, c.start,
  case c.unit when 'Az' then c.number
    else c.unit || ' ' || c.number || coalesce(' Abs. ' || c.paragraph, '') || coalesce(' Satz ' || c.sentence, '')
      || coalesce(' Buchst. ' || c.letter, '') || coalesce(' Nr. ' || c.item, '') || coalesce(' ' || c.law, '')
    end as citation,
  case c.unit when 'Az' then c.number else c.unit || ' ' || c.number || coalesce(' ' || c.law, '') end as provision,
  case when c.unit <> 'Az' then null when c.number glob '*[CT]-[0-9]*' then iif(c.number glob '*T-[0-9]*', 'EuG', 'EuGH')
    when c.number glob '*Bv[A-Z] *' then 'BVerfG' when c.number glob '*[IVX] Z[BR] *' then 'BGH'
    when c.number glob '*A[BZ]R *' then 'BAG' when c.number glob '[0-9]* [ABC] [0-9]*.[0-9]*' then 'BVerwG' end as court,
  c.law, l.title as law_title, l.level, l.land, c.unit, c.number, c.paragraph, c.sentence, c.letter, c.item, c.raw,
  trim(replace(substr(g.text, max(1, c.start - 149), c.start - max(0, c.start - 150) + length(c.raw) + 150),
    char(10), ' ')) as passage
from citations c
join documents d on d.id = c.document_id and d.blocked_at is null
left join laws l on l.id = c.law
left join pages g on g.document_id = c.document_id and g.page = c.page;

create view v_takeovers as
select paper.id as paper_id, paper.title as paper_title, paper.source as paper_source, paper.doc_type as paper_type,
  coalesce(paper.issued_on, paper.published_on) as paper_date,
  release.id as release_id, release.title as release_title, release.source as release_source,
  release.published_on as release_date, release.year as year, k.kind, k.evidence,
  case when length(coalesce(paper.issued_on, paper.published_on)) = 10 and length(release.published_on) = 10
    then cast(julianday(release.published_on) - julianday(coalesce(paper.issued_on, paper.published_on)) as integer)
    end as days
from links k
join documents release on release.id = k.document_id and release.blocked_at is null
join documents paper on paper.id = k.target_id and paper.blocked_at is null and paper.source <> release.source
where k.kind in ('announces', 'republishes');

create view v_changes as
select new.document_id, d.title, d.source, d.doc_type, d.published_on, new.version,
  new.not_before as not_before, new.seen_at as seen_at,
  coalesce(nullif(substr(case when new.text <> old.text then ', Wortlaut' else '' end
    || case when new.title <> old.title then ', Titel' else '' end
    || case when new.kicker is not old.kicker then ', Dachzeile' else '' end
    || case when new.number is not old.number then ', Nummer' else '' end
    || case when new.published_on is not old.published_on or new.issued_on is not old.issued_on then ', Datum' else '' end
    || case when new.attachments <> old.attachments then ', Anlagen' else '' end
    || case when new.links <> old.links then ', Linkziele' else '' end, 3), ''), 'Datei') as what,
  length(old.text) as characters_before, length(new.text) as characters_after,
  length(new.text) - length(old.text) as characters_more
from versions new
join versions old on old.document_id = new.document_id and old.version = new.version - 1
join documents d on d.id = new.document_id and d.blocked_at is null;

create view v_attachments as
select k.document_id, d.title, d.doc_type, d.published_on, d.year, k.evidence as attachment_title,
  k.url as attachment_url, a.id as attachment_id, coalesce(t.label, a.doc_type) as attachment_type,
  coalesce((select g.method from pages g where g.document_id = a.id and g.method <> 'none' order by g.page limit 1),
    nullif(lower(replace(k.url, rtrim(k.url, replace(k.url, '.', '')), '')), '')) as file_type,
  a.page_count, length(a.text) as characters, a.id is not null as archived
from links k
join documents d on d.id = k.document_id and d.blocked_at is null
left join documents a on a.id = k.target_id
left join doc_types t on t.id = a.doc_type
where k.kind = 'annex';

create view v_texts_as_of as
select v.document_id, v.version, v.seen_at as valid_from,
  coalesce((select later.seen_at from versions later
    where later.document_id = v.document_id and later.version = v.version + 1), d.removed_at, '9999') as valid_until,
  v.title, v.kicker, v.number, v.published_on, v.issued_on, v.text, v.content_sha256, v.snapshot_id
from versions v
join documents d on d.id = v.document_id and d.blocked_at is null;

create view v_dates as
select x.document_id, d.title, d.source, d.doc_type, x.role, x.value, x.precision,
  substr(x.value || '-01-01', 1, 10) as first_day,
  case length(x.value) when 4 then x.value || '-12-31'
    when 7 then date(x.value || '-01', '+1 month', '-1 day') else x.value end as last_day,
  x.raw, x.found_in, x.page, x.start, x.method, x.chosen,
  case when x.chosen then 'gilt: ' || case x.found_in when 'label' then 'steht in der Übersicht der Quelle'
      when 'meta' then 'steht als Datum auf der Seite' when 'kicker' then 'steht in der Dachzeile'
      when 'file_name' then 'steht im Dateinamen, sonst ist keines gedruckt' else 'steht vorn im Dokument' end
    when x.role = 'mentioned' then 'gilt nie: im Text erwähnt' when x.role = 'pdf_metadata' then 'gilt nie: Metadaten'
    when x.role = 'file_name' and d.published_on is null then 'gilt nicht: der Dateiname lässt mehrere Tage zu'
    else 'gilt nicht: eine Angabe, die vorgeht, ist da' end as reason
from dates x
join documents d on d.id = x.document_id and d.blocked_at is null;

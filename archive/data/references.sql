-- Rows that name a document which is not there: a block gets a tombstone, a problem loses the name, the rest goes.
insert into document_numbers (document_id, docno)
select document_id, (select coalesce(max(docno), 0) from document_numbers) + row_number() over (order by document_id)
from (select distinct document_id from blocks)
where document_id not in (select document_id from document_numbers) and document_id not in (select id from documents);
insert into documents (id, docno, source, doc_type, title, url, first_seen_at, last_seen_at, last_changed_at, blocked_at,
  content_sha256)
select b.document_id, n.docno,
  coalesce((select r.source from snapshots s join runs r on r.id = s.run_id where s.url = b.url limit 1),
    substr(b.document_id, 1, instr(b.document_id, '-') - 1)),
  'information', '', coalesce(b.url, ''), b.blocked_at, b.blocked_at, b.blocked_at, b.blocked_at,
  coalesce(b.content_sha256, '')
from blocks b join document_numbers n on n.document_id = b.document_id
where b.id in (select min(id) from blocks group by document_id) and b.document_id not in (select id from documents);
update problems set document_id = null where document_id not in (select id from documents);
delete from events where document_id not in (select id from documents);
delete from absences where document_id not in (select id from documents);
update documents set parent_id = null where parent_id not in (select id from documents);
update documents set moved_to = null where moved_to not in (select id from documents);

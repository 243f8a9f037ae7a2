"""Statements that try to crash, freeze, fill or spy out the portal; what they have in common is that they are short."""

from __future__ import annotations

_ENDLESS = "with recursive c(x) as (select 1 union all select x + 1 from c)"
_TEN = "with recursive t(i) as (select 1 union all select i + 1 from t limit 10)"

POINTERS = (
    "select fts3_tokenizer('simple', x'4141414141414141')",
    "select hex(fts3_tokenizer('simple'))",
    "select FTS3_Tokenizer('porter')",
    "select * from fts3tokenize where input = 'x'",
    "select * from fts3tokenize('simple') where input = 'x'",
    'select * from "main".fts3tokenize limit 1',
    "select fts5(?1)",
    "select fts5_source_id()",
    "select load_extension('/tmp/x.so')",
    "select load_extension('/tmp/x.so', 'start')",
    "select rtreenode(2, x'0000ffff4141414141414141')",
    "select rtreedepth(x'ffffffffff')",
    "select rtreecheck('main', 'documents')",
    "select matchinfo(documents_fts) from documents_fts where documents_fts match 'x'",
    "select optimize(documents_fts) from documents_fts",
    "select offsets(documents_fts) from documents_fts where documents_fts match 'x'",
)
SPIES = (
    "select sql from sqlite_stmt",
    "select count(*) from sqlite_stmt",
    "with s as (select * from sqlite_stmt) select * from s",
    "select * from dbstat",
    "select sum(payload) from dbstat('main', 1)",
    "select file from pragma_database_list",
    "select (select file from pragma_database_list())",
    "select * from pragma_compile_options",
    "select * from pragma_module_list",
    "select * from pragma_integrity_check",
    "select sqlite_compileoption_get(1)",
    "select sqlite_log(1, 'x')",
    "select * from fts4aux('documents_fts')",
)
WRITES = (
    "with x as (select 1) delete from documents",
    "with x as (select 1) update sqlite_master set sql = ''",
    "with x as (select 1) insert into topics values (1, 2, 3, 4)",
)
GREEDY = (
    "select randomblob(500000000)",
    "select zeroblob(2000000000)",
    "select zeroblob(3900000) from pages, documents limit 8",
    "select zeroblob(7900000) from pages limit 8",
    f"{_TEN} select hex(zeroblob(1900000)) from t",
    f"{_TEN} select char(1) || replace(hex(zeroblob(400000)), '0', char(1)) from t",
    "select " + ", ".join(["zeroblob(3900000)"] * 60),
    "select printf('%.500000000c', 'a')",
    "select replace(hex(zeroblob(1900000)), '0', hex(zeroblob(4000)))",
    "with recursive n(i) as (select 1 union all select i + 1 from n limit 1000) select zeroblob(3900000) from n",
    "with recursive n(i, s) as (select 1, 'x' union all select i + 1, s || s from n) select max(length(s)) from n",
    "select group_concat(title || text, zeroblob(1000000)) from documents, pages, dates, links",
    f"{_ENDLESS} select json_group_array(x) from c",
    f"{_ENDLESS} select json_group_object(x, hex(randomblob(1000))) from c",
    f"{_ENDLESS} select group_concat(hex(randomblob(5000))) from c",
    f"{_ENDLESS} select x, randomblob(2000) as r from c order by r",
    f"{_ENDLESS} select x, count(distinct randomblob(500)) over (partition by x % 7) from c",
    f"{_ENDLESS} select x, lag(hex(randomblob(900)), 9) over (order by random()) from c",
    'select 1 as "' + "n" * 50_000 + '" from documents, pages, dates limit 900',
)
ENDLESS = (
    f"{_ENDLESS} select count(*) from c",
    f"{_ENDLESS} select * from c where x < 0",
    "select instr(hex(zeroblob(600000)), hex(zeroblob(299999)) || '1')",
    "select instr(hex(zeroblob(1900000)), hex(zeroblob(900000)) || '1')",
    "select instr(zeroblob(3900000), zeroblob(1900000) || x'01')",
    "select printf('%.*c', 2000000000, 'x')",
    "select length(printf('%.*c', 3900000, 'x') || printf('%.*c', 2000000000, 'x'))",
    "select sum(length(hex(randomblob(3000000)))) from pages, dates, documents",
    "select sum(length(hex(randomblob(1900000)))) from pages a, pages b, pages c",
    "select replace(hex(zeroblob(1900000)), '00', '0') like '%1%'",
    "select 1 where hex(zeroblob(1900000)) like '" + "%0" * 200 + "%1'",
    "select 1 where hex(zeroblob(1900000)) glob '" + "*0" * 200 + "*1'",
    "select 1 where '" + "a" * 3000 + "' like '" + "%a" * 240 + "b'",
    "select trim(hex(zeroblob(1900000)), hex(zeroblob(200000)) || '1')",
    "select ltrim(hex(zeroblob(1900000)), printf('%.*c', 1000000, 'x') || '0')",
    "select json_extract('[' || replace(hex(zeroblob(900000)), '0', '[],') || '1]', '$[1799999]') from pages, dates",
    "select json_patch(a, a) from (select '{' || replace(hex(zeroblob(60000)), '00', '\"a\":{},') || '\"b\":1}' as a)",
    "select count(*) from json_tree('[' || replace(hex(zeroblob(400000)), '0', '[],') || '1]') a, json_each('[1,2,3]') b",
    "select count(*) from documents a, documents b, documents c, documents d, documents e, documents f, documents g",
    "select count(*) from pages_fts a, pages_fts b, pages_fts c where a.pages_fts match 'd*' and b.rowid > 0",
    "select upper(lower(upper(lower(hex(zeroblob(1900000)))))) from pages, dates, documents order by 1",
    "select soundex(hex(zeroblob(1900000))) from pages a, pages b, pages c, pages d order by 1",
    "select quote(zeroblob(1900000)) = quote(randomblob(1900000)) from pages a, pages b, pages c order by 1",
    "select max(strftime('%Y-%m-%d', x)) from (" + _ENDLESS + " select x from c)",
    "select snippet(documents_fts, -1, hex(zeroblob(400000)), '', '', 64) from documents_fts where documents_fts match 'd*'",
)

DENIED = (*POINTERS, *SPIES, *WRITES)
HOSTILE = (*DENIED, *GREEDY, *ENDLESS)

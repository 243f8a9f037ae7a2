"""An extractor that breaks in a way nobody foresaw costs one document its text, never the run, and is said."""

from __future__ import annotations

from pathlib import Path

from archive.database import open_archive
from archive.keeping.ledger import begin_run
from crawler.items import DocumentRead, Evidence, FileBody, Memory
from pipelines.run import Run
from pipelines.run.recorder import Recorder


def test_a_file_without_text_is_a_problem_row(tmp_path: Path) -> None:
    conn = open_archive(tmp_path)
    run_id = begin_run(conn, source="dsk", started_at="2026-03-01T04:00:00Z", version="")
    recorder = Recorder(
        Run(conn=conn, run_id=run_id, source="dsk", memory=Memory(), now=lambda: "2026-03-01T04:00:00Z")
    )
    body = FileBody(
        document_id="dsk-oh-x", url="https://www.datenschutzkonferenz-online.de/media/oh/x.pdf", body=b"%PDF"
    )
    item = DocumentRead(
        source="dsk",
        document_id="dsk-oh-x",
        url=body.url,
        doc_type="beschluss",
        listed=None,
        content=body,
        evidence=Evidence(snapshot_id=1, fetched_at="2026-03-01T04:00:00Z", sha256="0" * 64),
    )
    recorder.record(item, file_text=None)

    assert [row[0] for row in conn.execute("select url from problems")] == [body.url]
    assert recorder.run.counts.failed == 1

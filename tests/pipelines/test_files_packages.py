"""ODT and DOCX: text, tables, notes, links and metadata; bombs and entities do nothing."""

from __future__ import annotations

import pytest
from made_files import made_docx, made_odt

from pipelines.files import FileLimits, FileText
from pipelines.files.file_worker import FileWorker
from pipelines.files.reader import read_file


@pytest.fixture(scope="module")
def worker():
    with FileWorker() as worker:
        yield worker


def odt(body: str, worker: FileWorker, **others: object) -> FileText:
    return read_file(made_odt(body, **others), file_name="checkliste.odt", worker=worker)  # type: ignore[arg-type]


def docx(body: str, worker: FileWorker, **others: object) -> FileText:
    return read_file(made_docx(body, **others), file_name="muster.docx", worker=worker)  # type: ignore[arg-type]


def test_odt_text_is_one_page_with_paragraphs_spaces_and_breaks(worker):
    read = odt(
        '<text:h>Check<text:span>liste</text:span></text:h><text:p>Art.<text:s text:c="3"/>6<text:tab/>DSGVO'
        "<text:line-break/>Zweite\n Zeile</text:p><text:p/>",
        worker,
    )

    assert [(page.number, page.method) for page in read.pages] == [(1, "odt")]
    assert read.pages[0].text == "Checkliste\n\nArt. 6 DSGVO\nZweite Zeile"
    assert read.problems == ()


def test_odt_page_count_is_the_stated_one(worker):
    assert odt("<text:p>Text</text:p>", worker, pages=3).page_count == 3
    assert odt("<text:p>Text</text:p>", worker, pages=None).page_count == 1


def test_odt_notes_stand_at_the_end_and_comments_and_deletions_nowhere(worker):
    note = (
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Vgl. Art. 5.</text:p>"
        "</text:note-body></text:note>"
    )
    gone = "<text:tracked-changes><text:p>gestrichen</text:p></text:tracked-changes>"
    comment = "<office:annotation><text:p>Entwurf!</text:p></office:annotation>"
    read = odt(f"{gone}<text:p>Die Frist{note}{comment} endet.</text:p><text:p>Schluss</text:p>", worker)

    assert read.pages[0].text == "Die Frist[1] endet.\n\nSchluss\n\n[1] Vgl. Art. 5."


def test_odt_tables_are_read_row_by_row(worker):
    def cells(*texts: str) -> str:
        inner = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in texts)
        return f"<table:table-row>{inner}</table:table-row>"

    table = f"<table:table>{cells('Nr.', 'Frage')}{cells('1', 'Ende-zu-Ende?')}</table:table>"

    assert odt(f"{table}<text:p>Danach</text:p>", worker).pages[0].text == "Nr. Frage\n1 Ende-zu-Ende?\n\nDanach"


def test_odt_metadata_and_links(worker):
    read = odt('<text:p><text:a xlink:href="https://www.bfdi.bund.de/">BfDI</text:a></text:p>', worker)

    assert read.metadata.title == "Checkliste Videokonferenz"
    assert read.metadata.created == "2020-11-11T09:15:00"
    assert [link.url for link in read.links] == ["https://www.bfdi.bund.de/"]


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def test_docx_text_tables_and_signs(worker):
    row = "<w:tr>" + "".join(f"<w:tc><w:p>{run(text)}</w:p></w:tc>" for text in ("Zweck", "Frist")) + "</w:tr>"
    body = (
        f"<w:p>{run('Muster')}<w:r><w:br/></w:r>{run('E')}<w:r><w:noBreakHyphen/></w:r>{run('Mail')}</w:p>"
        f"<w:tbl>{row}</w:tbl><w:p><w:del><w:r><w:delText>alt</w:delText></w:r></w:del>{run('neu')}</w:p>"
    )
    read = docx(body, worker)

    assert read.pages[0].text == "Muster\nE-Mail\n\nZweck Frist\n\nneu"
    assert (read.pages[0].method, read.page_count) == ("docx", 4)
    assert read.metadata.created == "2019-04-03T08:00:00Z"


def test_docx_footnotes_and_hyperlinks(worker):
    from made_files import WORD_SPACE

    notes = (
        f'<w:footnotes {WORD_SPACE}><w:footnote w:type="separator" w:id="-1"><w:p>{run("---")}</w:p></w:footnote>'
        f'<w:footnote w:id="1"><w:p>{run("Vgl. § 26 BDSG.")}</w:p></w:footnote></w:footnotes>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="https://www.lda.brandenburg.de/" TargetMode="External"/></Relationships>'
    )
    body = (
        '<w:p xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        f'{run("Text")}<w:r><w:footnoteReference w:id="1"/></w:r>'
        f'<w:hyperlink r:id="r1">{run(" LDA")}</w:hyperlink></w:p>'
    )
    extra = {"word/footnotes.xml": notes, "word/_rels/document.xml.rels": relations}
    read = docx(body, worker, extra=extra)

    assert read.pages[0].text == "Text[1] LDA\n\n[1] Vgl. § 26 BDSG."
    assert [link.url for link in read.links] == ["https://www.lda.brandenburg.de/"]


def test_a_document_without_text_is_named(worker):
    read = odt("<text:p/>", worker)

    assert [met.kind for met in read.problems] == ["no_text"]
    assert [(page.method, page.text) for page in read.pages] == [("none", "")]


def test_an_encrypted_odt_is_named(worker):
    manifest = '<manifest:manifest xmlns:manifest="x"><manifest:encryption-data/></manifest:manifest>'
    read = odt("", worker, extra={"META-INF/manifest.xml": manifest})

    assert [met.kind for met in read.problems] == ["encrypted"]


def test_a_zip_bomb_is_not_unpacked(worker):
    read = read_file(
        made_odt("<text:p>" + "x" * 60_000_000 + "</text:p>"), worker=worker, limits=FileLimits(max_unpacked=10**7)
    )

    assert [met.kind for met in read.problems] == ["bomb"]


def test_entities_are_neither_expanded_nor_fetched(worker, tmp_path):
    secret = tmp_path / "geheim.txt"
    secret.write_text("Geheimnis", encoding="utf-8")
    outside = odt("<text:p>vor&e;nach</text:p>", worker, prologue=f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret}">]>')
    levels = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    laughs = odt("<text:p>&e9;</text:p>", worker, prologue=f'<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]>')

    assert "Geheimnis" not in "".join(page.text for page in outside.pages)
    assert sum(len(page.text) for page in laughs.pages) < 1000


def test_deep_nesting_ends_with_text_or_a_named_problem(worker):
    depth = 200_000
    read = odt("<text:p>" + "<text:span>" * depth + "tief" + "</text:span>" * depth + "</text:p>", worker)

    assert read.problems or read.pages[0].text == "tief"


def looked(properties: str, text: str) -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_docx_raised_lowered_and_hidden_runs(worker):
    level = '<w:position w:val="2"/>'
    up, down = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'
    body = (
        f"<w:p>{run('Karte')}{looked(up, '6')}{run(' zeigt 12 km')}{looked(up, '2')}{run(' Moor und N')}"
        f"{looked(down, '2')}{run('O.')}{looked('<w:vanish/>', ' Verdeckt.')}"
        f"{looked(level, '7')}</w:p>"
    )

    assert docx(body, worker).pages[0].text == "Karte[6] zeigt 12 km² Moor und N₂O.7"


def test_docx_styles_raise_and_hide_what_is_set_in_them(worker):
    from made_files import WORD_SPACE

    styles = (
        f'<w:styles {WORD_SPACE}><w:style w:styleId="Hoch"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
        '<w:style w:styleId="Ziffer"><w:basedOn w:val="Hoch"/></w:style>'
        '<w:style w:styleId="Weg"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    )
    ziffer, weg = '<w:rStyle w:val="Ziffer"/>', '<w:rStyle w:val="Weg"/>'
    body = f"<w:p>{run('Deich')}{looked(ziffer, '3')}{looked(weg, 'unsichtbar')}{run(' hält.')}</w:p>"

    assert docx(body, worker, extra={"word/styles.xml": styles}).pages[0].text == "Deich[3] hält."


def test_docx_notes_carry_the_number_that_is_printed(worker):
    from made_files import WORD_SPACE

    notes = (
        f'<w:footnotes {WORD_SPACE}><w:footnote w:id="4"><w:p>{run("Zweite.")}</w:p></w:footnote>'
        f'<w:footnote w:id="9"><w:p>{run("Erste.")}</w:p></w:footnote></w:footnotes>'
    )
    body = (
        f'<w:p>{run("Nach § 8")}<w:r><w:footnoteReference w:id="9"/></w:r>{run(" und § 9")}'
        '<w:r><w:footnoteReference w:id="4"/></w:r></w:p>'
    )
    text = docx(body, worker, extra={"word/footnotes.xml": notes}).pages[0].text

    assert text.startswith("Nach § 8[1] und § 9[2]")
    assert "[1] Erste." in text
    assert "[2] Zweite." in text


def test_docx_boxes_stand_behind_their_paragraph_and_moved_text_once(worker):
    box = f"<w:r><w:drawing><w:txbxContent><w:p>{run('Merke')}</w:p></w:txbxContent></w:drawing></w:r>"
    moved = f"<w:moveFrom>{run('Satz.')}</w:moveFrom><w:moveTo>{run(' Satz.')}</w:moveTo>"
    body = f"<w:p>{run('Vor')}{box}{run('her.')}{moved}</w:p><w:p>{run('Danach')}</w:p>"

    assert docx(body, worker).pages[0].text == "Vorher. Satz.\n\nMerke\n\nDanach"


def styled(name: str, text: str) -> str:
    return f'<text:span text:style-name="{name}">{text}</text:span>'


def test_odt_styles_raise_lower_and_hide(worker):
    styles = (
        '<style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>'
        '<style:style style:name="T2" style:parent-style-name="T1"/>'
        '<style:style style:name="T3"><style:text-properties style:text-position="-33% 58%"/></style:style>'
        '<style:style style:name="T4"><style:text-properties text:display="none"/></style:style>'
    )
    body = (
        f"<text:p>Die Wiese{styled('T2', '5')} hat 3 m{styled('T1', '2')}, der Stall N{styled('T3', '2')}O"
        f"{styled('T4', ' verdeckt')}.</text:p>"
    )
    read = odt(body, worker, styles=styles)

    assert read.pages[0].text == "Die Wiese[5] hat 3 m², der Stall N₂O."


def test_odt_frames_do_not_glue_words(worker):
    frame = "<draw:frame><draw:text-box><text:p>Merke</text:p></draw:text-box></draw:frame>"
    read = odt(f"<text:p>Vor{frame} her.</text:p><text:p>Danach</text:p>", worker)

    assert read.pages[0].text == "Vor her.\n\nMerke\n\nDanach"

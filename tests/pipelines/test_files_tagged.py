"""Headings that the tags of a PDF name are its sections where it has no outline."""

from __future__ import annotations

from pipelines.files.reader import read_file

HIDDEN = b"0 0 0 rg 60 690 300 20 re f"


def tagged(content: bytes, *headings: tuple[str, int]) -> bytes:
    """A page with this content; ``headings`` are types of structure with the number of their marked content."""
    kids = b" ".join(b"%d 0 R" % (8 + at) for at in range(len(headings)))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R/MarkInfo<</Marked true>>/StructTreeRoot 6 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/StructParents 0/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/StructTreeRoot/K 7 0 R/ParentTree<</Nums[0[%s]]>>/RoleMap<</Kopf/H2>>>>" % kids,
        b"<</Type/StructElem/S/Document/P 6 0 R/K[%s]>>" % kids,
        *(b"<</Type/StructElem/S/%s/P 7 0 R/Pg 3 0 R/K %d>>" % (kind.encode(), number) for kind, number in headings),
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(bodies) + 1, table)
    return out + head + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(out))


def marked(kind: str, number: int, *lines: tuple[int, str]) -> bytes:
    """Lines of text (height on the page, words) as one piece of marked content."""
    shown = b"".join(b"BT /F1 12 Tf 70 %d Td (%s) Tj ET\n" % (height, text.encode("cp1252")) for height, text in lines)
    return b"/%s <</MCID %d>> BDC\n%sEMC\n" % (kind.encode(), number, shown)


def sections(body: bytes) -> list[tuple[int, int, str]]:
    return [(one.page, one.level, one.title) for one in read_file(body).sections]


def test_tagged_headings_are_sections_with_the_level_of_their_type() -> None:
    content = marked("H1", 0, (760, "Pegel und Kameras")) + marked("P", 1, (740, "Am Wehr wird gemessen."))
    content += marked("Kopf", 2, (700, "Aufbewahrung"))

    found = sections(tagged(content, ("H1", 0), ("P", 1), ("Kopf", 2)))

    assert found == [(1, 1, "Pegel und Kameras"), (1, 2, "Aufbewahrung")]


def test_a_heading_on_two_lines_is_one_title_without_the_hyphen_at_the_line_s_end() -> None:
    content = marked("H3", 0, (760, "Die Aufbewah-"), (744, "rungsfrist am Wehr"))

    assert sections(tagged(content, ("H3", 0))) == [(1, 3, "Die Aufbewahrungsfrist am Wehr")]


def test_a_heading_under_a_box_is_no_section() -> None:
    """What was meant to be gone is no title either."""
    content = marked("H1", 0, (760, "Sichtbar")) + marked("H1", 1, (695, "Name der Beschwerten")) + HIDDEN

    assert sections(tagged(content, ("H1", 0), ("H1", 1))) == [(1, 1, "Sichtbar")]


def test_paragraphs_are_no_sections() -> None:
    assert sections(tagged(marked("P", 0, (760, "Kein Titel")), ("P", 0))) == []

"""A small report, and Word files made and read for the tests of it."""

import io
import struct
import zipfile
import zlib

from docx import Document

from tracker.exports.reports.blocks import BulletList, Chart, Heading, Paragraph, ReportDocument, Span, Table

TO = "https://example.org/commitments/c1"


def _row(*texts):
    return [[Span(text)] for text in texts]


LAID = ReportDocument(
    title="Status of two",
    subtitle="As of 1 March 2024",
    language="es",
    blocks=[
        Paragraph([Span("Mexico moved "), Span("one", look="strong"), Span(".")], "lede"),
        Heading("Summary", 1),
        Chart("<svg/>", "By area", 'One of "two" & <all>'),
        Table(
            "Figures", ["Area", "Done", "All"], [_row("Arms", "1", "12"), _row("All", "1", "12")], (1, 2), total=True
        ),
        Heading("Mexico", 2),
        Heading("Look into it", 3, TO),
        Paragraph([Span("c1", TO, "code"), Span(" "), Span("Done", look="done"), Span("\tyesterday", look="soft")]),
        BulletList([[Span("one")], [Span("two, "), Span("here", TO)]]),
        Paragraph([Span("A note\r\non two lines")], "soft"),
    ],
    stamp=[("Title", "Status of two"), ("sha256", "9a3f")],
    foot="Issued then · 9a3f",
)


def picture(_svg, height=1):
    """Return a small PNG, two dots wide."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 2, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0\0" * height)),
        (b"IEND", b""),
    ]
    told = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(told)


def template(*paragraphs, footer="", table="", lacking=False):
    """Return a Word file of paragraphs, cut into runs at "¦"; `lacking`: without the styles it has no use for."""
    document = Document()
    for text in paragraphs:
        paragraph = document.add_paragraph()
        for piece in text.split("¦"):
            paragraph.add_run(piece)
    if table:
        document.add_table(1, 1).rows[0].cells[0].text = table
    if footer:
        document.sections[0].footer.paragraphs[0].text = footer
    if lacking:
        for style in list(document.styles):
            if style.name != "Normal":
                style.delete()
        for key, relation in list(document.part.rels.items()):
            if relation.reltype.endswith("/numbering"):
                document.part.rels.pop(key)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def repacked(data, name, old, new):
    """Return a file with something put in place of the last of something in one part of it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        for part in packed.namelist():
            held = packed.read(part)
            if part == name:
                assert old.encode() in held
                held = new.encode().join(held.rsplit(old.encode(), 1))
            again.writestr(part, held)
    return out.getvalue()


def styled(document, *names):
    return [paragraph for paragraph in document.paragraphs if paragraph.style.name in names]


def links(document):
    return [(link.text, link.address) for paragraph in document.paragraphs for link in paragraph.hyperlinks]


def alt_texts(document):
    return [shape._inline.docPr.get("descr") for shape in document.inline_shapes]

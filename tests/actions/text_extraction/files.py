"""Files made for the tests, sound and hostile."""

import io
import zipfile
import zlib

import docx
import pypdfium2

PARAGRAPHS = ("Joint words", "The ministers met 😀.", "They agreed: a < b & c.")


def word_file(change=None, paragraphs=PARAGRAPHS):
    """Return a Word file of paragraphs and one table, changed by a function of its document."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    table = document.add_table(rows=2, cols=2)
    for number, cell in enumerate(("a", "b", "c", "d")):
        table.cell(number // 2, number % 2).text = cell
    document.add_paragraph("After the table.")
    if change:
        change(document)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def rezipped(data, **changes):
    """Return a zip file with parts put in another's place, by the last word of their names: document=b"…"."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            stem = part.filename.rpartition("/")[2].partition(".")[0]
            content = old.read(part)
            new.writestr(part.filename, changes[stem](content) if stem in changes else content)
    return written.getvalue()


def lying(data, size=1000):
    """Return a zip file whose document part says that it unpacks to less than it does."""
    at = data.index(b"word/document.xml", data.index(b"PK\x01\x02")) - 46
    return data[: at + 24] + size.to_bytes(4, "little") + data[at + 28 :]


def locked_word_file():
    """Return a Word file whose first part is marked as encrypted."""
    data = word_file()
    at = data.index(b"PK\x01\x02")
    return data[: at + 8] + b"\x01\x00" + data[at + 10 :]


def bomb():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(6):
            archive.writestr(f"word/media/{number}.bin", bytes(20_000_000))
        archive.writestr("word/document.xml", "<w/>")
    return written.getvalue()


def pdf_file(lines, size=12, pages=1, font=b"Helvetica"):
    """Return a PDF in which each of (x, y, text) stands on its own line of each page."""
    shown = b"".join(
        b"BT /F1 %d Tf 1 0 0 1 %d %d Tm (%s) Tj ET\n"
        % (size, x, y, text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)"))
        for x, y, text in lines
    )
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % font,
    ]
    for number in range(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number)
        )
        packed = zlib.compress(shown)
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed))
    written, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    most = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (most, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (most, table, end)


def empty_pdf():
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200).close()
    written = io.BytesIO()
    document.save(written)
    document.close()
    return written.getvalue()


def locked_pdf():
    """Return a PDF that says it is encrypted, with a password nobody has."""
    content = pdf_file([(50, 700, "Secret")])
    lock = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00><00>]" % (b"11" * 32, b"22" * 32)
    return content.replace(b"/Root 1 0 R", b"/Root 1 0 R " + lock)

"""Reading the text out of a file: which sort it is, told by what it holds."""

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.actions.text_extraction import docx, html, pdf, plain
from tracker.errors import unreadable_file
from tracker.passage_text import normalise_line_ends

#: Bytes of a file. What it unpacks to, and how much text it gives, have limits of their own.
LARGEST = 25_000_000
#: (how it begins, what it is) of files that hold no text to be read here.
OTHERS = (
    (rb"\xd0\xcf\x11\xe0", _l("a Word file of the old sort (.doc), or one with a password")),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0\0|II\*\0|MM\0\*|RIFF.{4}WEBP|.{4}ftyp", _l("a picture or a film")),
    (rb"\{\\rtf", _l("a file in Rich Text Format (.rtf)")),
)


def extract_text(data: bytes, name: str) -> tuple[str, str]:
    """Return (text with line ends as LF, media type) of a file.

    Raises Invalid, for the field `file`, with what is wrong and what to do instead.
    """
    if not data:
        raise unreadable_file(_("The file is empty."))
    if len(data) > LARGEST:
        raise unreadable_file(
            _("The file has more than %(most)s megabytes: attach the text alone.", most=LARGEST // 1_000_000)
        )
    if b"%PDF-" in data[:1024]:
        read, media_type = pdf.pdf_text(data), "application/pdf"
    elif data.startswith(b"PK\x03\x04"):
        read, media_type = docx.docx_text(data), docx.MEDIA_TYPE
    else:
        for beginning, what in OTHERS:
            if re.match(beginning, data, re.DOTALL):
                raise unreadable_file(
                    _("This is %(what)s. Files that are read: PDF, .docx, HTML, plain text.", what=what)
                )
        read, media_type = plain.plain_text(data), "text/plain"
        if html.is_html(read, name):
            read, media_type = html.html_text(read), "text/html"
    if not read.strip():
        raise unreadable_file(_("There is no text in this file."))
    return normalise_line_ends(read), media_type

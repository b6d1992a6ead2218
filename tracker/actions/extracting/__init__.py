"""Reading the text out of a file: which sort it is, told by what it holds."""

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.actions.extracting import docx, html, pdf, plain
from tracker.actions.extracting.refusal import refuse
from tracker.texts import normalised

#: Bytes of a file. What it unpacks to, and how much text it gives, have limits of their own.
LARGEST = 25_000_000
#: (how it begins, what it is) of files that hold no text to be read here.
OTHERS = (
    (rb"\xd0\xcf\x11\xe0", _l("a Word file of the old sort (.doc), or one with a password")),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0\0|II\*\0|MM\0\*|RIFF.{4}WEBP|.{4}ftyp", _l("a picture or a film")),
    (rb"\{\\rtf", _l("a file in Rich Text Format (.rtf)")),
)


def text_of(data: bytes, name: str) -> tuple[str, str]:
    """Return (text with line ends as LF, media type) of a file.

    Raises Invalid, for the field `file`, with what is wrong and what to do instead.
    """
    if not data:
        raise refuse(_("The file is empty."))
    if len(data) > LARGEST:
        raise refuse(_("The file has more than %(most)s megabytes: attach the text alone.", most=LARGEST // 1_000_000))
    if b"%PDF-" in data[:1024]:
        read, media_type = pdf.text_of(data), "application/pdf"
    elif data.startswith(b"PK\x03\x04"):
        read, media_type = docx.text_of(data), docx.MEDIA_TYPE
    else:
        for beginning, what in OTHERS:
            if re.match(beginning, data, re.DOTALL):
                raise refuse(_("This is %(what)s. Files that are read: PDF, .docx, HTML, plain text.", what=what))
        read, media_type = plain.text_of(data), "text/plain"
        if html.is_html(read, name):
            read, media_type = html.text_of(read), "text/html"
    if not read.strip():
        raise refuse(_("There is no text in this file."))
    return normalised(read), media_type

"""Extracting the text of files, whose types are recognised by their content."""

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.actions.text_encoding import WESTERN, decodes, guess_encoding, is_western
from tracker.actions.text_extraction import docx, html, pdf
from tracker.errors import unreadable_file
from tracker.passage_text import normalise_line_ends
from tracker.records.fields import FORBIDDEN_CHARACTERS

#: Of a file; what it unpacks to and its text have limits of their own.
MAX_BYTES = 25_000_000
#: (beginning of a file, its description) of types that cannot be read.
UNREADABLE_TYPES = (
    (rb"\xd0\xcf\x11\xe0", _l("a Word file of the old sort (.doc), or one with a password")),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0\0|II\*\0|MM\0\*|RIFF.{4}WEBP|.{4}ftyp", _l("a picture or a film")),
    (rb"\{\\rtf", _l("a file in Rich Text Format (.rtf)")),
)


def extract_text(data: bytes, name: str) -> tuple[str, str]:
    """Return (text with line ends as LF, media type) of a file; raises Invalid, by `file`, with the way out."""
    if not data:
        raise unreadable_file(_("The file is empty."))
    if len(data) > MAX_BYTES:
        most = MAX_BYTES // 1_000_000
        raise unreadable_file(_("The file has more than %(most)s megabytes: attach the text alone.", most=most))
    if b"%PDF-" in data[:1024]:
        text, media_type = pdf.pdf_text(data), "application/pdf"
    elif data.startswith(b"PK\x03\x04"):
        text, media_type = docx.docx_text(data), docx.MEDIA_TYPE
    else:
        for beginning, what in UNREADABLE_TYPES:
            if re.match(beginning, data, re.DOTALL):
                raise unreadable_file(
                    _("This is %(what)s. Files that are read: PDF, .docx, HTML, plain text.", what=what)
                )
        text, media_type = _plain_text(data), "text/plain"
        if html.is_html(text, name):
            text, media_type = html.html_text(text), "text/html"
    if not text.strip():
        raise unreadable_file(_("There is no text in this file."))
    return normalise_line_ends(text), media_type


def _plain_text(data: bytes) -> str:
    """Return the text of a file; raises Invalid, by `file`, if no encoding fits."""
    import charset_normalizer

    encoding = guess_encoding(data)
    if encoding in WESTERN and not is_western(data, encoding):
        match = charset_normalizer.from_bytes(data).best()
        encoding = match.encoding if match else None
    text = data.decode(encoding) if encoding and decodes(data, encoding) else "\0"
    # Any bytes decode in a one-byte encoding, but seldom without a control character.
    if "\0" in text or (encoding in WESTERN and FORBIDDEN_CHARACTERS.search(text)):
        message = _("This is not a text, or its encoding is not known: save it as UTF-8, or paste its text.")
        raise unreadable_file(message)
    return text

"""Plain text: which encoding it is in."""

from flask_babel import gettext as _

from tracker.actions.text_extraction.refusal import unreadable_file
from tracker.records.fields import FORBIDDEN_CHARACTERS

MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def plain_text(data: bytes) -> str:
    """Return the text: as its byte order mark says, else as UTF-8, else as Windows-1252."""
    marked = next((encoding for mark, encoding in MARKS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Bytes that are anything decode as Windows-1252, but seldom without a control character.
        if (encoding != "cp1252" and "\0" not in text) or not FORBIDDEN_CHARACTERS.search(text):
            return text
    raise unreadable_file(_("This is not a text, or its encoding is not known: save it as UTF-8, or paste its text."))

"""Plain text: decoded by the encoding it is most likely in."""

import charset_normalizer
from flask_babel import gettext as _

from tracker.actions.text_encoding import WESTERN, decodes, guess_encoding, is_western
from tracker.errors import unreadable_file
from tracker.records.fields import FORBIDDEN_CHARACTERS


def plain_text(data: bytes) -> str:
    """Return the text of a file; raises Invalid, by `file`, where no encoding fits."""
    encoding = guess_encoding(data)
    if encoding in WESTERN and not is_western(data, encoding):
        match = charset_normalizer.from_bytes(data).best()
        encoding = match.encoding if match else None
    text = data.decode(encoding) if encoding and decodes(data, encoding) else "\0"
    # Any bytes decode in an encoding of one byte a character, but seldom without a control character.
    if "\0" in text or (encoding in WESTERN and FORBIDDEN_CHARACTERS.search(text)):
        message = _("This is not a text, or its encoding is not known: save it as UTF-8, or paste its text.")
        raise unreadable_file(message)
    return text

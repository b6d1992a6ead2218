"""The text of PDF files, whose lines are joined into paragraphs by the gaps between them."""

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from tracker.errors import unreadable_file
from tracker.records.fields import FORBIDDEN_CHARACTERS

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

MAX_PAGES = 3_000
#: Of a text; a document takes no longer one.
MAX_CHARACTERS = 4_000_000
#: A gap this many times the usual distance of lines begins a paragraph; so does a line this many times as high.
PARAGRAPH_GAP, HEIGHT_RATIO = 1.25, 1.2
#: A line that ends before this part of the widest one is not full.
FULL_LINE = 0.7
#: The end of a line that breaks within a word: a mark of PDFium, a soft hyphen or a hyphen.
WORD_CUT = re.compile("[\ufffe\x02\xad]$|(?<=[^\\W\\d_])[-\u2010]$")


@dataclass
class TextLine:
    text: str
    #: In points from the bottom of the page, or None if that is unknown.
    base: float | None
    height: float
    right: float


def pdf_text(data: bytes) -> str:
    """Return the text of a file, with headers and footers, and blank lines between paragraphs."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise unreadable_file(_("This PDF has a password: save it without one, or paste its text.")) from error
        raise unreadable_file(_("This PDF is broken: save it again, or paste its text.")) from error
    try:
        if len(document) > MAX_PAGES:
            most = f"{MAX_PAGES:,}"
            raise unreadable_file(_("This PDF has more than %(most)s pages: attach the part you need.", most=most))
        paragraphs: list[str] = []
        read = 0
        for number in range(len(document)):
            lines = _page_lines(document[number])
            read += sum(len(line.text) for line in lines)
            if read > MAX_CHARACTERS:
                raise unreadable_file(_("This PDF holds too much text: attach the part you need."))
            _append_page(paragraphs, _join_paragraphs(lines))
    except pypdfium2.PdfiumError as error:
        raise unreadable_file(_("This PDF is broken: save it again, or paste its text.")) from error
    finally:
        document.close()
    text = "\n\n".join(FORBIDDEN_CHARACTERS.sub("", paragraph) for paragraph in paragraphs)
    if not text.strip():
        message = _("This PDF has no text layer, only pictures: run text recognition (OCR) on it, or paste its text.")
        raise unreadable_file(message)
    return text


def _page_lines(page: "PdfPage") -> list[TextLine]:
    """Return the lines of a page in the order of the file."""
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range()
        # The position of a line is known only if the text has the same characters as the page.
        placed = len(text) == textpage.count_chars()
        lines, at = [], 0
        for line in text.split("\r\n"):
            if line.strip():
                first = at + len(line) - len(line.lstrip())
                last = at + len(line.rstrip()) - 1
                _left, bottom, _right, top = textpage.get_charbox(first, loose=True) if placed else (0, 0, 0, 0)
                right = textpage.get_charbox(last)[2] if placed else 0
                lines.append(TextLine(line.strip(" \t"), bottom if placed else None, top - bottom, right))
            at += len(line) + 2
        return lines
    finally:
        textpage.close()
        page.close()


def _join_paragraphs(lines: list[TextLine]) -> list[str]:
    """Return the paragraphs of some lines, joining those at the usual distance."""
    bases = [line.base for line in lines if line.base is not None]
    line_distance = median([above - below for above, below in pairwise(bases) if above - below > 1] or [0])
    margin = max((line.right for line in lines), default=0)
    joined: list[str] = []
    for number, line in enumerate(lines):
        if number and not _is_paragraph_break(lines[number - 1], line, line_distance, margin):
            joined[-1] = _join_lines(joined[-1], line.text)
        else:
            joined.append(line.text)
    return joined


def _is_paragraph_break(before: TextLine, line: TextLine, line_distance: float, margin: float) -> bool:
    if before.base is None or line.base is None:
        return False
    tall, low = max(before.height, line.height), min(before.height, line.height)
    if before.base - line.base > PARAGRAPH_GAP * max(line_distance, tall) or tall > HEIGHT_RATIO * low:
        return True
    # A line that ends early ends a paragraph or list item; one above the line before begins a column.
    ended = before.right < FULL_LINE * margin or line.base - before.base > tall
    return ended and not _continues(before.text, line.text)


def _append_page(paragraphs: list[str], more: list[str]) -> None:
    """Add the paragraphs of a page, joining a sentence that continues from the page before."""
    if paragraphs and more and _continues(paragraphs[-1], more[0]):
        paragraphs[-1] = _join_lines(paragraphs[-1], more.pop(0))
    paragraphs += more


def _continues(before: str, after: str) -> bool:
    return after[:1].islower() and (bool(WORD_CUT.search(before[-2:])) or before[-1:] not in '.!?:;”"»)')


def _join_lines(before: str, after: str) -> str:
    if WORD_CUT.search(before[-2:]) and after[:1].islower():
        return before[:-1] + after
    return f"{before} {after}"

"""The text of web pages, without menus, headers and footers."""

import logging
import re

from flask_babel import gettext as _

from tracker.errors import unreadable_file
from tracker.records.fields import FORBIDDEN_CHARACTERS

#: Of a page; a million take about a second.
MAX_CHARACTERS = 5_000_000


def is_html(text: str, name: str) -> bool:
    """Return whether a text is a web page: it begins as one, or has tags and the file name of one."""
    beginning = re.sub(r"<!--.*?-->|<\?xml[^>]*>", "", text[:2000], flags=re.DOTALL).lstrip("\ufeff \t\r\n").lower()
    if beginning.startswith(("<!doctype html", "<html")):
        return True
    return bool(re.search(r"\.x?html?$", name.lower()) and re.search(r"<\w[^<>]{0,500}>", text))


def html_text(page: str) -> str:
    """Return the text of a page with blank lines between its paragraphs."""
    import trafilatura

    if len(page) > MAX_CHARACTERS:
        limit = f"{MAX_CHARACTERS:,}"
        raise unreadable_file(_("This web page has more than %(most)s characters: paste its text instead.", most=limit))
    # It logs what the answer says anyway.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    page = FORBIDDEN_CHARACTERS.sub("", page if "<html" in page.lower() else f"<html><body>{page}</body></html>")
    try:
        text = trafilatura.extract(page, include_comments=False, favor_recall=True) or trafilatura.html2txt(page)
    except (RecursionError, ValueError) as error:
        raise unreadable_file(_("This web page is broken: paste its text instead.")) from error
    return "\n\n".join(line for line in text.splitlines() if line.strip())

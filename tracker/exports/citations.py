"""Citations in plain words, and as BibTeX and CSL-JSON for reference managers."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from tracker.records.date_fields import format_date_range
from tracker.vocabulary import DatePrecision

BIBTEX, CSL = "application/x-bibtex; charset=utf-8", "application/vnd.citationstyles.csl+json; charset=utf-8"
#: Special characters of TeX; those that a backslash would not escape are written by name.
NAMES = {"\\": "backslash", "{": "braceleft", "}": "braceright", "^": "asciicircum", "~": "asciitilde"}
NAMES |= {"<": "less", ">": "greater", "|": "bar"}
TEX = str.maketrans({sign: f"\\{sign}" for sign in "#$%&_"} | {s: f"{{\\text{name}}}" for s, name in NAMES.items()})
#: TeX reads an address verbatim: only characters that would end it are escaped.
TEX_ADDRESS = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "\\{}"})
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: {precision: known characters of an ISO date}
KNOWN_CHARACTERS = {DatePrecision.YEAR: 4, DatePrecision.MONTH: 7, DatePrecision.DAY: 10}


@dataclass(frozen=True)
class Source:
    """A source to cite; empty values are left out."""

    #: Unique: letters, digits, dots and hyphens.
    key: str
    title: str
    #: Its type in words.
    genre: str
    #: Its type in CSL.
    sort: str
    #: Organisations, whose names are never split into first and last names.
    authors: Sequence[str] = ()
    publisher: str = ""
    republisher: str = ""
    published_on: datetime.date | None = None
    precision: DatePrecision = DatePrecision.UNKNOWN
    #: The date in words, if it is not that of publication.
    dated: str = ""
    address: str = ""
    accessed: datetime.date | None = None
    #: ISO 639-1.
    language: str = ""

    @property
    def note(self) -> str:
        return _("Republished by %(name)s", name=self.republisher) if self.republisher else ""

    @property
    def issued(self) -> str:
        """Return the ISO date of publication as far as it is known: 2024, 2024-03, 2024-03-01 or empty."""
        return self.published_on.isoformat()[: KNOWN_CHARACTERS[self.precision]] if self.published_on else ""


def plain_citation(source: Source) -> str:
    """Return a source as one paragraph."""
    when = source.dated or (
        format_date_range(source.published_on, source.precision) if source.published_on else _("no date")
    )
    published = f"{source.publisher}, {when}" if source.publisher else when[:1].upper() + when[1:]
    texts = map(_one_line, ("; ".join(source.authors), source.title, source.genre, published, source.note))
    parts = [text if text.endswith((".", "!", "?", "…")) else f"{text}." for text in texts if text]
    if source.address and source.accessed:
        day = format_date_range(source.accessed, DatePrecision.DAY)
        parts.append(_("%(address)s (accessed %(day)s).", address=source.address, day=day))
    elif source.address:
        parts.append(source.address)
    return " ".join(parts)


def bibtex(source: Source) -> str:
    """Return a source as an entry for BibTeX and biblatex, in UTF-8; double braces keep names and titles whole."""
    year, month = source.issued[:4], int(source.issued[5:7] or 0)
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in source.authors),
        "title": f"{{{_tex(source.title)}}}",
        "howpublished": _tex(source.publisher),
        "note": _tex("; ".join(filter(None, (source.genre, source.dated, source.note)))),
        "date": source.issued,
        "year": year,
        # Each style translates these macros.
        "month": MONTHS[month - 1] if month else "",
        "url": source.address.translate(TEX_ADDRESS),
        "urldate": source.accessed.isoformat() if source.accessed and source.address else "",
    }
    lines = (f"  {name} = {value if name == 'month' else f'{{{value}}}'},\n" for name, value in fields.items() if value)
    return f"@misc{{{source.key},\n{''.join(lines)}}}\n"


def csl(source: Source) -> str:
    """Return a source as CSL-JSON: a list of one item, with a line for each field."""
    item: dict[str, Any] = {
        "id": source.key,
        "type": source.sort,
        "title": _one_line(source.title),
        "genre": _one_line(source.genre),
        "author": [{"literal": _one_line(name)} for name in source.authors],
        "publisher": _one_line(source.publisher),
        "issued": _date_parts(source.issued),
        "URL": source.address,
        "accessed": _date_parts(source.accessed.isoformat() if source.accessed and source.address else ""),
        "language": source.language,
        "note": _one_line("; ".join(filter(None, (source.dated, source.note)))),
    }
    lines = (f'  "{name}": {json.dumps(value, ensure_ascii=False)}' for name, value in item.items() if value)
    return "[{\n" + ",\n".join(lines) + "\n}]\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _tex(text: str) -> str:
    return _one_line(text).translate(TEX)


def _date_parts(day: str) -> dict[str, Any]:
    return {"date-parts": [[int(part) for part in day.split("-")]]} if day else {}

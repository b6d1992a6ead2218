"""A source cited in plain words, as BibTeX and as CSL-JSON, the formats that reference managers read."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from tracker.records.date_fields import format_date_range
from tracker.vocabulary import DatePrecision

BIBTEX, CSL = "application/x-bibtex; charset=utf-8", "application/vnd.citationstyles.csl+json; charset=utf-8"
#: What TeX takes for more than itself; by name, where a sign behind a backslash would still count as a brace.
NAMED = {"\\": "backslash", "{": "braceleft", "}": "braceright", "^": "asciicircum", "~": "asciitilde"}
NAMED |= {"<": "less", ">": "greater", "|": "bar"}
TEX = str.maketrans({sign: f"\\{sign}" for sign in "#$%&_"} | {s: f"{{\\text{name}}}" for s, name in NAMED.items()})
#: An address is read letter by letter: only what would end it is written otherwise.
TEX_ADDRESS = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "\\{}"})
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: How much of an ISO date, and of its parts, is known.
LETTERS = {DatePrecision.YEAR: 4, DatePrecision.MONTH: 7, DatePrecision.DAY: 10}


@dataclass(frozen=True)
class Source:
    """What can be cited; every text is data, and what is empty is left out."""

    #: Another for each source: letters, digits, dots and hyphens.
    key: str
    title: str
    #: What it is, in words, and as a type of CSL.
    genre: str
    sort: str
    #: Organisations, whose names are never cut into first and last ones.
    authors: Sequence[str] = ()
    publisher: str = ""
    republisher: str = ""
    published_on: datetime.date | None = None
    precision: DatePrecision = DatePrecision.UNKNOWN
    #: The day in words, where it is not that of publication.
    dated: str = ""
    address: str = ""
    accessed: datetime.date | None = None
    #: ISO 639-1.
    language: str = ""

    @property
    def note(self) -> str:
        return _("Republished by %(name)s", name=self.republisher) if self.republisher else ""

    @property
    def known(self) -> str:
        """Return the day of publication as an ISO date, no more exact than it is known, or nothing."""
        return self.published_on.isoformat()[: LETTERS[self.precision]] if self.published_on else ""


def plain_citation(source: Source) -> str:
    """Return a source as one paragraph."""
    when = source.dated or (
        format_date_range(source.published_on, source.precision) if source.published_on else _("no date")
    )
    published = f"{source.publisher}, {when}" if source.publisher else when[:1].upper() + when[1:]
    said = (_line(each) for each in ("; ".join(source.authors), source.title, source.genre, published, source.note))
    parts = [each if each.endswith((".", "!", "?", "…")) else f"{each}." for each in said if each]
    if source.address and source.accessed:
        day = format_date_range(source.accessed, DatePrecision.DAY)
        parts.append(_("%(address)s (accessed %(day)s).", address=source.address, day=day))
    elif source.address:
        parts.append(source.address)
    return " ".join(parts)


def bibtex(source: Source) -> str:
    """Return a source as an entry in UTF-8 that BibTeX and biblatex read; both braces keep a name or title whole."""
    year, month = source.known[:4], int(source.known[5:7] or 0)
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in source.authors),
        "title": f"{{{_tex(source.title)}}}",
        "howpublished": _tex(source.publisher),
        "note": _tex("; ".join(each for each in (source.genre, source.dated, source.note) if each)),
        "date": source.known,
        "year": year,
        # A word that each style knows in its own language.
        "month": MONTHS[month - 1] if month else "",
        "url": source.address.translate(TEX_ADDRESS),
        "urldate": source.accessed.isoformat() if source.accessed and source.address else "",
    }
    lines = (f"  {name} = {value if name == 'month' else f'{{{value}}}'},\n" for name, value in fields.items() if value)
    return f"@misc{{{source.key},\n{''.join(lines)}}}\n"


def csl(source: Source) -> str:
    """Return a source as CSL-JSON: a list of one item, a field a line."""
    item: dict[str, Any] = {
        "id": source.key,
        "type": source.sort,
        "title": _line(source.title),
        "genre": _line(source.genre),
        "author": [{"literal": _line(name)} for name in source.authors],
        "publisher": _line(source.publisher),
        "issued": _parts(source.known),
        "URL": source.address,
        "accessed": _parts(source.accessed.isoformat() if source.accessed and source.address else ""),
        "language": source.language,
        "note": _line("; ".join(each for each in (source.dated, source.note) if each)),
    }
    told = (f'  "{name}": {json.dumps(value, ensure_ascii=False)}' for name, value in item.items() if value)
    return "[{\n" + ",\n".join(told) + "\n}]\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _tex(text: str) -> str:
    return _line(text).translate(TEX)


def _parts(day: str) -> dict[str, Any]:
    return {"date-parts": [[int(part) for part in day.split("-")]]} if day else {}

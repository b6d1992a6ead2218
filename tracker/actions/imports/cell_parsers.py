"""What the cells of a file mean: words, codes and names, days in several ways of writing."""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from babel import Locale
from flask_babel import gettext as _
from sqlalchemy import or_, select

from tracker.actions.imports.mapping import LANGUAGES, fold_text, folded_in_every_language
from tracker.actions.imports.workbooks import DayCell
from tracker.database import session
from tracker.models import Record
from tracker.records import kind_of
from tracker.records.fields import Code, RecordCode

#: A day written with numbers alone.
NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
#: What spreadsheets make of a code such as jan-85 or 3-4.
DAMAGED = re.compile(r"[A-Z][a-z]{2}-\d{2}|\d{1,2}-[A-Z][a-z]{2}")
#: Days as Excel counts them, from 1970 to 2099, and the day it counts from.
SERIALS = range(25_569, 73_051)
EPOCH = datetime.date(1899, 12, 30)
#: What begins a text that our CSV holds with an apostrophe.
HELD = tuple("=+-@\t\r'")
YES_AND_NO = {"si": "yes", "verdadero": "yes", "vrai": "yes", "falso": "no", "faux": "no"}
#: Characters of what a record is called; no database would look for much more.
LONGEST_NAME = 2_000
#: No list of what may be meant is longer.
MOST_MEANT = 3


class InvalidCell(ValueError):
    """A cell that cannot be what its field holds; the message says why."""


def without_formula_guard(cell: str) -> str:
    """Return a cell of our CSV without the apostrophe that kept a spreadsheet from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in HELD and len(cell) > 1 else cell


def cell_parser(field: Any, mapped: Mapping[str, str], day: Callable[[str], str]) -> Callable[[str], str]:
    """Return what makes of a cell the text that the field takes; it raises Unfit.

    `mapped` is {value in the file: word or code}, `day` reads the days of the column.
    """
    if field.json_type == "date":
        return day
    if field.is_reference:
        return ReferenceParser(field, mapped)
    if field.is_choice or field.json_type == "boolean":
        return TermParser(field, mapped)
    return parse_code if isinstance(field, RecordCode) else str


def parse_code(cell: str) -> str:
    """Return a code; raises Unfit for one that a spreadsheet turned into a date."""
    if isinstance(cell, DayCell) or DAMAGED.fullmatch(cell.strip()):
        raise InvalidCell(
            _("A spreadsheet turned this code into a date: format the column as text, and type the code again.")
        )
    return cell


class CellParser:
    """What the cells of one field mean, each part of them where it takes several."""

    def __init__(self, field: Any, mapped: Mapping[str, str]) -> None:
        self.multiple = field.multiple
        self.mapped = {fold_text(value): key for value, key in mapped.items()}

    def __call__(self, cell: str) -> str:
        if not self.multiple:
            return self.one(cell.strip())
        return "; ".join(self.one(part.strip()) for part in cell.split(";") if part.strip())

    def one(self, cell: str) -> str:
        raise NotImplementedError


class TermParser(CellParser):
    """The words of a list, by what is stored, by their labels, and by what a person said they mean."""

    def __init__(self, field: Any, mapped: Mapping[str, str]) -> None:
        super().__init__(field, mapped)
        known: dict[str, str] = {}
        if field.json_type == "boolean":
            known = YES_AND_NO
        elif isinstance(field, Code):
            keys = field.options()
            for language in LANGUAGES:
                names = getattr(Locale(language), field.standard)
                known |= {fold_text(name): key.lower() for key, name in names.items() if key.lower() in keys}
            known |= {key: key for key in keys}
        else:
            for word in field.vocabulary:
                known |= dict.fromkeys(folded_in_every_language(word.label), word.value)
            known |= {fold_text(word.value): word.value for word in field.vocabulary}
        self.known = self.mapped | known

    def one(self, cell: str) -> str:
        return self.known.get(fold_text(cell), cell)


class ReferenceParser(CellParser):
    """Other records, by their codes, by their names where only one is called so, and by what a person said."""

    def __init__(self, field: Any, mapped: Mapping[str, str]) -> None:
        super().__init__(field, mapped)
        self.model: Any = field.model
        self.known: dict[str, list[str]] = {}
        # An account is named by its code alone.
        self.names: list[str] = []
        if issubclass(self.model, Record):
            heading = kind_of(self.model).title_column
            self.names = [name for name in (heading, f"{heading}_es") if name in self.model.SEARCHED[:2]]

    def expect(self, codes: Iterable[str]) -> None:
        """Take it that these are codes."""
        self.known = {code: [code] for code in codes}

    def one(self, cell: str) -> str:
        if not cell or self.known.get(cell) == [cell]:
            return cell
        parse_code(cell)
        if cell not in self.known:
            self.known[cell] = self._called(cell)
        found = self.known[cell]
        if len(found) > 1:
            codes = ", ".join(found[:MOST_MEANT]) + (" …" if len(found) > MOST_MEANT else "")
            raise InvalidCell(_("More than one is called so: write the code (%(codes)s).", codes=codes))
        return found[0] if found else self.mapped.get(fold_text(cell), cell)

    def _called(self, cell: str) -> list[str]:
        """Return the codes of the records with a name, accents and case aside."""
        wanted = "".join(f" {word}" for word in fold_text(cell).split()) + "\n"
        if not self.names or not wanted.strip() or len(wanted) > LONGEST_NAME:
            return []
        search = self.model.search
        some = or_(search.startswith(wanted, autoescape=True), search.contains(f"\n{wanted}", autoescape=True))
        columns = [getattr(self.model, name) for name in self.names]
        found = session.execute(select(self.model.code, *columns).where(some).order_by(self.model.id).limit(100))
        return [code for code, *names in found if fold_text(cell) in {fold_text(name or "") for name in names}]


class DateParser:
    """The days of one column, read as the whole column says they are written."""

    def __init__(self, order: str, serial: bool) -> None:
        self.order, self.serial = order, serial

    def __call__(self, cell: str) -> str:
        typed = cell.strip()
        if self.serial and typed.isdigit():
            return (EPOCH + datetime.timedelta(days=int(typed))).isoformat()
        parts = NUMERIC.fullmatch(typed)
        if parts is None:
            # As programs write a day that has no time.
            return re.sub(r"[T ]00:00(:00(\.0+)?)?Z?$", "", typed)
        first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
        day, month = (second, first) if self.order == "mdy" else (first, second)
        try:
            return datetime.date(year, month, day).isoformat()
        except ValueError as error:
            form = _("day/month/year") if self.order == "dmy" else _("month/day/year")
            raise InvalidCell(
                _("“%(day)s” is not a day in the calendar; this column is read as %(form)s.", day=typed, form=form)
            ) from error

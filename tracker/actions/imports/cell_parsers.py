"""Parsers of the cells of a file: words, codes, names, and dates in several formats."""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import or_, select

from tracker.actions.imports.workbooks import DateCell
from tracker.database import session
from tracker.models import Record
from tracker.passage_text import search_words
from tracker.records import kind_of
from tracker.records.fields import ChoiceMixin, FieldMixin, Flag, RecordCode, Reference
from tracker.vocabulary import Label

LANGUAGES = ("en", "es")
#: A date written with numbers alone.
NUMERIC_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
#: What spreadsheets turn a code such as jan-85 or 3-4 into.
CODE_AS_DATE = re.compile(r"[A-Z][a-z]{2}-\d{2}|\d{1,2}-[A-Z][a-z]{2}")
#: The serial numbers of days from 1970 to 2099 in Excel, and the day from which they count.
EXCEL_SERIALS = range(25_569, 73_051)
EXCEL_EPOCH = datetime.date(1899, 12, 30)
#: The first characters of texts that our CSV guards with an apostrophe.
FORMULA_STARTS = tuple("=+-@\t\r'")
YES_AND_NO = {"si": "yes", "verdadero": "yes", "vrai": "yes", "falso": "no", "faux": "no"}
#: In characters; databases refuse to search for much longer names.
MAX_NAME_LENGTH = 2_000
#: Codes in the message about an ambiguous name.
MAX_CODES_LISTED = 3


class InvalidCell(ValueError):
    """A cell that its field cannot hold, for the reason in the message."""


def fold_text(text: str) -> str:
    """Return a text without accents, case and punctuation: “made on” for “Made_on” and “MADE ON”."""
    return " ".join(search_words(text.replace("_", " ")))


def fold_label(label: Label) -> set[str]:
    """Return a label in each of LANGUAGES, folded."""
    folded = set()
    for language in LANGUAGES:
        with force_locale(language):
            folded.add(fold_text(str(label)))
    return folded


def without_formula_guard(cell: str) -> str:
    """Return a cell of our CSV without the apostrophe that guards it from being run as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS and len(cell) > 1 else cell


def cell_parser(
    field: FieldMixin[Any], mapped: Mapping[str, str], parse_date: Callable[[str], str]
) -> Callable[[str], str]:
    """Return the function from a cell to the input of its field; it raises InvalidCell.

    `mapped` is {value in the file: word or code}, `parse_date` parses the dates of the column.
    """
    if field.json_type == "date":
        return parse_date
    if isinstance(field, ChoiceMixin | Flag):
        return choice_parser(field, mapped)
    return parse_code if isinstance(field, RecordCode) else str


def choice_parser(field: ChoiceMixin[Any] | Flag, mapped: Mapping[str, str]) -> "ChoiceParser":
    return ReferenceParser(field, mapped) if isinstance(field, Reference) else TermParser(field, mapped)


def parse_code(cell: str) -> str:
    """Return a code; raises InvalidCell for one that a spreadsheet turned into a date."""
    if isinstance(cell, DateCell) or CODE_AS_DATE.fullmatch(cell.strip()):
        raise InvalidCell(
            _("A spreadsheet turned this code into a date: format the column as text, and type the code again.")
        )
    return cell


class ChoiceParser:
    """Parses the cells of a field that chooses from a list, part by part if it takes several."""

    def __init__(self, field: ChoiceMixin[Any] | Flag, mapped: Mapping[str, str]) -> None:
        self.multiple = field.multiple
        self.mapped = {fold_text(value): key for value, key in mapped.items()}

    def __call__(self, cell: str) -> str:
        if not self.multiple:
            return self.parse_part(cell.strip())
        return "; ".join(self.parse_part(part.strip()) for part in cell.split(";") if part.strip())

    def parse_part(self, part: str) -> str:
        raise NotImplementedError

    def knows(self, part: str) -> bool:
        """Return whether a text names something in the list."""
        raise NotImplementedError


class TermParser(ChoiceParser):
    """Parses words of a list, their labels, and values whose meaning a person chose."""

    def __init__(self, field: ChoiceMixin[Any] | Flag, mapped: Mapping[str, str]) -> None:
        super().__init__(field, mapped)
        if isinstance(field, Flag):
            self.keys, keys_by_text = {*Flag.YES, *Flag.NO}, YES_AND_NO
        else:
            self.keys, keys_by_text = set(field.options()), {}
            for language in LANGUAGES:
                with force_locale(language):
                    keys_by_text |= {fold_text(label): key for key, label in field.options().items()}
            keys_by_text |= {fold_text(key): key for key in self.keys}
        self.keys_by_text = self.mapped | keys_by_text

    def parse_part(self, part: str) -> str:
        return self.keys_by_text.get(fold_text(part), part)

    def knows(self, part: str) -> bool:
        return self.parse_part(part) in self.keys


class ReferenceParser(ChoiceParser):
    """Parses references to records: codes, unambiguous names, and values whose meaning a person chose."""

    def __init__(self, field: Reference, mapped: Mapping[str, str]) -> None:
        super().__init__(field, mapped)
        self.model = field.model
        #: {text: codes of the records that it may name}
        self.codes: dict[str, list[str]] = {}
        # Accounts are not found by their names.
        self.names: list[str] = []
        if issubclass(self.model, Record):
            title = kind_of(self.model).title_column
            self.names = [name for name in (title, f"{title}_es") if name in self.model.SEARCHED[:2]]

    def expect(self, codes: Iterable[str]) -> None:
        """Accept these codes, and forget what was looked up before."""
        self.codes = {code: [code] for code in codes}

    def parse_part(self, part: str) -> str:
        if not part or self.codes.get(part) == [part]:
            return part
        parse_code(part)
        if part not in self.codes:
            self.codes[part] = self._codes_by_name(part)
        matches = self.codes[part]
        if len(matches) > 1:
            codes = ", ".join(matches[:MAX_CODES_LISTED]) + (" …" if len(matches) > MAX_CODES_LISTED else "")
            raise InvalidCell(_("More than one is called so: write the code (%(codes)s).", codes=codes))
        return matches[0] if matches else self.mapped.get(fold_text(part), part)

    def knows(self, part: str) -> bool:
        try:
            self.parse_part(part)
        except InvalidCell:
            return False
        return bool(self.codes[part])

    def _codes_by_name(self, name: str) -> list[str]:
        """Return the codes of the records with a name, ignoring accents and case."""
        folded = fold_text(name)
        beginning = "".join(f" {word}" for word in folded.split()) + "\n"
        if not self.names or not folded or len(beginning) > MAX_NAME_LENGTH:
            return []
        search = self.model.search
        condition = or_(
            search.startswith(beginning, autoescape=True), search.contains(f"\n{beginning}", autoescape=True)
        )
        columns = [getattr(self.model, name) for name in self.names]
        rows = session.execute(select(self.model.code, *columns).where(condition).order_by(self.model.id).limit(100))
        return [code for code, *names in rows if folded in {fold_text(name or "") for name in names}]


def date_format(cell: str) -> str:
    """Return the order of a numeric date, "dmy", "mdy" or "either"; "serial" for a number as in Excel; else ""."""
    if cell.isdigit() and len(cell) == 5 and int(cell) in EXCEL_SERIALS:
        return "serial"
    parts = NUMERIC_DATE.fullmatch(cell)
    first, second = (int(parts[1]), int(parts[3])) if parts else (0, 0)
    if first > 12 or second > 12:
        return "dmy" if first > 12 else "mdy"
    return "either" if first != second else ""


class DateParser:
    """Parses the dates of one column in the order of the whole column."""

    def __init__(self, order: str, is_serial: bool) -> None:
        self.order, self.is_serial = order, is_serial

    def __call__(self, cell: str) -> str:
        typed = cell.strip()
        if self.is_serial and typed.isdigit():
            return (EXCEL_EPOCH + datetime.timedelta(days=int(typed))).isoformat()
        parts = NUMERIC_DATE.fullmatch(typed)
        if parts is None:
            # Programs write dates with a time of midnight.
            return re.sub(r"[T ]00:00(:00(\.0+)?)?Z?$", "", typed)
        first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
        day, month = (second, first) if self.order == "mdy" else (first, second)
        try:
            return datetime.date(year, month, day).isoformat()
        except ValueError as error:
            form = describe_date_order(self.order)
            message = _(
                "“%(day)s” is not a day in the calendar; this column is read as %(form)s.", day=typed, form=form
            )
            raise InvalidCell(message) from error


def describe_date_order(order: str) -> str:
    """Return the order "dmy" or "mdy" in words."""
    return str(_("day/month/year") if order == "dmy" else _("month/day/year"))

"""Kinds of records: each has one form that every input fills, and columns that every list and file reads."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any, ClassVar, Self, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, literal, select
from sqlalchemy.orm import QueryableAttribute, RelationshipProperty, selectinload
from sqlalchemy.sql.base import ExecutableOption
from werkzeug.datastructures import MultiDict
from wtforms.validators import StopValidation

from tracker.database import session
from tracker.errors import Invalid
from tracker.models import Account, AppendOnlyRecord, AsOf, Record
from tracker.models.history import code_was_used
from tracker.page_urls import page_address
from tracker.records import record_codes
from tracker.records.date_fields import KNOWN_SINCE, Timestamp
from tracker.records.fields import (
    FieldMixin,
    LongText,
    PlainValue,
    RecordCode,
    Reference,
    Text,
    TrackerForm,
    WebAddress,
    unattached,
)
from tracker.records.filters import Filters, ValueSource
from tracker.records.record_lookup import RecordLookup
from tracker.vocabulary import Label


class RecordForm(TrackerForm):
    """The fields of one kind of record, filled from HTML, JSON, CSV or YAML."""

    model: ClassVar[type[Record]]
    #: The field whose words make the code if none is typed.
    coded_by: ClassVar[str] = "title"
    code = RecordCode(_l("Code"), description=_l("Left empty, one is made. It is never changed afterwards."))

    def __init__(self, formdata: MultiDict[str, str] | None = None, obj: Record | None = None, **kwargs: Any) -> None:
        self.record = obj
        super().__init__(formdata, obj, **kwargs)

    @classmethod
    def from_plain(
        cls, values: Mapping[str, Any], record: Record | None = None, lookup: RecordLookup | None = None
    ) -> Self:
        """Fill the form from JSON, a CSV row or a YAML item: {field: plain value}.

        A field left out keeps its value, null empties it. Raises Invalid, by field, for unknown fields and for
        values of the wrong type.
        """
        form = cls(obj=record, lookup=lookup)
        wrong = {str(name)[:60]: [_("There is no such field.")] for name in values if name not in form}
        entered: MultiDict[str, str] = MultiDict()
        for field in form:
            try:
                plain = values[field.name] if field.name in values else field.to_json(field.data)
                entered.setlist(field.name, field.to_input(plain))
            except ValueError as error:
                wrong[field.name] = [str(error)]
        if wrong:
            raise Invalid(wrong)
        return cls(entered, obj=record, lookup=form.lookup)

    def validate_code(self, code: RecordCode) -> None:
        if self.record is not None and self.record.code is not None:
            if code.data != self.record.code:
                raise StopValidation(_("A code is never changed; this one stays %(code)s.", code=self.record.code))
        elif code.data and self.was_used(code.data):
            raise StopValidation(
                _("The code “%(code)s” is taken, or was once; a code is never used again.", code=code.data)
            )

    def was_used(self, code: str) -> bool:
        """Return whether a record of this kind has or had the code."""
        return code_was_used(session, self.model, code)

    def usual_code(self) -> str:
        """Return a code made from the other fields, for a new record without one."""
        return record_codes.code_from_words(self.model, self[self.coded_by].data, self.lookup.reserved)

    def populate_obj(self, obj: object) -> None:
        """Put the fields that the model has into a record; without a code it keeps its own or gets one."""
        record, attributes = cast(Record, obj), inspect(self.model).attrs
        for name, field in self._fields.items():
            if name in attributes and (name != "code" or field.data):
                field.populate_obj(record, name)
        if record.code is None:
            record.code = self.usual_code()


class RowForm(RecordForm):
    """The fields of a kind with a parent; a code is the parent's code, a letter and a number."""

    letter: ClassVar[str]
    code = RecordCode(_l("Code"), max_length=80)

    def usual_code(self) -> str:
        start = f"{self[self.model.PARENT].data.code}.{self.letter}"
        return record_codes.numbered_code(self.model, start, self.lookup.reserved)

    def validate_code(self, code: RecordCode) -> None:
        parent = self[self.model.PARENT].data
        if code.data and parent is not None:
            number = code.data.removeprefix(f"{parent.code}.{self.letter}")
            if number == code.data or not (number.isascii() and number.isdigit()):
                raise StopValidation(_("Leave this empty, or write %(shape)s.", shape=f"{parent.code}.{self.letter}1"))
            super().validate_code(code)


def not_its_own_ancestor(form: RecordForm, field: Reference) -> None:
    """Refuse a reference that leads, in any number of steps, back to the record itself."""
    other = field.data
    while other is not None:
        if other is form.record:
            raise StopValidation(_("That would lead back to this record itself: choose another."))
        other = getattr(other, field.short_name)


#: {record: {column: value}} of the columns that depend on the day; read-only, and never part of the records.
AsOfValues = Mapping[Record, Mapping[str, Any]]
NO_VALUES: AsOfValues = MappingProxyType({})


@dataclasses.dataclass(frozen=True)
class Column:
    """One property of a record in lists, files and JSON."""

    name: str
    label: Label
    #: Reads the value from a record; None if it depends on the day, so that only `sql` gives it.
    read: Callable[[Any], Any] | None
    #: The field that converts and displays the values.
    field: FieldMixin[Any]
    #: The same value in a query, or a function that returns it as of two dates.
    sql: ValueSource | Callable[[AsOf], ValueSource]
    #: The relationships to load with a record for the value.
    loads: tuple[QueryableAttribute[Any], ...] = ()
    #: Returns the text on a page, where that of the value alone would be too exact.
    shown: Callable[[Any], str] | None = None

    def source(self, as_of: AsOf) -> ValueSource:
        """Return the values in a query as of two dates."""
        return self.sql(as_of) if callable(self.sql) else self.sql

    @property
    def json_type(self) -> str:
        """The type of the plain values: string, integer, number, boolean, date, datetime or list."""
        return "list" if self.field.multiple else self.field.json_type

    def to_json(self, value: Any) -> PlainValue:
        """Return a value for machines."""
        return self.field.to_json(value)

    def display(self, value: Any) -> str:
        """Return a value for people."""
        return self.field.display(value)

    def value(self, record: Any, as_of_values: AsOfValues = NO_VALUES) -> Any:
        """Return the value of a record; raises KeyError if it depends on the day and is not among `as_of_values`."""
        return self.read(record) if self.read else as_of_values[record][self.name]


@dataclasses.dataclass(frozen=True)
class Kind:
    """What pages, commands and exports know of a kind of record."""

    #: As addresses, file names and commands write it.
    name: str
    form: type[RecordForm]
    singular: Label
    plural: Label
    #: A sentence for newcomers.
    description: Label
    #: The columns of a list by default.
    list_columns: tuple[str, ...]
    #: The fields that a list can be sorted by.
    sort_keys: tuple[str, ...] = ("code",)
    #: The default order of a list; descending with a minus.
    order: str = "code"
    filters: type[Filters] = Filters
    #: Columns beside those of the form.
    extra_columns: tuple[Column, ...] = ()
    #: {column: function from a record to the text on a page}, where it is not that of the value
    shown: Mapping[str, Callable[[Any], str]] = dataclasses.field(default_factory=dict)
    #: Whether the open data set leaves it out.
    internal: bool = False

    @property
    def model(self) -> type[Record]:
        return self.form.model

    @property
    def parent(self) -> str:
        """The field that refers to the record whose rows these are, or ""."""
        return self.model.PARENT

    @property
    def title_column(self) -> str:
        """The column that links to a record."""
        return "code" if self.parent else self.form.coded_by

    @property
    def append_only(self) -> bool:
        """Whether its records are logged, and never edited, removed or imported."""
        return issubclass(self.model, AppendOnlyRecord)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Return {name: column}: first those of the form's fields, then the others."""
        of_form = (attribute_column(getattr(self.model, field.name), field) for field in self.form())
        return {c.name: dataclasses.replace(c, shown=self.shown.get(c.name)) for c in (*of_form, *self.extra_columns)}

    def sort_expression(self, name: str) -> QueryableAttribute[Any]:
        """Return what sorts by a field; names sort by `search`, which ignores accents and case."""
        attribute: QueryableAttribute[Any] = getattr(self.model, name)
        if isinstance(attribute.property, RelationshipProperty):
            attribute = getattr(self.model, f"{name}_id")
        return self.model.search if name in self.model.SEARCHED[:1] else attribute

    def url_column(self, start: str) -> Column:
        """Return the column of whole addresses that begin with `start`; that of a row redirects to its parent."""
        # Codes need no quoting at the end of an address.
        before = page_address("records.show", start, kind=self.name, code="x").removesuffix("x")
        sql = literal(before) + self.model.code
        return derived_column("url", WebAddress("url"), sql, lambda record: before + record.code)

    def loads(self, columns: Iterable[Column] | None = None) -> list[ExecutableOption]:
        """Return loader options for the columns, or all: the number of queries is the same for any number of records.

        The parent of a row is always loaded with it, for its address.
        """
        columns = self.columns.values() if columns is None else columns
        relationships = [attribute for column in columns for attribute in column.loads]
        if self.parent:
            relationships.append(getattr(self.model, self.parent))
        return [selectinload(attribute) for attribute in dict.fromkeys(relationships)]


def note_field() -> LongText:
    """Return the last field of every form."""
    return LongText(_l("Note"), description=_l("For analysts alone: it is never published."), internal=True)


def attribute_column(attribute: QueryableAttribute[Any], field: FieldMixin[Any]) -> Column:
    """Return the column of an attribute of the model, whose values a field displays."""
    field = unattached(field, attribute.key)
    loads = (attribute,) if isinstance(attribute.property, RelationshipProperty) else ()
    return Column(attribute.key, field.label.text, attrgetter(attribute.key), field, attribute, loads)


def derived_column(
    name: str,
    field: FieldMixin[Any],
    sql: ValueSource | Callable[[AsOf], ValueSource],
    value: Callable[[Any], Any] | None = None,
    loads: tuple[QueryableAttribute[Any], ...] = (),
) -> Column:
    """Return a computed column, whose values a field displays.

    `sql` computes it in a query; `value` from a record, by default its attribute of that name. If it depends on the
    day, `sql` is a function of two dates and `value` is not used.
    """
    field = unattached(field, name)
    read = None if callable(sql) else value or attrgetter(name)
    return Column(name, field.label.text, read, field, sql, loads)


def log_columns(model: type[AppendOnlyRecord], *between: Column) -> tuple[Column, ...]:
    """Return the columns that all logged kinds have, after those of one kind."""
    name = select(Account.name).where(Account.id == model.recorded_by_id).scalar_subquery()
    return (
        *between,
        attribute_column(model.recorded_at, Timestamp(_l("Recorded at"), description=KNOWN_SINCE)),
        derived_column(
            "recorded_by", Text(_l("Recorded by"), internal=True), name, lambda record: str(record.recorded_by)
        ),
    )

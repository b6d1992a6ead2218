"""What a kind of record is made of: one form for every door, and columns that every list and file reads."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, literal
from sqlalchemy.orm import QueryableAttribute, RelationshipProperty, selectinload
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import StopValidation

from tracker.database import session
from tracker.errors import Invalid
from tracker.models import AppendOnlyRecord, AsOf, Record
from tracker.models.history import code_was_used
from tracker.records import codes
from tracker.records.fields import LongText, RecordCode
from tracker.records.filters import Filters


class RecordForm(Form):
    """The fields of one kind of record: HTML, JSON, CSV and YAML all fill it."""

    model: ClassVar[type[Record]]
    #: The field whose words make a code where none is typed.
    coded_by: ClassVar[str] = "title"
    code = RecordCode(description=_l("Left empty, one is made. It is never changed afterwards."))

    def __init__(self, formdata: Any = None, obj: Record | None = None, **kwargs: Any) -> None:
        self.record = obj
        super().__init__(formdata, obj, **kwargs)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any], record: Record | None = None) -> "RecordForm":
        """Fill the form from JSON, a CSV row or a YAML item: {field: plain value}.

        A field left out keeps its value, null empties it. Raises Invalid, by field, for a field there is not
        and for a value of the wrong type.
        """
        form = cls(obj=record)
        wrong = {str(name)[:60]: [_("There is no such field.")] for name in values if name not in form}
        entered: MultiDict[str, str] = MultiDict()
        for each in form:
            try:
                given = values[each.name] if each.name in values else each.to_json(each.data)
                entered.setlist(each.name, each.to_input(given))
            except ValueError as error:
                wrong[each.name] = [str(error)]
        if wrong:
            raise Invalid(wrong)
        return cls(entered, obj=record)

    def validate_code(self, code: Any) -> None:
        if self.record is not None and self.record.code is not None:
            if code.data != self.record.code:
                raise StopValidation(_("A code is never changed; this one stays %(code)s.", code=self.record.code))
        elif code.data and self.was_used(code.data):
            raise StopValidation(
                _("The code “%(code)s” is taken, or was once; a code is never used again.", code=code.data)
            )

    def was_used(self, code: str) -> bool:
        """Return whether a record of this kind has the code, or had it once."""
        return code_was_used(session, self.model, code)

    def usual_code(self) -> str:
        """Return a code made from what was entered, for a new record that was given none."""
        return codes.code_from_words(self.model, self[self.coded_by].data)

    def populate_obj(self, obj: Any) -> None:
        """Put the fields that are the record's own into it; left without a code, it keeps its own or gets one."""
        own = inspect(self.model).attrs
        for name, each in self._fields.items():
            if name in own and (name != "code" or each.data):
                each.populate_obj(obj, name)
        if obj.code is None:
            obj.code = self.usual_code()

    def in_order(self, earlier: str, later: str, message: str) -> None:
        """Refuse a day that lies before another, with a message by the later field."""
        first, then = self[earlier].data, self[later].data
        if first and then and then < first:
            raise StopValidation(message)


class RowForm(RecordForm):
    """The fields of a kind with a parent; the server gives the code where none is named."""

    letter: ClassVar[str]
    # The parent's code, a letter and a number.
    code = RecordCode(most=80)

    def usual_code(self) -> str:
        return codes.numbered_code(self.model, f"{self[self.model.PARENT].data.code}.{self.letter}")

    def validate_code(self, code: Any) -> None:
        parent = self[self.model.PARENT].data
        if code.data and parent is not None:
            number = code.data.removeprefix(f"{parent.code}.{self.letter}")
            if number == code.data or not (number.isascii() and number.isdigit()):
                raise StopValidation(_("Leave this empty, or write %(shape)s.", shape=f"{parent.code}.{self.letter}1"))
            super().validate_code(code)


def not_its_own_ancestor(form: RecordForm, field: Any) -> None:
    """Refuse a record that would be, through any number of steps, part of itself."""
    other = field.data
    while other is not None:
        if other is form.record:
            raise StopValidation(_("That would lead back to this record itself: choose another."))
        other = getattr(other, field.short_name)


@dataclass(frozen=True)
class Column:
    """One thing told about a record, in a list, a file and JSON."""

    name: str
    label: Any
    #: The value, as the model has it.
    value: Callable[[Any], Any]
    #: A value for machines: text, number, true or false, a list of texts, or None.
    to_json: Callable[[Any], Any]
    #: A value for people.
    display: Callable[[Any], str]
    #: The vocabulary its words are from, if they are.
    vocabulary: Any = None
    #: What of the model must be read with the record to tell this.
    loads: tuple[Any, ...] = ()
    #: How a page tells it of a record, where the value alone would say too much.
    shown: Callable[[Any], str] | None = None
    #: What gives the same value in a query: an attribute of the model, an expression, a select of (record id, value)
    #: pairs where there are several, or a function of the clock that returns one of these.
    sql: Any = None
    #: The field that tells it; none tells an address.
    field: Any = None


@dataclass(frozen=True)
class Kind:
    """All that doors and exports need to know of a kind of record."""

    #: In addresses, file names and the command line.
    name: str
    form: type[RecordForm]
    singular: Any
    plural: Any
    #: What the records are, in a sentence for somebody new.
    description: Any
    #: The columns a list shows unless others are asked for.
    list_columns: tuple[str, ...]
    #: {name: expression} a list can be sorted by; names by `search`, so that accents and case do not matter.
    sort_keys: Mapping[str, Any]
    #: What it is sorted by unless asked otherwise; downwards with a minus.
    order: str
    filters: type[Filters] = Filters
    #: Columns beside those of the form.
    extra_columns: tuple[Column, ...] = ()
    #: The column people click on.
    title_column: str = "title"
    #: {column: how a page tells it of a record}
    shown: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    #: Whether its records are for those who keep them: the open data set leaves them out.
    internal: bool = False
    #: Puts into records what of them depends on the day, in as many queries for any number of them.
    add_as_of: Callable[[Sequence[Any], AsOf], None] | None = None

    @property
    def model(self) -> type[Record]:
        return self.form.model

    @property
    def parent(self) -> str:
        """The field naming the record that this kind's records are rows of, or nothing."""
        return self.model.PARENT

    @property
    def append_only(self) -> bool:
        """Return whether its records are logged by one action, and never edited, removed or imported."""
        return issubclass(self.model, AppendOnlyRecord)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Return {name: column}: all fields of the form, then the others."""
        told = (_column(self.model, each) for each in self.form())
        return {c.name: replace(c, shown=self.shown.get(c.name)) for c in (*told, *self.extra_columns)}

    def address(self, record: Any) -> str:
        """Return the path of a record; that of a row leads on to its place on the page of its parent."""
        return f"/{self.name}/{record.code}"

    def url_column(self, start: str) -> Column:
        """Return the column of whole addresses, `start` being what they start with."""
        start = start.rstrip("/")
        sql = literal(f"{start}/{self.name}/") + self.model.code
        return Column("url", "url", lambda record: start + self.address(record), lambda url: url, str, sql=sql)

    def loads(self, columns: Iterable[Column] | None = None) -> list[Any]:
        """Return the loader options for telling columns (usually all) in as many queries for any number of records.

        The record that a row belongs to is always read with it, for its address.
        """
        columns = self.columns.values() if columns is None else columns
        needs = [attribute for column in columns for attribute in column.loads]
        if self.parent:
            needs.append(getattr(self.model, self.parent))
        return [selectinload(attribute) for attribute in dict.fromkeys(needs)]


def _column(model: type[Record], told: Any) -> Column:
    return _told(told, told.name, told.label.text, getattr(model, told.name))


def note_field() -> Any:
    """Return the field every kind ends with."""
    return LongText(_l("Note"), description=_l("For analysts alone: it is never published."), internal=True)


def derived_column(
    name: str, label: Any, value: Any, told: Any, needs: tuple[Any, ...] = (), sql: Any = None
) -> Column:
    """Return a column that no form fills in, told as the field `told` tells its values.

    `value` is an attribute of the model, or a function of the record; then `sql` gives the same in a query.
    """
    return _told(told.bind(Form(), name), name, label, value, needs, sql)


def _told(field: Any, name: str, label: Any, value: Any, needs: tuple[Any, ...] = (), sql: Any = None) -> Column:
    if isinstance(value, QueryableAttribute):
        related = isinstance(value.property, RelationshipProperty)
        value, needs, sql = attrgetter(value.key), (value,) if related else (), value
    vocabulary = getattr(field, "vocabulary", None)
    return Column(name, label, value, field.to_json, field.display, vocabulary, needs, sql=sql, field=field)

"""The filters of a list, made from the fields of records."""

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, SelectBase, SQLColumnExpression, and_, exists, or_, select
from sqlalchemy.orm import QueryableAttribute
from werkzeug.datastructures import MultiDict
from wtforms.fields.core import UnboundField
from wtforms.validators import StopValidation

from tracker.database import UTCDateTime
from tracker.dates import end_of_day, start_of_day, today
from tracker.errors import Invalid
from tracker.models import Account, AppendOnlyRecord, AsOf, Change, Record
from tracker.passage_text import search_words
from tracker.records.date_fields import Date, PastMoment, not_in_future
from tracker.records.fields import ChoiceMixin, FieldMixin, Text, TrackerForm
from tracker.vocabulary import Action, Label

#: No person makes an address with more values or words than this.
MAX_VALUES = 200
MAX_WORDS = 40

#: Values of records in a query: an attribute of the model, an expression, or a select of (record id, value) pairs if a
#: record can have several.
ValueSource = SQLColumnExpression[Any] | SelectBase
if TYPE_CHECKING:
    Declared = UnboundField[FieldMixin[Any]]
else:
    Declared = UnboundField


class Filter(Declared):
    """A filter field, with the SQL condition for the records that it lets through."""

    def __init__(
        self,
        condition: Callable[["Filters", type[Record], Any], ColumnElement[bool]],
        field_class: type[FieldMixin[Any]],
        *args: Any,
        source: ValueSource | Callable[[Any], ValueSource] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(field_class, *args, **kwargs)
        #: `condition(filters, model, data of the field)`
        self.condition = condition
        #: The values of records, or a function of the filters that returns them; None if values are not counted.
        self.source = source


def any_of(
    field: "ChoiceMixin[Any] | UnboundField[Any]",
    source: ValueSource | Callable[[Any], ValueSource],
    label: Label | None = None,
    ids: Callable[[Any], Select[Any]] | None = None,
) -> Filter:
    """Return a filter for any of several values of a field.

    `source` gives the values of records, references as ids, or is a function of the filters that returns such a
    source. Where that is cheaper, `ids(filters)` selects the ids of the records that the chosen values let through.
    """

    def condition(filters: Filters, model: type[Record], chosen: list[Any]) -> ColumnElement[bool]:
        if ids is not None:
            return model.id.in_(ids(filters))
        values = [value_in_query(value) for value in chosen]
        of_filters = source(filters) if callable(source) else source
        if isinstance(of_filters, SelectBase):
            pairs = of_filters.subquery()
            return model.id.in_(select(pairs.c[0]).where(pairs.c[1].in_(values)))
        return of_filters.in_(values)

    # A declared field is unbound, contrary to its annotated type.
    declared = cast(Declared, field)
    # A filter is not required, and has neither default nor help.
    kwargs = {name: declared.kwargs[name] for name in ("vocabulary", "model", "standard") if name in declared.kwargs}
    args = (label or declared.args[0], *declared.args[1:])
    return Filter(condition, declared.field_class, *args, source=source, multiple=True, **kwargs)


def date_range(first: Label, last: Label, column: QueryableAttribute[Any]) -> tuple[Filter, Filter]:
    """Return the filters from one day on and up to another, by a column of days or of moments."""
    moments = isinstance(column.expression.type, UTCDateTime)
    return (
        Filter(lambda _filters, _model, day: column >= (start_of_day(day) if moments else day), Date, first),
        Filter(lambda _filters, _model, day: column <= (end_of_day(day) if moments else day), Date, last),
    )


def value_in_query(value: Any) -> Any:
    """Return the value of a filter as a query compares it: records and accounts by their ids."""
    return value.id if isinstance(value, Record | Account) else value


def has_words(_filters: "Filters", model: type[Record], typed: str) -> ColumnElement[bool]:
    """Return the condition that each typed word is the beginning of a word of the record."""
    return and_(*(model.search.contains(f" {word}", autoescape=True) for word in search_words(typed)))


def recorded_by(model: type[Record], moment: datetime.datetime) -> ColumnElement[bool]:
    """Return the condition that a record of a model was recorded by a moment."""
    if issubclass(model, AppendOnlyRecord):
        return model.recorded_at <= moment
    added = (Change.kind == model.__tablename__, Change.code == model.code, Change.action == Action.ADDED)
    return exists().where(*added, Change.at <= moment)


class AsOfForm(TrackerForm):
    """The two dates as of which a page or file shows the records."""

    as_of = Date(_l("As of"), description=_l("How things stood on a past day."))
    known_by = PastMoment(
        _l("As known by"),
        validators=[not_in_future],
        description=_l("By what was recorded here until the end of a past day."),
    )

    def validate_as_of(self, as_of: Date) -> None:
        if as_of.data and as_of.data > today():
            raise StopValidation(_("This day has not come yet: choose one up to today."))

    @property
    def as_of_dates(self) -> AsOf:
        """Return the two dates, by default today and now."""
        known_by = self.known_by.data
        return AsOf(self.as_of.data or today(), known_by, bool(self.as_of.data or known_by))


class Filters(AsOfForm):
    """The filters of a list. The SQL condition and the sentence for people come from the same field."""

    q = Filter(has_words, Text, _l("Search"), max_length=200)
    #: {filter: filters whose meaning it changes}; its options are counted without these.
    together: ClassVar[dict[str, tuple[str, ...]]] = {}
    #: The day since which a record is true in the world, or None.
    true_on: ClassVar[Any] = None

    @classmethod
    def from_query(cls, args: MultiDict[str, str]) -> "Filters":
        """Read the filters from an address; raises Invalid for unknown filters and values."""
        known = cls()
        wrong: dict[str, Sequence[str]] = {}
        for name in args:
            if name not in known:
                names = ", ".join(field.name for field in known)
                wrong[name[:60]] = [_("There is no such filter. The filters here are: %(names)s.", names=names)]
        if sum(len(values) for values in args.listvalues()) > MAX_VALUES:
            raise Invalid({"filters": [_("Choose at most %(most)s values.", most=MAX_VALUES)]})
        filters = cls(args)
        if not filters.validate():
            wrong |= filters.errors
        if wrong:
            raise Invalid(wrong)
        return filters

    def validate_q(self, q: Text) -> None:
        if q.data and not search_words(q.data):
            raise StopValidation(_("Type at least one letter or digit."))
        if q.data and len(search_words(q.data)) > MAX_WORDS:
            raise StopValidation(_("Search for at most %(most)s words at once.", most=MAX_WORDS))

    @property
    def chosen(self) -> list[FieldMixin[Any]]:
        """Return the fields that narrow the list."""
        return [field for field in self if field.data not in (None, [])]

    @property
    def multiple(self) -> list[FieldMixin[Any]]:
        """Return the fields that take several values."""
        return [field for field in self if field.multiple]

    def conditions(self, model: type[Record], but: str = "") -> list[ColumnElement[bool]]:
        """Return the SQL conditions for the records of a model, without the filter named `but`."""
        omitted = (but, *self.together.get(but, ()), "as_of", "known_by")
        chosen = [field for field in self.chosen if field.name not in omitted]
        conditions = [getattr(type(self), field.name).condition(self, model, field.data) for field in chosen]
        return [*self.there(model, but), *conditions]

    def there(self, model: type[Record], but: str = "") -> list[ColumnElement[bool]]:
        """Return the SQL conditions that a record existed, and was known, as of the two dates."""
        known_by, true_on = self.as_of_dates.known_by, type(self).true_on
        conditions = []
        if self.as_of.data and true_on is not None:
            conditions.append(or_(true_on <= self.as_of.data, true_on.is_(None)))
        return [*conditions, recorded_by(model, known_by)] if known_by else conditions

    def choice(self, name: str) -> ChoiceMixin[Any]:
        """Return a filter that takes several values."""
        return cast(ChoiceMixin[Any], self[name])

    def source(self, name: str) -> ValueSource:
        """Return the source of the values that a filter of several values compares."""
        source: ValueSource | Callable[[Filters], ValueSource] = getattr(type(self), name).source
        return source(self) if callable(source) else source

    def sentence(self) -> str:
        """Return the filters in words, as above a list."""
        return "; ".join(
            f"{field.label.text}: {_(' or ').join(text for _key, text in selected_values(field))}"
            for field in self.chosen
        )


def to_query(filters: Filters) -> dict[str, list[str]]:
    """Return {filter: values} of the chosen filters, as in an address."""
    return {field.name: [value for value, _text in selected_values(field)] for field in filters.chosen}


def selected_values(field: FieldMixin[Any]) -> list[tuple[str, str]]:
    """Return the (value in the address, text) of each value chosen in a filter."""
    if isinstance(field, ChoiceMixin):
        return [(field.key(value), field.label_of(value)) for value in field.values(field.data)]
    return [(str(field.to_json(field.data)), field.display(field.data))]

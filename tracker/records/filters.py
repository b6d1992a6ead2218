"""The filters of a list, made from the fields that records already have."""

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
from tracker.models import AppendOnlyRecord, AsOf, Change, Record
from tracker.passage_text import search_words
from tracker.records.date_fields import Date, PastMoment, not_in_future
from tracker.records.fields import ChoiceMixin, FieldMixin, Text, TrackerForm
from tracker.vocabulary import Action, Label

#: No address a person makes has more parts than this.
MAX_VALUES = 200
MAX_WORDS = 40

#: What leads from records to values: a column of the model, or a select of (record id, value) pairs.
Link = SQLColumnExpression[Any] | SelectBase
if TYPE_CHECKING:
    Declared = UnboundField[FieldMixin[Any]]
else:
    Declared = UnboundField


class Filter(Declared):
    """A field of a list's filters as a class declares it, with the condition on the records it lets through."""

    def condition(self, filters: "Filters", model: type[Record], chosen: Any) -> ColumnElement[bool]:
        """Return the SQL condition that a record of the model is let through by what was chosen in the field."""
        raise NotImplementedError


class WordsFilter(Filter):
    """A search for records some of whose words begin with each word typed."""

    def condition(self, filters: "Filters", model: type[Record], chosen: str) -> ColumnElement[bool]:
        return and_(*(model.search.contains(f" {word}", autoescape=True) for word in search_words(chosen)))


class DateFilter(Filter):
    """A filter by one end of a period."""

    def __init__(self, label: Label, on_day: Callable[[datetime.date], ColumnElement[bool]]) -> None:
        super().__init__(Date, label)
        self.on_day = on_day

    def condition(self, filters: "Filters", model: type[Record], chosen: datetime.date) -> ColumnElement[bool]:
        return self.on_day(chosen)


class AnyOfFilter(Filter):
    """A filter for records with any of several values."""

    def __init__(
        self,
        field: "UnboundField[ChoiceMixin[Any]]",
        link: Link | Callable[[Any], Link],
        label: Label | None,
        ids: Callable[[Any], Select[Any]] | None,
    ) -> None:
        # What else a field of a form is, required or with a default, it is not as a filter.
        kwargs = {name: field.kwargs[name] for name in ("vocabulary", "model", "standard") if name in field.kwargs}
        super().__init__(field.field_class, label or field.args[0], *field.args[1:], multiple=True, **kwargs)
        self._link, self.ids = link, ids

    def link(self, filters: "Filters") -> Link:
        """Return what leads from records to their values, as the other filters and the dates have it."""
        return self._link(filters) if callable(self._link) else self._link

    def condition(self, filters: "Filters", model: type[Record], chosen: list[Any]) -> ColumnElement[bool]:
        if self.ids:
            return model.id.in_(self.ids(filters))
        link, values = self.link(filters), [value_in_query(value) for value in chosen]
        if isinstance(link, SelectBase):
            pairs = link.subquery()
            return model.id.in_(select(pairs.c[0]).where(pairs.c[1].in_(values)))
        return link.in_(values)


def any_of(
    field: "ChoiceMixin[Any] | UnboundField[Any]",
    link: Link | Callable[[Any], Link],
    label: Label | None = None,
    ids: Callable[[Any], Select[Any]] | None = None,
) -> AnyOfFilter:
    """Return a filter for any of several values of a field.

    `link` leads from records to values: a column of the model, or a select of (record id, value) pairs, or a
    function of the filters returning one of these. Other records are meant by their ids. Where that costs less,
    `ids(filters)` selects the ids of the records that the values chosen let through.
    """
    # A field outside a form is not bound to one, which its class does not say.
    return AnyOfFilter(cast("UnboundField[ChoiceMixin[Any]]", field), link, label, ids)


def date_range(first: Label, last: Label, column: QueryableAttribute[Any]) -> tuple[DateFilter, DateFilter]:
    """Return the filters for what lies from one day, and up to another, by a column of days or of moments."""
    if isinstance(column.expression.type, UTCDateTime):
        return (
            DateFilter(first, lambda day: column >= start_of_day(day)),
            DateFilter(last, lambda day: column <= end_of_day(day)),
        )
    return DateFilter(first, lambda day: column >= day), DateFilter(last, lambda day: column <= day)


def value_in_query(value: Any) -> Any:
    """Return a value of a filter as a query holds it: other records by their ids."""
    return value.id if isinstance(value, Record) else value


def recorded_by(model: type[Record], moment: datetime.datetime) -> ColumnElement[bool]:
    """Return the condition that a record of a model was recorded by a moment."""
    if issubclass(model, AppendOnlyRecord):
        return model.recorded_at <= moment
    added = (Change.kind == model.__tablename__, Change.code == model.code, Change.action == Action.ADDED)
    return exists().where(*added, Change.at <= moment)


class AsOfForm(TrackerForm):
    """The dates on which a page or file shows how things stood."""

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
        """Return the two dates; left out, today and now."""
        known_by = self.known_by.data
        return AsOf(self.as_of.data or today(), known_by, bool(self.as_of.data or known_by))


class Filters(AsOfForm):
    """What narrows a list. Conditions are SQL, sentences are for people, and both come from the same field."""

    q = WordsFilter(Text, _l("Search"), max_length=200)
    #: {filter: filters that mean something else beside it}; what it offers is counted without these.
    together: ClassVar[dict[str, tuple[str, ...]]] = {}
    #: The day since which a record is true in the world, if it has one.
    true_on: ClassVar[Any] = None

    @classmethod
    def from_query(cls, args: MultiDict[str, str]) -> "Filters":
        """Read the filters from an address; raises Invalid for a filter there is not, or a value it does not know."""
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
        """Return the SQL conditions that let a record of the model through, leaving out the filter named `but`."""
        omitted = (but, *self.together.get(but, ()), "as_of", "known_by")
        chosen = [(getattr(type(self), f.name), f.data) for f in self.chosen if f.name not in omitted]
        return [*self.there(model, but), *(filter_.condition(self, model, data) for filter_, data in chosen)]

    def there(self, model: type[Record], but: str = "") -> list[ColumnElement[bool]]:
        """Return the SQL conditions that a record was there, and known, on the two dates."""
        known_by, true_on = self.as_of_dates.known_by, type(self).true_on
        conditions = []
        if self.as_of.data and true_on is not None:
            conditions.append(or_(true_on <= self.as_of.data, true_on.is_(None)))
        return [*conditions, recorded_by(model, known_by)] if known_by else conditions

    def choice(self, name: str) -> ChoiceMixin[Any]:
        """Return a filter that takes several values."""
        return cast(ChoiceMixin[Any], self[name])

    def link(self, name: str) -> Link:
        """Return what leads from records to the values of a filter that takes several."""
        declared: AnyOfFilter = getattr(type(self), name)
        return declared.link(self)

    def sentence(self) -> str:
        """Return the filters in words, to stand above a list."""
        return "; ".join(
            f"{field.label.text}: {_(' or ').join(text for _key, text in selected_values(field))}"
            for field in self.chosen
        )


def to_query(filters: Filters) -> dict[str, list[str]]:
    """Return {filter: values} of what is chosen, as an address holds them."""
    return {field.name: [value for value, _text in selected_values(field)] for field in filters.chosen}


def selected_values(field: FieldMixin[Any]) -> list[tuple[str, str]]:
    """Return the (value in the address, text) of each value chosen in a filter."""
    if isinstance(field, ChoiceMixin):
        return [(field.key(value), field.label_of(value)) for value in field.values(field.data)]
    return [(str(field.to_json(field.data)), field.display(field.data))]

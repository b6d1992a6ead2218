"""Ways to narrow a list, made from the fields that records already have."""

import datetime
from collections.abc import Callable
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, SelectBase, and_, exists, or_, select
from werkzeug.datastructures import MultiDict
from wtforms.fields.core import UnboundField
from wtforms.validators import StopValidation

from tracker.errors import Invalid
from tracker.models import AppendOnlyRecord, Change
from tracker.passage_text import search_words
from tracker.records.as_of import AsOfForm
from tracker.records.date_fields import Date
from tracker.records.fields import Text
from tracker.vocabulary import Action

#: No address a person makes has more parts than this.
MAX_VALUES = 200
MAX_WORDS = 40


def any_of(field: UnboundField, link: Any, label: Any = None, ids: Any = None) -> UnboundField:
    """Return a filter for any of several values of a field.

    `link` leads from records to values: a column of the model, or a select of (record id, value) pairs, or a
    function of the filters returning one of these. Other records are meant by their ids. Where that costs less,
    `ids(filters)` selects the ids of the records that the values chosen let through.
    """
    kwargs = {name: field.kwargs[name] for name in ("vocabulary", "model", "listed") if name in field.kwargs}
    narrowing = UnboundField(field.field_class.multiple_class, label or field.args[0], *field.args[1:], **kwargs)
    narrowing.link, narrowing.ids = link, ids
    return narrowing


def date_filter(label: Any, condition: Callable[[Any], Any]) -> UnboundField:
    """Return a filter on a day: `condition(day)` is what lets a record through."""
    narrowing = UnboundField(Date, label)
    narrowing.condition = condition
    return narrowing


def recorded_by(model: Any, moment: datetime.datetime) -> ColumnElement[bool]:
    """Return the condition that a record of a model was recorded by a moment."""
    if issubclass(model, AppendOnlyRecord):
        return model.recorded_at <= moment
    added = (Change.kind == model.__tablename__, Change.code == model.code, Change.action == Action.ADDED)
    return exists().where(*added, Change.at <= moment)


class Filters(AsOfForm):
    """What a person asked to see. Conditions are SQL, sentences are for people, and both come from the same field."""

    q = Text(_l("Search"), most=200)
    #: {filter: filters that mean something else beside it}; what it offers is counted without these.
    together: ClassVar[dict[str, tuple[str, ...]]] = {}
    #: The day since which a record is true in the world, if it has one.
    true_on: ClassVar[Any] = None

    @classmethod
    def from_query(cls, args: MultiDict[str, str]) -> "Filters":
        """Read the filters from an address; raises Invalid for a filter there is not, or a value it does not know."""
        known = cls()
        wrong: dict[str, Any] = {}
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

    def validate_q(self, q: Any) -> None:
        if q.data and not search_words(q.data):
            raise StopValidation(_("Type at least one letter or digit."))
        if q.data and len(search_words(q.data)) > MAX_WORDS:
            raise StopValidation(_("Search for at most %(most)s words at once.", most=MAX_WORDS))

    @property
    def chosen(self) -> list[Any]:
        """Return the fields that narrow the list."""
        return [field for field in self if field.data not in (None, [])]

    def conditions(self, model: Any, but: str = "") -> list[Any]:
        """Return the SQL conditions that let a record of the model through, leaving out the filter named `but`."""
        leaving = (but, *self.together.get(but, ()), "as_of", "known_by")
        narrowing = [self._condition(model, field) for field in self.chosen if field.name not in leaving]
        return [*self.there(model, but), *narrowing]

    def there(self, model: Any, but: str = "") -> list[Any]:
        """Return the SQL conditions that a record was there, and known, at the time that is asked for."""
        known_by, true_on = self.as_of_dates.known_by, type(self).true_on
        found = []
        if self.as_of.data and true_on is not None:
            found.append(or_(true_on <= self.as_of.data, true_on.is_(None)))
        return [*found, recorded_by(model, known_by)] if known_by else found

    def _condition(self, model: Any, field: Any) -> Any:
        if field.name == "q":
            # Each word typed begins some word of the record.
            return and_(*(model.search.contains(f" {word}", autoescape=True) for word in search_words(field.data)))
        if not field.multiple:
            return getattr(type(self), field.name).condition(field.data)
        if ids := getattr(type(self), field.name).ids:
            return model.id.in_(ids(self))
        link, values = self.link(field.name), [getattr(value, "id", value) for value in field.data]
        if isinstance(link, SelectBase):
            pairs = link.subquery()
            return model.id.in_(select(pairs.c[0]).where(pairs.c[1].in_(values)))
        return link.in_(values)

    def link(self, name: str) -> Any:
        link = getattr(type(self), name).link
        return link(self) if callable(link) else link

    @property
    def multiple(self) -> list[Any]:
        """Return the fields that take several values."""
        return [field for field in self if field.multiple]

    def sentence(self) -> str:
        """Return the filters in words, to stand above a list."""
        return "; ".join(
            f"{field.label.text}: {_(' or ').join(text for _key, text in selected_values(field))}"
            for field in self.chosen
        )


def to_query(filters: Filters) -> dict[str, list[str]]:
    """Return {filter: values} of what is chosen, as an address holds them."""
    return {field.name: [value for value, _text in selected_values(field)] for field in filters.chosen}


def selected_values(field: Any) -> list[tuple[str, str]]:
    """Return the (value in the address, text) of each value chosen in a filter."""
    if field.multiple:
        return [(field.key(value), field.label_of(value)) for value in field.data]
    return [(field.data if isinstance(field.data, str) else field.to_json(field.data), field.display(field.data))]

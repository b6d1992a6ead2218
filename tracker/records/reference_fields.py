"""Fields that name other records."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import inspect, select

from tracker.database import session
from tracker.models import SEEDING, Account, Record
from tracker.passage_text import search_words
from tracker.records.choice_fields import ChoiceMixin
from tracker.records.fields import mask_forbidden
from tracker.vocabulary import Label

#: With more records than this, one is typed into a field rather than chosen from a list of all.
MAX_OPTIONS = 100


def shortened(text: str, max_length: int = 90) -> str:
    return text if len(text) <= max_length else text[: max_length - 1] + "…"


def unsaved(model: type[Record]) -> dict[str, tuple[Record, str]]:
    """Return {key: (record, label)} of what is being entered on the same page and can be chosen before it is saved."""
    records: dict[str, tuple[Record, str]] = session.info.setdefault("unsaved", {}).setdefault(model, {})
    return records


def get_by_code(model: type[Record], code: str) -> Any:
    """Return the record with a code, or None; read once a request, however many rows of a form name it."""
    named = session.info.setdefault("named", {})
    record = named.get((model, code))
    if record is None or not inspect(record).persistent:
        record = named[model, code] = session.scalar(select(model).where(model.code == code))
    return record


class Reference(ChoiceMixin[Record]):
    """Another record, or several, each named by its code."""

    is_reference = suggests = True

    model: type[Record]
    #: How many of those being entered on the same page come before this field, if it was typed into.
    before: int | None = None

    def __init__(self, label: Label | None = None, model: type[Record] = Record, **kwargs: Any):
        super().__init__(label, **kwargs)
        self.model = model

    def process_formdata(self, valuelist: list[str]) -> None:
        self.before = len(unsaved(self.model))
        super().process_formdata(valuelist)

    @property
    def is_typed(self) -> bool:
        """Return whether there are so many records that the code or name of one is typed, not chosen from a list."""
        if self.multiple or not self.suggests:
            return False
        # Counted once a request.
        many: dict[type[Record], bool] = session.info.setdefault("many", {})
        if self.model not in many:
            beyond = select(self.model.id).order_by(self.model.id).offset(MAX_OPTIONS).limit(1)
            many[self.model] = session.scalar(beyond) is not None
        return many[self.model]

    @property
    def typed(self) -> str:
        """Return what stands in the field where it is typed."""
        if self.process_errors and self.raw_data:
            return mask_forbidden(self.raw_data[0])
        return "" if self.data is None else self.key(self.data)

    def options(self) -> Mapping[str, str]:
        # Read once a request, however many rows of a form offer the same list.
        options: dict[type[Record], dict[str, str]] = session.info.setdefault("options", {})
        if self.model not in options:
            records = session.scalars(select(self.model).order_by(self.model.id))
            labels = {record.code: shortened(str(record)) for record in records}
            times = Counter(labels.values())
            options[self.model] = {
                code: label if times[label] == 1 else f"{label} ({code})" for code, label in labels.items()
            }
        before = islice(unsaved(self.model).items(), self.before)
        return {key: label for key, (_record, label) in before} | options[self.model]

    def option(self, key: str) -> Record | None:
        if entered := unsaved(self.model).get(key):
            return entered[0]
        record: Record | None = get_by_code(self.model, key)
        return record or (self._only_named(key) if self.is_typed else None)

    def _only_named(self, name: str) -> Record | None:
        """Return the one record of this name, accents and case aside; None if several have it."""
        words = search_words(name)
        entered = [record for record, label in unsaved(self.model).values() if search_words(label) == words]
        if entered or not words or self.model.PARENT:
            return entered[0] if entered else None
        # What a record is called is what `search` begins with.
        begins = self.model.search.startswith("".join(f" {word}" for word in words) + "\n", autoescape=True)
        matches = session.scalars(select(self.model).where(begins).limit(2)).all()
        return matches[0] if len(matches) == 1 else None

    def key(self, value: Record) -> str:
        return next((key for key, (record, _label) in unsaved(self.model).items() if record is value), value.code)

    def label_of(self, value: Record) -> str:
        return next((label for record, label in unsaved(self.model).values() if record is value), None) or str(value)

    def unknown(self, key: str) -> str:
        if key.startswith("+"):
            problem = _(
                "The row “%(key)s” that is chosen here is empty, left out or not before this one.", key=key[:60]
            )
            return f"{problem} {_('Choose another, or fill in that row.')}"
        if self.is_typed:
            problem = _("Nothing here has the code or name “%(key)s”, or several have the name.", key=key[:60])
            return f"{problem} {_('Begin to type, and choose one.')}"
        options = list(self.options())
        if not options:
            return _("“%(key)s” is not known, and there is nothing to choose from yet: add one first.", key=key[:60])
        way_out = _("The codes are: %(codes)s.", codes=", ".join(options))
        if len(options) > 12:
            way_out = _("Choose one from the list.")
        return f"{_('No record has the code “%(key)s”.', key=key[:60])} {way_out}"


class AccountReference(Reference):
    """Somebody with an account; what plants the seeds is nobody."""

    #: However many there are, they are listed: no page suggests accounts.
    suggests = False

    def __init__(self, label: Label | None = None, **kwargs: Any):
        # An account has what is needed here of a record: an id, a code and a name.
        super().__init__(label, cast(type[Record], Account), **kwargs)

    def options(self) -> Mapping[str, str]:
        return {code: name for code, name in super().options().items() if code != SEEDING}

"""The records that rows of a file may repeat or clash with, read for many rows at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect, or_, select

from tracker.actions.save import unique_together
from tracker.database import session
from tracker.records import Kind


class ExistingRecords:
    """Records that may say what a row says: all of the same parent, or those that agree in every short value."""

    def __init__(self, kind: Kind, given: Sequence[str], loads: Sequence[Any]) -> None:
        #: `given` are the fields that the file gives beside the code.
        self.kind, self.given, self.loads = kind, given, loads
        self.unique = unique_together(kind)
        self.fields = {each.name: each for each in kind.form()}
        #: {what a record holds: the record}, and {what no other may hold: the record}.
        self.holders: dict[Any, Any] = {}
        self.taken: dict[Any, Any] = {}

    def look_up(self, rows: Sequence[dict[str, Any]]) -> None:
        """Forget those of earlier rows, and read those of these, each row as {field: value}."""
        self.holders.clear()
        self.taken.clear()
        anchors = [self.kind.parent] if self.unique else [name for name in self.given if self._is_short(name)]
        if not rows or not anchors:
            return
        agreeing = [self._one_of(name, [row[name] for row in rows]) for name in anchors]
        for record in session.scalars(select(self.kind.model).where(*agreeing).options(*self.loads)):
            self.add(record, {name: getattr(record, name) for name in self.fields})

    def add(self, record: Any, data: dict[str, Any]) -> None:
        """Count a record, whose fields hold `data`, among the peers of what follows."""
        self.holders.setdefault(self._key(data), record)
        for names in self.unique:
            self.taken.setdefault((*names, *(data[name] for name in names)), record)

    def holding(self, data: dict[str, Any]) -> Any:
        """Return a record that holds all that a row gives, or nothing."""
        return self.holders.get(self._key(data))

    def clash(self, data: dict[str, Any], record: Any) -> str:
        """Return the field by which a row says the same as a record other than its own, or nothing."""
        for names in self.unique:
            other = self.taken.get((*names, *(data[name] for name in names)))
            if other is not None and other is not record:
                return names[-1]
        return ""

    def _key(self, data: dict[str, Any]) -> tuple[Any, ...]:
        plain = (self.fields[name].to_json(data[name]) for name in self.given)
        return tuple(tuple(value) if isinstance(value, list) else value for value in plain)

    def _is_short(self, name: str) -> bool:
        return self.fields[name].type != "LongText" and not self.fields[name].multiple

    def _one_of(self, name: str, values: Sequence[Any]) -> Any:
        """Return the condition that a field has one of the values."""
        attribute = getattr(self.kind.model, name)
        if name in inspect(self.kind.model).relationships:
            attribute, values = next(iter(attribute.property.local_columns)), [v and v.id for v in values]
        known = attribute.in_({value for value in values if value is not None})
        return or_(known, attribute.is_(None)) if None in values else known

"""A lookup of records that the forms of one page or file share, so that each record is read once."""

from collections import Counter
from collections.abc import Collection, Container
from dataclasses import dataclass, field

from sqlalchemy import inspect, select

from tracker.database import session
from tracker.models import Record

#: With more records than this, a field lets people type one instead of choosing from a list.
MAX_OPTIONS = 100


def shortened(text: str, max_length: int = 90) -> str:
    return text if len(text) <= max_length else text[: max_length - 1] + "…"


@dataclass(frozen=True)
class UnsavedRecord:
    """A record being entered on the same page, which other fields there can refer to before it is saved."""

    #: What fields hold that refer to it.
    key: str
    record: Record
    label: str


@dataclass
class ReservedCodes:
    """The codes that are taken while many records of one kind are added."""

    #: Those of records that are still to be added.
    codes: Container[str] = ()
    #: {beginning of codes: the last number assigned}
    numbers: dict[str, int] = field(default_factory=dict)


class RecordLookup:
    """Looks up records for the forms that share it."""

    def __init__(self) -> None:
        #: The codes that new records must not get, while many are added.
        self.reserved: ReservedCodes | None = None
        self._unsaved: dict[type[Record], list[UnsavedRecord]] = {}
        self._records: dict[type[Record], dict[str, Record | None]] = {}
        self._labels: dict[type[Record], dict[str, str]] = {}
        self._many: dict[type[Record], bool] = {}

    def record(self, model: type[Record], code: str) -> Record | None:
        """Return the record with a code, or None."""
        records = self._records.setdefault(model, {})
        record = records.get(code)
        if record is None or not inspect(record).persistent:
            record = records[code] = session.scalar(select(model).where(model.code == code))
        return record

    def read(self, model: type[Record], codes: Collection[str]) -> list[str]:
        """Read the records with some codes in one query; return the codes that exist."""
        records = {record.code: record for record in session.scalars(select(model).where(model.code.in_(codes)))}
        self._records.setdefault(model, {}).update(records)
        return list(records)

    def forget_records(self) -> None:
        """Forget the records looked up by their codes."""
        self._records.clear()

    def are_many(self, model: type[Record]) -> bool:
        """Return whether there are too many records to choose from a list."""
        if model not in self._many:
            beyond = select(model.id).order_by(model.id).offset(MAX_OPTIONS).limit(1)
            self._many[model] = session.scalar(beyond) is not None
        return self._many[model]

    def labels(self, model: type[Record]) -> dict[str, str]:
        """Return {code: unique label} of all records of a model."""
        if model not in self._labels:
            records = session.scalars(select(model).order_by(model.id))
            names = {record.code: shortened(str(record)) for record in records}
            times = Counter(names.values())
            self._labels[model] = {
                code: name if times[name] == 1 else f"{name} ({code})" for code, name in names.items()
            }
        return self._labels[model]

    def unsaved(self, model: type[Record]) -> list[UnsavedRecord]:
        return self._unsaved.setdefault(model, [])

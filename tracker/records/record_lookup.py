"""What the forms of one page or file look up among the records, each once, however many of them name it."""

from collections import Counter
from collections.abc import Collection, Container
from dataclasses import dataclass, field

from sqlalchemy import inspect, select

from tracker.database import session
from tracker.models import Record

#: With more records than this, one is typed into a field rather than chosen from a list of all.
MAX_OPTIONS = 100


def shortened(text: str, max_length: int = 90) -> str:
    return text if len(text) <= max_length else text[: max_length - 1] + "…"


@dataclass(frozen=True)
class UnsavedRecord:
    """What is being entered on the same page, and can be chosen there before it is saved."""

    #: Stands for it where it is chosen.
    key: str
    record: Record
    label: str


@dataclass
class ReservedCodes:
    """What is known of codes while many records of one kind are added."""

    #: Those of records yet to come.
    codes: Container[str] = ()
    #: {what codes begin with: the last number assigned}
    numbers: dict[str, int] = field(default_factory=dict)


class RecordLookup:
    """Passed to the forms of one page, which share it; a form without one looks things up for itself."""

    def __init__(self) -> None:
        #: The codes that no record here gets, where many are added at once.
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
        """Read the records with some codes at once; return the codes of those that are there."""
        records = {record.code: record for record in session.scalars(select(model).where(model.code.in_(codes)))}
        self._records.setdefault(model, {}).update(records)
        return list(records)

    def forget_records(self) -> None:
        """Let go of the records looked up by their codes."""
        self._records.clear()

    def are_many(self, model: type[Record]) -> bool:
        """Return whether there are more records than a list to choose from holds."""
        if model not in self._many:
            beyond = select(model.id).order_by(model.id).offset(MAX_OPTIONS).limit(1)
            self._many[model] = session.scalar(beyond) is not None
        return self._many[model]

    def labels(self, model: type[Record]) -> dict[str, str]:
        """Return {code: what it is called in a list} of all records of a kind; no two are called alike."""
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

"""The fields and properties of every record."""

from typing import Any, ClassVar

from sqlalchemy import event
from sqlalchemy.orm import Mapped, QueryableAttribute, declared_attr, mapped_column

from tracker.database import Base
from tracker.passage_text import search_words
from tracker.vocabulary import Label


class Record(Base):
    """A row people know by its code."""

    __abstract__ = True

    #: The attributes that are searched; the name or title comes first, so that lists sort by it.
    SEARCHED: ClassVar[tuple[str, ...]] = ()
    #: The relationship to the record of which this one is a row, or "".
    PARENT: ClassVar[str] = ""
    #: The attributes that the tracker works out itself; they have no history.
    DERIVED: ClassVar[frozenset[str]] = frozenset()

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-2)
    code: Mapped[str] = mapped_column(unique=True, sort_order=-1)
    #: Raised by each save, so that simultaneous edits are noticed.
    version: Mapped[int] = mapped_column(sort_order=92)
    #: The words of SEARCHED as `search_text` gives them; set by the session, checked by `tracker check`.
    search: Mapped[str] = mapped_column(default="", sort_order=91)
    #: For analysts; never published.
    note: Mapped[str | None] = mapped_column(sort_order=90)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}

    def __str__(self) -> str:
        """Return its name or title."""
        return self.code

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code}>"

    @property
    def caveat(self) -> Label | None:
        """Return the warning to show wherever this record is shown, or None."""
        return None

    @property
    def belongs_to(self) -> "Record | None":
        return getattr(self, self.PARENT) if self.PARENT else None


def search_text(record: Record) -> str:
    """Return the text for `Record.search`: each word after a blank, so that " fent" finds the words that begin so.

    Each attribute ends with a line end, which sorts before a blank: "Ana" comes before "Ana López".
    """
    texts = (getattr(record, name) or "" for name in record.SEARCHED)
    return "".join("".join(f" {word}" for word in search_words(text)) + "\n" for text in texts)


@event.listens_for(Record, "attribute_instrument", propagate=True)
def _remember_old_value(_class: type, _name: str, attribute: QueryableAttribute[Any]) -> None:
    """Load the old value of a field that is written without being read, for the history."""
    if hasattr(attribute.impl, "active_history"):
        attribute.impl.active_history = True

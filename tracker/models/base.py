"""What every record has."""

from typing import Any, ClassVar

from sqlalchemy import event
from sqlalchemy.orm import Mapped, QueryableAttribute, declared_attr, mapped_column

from tracker.database import Base
from tracker.passage_text import search_words
from tracker.vocabulary import Label


class Record(Base):
    """A row people know by its code."""

    __abstract__ = True

    #: The attributes whose words a search looks at, the name or title first, so that sorting by them sorts by that.
    SEARCHED: ClassVar[tuple[str, ...]] = ()
    #: The relationship leading to the record this one is a row of, if it is one.
    PARENT: ClassVar[str] = ""
    #: The attributes that the tracker works out itself: no history is kept of them.
    DERIVED: ClassVar[frozenset[str]] = frozenset()

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-2)
    code: Mapped[str] = mapped_column(unique=True, sort_order=-1)
    #: Goes up with each save, so that two people editing at once are noticed.
    version: Mapped[int] = mapped_column(sort_order=92)
    #: The words of SEARCHED as `search_text` gives them; set by the session, checked by `tracker check`.
    search: Mapped[str] = mapped_column(default="", sort_order=91)
    #: What analysts tell one another; never published.
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
        """Return what must be said wherever this record is shown, or None."""
        return None

    @property
    def belongs_to(self) -> "Record | None":
        return getattr(self, self.PARENT) if self.PARENT else None


def search_text(record: Record) -> str:
    """Return what `Record.search` should hold: each word after a blank, so that " fent" finds words beginning so.

    A line end closes each attribute, and sorts before a blank: "Ana" comes before "Ana López".
    """
    texts = (getattr(record, name) or "" for name in record.SEARCHED)
    return "".join("".join(f" {word}" for word in search_words(text)) + "\n" for text in texts)


@event.listens_for(Record, "attribute_instrument", propagate=True)
def _remember_old_value(_class: type, _name: str, attribute: QueryableAttribute[Any]) -> None:
    """Let the history know the old value even of a field that is written without being read."""
    if hasattr(attribute.impl, "active_history"):
        attribute.impl.active_history = True

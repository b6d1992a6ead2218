"""Files being imported, and the column mappings of earlier ones."""

import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Base
from tracker.models.accounts import Account


class ImportFile(Base):
    """A file being imported; it is deleted once imported, or after a day."""

    __tablename__ = "import_file"

    #: Random, so that nobody can guess another's.
    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    #: The name of a kind of record.
    kind: Mapped[str]
    file_name: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    #: The fields of tracker.actions.imports.mapping.Settings.
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: The result of the last preview of this file under these settings; None before one.
    preview: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    uploaded_at: Mapped[datetime.datetime] = mapped_column(
        default=lambda: datetime.datetime.now(datetime.UTC), index=True
    )

    account: Mapped[Account] = relationship()


class ImportMapping(Base):
    """The settings with which a file of certain columns was last read."""

    __tablename__ = "import_mapping"

    #: The name of a kind of record.
    kind: Mapped[str] = mapped_column(primary_key=True)
    #: Of the names of the columns, in any order.
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)

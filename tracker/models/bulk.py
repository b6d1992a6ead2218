"""Bulk steps: the same values set in many commitments at once, and undone at once."""

import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Base
from tracker.models.accounts import Account


class BulkStep(Base):
    """The consecutive changes of the history that one step made."""

    __tablename__ = "bulk_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime.datetime]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    #: {field: the plain value set}
    values: Mapped[dict[str, Any]] = mapped_column("given", JSON)
    first_seq: Mapped[int]
    last_seq: Mapped[int]
    undone_at: Mapped[datetime.datetime | None]

    account: Mapped[Account] = relationship()

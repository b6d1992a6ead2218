"""Accounts: the authors of changes."""

from sqlalchemy.orm import Mapped, mapped_column

from tracker.database import Base

#: The account of the person at this computer.
LOCAL = "local"
#: The account under which seeds are recorded.
SEEDING = "seeds"


class Account(Base):
    """A person or program whose changes are recorded under its name."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]

    def __str__(self) -> str:
        return self.name

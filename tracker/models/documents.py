"""Documents, their texts, and the passages that are cited."""

import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Column, ForeignKey, LargeBinary, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.database import Base, term_type
from tracker.models.accounts import Account
from tracker.models.base import Record
from tracker.models.parties import Party
from tracker.vocabulary import DatePrecision, DocumentKind, Label, PassageCheck

document_issuer = Table(
    "document_issuer",
    Base.metadata,
    Column("document_id", ForeignKey("document.id"), primary_key=True),
    Column("party_id", ForeignKey("party.id"), primary_key=True, index=True),
)


class Document(Record):
    """A catalogued document, with or without its text."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("(published_precision = 'unknown') = (published_on IS NULL)", "published_on_known"),
    )
    SEARCHED = ("title", "publisher", "republisher", "note")

    title: Mapped[str]
    #: The document has no title of its own; ours is shown in brackets.
    title_supplied: Mapped[bool]
    kind: Mapped[DocumentKind] = mapped_column(term_type(DocumentKind))
    language: Mapped[str]
    publisher: Mapped[str | None]
    republisher: Mapped[str | None]
    #: The first day of the month or year where the precision says no more.
    published_on: Mapped[datetime.date | None] = mapped_column(index=True)
    published_precision: Mapped[DatePrecision] = mapped_column(term_type(DatePrecision))
    web_address: Mapped[str | None]
    retrieved_on: Mapped[datetime.date | None]
    #: Of the text as UTF-8 with line ends as LF, in hexadecimal.
    sha256: Mapped[str | None]
    #: Of the text that is attached now; None without one.
    text_sha256: Mapped[str | None]

    issued_by: Mapped[list[Party]] = relationship(secondary=document_issuer, order_by=Party.code)
    passages: Mapped[list["Passage"]] = relationship(viewonly=True, order_by="(Passage.paragraph, Passage.start)")

    def __str__(self) -> str:
        return f"[{self.title}]" if self.title_supplied else self.title

    @property
    def text_differs(self) -> bool:
        """Return whether the attached text differs from the one catalogued."""
        return bool(self.sha256 and self.text_sha256 and self.sha256 != self.text_sha256)


class DocumentText(Base):
    """A text attached to a document. The latest is the current one; earlier ones stay."""

    __tablename__ = "document_text"
    __table_args__ = (CheckConstraint("first_paragraph IN (0, 1)", "first_paragraph_0_or_1"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    #: With line ends as LF.
    text: Mapped[str] = mapped_column(deferred=True)
    #: Of the text as UTF-8, in hexadecimal.
    sha256: Mapped[str]
    #: The number of the first paragraph: 0 where it is the title, else 1.
    first_paragraph: Mapped[int]
    #: The file it was read from; these three are None for a pasted text.
    file_name: Mapped[str | None]
    media_type: Mapped[str | None]
    original: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    attached_at: Mapped[datetime.datetime] = mapped_column(default=lambda: datetime.datetime.now(datetime.UTC))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)

    document: Mapped[Document] = relationship()
    account: Mapped[Account] = relationship()


#: The warning to show wherever a passage is shown.
CAVEATS = {PassageCheck.NOT_FOUND: _l("Words not found in the text"), PassageCheck.MOVED: _l("Moved in the text")}


class Passage(Record):
    """A place in a document: whole paragraph, sentence, or from one character to another.

    Paragraphs are numbered from 0 where there is a title, else from 1; characters are Unicode code points
    counted from the start of the paragraph.
    """

    __tablename__ = "passage"
    __table_args__ = (
        CheckConstraint('"end" > start AND start >= 0', "start_before_end"),
        CheckConstraint("paragraph >= 0", "paragraph_from_0"),
        CheckConstraint("sentence >= 1", "sentence_from_1"),
    )
    PARENT = "document"
    SEARCHED = ("note",)
    DERIVED = frozenset({"exact", "prefix", "suffix", "check_result", "checked_at", "found_paragraph", "found_start"})

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    paragraph: Mapped[int]
    sentence: Mapped[int | None]
    start: Mapped[int]
    end: Mapped[int]
    #: Of the passage's exact words as UTF-8, in hexadecimal.
    sha256: Mapped[str | None]
    #: Its words in the attached text, and the text right before and after; kept once found.
    exact: Mapped[str | None]
    prefix: Mapped[str | None]
    suffix: Mapped[str | None]
    check_result: Mapped[PassageCheck] = mapped_column(term_type(PassageCheck), default=PassageCheck.NO_TEXT)
    checked_at: Mapped[datetime.datetime | None]
    #: Where its words are in the attached text.
    found_paragraph: Mapped[int | None]
    found_start: Mapped[int | None]

    document: Mapped[Document] = relationship(lazy="selectin")

    @property
    def caveat(self) -> Label | None:
        return CAVEATS.get(self.check_result)

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def place(self) -> str:
        """Return its place in the document, as cited: "p3 s2"."""
        return f"p{self.paragraph}" + (f" s{self.sentence}" if self.sentence else "")

    def __str__(self) -> str:
        return f"{self.place} of {self.document.code}"

"""What a report is laid out of, the same for a page and for every kind of document."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Span:
    """A stretch of text in a line; its text is data, whatever it holds."""

    text: str
    #: The whole address it leads to, if it is a link.
    to: str = ""
    #: Nothing, "strong", "soft", "code", or the status word of an OverallStatus, which is shown as a tag.
    look: str = ""


Line = Sequence[Span]


@dataclass(frozen=True)
class Heading:
    sort: ClassVar[str] = "heading"
    text: str
    #: 1 for a chapter, 2 for a part of one, 3 for a record.
    level: int
    #: The address of the record it is about.
    to: str = ""


@dataclass(frozen=True)
class Paragraph:
    sort: ClassVar[str] = "paragraph"
    line: Line
    #: Nothing, "lede" for what opens the report, "soft" for what stands back.
    look: str = ""


@dataclass(frozen=True)
class BulletList:
    """A list with bullets."""

    sort: ClassVar[str] = "items"
    lines: Sequence[Line]


@dataclass(frozen=True)
class Table:
    """Rows under a header; the first cell of each row says what the row is about."""

    sort: ClassVar[str] = "table"
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Line]]
    #: The columns, from 0, that hold numbers.
    numbers: Sequence[int] = ()
    #: The last row adds up the others.
    total: bool = False


@dataclass(frozen=True)
class Chart:
    """A drawing, its figures following as a table; `alt` tells in words what it shows."""

    sort: ClassVar[str] = "chart"
    svg: str
    caption: str
    alt: str


Block = Heading | Paragraph | BulletList | Table | Chart


def belongs_to_heading(above: Block | None, block: Block) -> bool:
    """Return whether a block is part of the heading right above it, as the facts of a record are, which stand back."""
    return isinstance(above, Heading) and isinstance(block, Paragraph) and block.look == "soft"


@dataclass(frozen=True)
class ReportDocument:
    """A whole report, laid out."""

    title: str
    #: As of when, in words.
    subtitle: str
    #: The language its texts are in: en, es.
    language: str
    blocks: Sequence[Block]
    #: (label, text) of all that says where the report comes from: the last chapter, and the properties of a file.
    stamp: Sequence[tuple[str, str]]
    #: One line of the stamp, for the foot of every page.
    foot: str

"""A report as PDF: tagged, with numbered pages, contents and bookmarks, and its typeface embedded."""

import datetime
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _

from tracker.exports.charts.svg import COLOURS, FACES
from tracker.exports.reports import typst_worker
from tracker.exports.reports.blocks import (
    Block,
    BulletList,
    Chart,
    Heading,
    Line,
    Paragraph,
    ReportDocument,
    Span,
    Table,
    belongs_to_heading,
)
from tracker.exports.reports.typst_worker import BOX
from tracker.paths import folder
from tracker.records.fields import FORBIDDEN_CHARACTERS

MEDIA_TYPE = "application/pdf"
ADDRESS = re.compile(r"https?://\S{1,2000}")
#: The most lines of the contents and the opening together that fit on the first page.
MAX_CONTENTS = 30
#: The headers of more columns of numbers than this are turned.
MAX_UPRIGHT_NUMBERS = 7
#: A table with at most this many rows is kept on one page.
WHOLE_ROWS = 6
#: A row with a longer cell may break over two pages.
LONG_CELL = 800
#: In characters: a line of a table, the longest word or short text (such as a day) that is not broken, the least width
#: for longer texts, and the padding of a tag.
LINE, WORD, SHORT, TAG = 95, 24, 12, 3


def write_pdf(document: ReportDocument, issued_at: datetime.datetime) -> bytes:
    """Return a report as PDF/UA-1: the same bytes for the same report and moment.

    Where a text cannot be drawn as PDF/UA demands, the file is tagged all the same, but does not claim conformance.
    """
    return subprocess.run(  # noqa: S603
        [sys.executable, "-P", typst_worker.__file__, folder("templates") / "reports", str(int(issued_at.timestamp()))],
        input=json.dumps(_template_data(document), ensure_ascii=False).encode(),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout


def _template_data(document: ReportDocument) -> dict[str, Any]:
    """Return the input of the template as plain values."""
    blocks = list(_blocks(document.blocks))
    opening = next((n for n, block in enumerate(document.blocks) if isinstance(block, Heading)), len(blocks))
    levels = [block.level for block in document.blocks if isinstance(block, Heading)]
    lines = sum(len(block.lines) for block in document.blocks[:opening] if isinstance(block, BulletList))
    whole = sum(level < 3 for level in levels) + lines <= MAX_CONTENTS
    return {
        "title": _plain(document.title) or "–",
        "subtitle": _plain(document.subtitle),
        "language": document.language,
        "opening": blocks[:opening],
        "depth": (2 if whole else 1) if levels.count(1) >= 3 else 0,
        "blocks": blocks[opening:],
        "origin": _("Where this report comes from"),
        "stamp": [(_plain(label), _plain(Span(text, to=text))) for label, text in document.stamp],
        "boxed": _("Shown as %(box)s, as no typeface at hand has them", box=BOX),
        "noted": _(
            "Some characters are shown as %(box)s, as no typeface at hand has them. The Word file holds them.", box=BOX
        ),
        "about": _plain("; ".join(f"{label}: {text}" for label, text in document.stamp)),
        "foot": _plain(document.foot),
        "colours": {word: COLOURS[colours] for word, (colours, *_hatching) in FACES.items()},
    }


def _blocks(blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    """Yield blocks as plain values; a heading that would skip a level is raised to it."""
    alike = defaultdict(list)
    for block in blocks:
        if isinstance(block, Table):
            alike[tuple(block.header)].append(block)
    columns = {header: _columns(tables) for header, tables in alike.items()}
    above = 0
    for before, block in zip((None, *blocks), blocks, strict=False):
        values = {"sort": block.sort} | {name: _plain(value) for name, value in vars(block).items()}
        if isinstance(block, Heading):
            above = min(block.level, above + 1)
            values |= {"level": above, "text": values["text"].strip() or "–", "to": _address(block.to)}
        elif isinstance(block, Paragraph):
            values["facts"] = belongs_to_heading(before, block)
        elif isinstance(block, Table):
            long = [n for n, row in enumerate(block.rows, 1) if max(len(_text(cell)) for cell in row) > LONG_CELL]
            values |= columns[tuple(block.header)] | {"long": long, "whole": len(block.rows) <= WHOLE_ROWS and not long}
        elif isinstance(block, Chart):
            values |= {"alt": values["alt"].strip() or values["caption"].strip() or "–"}
        yield values


def _columns(tables: Sequence[Table]) -> dict[str, Any]:
    """Return the width of tables with one header (per cent), of their columns (in proportion), and their text (points).

    Each column has room for its longest word, and for its texts if all are short; the others share what is left.
    """
    header, numbers = tables[0].header, tables[0].numbers
    turned = len(numbers) > MAX_UPRIGHT_NUMBERS
    full, least = [], []
    for n, name in enumerate(header):
        cells = [row[n] for table in tables for row in table.rows]
        texts = list(map(_text, cells))
        tags = [span.text for cell in cells for span in cell if span.look in FACES]
        beside = TAG if tags else int(n in numbers)
        over = [] if turned and n in numbers else name.split()
        longest = max(map(len, texts), default=0) + beside
        short = n in numbers or longest <= WORD
        whole = texts if short else [*tags, *" ".join(texts).split(), " " * SHORT]
        least.append(min(WORD, max(map(len, [*over, *whole]), default=0) + beside))
        full.append(max(longest, least[-1], len(" ".join(over))))
    if not turned:
        for n in numbers:
            least[n], full[n] = (max(sizes[n] for n in numbers) for sizes in (least, full))
    room = LINE - 2 * len(full)
    more = [0 if n in numbers else (full[n] - least[n]) ** 0.5 for n in range(len(full))]
    share = max(0, room - sum(least)) / (sum(more) or 1)
    sizes = full if sum(full) <= room else [low + share * part for low, part in zip(least, more, strict=True)]
    return {
        "turned": turned,
        "widths": [size + 2 for size in sizes],
        "width": 100 if turned or sum(full) > LINE / 2 else 60,
        "size": 9.5 * max(0.6, min(1, room / sum(least))),
    }


def _text(line: Line) -> str:
    return "".join(span.text for span in line)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return FORBIDDEN_CHARACTERS.sub(BOX, value)
    if isinstance(value, Span):
        return {"text": _plain(value.text), "to": _address(value.to), "look": value.look}
    return [_plain(item) for item in value] if isinstance(value, Sequence) else value


def _address(to: str) -> str:
    """Return an address that can be linked; empty for any other."""
    return to if ADDRESS.fullmatch(to) else ""

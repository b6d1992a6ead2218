"""A report as PDF: tagged, with numbered pages, contents and bookmarks, in a typeface it brings along."""

import datetime
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _

from tracker.exports.drawing import COLOURS, FACES
from tracker.exports.reports import typesetting
from tracker.exports.reports.blocks import Block, Chart, Heading, Laid, Paragraph, Span, Table
from tracker.exports.reports.typesetting import BOX
from tracker.paths import folder
from tracker.records.fields import UNFIT

MEDIA_TYPE = "application/pdf"
ADDRESS = re.compile(r"https?://\S{1,2000}")
#: Longer contents would leave the first page.
MOST_ENTRIES = 30
#: The names of more columns of numbers than this run upwards.
MOST_NUMBERS = 8
#: A row may break over two pages if one of its cells has more characters.
LONG = 800
#: How many characters a line of a table holds, and how long a word in it may be before it is broken.
LINE, WORD = 95, 24


def write(laid: Laid, issued_at: datetime.datetime) -> bytes:
    """Return a report as PDF/UA-1; the same report issued at the same moment gives the same bytes."""
    return subprocess.run(  # noqa: S603
        [sys.executable, "-P", typesetting.__file__, folder("templates") / "reports", str(int(issued_at.timestamp()))],
        input=json.dumps(_told(laid), ensure_ascii=False).encode(),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout


def _told(laid: Laid) -> dict[str, Any]:
    """Return all that the template draws, as plain values."""
    blocks = list(_blocks(laid.blocks))
    opening = next((n for n, block in enumerate(laid.blocks) if not isinstance(block, Paragraph)), len(blocks))
    levels = [block.level for block in laid.blocks if isinstance(block, Heading)]
    whole = sum(level < 3 for level in levels) <= MOST_ENTRIES
    return {
        "title": _plain(laid.title) or "–",
        "subtitle": _plain(laid.subtitle),
        "language": laid.language,
        "opening": blocks[:opening],
        "depth": (2 if whole else 1) if levels.count(1) >= 3 else 0,
        "blocks": blocks[opening:],
        "origin": _("Where this report comes from"),
        "stamp": _plain(laid.stamp),
        "boxed": _("Shown as %(box)s, as no typeface at hand has them", box=BOX),
        "about": _plain("; ".join(f"{label}: {text}" for label, text in laid.stamp)),
        "foot": _plain(laid.foot),
        "colours": {word: COLOURS[colours] for word, (colours, *_hatching) in FACES.items()},
    }


def _blocks(blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    """Yield blocks as plain values; levels of headings that would skip one are drawn up to it."""
    above = 0
    for block in blocks:
        told = {"sort": block.sort} | {name: _plain(value) for name, value in vars(block).items()}
        if isinstance(block, Heading):
            above = min(block.level, above + 1)
            told |= {"level": above, "text": told["text"].strip() or "–"}
        elif isinstance(block, Table):
            told |= _measured(block)
        elif isinstance(block, Chart):
            told |= {"alt": told["alt"].strip() or told["caption"].strip() or "–"}
        yield told


def _measured(table: Table) -> dict[str, Any]:
    """Return how a table is set: how wide it and its columns are, and so on; rows that may break are told from 1.

    Each column has room for its longest word and for a short text; those with more to say share what is left.
    """
    rows = [["".join(span.text for span in cell) for cell in row] for row in table.rows]
    turned = len(table.numbers) > MOST_NUMBERS
    header = ["" if turned and n in table.numbers else name for n, name in enumerate(table.header)]
    full, least = [], []
    for n, column in enumerate(zip(header, *rows, strict=True)):
        tagged = any(span.look in FACES for row in table.rows for span in row[n])
        word = max(len(word) for text in column for word in text.split() or [""])
        full.append(max(map(len, column)) + (3 if tagged else 0))
        least.append(min(full[-1], WORD, word + 1 if n in table.numbers else max(word, full[-1] if tagged else 12)))
    for n in table.numbers:
        least[n], full[n] = (max(sizes[n] for n in table.numbers) for sizes in (least, full))
    more = [(most - low) ** 0.5 for most, low in zip(full, least, strict=True)]
    room = LINE - sum(least) - 2 * len(full)
    share = max(0, min(room, sum(full) - sum(least))) / (sum(more) or 1)
    return {
        "turned": turned,
        "widths": [low + share * part + 2 for low, part in zip(least, more, strict=True)],
        "width": 100 if turned or sum(full) > LINE / 2 else 60,
        "size": 9.5 if room >= 0 else max(6, 9.5 * LINE / (LINE - room)),
        "long": [n for n, row in enumerate(rows, 1) if max(map(len, row)) > LONG],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return UNFIT.sub(BOX, value)
    if isinstance(value, Span):
        link = ADDRESS.fullmatch(value.to)
        return {"text": _plain(value.text), "to": value.to if link else "", "look": value.look}
    return [_plain(each) for each in value] if isinstance(value, Sequence) else value

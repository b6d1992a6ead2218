"""How wide the columns of a table are: told by its words, for Word and others break lines alike only if told."""

from collections.abc import Iterator

from tracker.exports.reports.blocks import Table

#: English metric units of a twip, in which tables are measured: 20 of them are a point.
TWIP = 635
#: The most characters that a column is made wide for, and the padding of a cell in characters.
MOST, PADDING = 45, 2
#: Rows that are looked at.
ROWS = 500


def widths(table: Table, width: int) -> list[int]:
    """Return the widths in twips of the columns of a table that is as wide as the lines, `width` in English metric units.

    A column is as wide as its longest text, if that is not long; where that is too much, columns give way that can.
    """
    cells = list(zip(*_texts(table), strict=True))
    least = [max(len(word) for text in column for word in [*text.split(), "   "]) for column in cells]
    fitting = [min(max(len(text) for text in column), MOST) for column in cells]
    asked = [max(min(few, MOST), most) + PADDING for few, most in zip(least, fitting, strict=True)]
    total = width // TWIP
    return [total * each // sum(asked) for each in asked]


def _texts(table: Table) -> Iterator[list[str]]:
    if table.header:
        yield list(table.header)
    for row in table.rows[:ROWS]:
        yield ["".join(span.text for span in line) for line in row]

"""How wide the columns of a table are: told by its words, for programs agree on it only where they are told."""

from collections.abc import Iterator

from tracker.exports.reports.blocks import Table

#: English metric units of a twip, in which tables are measured: 20 of them are a point.
TWIP = 635
#: The most characters that a column is made wide for, and what is beside those, in characters.
MOST, PADDING = 45, 2
#: Rows that are looked at.
ROWS = 500


def widths(table: Table, width: int) -> list[int]:
    """Return the widths in twips of the columns of a table that takes `width` in English metric units.

    Columns of numbers are alike, and as wide as their longest word; others as wide as their longest text, up to a
    limit. Then all grow or shrink in proportion.
    """
    words, texts = [], []
    for column in zip(*_texts(table), strict=True):
        words.append(max(len(word) for text in column for word in text.split() or [""]))
        texts.append(max(len(text) for text in column))
    number = max((words[column] for column in table.numbers), default=0)
    asked = [
        number if column in table.numbers else max(min(text, MOST), min(word, MOST))
        for column, (word, text) in enumerate(zip(words, texts, strict=True))
    ]
    total = sum(asked) + PADDING * len(asked)
    return [width * (each + PADDING) // total // TWIP for each in asked]


def _texts(table: Table) -> Iterator[list[str]]:
    if table.header:
        yield list(table.header)
    for row in table.rows[:ROWS]:
        yield ["".join(span.text for span in line) for line in row]

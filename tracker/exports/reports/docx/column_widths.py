"""The widths of the columns of a table, by their words: programs agree on widths only where a file names them."""

from collections.abc import Sequence

from tracker.exports.reports.blocks import Table

#: English metric units of a twip, in which tables are measured: 20 of them are a point.
TWIP = 635
#: Twips of a character in a table, in a wide typeface; characters of the space beside the text of a column.
CHARACTER, PADDING = 103, 3.2
#: The most characters that a column of words is made wide for, and the least that any is.
MAX_CHARACTERS, MIN_CHARACTERS = 45, 2
#: The most characters of a word, or of a short text such as a day, that are kept on one line.
MAX_UNBROKEN = 24
#: How many times its need a table may be wide; it fills the whole line if that would be this share of it or more.
MAX_STRETCH, NEARLY_WHOLE = 1.4, 0.8
#: Rows that are measured.
MAX_ROWS = 500


def column_widths(table: Table, width: int) -> list[int]:
    """Return the widths in twips of the columns of a table that takes `width` in English metric units.

    Columns grow in proportion to their longest text, up to a limit, but a small table does not fill the whole width,
    or no eye would keep to its rows. Where there is less room, long texts break into lines; numbers, short texts and
    words do not.
    """
    room, minimums = width / TWIP / CHARACTER, _min_characters(table, is_crowded(table, width))
    widths = [
        minimum if column in table.numbers else max(minimum, PADDING + min(max(map(len, texts)), MAX_CHARACTERS))
        for column, (minimum, texts) in enumerate(zip(minimums, _texts_of_columns(table), strict=True))
    ]
    stretched = sum(widths) * MAX_STRETCH
    total = room if stretched > room * NEARLY_WHOLE else stretched
    if total < sum(widths):
        share = max(0, total - sum(minimums)) / (sum(widths) - sum(minimums) or 1)
        widths = [low + share * (high - low) for low, high in zip(minimums, widths, strict=True)]
    return [int(column * total / sum(widths) * CHARACTER) for column in widths]


def is_crowded(table: Table, width: int) -> bool:
    """Return whether the words over columns of numbers have to stand upright to be whole."""
    minimums = _min_characters(table, upright=False)
    return sum(minimums[column] for column in table.numbers) * CHARACTER > width / TWIP * 0.8


def _min_characters(table: Table, upright: bool) -> list[float]:
    """Return how many characters each column needs; those of numbers have as many unless their headers are upright."""
    minimums = []
    for column, texts in enumerate(_texts_of_columns(table)):
        headers, cells = texts[: bool(table.header)], texts[bool(table.header) :]
        is_number = column in table.numbers
        pieces = [] if is_number and upright else _words(headers)
        pieces += cells if is_number or max(map(len, cells), default=0) <= MAX_UNBROKEN else _words(cells)
        minimums.append(PADDING + min(max(MIN_CHARACTERS, *map(len, pieces)), MAX_UNBROKEN))
    shared = 0 if upright else max((minimums[column] for column in table.numbers), default=0)
    return [max(low, shared) if column in table.numbers else low for column, low in enumerate(minimums)]


def _words(texts: Sequence[str]) -> list[str]:
    return [word for text in texts for word in text.split()]


def _texts_of_columns(table: Table) -> list[tuple[str, ...]]:
    """Return the texts of each column, its header first."""
    rows = [["".join(span.text for span in line) for line in row] for row in table.rows[:MAX_ROWS]]
    return list(zip(*([table.header] if table.header else []), *rows, strict=True))

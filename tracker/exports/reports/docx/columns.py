"""How wide the columns of a table are: told by its words, for programs agree on it only where they are told."""

from tracker.exports.reports.blocks import Table

#: English metric units of a twip, in which tables are measured: 20 of them are a point.
TWIP = 635
#: Twips of a character in a table, more or less; what is beside the text of a column, in characters.
CHARACTER, PADDING = 95, 2
#: The most characters that a column of words is made wide for, and those of a column of numbers under upright words.
MOST, NUMBER = 45, 4
#: How many times as wide as it has to be a table may get; a smaller part of the lines than this is left as it is.
GENEROUS, SMALL = 1.4, 0.8
#: Rows that are looked at.
ROWS = 500


def widths(table: Table, width: int) -> list[int]:
    """Return the widths in twips of the columns of a table that takes `width` in English metric units.

    Columns of numbers are alike, and as wide as their longest word; others as wide as their longest text, up to a
    limit. Then all grow in proportion, or those of words shrink; a small table does not get the whole width, or no eye
    would keep to its rows.
    """
    number = NUMBER if crowded(table, width) else _longest_number(table)
    asked = [
        (number if column in table.numbers else min(max(map(len, texts)), MOST)) + PADDING
        for column, texts in enumerate(_columns(table))
    ]
    generous = sum(asked) * CHARACTER * GENEROUS
    wide = width / TWIP if generous > width / TWIP * SMALL else generous
    numbers = len(table.numbers) * (number + PADDING)
    if wide >= sum(asked) * CHARACTER:
        return [int(wide * each / sum(asked)) for each in asked]
    # Words find room on another line, numbers and the words over them do not.
    rest = (wide - numbers * CHARACTER) / (sum(asked) - numbers)
    return [int(each * (CHARACTER if column in table.numbers else rest)) for column, each in enumerate(asked)]


def crowded(table: Table, width: int) -> bool:
    """Return whether the words over columns of numbers have to stand upright to be whole."""
    return len(table.numbers) * (_longest_number(table) + PADDING) * CHARACTER > width / TWIP * 0.75


def _longest_number(table: Table) -> int:
    columns = _columns(table)
    words = (word for column in table.numbers for text in columns[column] for word in text.split())
    return max(map(len, words), default=0)


def _columns(table: Table) -> list[tuple[str, ...]]:
    """Return the texts of each column, its header first."""
    rows = [["".join(span.text for span in line) for line in row] for row in table.rows[:ROWS]]
    return list(zip(*([table.header] if table.header else []), *rows, strict=True))

"""How wide the columns of a table are: told by its words, for programs agree on it only where they are told."""

from collections.abc import Sequence

from tracker.exports.reports.blocks import Table

#: English metric units of a twip, in which tables are measured: 20 of them are a point.
TWIP = 635
#: Twips of a character in a table, in a wide typeface; what is beside the text of a column, which may be bold, in such.
CHARACTER, PADDING = 103, 3.2
#: The most characters that a column of words is made wide for, and the least that one of numbers is.
MOST, NUMBER = 45, 2
#: The most characters of a word, or of a text as short, such as a day, that are kept on one line.
WHOLE = 24
#: How many times as wide as it has to be a table may get; a smaller part of the lines than this is left as it is.
GENEROUS, SMALL = 1.4, 0.8
#: Rows that are looked at.
ROWS = 500


def column_widths(table: Table, width: int) -> list[int]:
    """Return the widths in twips of the columns of a table that takes `width` in English metric units.

    Columns grow in proportion to their longest text, up to a limit, but in a small table not to the whole width, or no
    eye would keep to its rows. Where there is less room, long texts find it on another line; numbers, short texts and
    words do not.
    """
    upright, room = is_crowded(table, width), width / TWIP / CHARACTER
    least = _least(table, upright)
    asked = [
        low if column in table.numbers else max(low, PADDING + min(max(map(len, texts)), MOST))
        for column, (low, texts) in enumerate(zip(least, _columns(table), strict=True))
    ]
    generous = sum(asked) * GENEROUS
    wide = room if generous > room * SMALL else generous
    if wide < sum(asked):
        share = max(0, wide - sum(least)) / (sum(asked) - sum(least) or 1)
        asked = [low + share * (high - low) for low, high in zip(least, asked, strict=True)]
    return [int(each * wide / sum(asked) * CHARACTER) for each in asked]


def is_crowded(table: Table, width: int) -> bool:
    """Return whether the words over columns of numbers have to stand upright to be whole."""
    return sum(_least(table, upright=False)[column] for column in table.numbers) * CHARACTER > width / TWIP * 0.8


def _least(table: Table, upright: bool) -> list[float]:
    """Return how many characters each column has to have room for; under words side by side, numbers have alike."""
    header, least = bool(table.header), []
    for column, texts in enumerate(_columns(table)):
        number, told = column in table.numbers, texts[header:]
        whole = number or max(map(len, told), default=0) <= WHOLE
        over = [] if number and upright else _words(texts[:header])
        longest = max(map(len, [*over, *(told if whole else _words(told))]), default=0)
        least.append(PADDING + min(max(longest, NUMBER), WHOLE))
    alike = 0 if upright else max((least[column] for column in table.numbers), default=0)
    return [max(low, alike) if column in table.numbers else low for column, low in enumerate(least)]


def _words(texts: Sequence[str]) -> list[str]:
    return [word for text in texts for word in text.split()]


def _columns(table: Table) -> list[tuple[str, ...]]:
    """Return the texts of each column, its header first."""
    rows = [["".join(span.text for span in line) for line in row] for row in table.rows[:ROWS]]
    return list(zip(*([table.header] if table.header else []), *rows, strict=True))

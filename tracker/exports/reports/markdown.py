"""A report as Markdown (CommonMark, with the tables of GitHub's)."""

import re
from collections.abc import Iterator

from flask_babel import gettext as _

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
)

MEDIA_TYPE = "text/markdown; charset=utf-8"
#: The signs with a meaning anywhere, or at the end of a heading, and those with one at the beginning of a line.
SIGNS = re.compile(r"[\\`*_\[\]<>|~$]|&(?=#?\w+;)|#(?=#*$)")
BEGINNINGS = re.compile(r"^(#|[-+=:]|\d+(?=[.)](?:\s|$)))")
#: Ends a line within a paragraph; a line end alone would not.
BREAK = "\\\n"


def markdown_lines(document: ReportDocument) -> Iterator[str]:
    """Yield the report block by block, the stamp last."""
    yield f"# {escape_markdown(document.title)}\n\n{_line([Span(document.subtitle)])}\n"
    for block in document.blocks:
        yield "\n" + _render(block)
    yield f"\n## {_('Where this report comes from')}\n\n"
    rows = [[[Span(label)], [Span(text)]] for label, text in document.stamp]
    yield _table(Table("", ["", ""], rows))


def escape_markdown(text: str) -> str:
    """Return text escaped and in one line."""
    return SIGNS.sub(r"\\\g<0>", " ".join(text.split()))


def _lines(text: str) -> str:
    """Return text escaped, with its line ends."""
    return "\n".join(map(escape_markdown, text.splitlines()))


def _render(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * (block.level + 1)} {_linked(escape_markdown(block.text), block.to)}\n"
    if isinstance(block, Paragraph):
        return f"{_line(block.line)}\n"
    if isinstance(block, BulletList):
        return "".join(f"- {_line(line, BREAK + '  ')}\n" for line in block.lines)
    if isinstance(block, Chart):
        return f"*{escape_markdown(block.caption)}.* {escape_markdown(block.alt)}\n"
    return f"*{escape_markdown(block.caption)}*\n\n{_table(block)}"


def _table(table: Table) -> str:
    rule = ["--:" if place in table.numbers else "---" for place in range(len(table.header))]
    rows = [[_line(cell, " ") for cell in row] for row in table.rows]
    lines = [[escape_markdown(label) for label in table.header], rule, *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _line(line: Line, between: str = BREAK) -> str:
    """Return a line of spans; `between` joins the lines of its text."""
    # An exclamation mark would turn a link into a picture.
    text = "".join(map(_span, line)).strip().replace("![", r"\![")
    return between.join(BEGINNINGS.sub(_escape_beginning, part.strip()) for part in text.split("\n"))


def _escape_beginning(match: re.Match[str]) -> str:
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"


def _span(span: Span) -> str:
    # Emphasis needs its marks right beside a word.
    words = span.text.strip()
    before, _words, after = span.text.partition(words) if words else (span.text, "", "")
    text = _linked(_lines(words), span.to)
    if span.look not in ("", "soft") and words:
        text = f"**{text}**"
    return f"{' ' if before else ''}{text}{' ' if after else ''}"


def _linked(text: str, to: str) -> str:
    # Characters that would end the address are percent-encoded.
    return f"[{text}](<{to.translate({60: '%3C', 62: '%3E', 92: '%5C', 10: '%0A'})}>)" if to else text

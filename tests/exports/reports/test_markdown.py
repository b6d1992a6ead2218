"""A report as Markdown reads, to a program that is not ours, as what was put in: no sign of it marks anything up."""

import re
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt

from tracker.exports.reports.blocks import BulletList, Chart, Heading, Paragraph, ReportDocument, Span, Table
from tracker.exports.reports.markdown import markdown_lines

ADDRESS = "https://tracker.example/commitments/c1"
HOSTILE = [
    "<script>alert(1)</script>",
    "<b onclick=a()>x</b> <!-- x --> <?x ?> <![CDATA[x]]>",
    "<https://evil.example/>",
    "[x](javascript:a())",
    "![x](https://evil.example/x.png)",
    "[x]: https://evil.example 'x'",
    "[x][] [^1] [ ] x",
    "# x",
    "x # ##",
    "> x",
    "- x",
    "+ x",
    "* x",
    "-",
    "1. x",
    "12) x",
    "1.",
    "- - -",
    "***",
    "===",
    "```js",
    "~~~",
    "`x` ``x``",
    "*x* **x** _x_ __x__ ~~x~~",
    "| x | y |",
    "| --- |",
    "a|b",
    "    x",
    "\tx",
    "x  \n# y\n\n- z\r\n| y |",
    "\u2028# x\u2029- y",
    "x\n===\n\n---\n:-\n1. y\n\n    z\n\\\n```",
    "&lt;b&gt; &amp; &#91;x&#93; AT&T",
    "\\",
    "\\* \\[x\\](y)",
    "x\\",
    "x!",
    "$x^2$ {{ 7*7 }} {% x %} #set x",
    "=1+1",
    "@SUM(1)",
    "“x” ¿ñ? 報告 🙂",
    "!",
]


def laid(text):
    """Return a report with a text in every place there is."""
    line, link = [Span(text), Span(f" {text} ", look="strong"), Span(text)], [Span(text, to=ADDRESS)]
    return ReportDocument(
        title=text,
        subtitle=text,
        language="en",
        blocks=[
            Heading(text, 1),
            Heading(text, 3, ADDRESS),
            Paragraph([Span(text)]),
            Paragraph([Span(text, look="strong"), Span(" x")]),
            Paragraph(line, look="lede"),
            Paragraph([Span(text), *link, Span(text)]),
            BulletList([line, link, [Span(text, look="soft")]]),
            Table(text, [text, text], [[line, link], [[Span(text, look="done")], [Span(text)]]], numbers=[1]),
            Chart("", text, text),
        ],
        stamp=[(text, text)],
        foot=text,
    )


def parsed(laid):
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse("".join(markdown_lines(laid)))


def shape(tokens):
    """Return what a document is made of, without its words and the ends of their lines."""
    told = [each for each in tokens if each.type not in ("text", "hardbreak")]
    return [(each.type, each.attrs.get("href"), shape(each.children or ())) for each in told]


def words(tokens):
    ends = {"hardbreak": "\n"}
    return "".join(words(each.children) if each.children else ends.get(each.type, each.content) for each in tokens)


def unspaced(text):
    return "".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_marks_nothing_up(text):
    assert shape(parsed(laid(text))) == shape(parsed(laid("word")))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_reads_as_it_was_put_in(text):
    told, of_a_word = (unspaced(words(parsed(laid(each)))) for each in (text, "Word"))
    assert told == of_a_word.replace("Word", unspaced(text))


LINES = (
    "one\n- two\n3. three\n\n# four\n===\n:-\n> five\n```\n[x]: y\n| seven\n| -\n---\n***\n\\\n1)\neight\\\n<b>\n:---:"
)


def test_the_lines_of_a_text_stay_lines_and_nothing_else():
    typed = LINES.replace("\n", "  \r\n    ")
    for block in (
        Paragraph([Span(typed)]),
        BulletList([[Span(typed, look="strong")]]),
        Paragraph([Span(typed, ADDRESS)]),
    ):
        told = ReportDocument("x", "x", "en", [block], [("a", "b")], "")
        assert LINES in words(tokens := parsed(told))
        assert [each.type for each in tokens].count("paragraph_open") == 2
        # GitHub would take it for the rule under the header of a table.
        assert not re.search(r"^\s*:", "".join(markdown_lines(told)), re.MULTILINE)
    heading = ReportDocument(
        "x", "x", "en", [Heading(LINES, 1), Table(LINES, [LINES], [[[Span(LINES)]]])], [("a", "b")], ""
    )
    assert "\n" not in words(parsed(heading))


@pytest.mark.parametrize("address", ["https://e.org/a(b)?c=d&e=[f]#g", "https://e.org/<b>", "https://e.org/a b"])
def test_a_link_leads_where_it_should_whatever_its_address_holds(address):
    document = ReportDocument("x", "x", "en", [Paragraph([Span("x!"), Span("y", to=address)])], [("a", "b")], "")
    (link,) = [child for each in parsed(document) for child in each.children or () if child.type == "link_open"]
    assert unquote(link.attrs["href"]) == address

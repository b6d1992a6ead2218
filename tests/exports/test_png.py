"""Drawings as pictures: as wide as asked, with their words, and reading nothing."""

import struct

import pypdfium2
import pytest
import typst

from tracker.exports.charts.chart_types import bar_chart
from tracker.exports.charts.png import svg_to_png
from tracker.paths import folder

HOSTILE = '</text><image href="file:///etc/passwd"/>'
PAGE = folder("templates") / "reports" / "drawing.typ"


@pytest.fixture
def drawn(shared_app):
    """Return what draws a bar under a label."""
    with shared_app.test_request_context():
        yield lambda label: bar_chart("Status by area", "One", [(label, {"done": 3, "stalled": 2})])


def size(picture):
    assert picture.startswith(b"\x89PNG")
    return struct.unpack(">II", picture[16:24])


@pytest.mark.parametrize("width", [77, 1000, 1601])
def test_a_picture_is_as_wide_as_asked_and_the_same_each_time(drawn, width):
    svg = drawn("Health")
    picture = svg_to_png(svg, width)
    assert size(picture) == (width, pytest.approx(width * 52 / 400, abs=1))
    assert svg_to_png(svg, width) == picture


def test_the_words_are_in_the_picture(drawn):
    assert svg_to_png(drawn("Health"), 400) != svg_to_png(drawn("Wealth"), 400)
    page = pypdfium2.PdfDocument(
        typst.compile(PAGE, ignore_system_fonts=True, sys_inputs={"svg": drawn("Salud y migración")}, format="pdf")
    )[0]
    words = page.get_textpage().get_text_range()
    assert "".join(words.split()) == "DoneStalledSaludymigración325"


@pytest.mark.parametrize("label", [HOSTILE, "報告", "العربية", "🙂", '#read("/etc/passwd")', "Salud\u202e\u200b"])
def test_a_label_stays_words_whatever_it_says(drawn, label):
    svg = drawn(label)
    assert "<image" not in svg
    assert size(svg_to_png(svg, 400))[0] == 400


@pytest.mark.parametrize("address", ["file:///etc/passwd", "/etc/passwd", "http://127.0.0.1:1/a.png", "../../a.png"])
def test_a_picture_reads_no_file_and_no_address(address):
    with pytest.raises(typst.TypstError, match="failed to load linked image"):
        svg_to_png(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><image href="{address}"/></svg>', 9)

"""Charts: sound XML, all within the frame, true to the figures, inert whatever they are called."""

import datetime
import re
from collections import Counter
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.exports.charts.chart_types import APART, bar_chart, deadline_chart, line_chart, stacked_columns
from tracker.exports.charts.scales import BOTTOM, CHARACTER, TOP, ticks_for
from tracker.exports.charts.svg import DEADLINES, FACES
from tracker.paths import PACKAGE
from tracker.vocabulary import DeadlineState, OverallStatus

DAY = datetime.date
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</title></svg><script>a()</script>'\" onload=a() &lt; %s {0} {x}"


@pytest.fixture(autouse=True)
def asked(shared_app):
    with shared_app.test_request_context():
        yield


def shapes(chart, name, look=None):
    return [
        e
        for e in ElementTree.fromstring(chart).iter(SVG + name)
        if look in (None, e.get("class", "").removeprefix("chart-"))
    ]


def check(chart):
    """Fail unless a chart is sound: told in words, with ids of its own, and nothing outside of its frame."""
    svg = ElementTree.fromstring(chart)
    width, height = map(float, svg.get("viewBox").split()[2:])
    ids = [e.get("id") for e in svg.iter() if e.get("id")]
    assert max(Counter(ids).values()) == 1
    assert svg.get("role") == "img"
    told = [e.text for e in svg.iter() if e.get("id") in svg.get("aria-labelledby").split()]
    assert len(told) == 2
    assert all(told)
    assert not [e for e in svg.iter() if "style" in e.attrib or any(a.startswith("on") for a in e.attrib)]
    assert {e.tag.removeprefix(SVG) for e in svg.iter()} <= {
        *("svg", "title", "desc", "rect", "path", "circle", "text", "pattern")
    }
    drawn = {parent: list(parent) for parent in svg.iter() if parent.tag != SVG + "pattern"}
    for e in (each for children in drawn.values() for each in children):
        for x, y in corners(e):
            assert -0.05 <= x <= width + 0.05, ElementTree.tostring(e)
            assert -0.05 <= y <= height + 0.05, ElementTree.tostring(e)
    return svg


def corners(e):
    at = {name: float(value) for name, value in e.attrib.items() if re.fullmatch(r"-?[\d.]+", value)}
    match e.tag.removeprefix(SVG):
        case "rect":
            assert at["width"] >= 0
            assert at["height"] >= 0
            x, y = at.get("x", 0), at.get("y", 0)
            return [(x, y), (x + at["width"], y + at["height"])]
        case "circle":
            return [(at["cx"] - at["r"], at["cy"] - at["r"]), (at["cx"] + at["r"], at["cy"] + at["r"])]
        case "text":
            wide = len(e.text or "") * CHARACTER
            start = {"start": 0, "middle": wide / 2, "end": wide}[e.get("text-anchor")]
            return [(at["x"] - start, at["y"] - 12), (at["x"] - start + wide, at["y"])]
        case "path":
            x, y = map(float, re.match(r"M(\S+) ([\d.]+)", e.get("d")).groups())
            more = [(float(to), y) for to in re.findall(r"H(\S+)", e.get("d"))]
            more += [tuple(map(float, to)) for to in re.findall(r"L(\S+) (\S+)", e.get("d"))]
            more += [(x, y + float(by)) for by in re.findall(r"v(\S+)", e.get("d"))]
            more += [(x, float(to)) for to in re.findall(r"V(\S+)", e.get("d"))]
            return [(x, y), *more]
    return []


NUMBERS = st.one_of(
    st.integers(-(10**15), 10**15), st.floats(-1e15, 1e15, allow_nan=False).map(lambda value: round(value, 6))
)
POINTS = st.tuples(
    st.dates(), st.one_of(st.none(), st.integers(0, 4000)), NUMBERS, st.text(st.characters(exclude_categories=["C"]))
).map(lambda p: (p[0], p[1] and min(p[0], DAY(9980, 1, 1)) + datetime.timedelta(days=p[1]), *p[2:]))


@settings(deadline=None)
@given(st.lists(POINTS, min_size=1, max_size=8), st.text(st.characters(exclude_categories=["C"])))
def test_any_figures_are_drawn_within_the_frame_and_in_order(points, unit):
    points = [(start, end if end and end > start else None, value, label) for start, end, value, label in points]
    chart = line_chart("Title", "Description", points, unit)
    check(chart)
    marks = shapes(chart, "circle", "mark")
    inorder = sorted(points, key=lambda point: (point[0], point[1] or point[0]))
    assert len(marks) == len(points)
    heights = [(point[2], -float(mark.get("cy"))) for point, mark in zip(inorder, marks, strict=True)]
    assert [height for _value, height in sorted(heights)] == sorted(height for _value, height in heights)
    assert len(shapes(chart, "path", "period")) == sum(1 for point in points if point[1])


def years(*values, first=2020):
    return [(DAY(first + n, 1, 1), DAY(first + n, 12, 31), value, str(value)) for n, value in enumerate(values)]


def places(chart):
    return [(float(e.get("cx")), float(e.get("cy"))) for e in shapes(chart, "circle", "mark")]


def words(chart):
    return [e.text for e in shapes(chart, "text")]


def test_heights_are_in_proportion_to_zero():
    chart = line_chart("Seized", "Three years", years(10, 20, 5), "weapons")
    heights = [BOTTOM - y for _x, y in places(chart)]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)
    assert heights[2] == pytest.approx(heights[0] / 2, abs=0.2)
    assert words(chart) == ["weapons", "0", "10", "20", "2020", "2021", "2022"]


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ([(DAY(2021, 5, 3), None, 5.0, "x")], ["0", "2", "4", "6", "May 3, 2021"]),
        (years(26000), ["0", "10,000", "20,000", "30,000", "Jan 2020", "Apr 2020", "Jul 2020", "Oct 2020"]),
        (years(7, 7, 7), ["0", "5", "10", "2020", "2021", "2022"]),
        (years(0), ["0", "0.5", "1", "Jan 2020", "Apr 2020", "Jul 2020", "Oct 2020"]),
        (years(-3, 4), ["-5", "0", "5", "Jan 2020", "Jul 2020", "Jan 2021", "Jul 2021"]),
        (years(-3, -4), ["-4", "-2", "0", "Jan 2020", "Jul 2020", "Jan 2021", "Jul 2021"]),
        (years(10**15, 1), ["0", "500T", "1000T", "Jan 2020", "Jul 2020", "Jan 2021", "Jul 2021"]),
        (years(0.000001, 0.000002), ["0", "0.000001", "0.000002", "Jan 2020", "Jul 2020", "Jan 2021", "Jul 2021"]),
        (
            [(DAY(2024, 1, 15), None, 1, "x"), (DAY(2024, 4, 2), None, 2, "y")],
            ["0", "1", "2", "Feb 2024", "Mar 2024", "Apr 2024"],
        ),
    ],
)
def test_the_axes_are_told_in_round_numbers_and_days(points, told):
    chart = line_chart("Title", "Description", points, "of them")
    check(chart)
    assert words(chart) == ["of them", *told]


def test_one_figure_stands_in_the_middle_and_a_gap_is_as_wide_as_it_was():
    ((x, _y),) = places(line_chart("T", "D", [(DAY(2021, 5, 3), None, 5.0, "x")], "u"))
    assert 190 < x < 230
    (first, _), (second, _), (third, _) = places(
        line_chart("T", "D", [(DAY(year, 1, 1), None, 1, "") for year in (2010, 2011, 2021)], "u")
    )
    assert (third - second) / (second - first) == pytest.approx(10, rel=0.05)


@pytest.mark.parametrize(
    ("points", "joins"),
    [
        (years(1, 2, 3), 2),
        ([(DAY(2020, n, 1), None, n, "") for n in (1, 2, 3)], 2),
        ([*years(1, 2), (DAY(2021, 6, 1), None, 3, "")], 0),
        ([*years(1, 2), (DAY(2022, 6, 1), None, 3, "")], 1),
        ([(DAY(2020, 1, 1), DAY(2022, 12, 31), 9, ""), *years(1, 2, 3, 4, 5)], 1),
        ([(DAY(2020, 1, 1), None, 9, ""), (DAY(2020, 1, 1), None, 8, "")], 0),
    ],
    ids=["years", "days", "a day within a year", "a day after years", "years within years", "one day twice"],
)
def test_a_line_joins_only_what_can_be_compared(points, joins):
    assert len(shapes(line_chart("T", "D", points, "u"), "path", "join")) == joins


def test_nothing_gives_no_chart():
    assert line_chart("T", "D", [], "u") == ""
    assert stacked_columns("T", "D", [], []) == ""
    assert stacked_columns("T", "D", ["May"], [("done", "Done", [0])]) == ""
    assert bar_chart("T", "D", []) == bar_chart("T", "D", [("Health", {}), ("Trade", {"done": 0})]) == ""
    assert deadline_chart("T", "D", DAY(2026, 3, 10), []) == ""


STATUSES = st.integers(1, 30).flatmap(
    lambda n: st.tuples(
        st.lists(st.text(st.characters(exclude_categories=["C"])), min_size=n, max_size=n),
        st.lists(st.lists(st.integers(0, 10**9), min_size=n, max_size=n), min_size=12, max_size=12),
    )
)


@settings(deadline=None, max_examples=40)
@given(STATUSES)
def test_any_counts_are_stacked_within_the_frame_and_add_up(drawn):
    columns, counts = drawn
    series = [(word.value, str(word.label), row) for word, row in zip(OverallStatus, counts, strict=True)]
    chart = stacked_columns("Title", "Description", columns, series)
    if not any(map(any, counts)):
        assert chart == ""
        return
    check(chart)
    some = [row for row in counts if any(row)]
    parts = [e for e in shapes(chart, "rect", "part") if len(e)]
    assert len(parts) == sum(1 for row in counts for count in row if count)
    assert len(shapes(chart, "pattern")) == len(some)
    of_one = (BOTTOM - TOP) / int(ticks_for(0, max(map(sum, zip(*counts, strict=True))), whole=True)[-1])
    heights = [float(e.get("height")) for e in parts]
    assert heights == pytest.approx([count * of_one for row in counts for count in row if count], abs=0.11)
    feet = {}
    for e in parts:
        assert float(e.get("y")) + float(e.get("height")) == pytest.approx(feet.get(e.get("x"), BOTTOM), abs=0.21)
        feet[e.get("x")] = float(e.get("y"))


def test_each_status_is_told_apart_without_colour_and_named_in_the_legend():
    series = [(word.value, str(word.label), [1, 2]) for word in OverallStatus]
    chart = stacked_columns("How statuses moved", "Two months", ["May", "June"], series, key="moved")
    check(chart)
    assert FACES.keys() == {word.value for word in OverallStatus}
    assert len({face[1:] for face in FACES.values()}) == len(FACES)
    assert words(chart)[4:-2] == [str(word.label) for word in OverallStatus]
    assert words(chart)[-2:] == ["June", "May"]
    fills = {e.get("fill") for e in shapes(chart, "rect", "part")}
    assert fills == {f"url(#moved-{word.value})" for word in OverallStatus}
    titles = [e[0].text for e in shapes(chart, "rect", "part") if len(e)]
    assert titles[:2] == ["Not assessed, May: 1", "Not assessed, June: 2"]


ROWS = st.lists(
    st.tuples(
        st.text(st.characters(exclude_categories=["C"])),
        st.dictionaries(st.sampled_from([*OverallStatus]), st.integers(0, 10**9)),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=40)
@given(ROWS)
def test_any_bars_lie_within_the_frame_and_end_to_end(rows):
    chart = bar_chart("Title", "Description", rows)
    counts = [[counts.get(word, 0) for word in OverallStatus] for _label, counts in rows]
    if not any(map(any, counts)):
        assert chart == ""
        return
    check(chart)
    parts = [e for e in shapes(chart, "rect", "part") if len(e)]
    assert len(parts) == sum(1 for row in counts for count in row if count)
    left = min(float(e.get("x")) for e in parts)
    longest = max(float(e.get("x")) + float(e.get("width")) for e in parts) - left
    of_one = longest / max(map(sum, counts))
    widths = [float(e.get("width")) for e in parts]
    assert widths == pytest.approx([count * of_one for row in counts for count in row if count], abs=0.15)
    ends = {}
    for e in parts:
        assert float(e.get("x")) == pytest.approx(ends.get(e.get("y"), left), abs=0.15)
        ends[e.get("y")] = float(e.get("x")) + float(e.get("width"))


def test_a_bar_tells_its_label_its_total_and_the_counts_that_have_room():
    long = "Coordinación regional y respuesta a emergencias sanitarias " + "y más " * 20
    chart = bar_chart("T", "D", [("Trade", {"done": 200, "stalled": 1, "mixed": 99}), (long, {}), ("", {"done": 1})])
    check(chart)
    told = words(chart)
    assert told[:3] == ["Done", "Stalled", "Mixed"]
    assert told[3:] == [
        *("Trade", "200", "99", "300"),
        *("Coordinación regional y", "respuesta a emergencias", "sanitarias y más y más…", "0"),
        *(None, "1"),
    ]
    assert [e[0].text for e in shapes(chart, "rect", "part") if len(e)][:2] == ["Trade, Done: 200", "Trade, Stalled: 1"]
    (labelled,) = {e.get("x") for e in shapes(chart, "text") if e.get("text-anchor") == "end"}
    assert all(float(e.get("x")) > float(labelled) for e in shapes(chart, "rect", "part") if len(e))


def due(on, *days):
    soon = on + datetime.timedelta(30)
    return [
        (day, f"C{n}", DeadlineState(("not_yet_due", "due_soon", "overdue")[(day <= soon) + (day < on)]))
        for n, day in enumerate(days)
    ]


def middle(e):
    """Return where the middle of a mark is."""
    if e.get("cx"):
        return float(e.get("cx")), float(e.get("cy"))
    xs, ys = zip(*corners(e), strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def marks(chart):
    """Return {what a mark says: (its state, where it is)}."""
    return {
        e[0].text: (state.value, middle(e))
        for state in DeadlineState
        for name in ("path", "circle")
        for e in shapes(chart, name, state.value)
        if len(e)
    }


def line_of(chart):
    (today,) = shapes(chart, "path", "today")
    return corners(today)[0][0]


@settings(deadline=None, max_examples=60)
@given(st.dates(), st.lists(st.one_of(st.integers(-400, 400), st.integers(-(10**6), 10**6)), min_size=1, max_size=40))
def test_any_deadlines_lie_within_the_frame_on_their_side_of_the_line(on, far):
    first, last = DAY.min.toordinal(), DAY.max.toordinal()
    days = due(on, *(DAY.fromordinal(min(max(on.toordinal() + n, first), last)) for n in far))
    chart = deadline_chart("Title", "Description", on, days)
    check(chart)
    found, today = marks(chart), line_of(chart)
    if found:
        assert len(found) == len(days)
        assert all(x <= today + 0.1 if state == "overdue" else x >= today - 0.1 for state, (x, _y) in found.values())
        ordered = sorted(at for _state, at in found.values())
        for n, (x, y) in enumerate(ordered):
            assert all(abs(x - other) > APART - 0.3 or abs(y - up) > APART - 0.3 for other, up in ordered[n + 1 :])
        return
    columns = [e for e in shapes(chart, "rect", "part") if len(e)]
    assert sum(int(e[0].text.rsplit(" ", 1)[1]) for e in columns) == len(days)
    for e in columns:
        left, right = float(e.get("x")), float(e.get("x")) + float(e.get("width"))
        assert right <= today + 0.1 if e.get("fill") == "url(#chart-overdue)" else left >= today - 0.1


def test_a_deadline_is_a_mark_of_its_own_shape_on_others_of_the_day():
    on = DAY(2026, 3, 10)
    chart = deadline_chart("T", "D", on, due(on, DAY(2026, 3, 9), on, DAY(2026, 6, 30), DAY(2026, 6, 30)))
    check(chart)
    found = marks(chart)
    assert [state for state, _at in found.values()] == ["overdue", "due_soon", "not_yet_due", "not_yet_due"]
    (x, low), (same, high) = (found[f"C{n}, Jun 30, 2026"][1] for n in (2, 3))
    assert (x, low - high) == (same, pytest.approx(APART))
    assert words(chart) == [
        *("Apr 2026", "May 2026", "Jun 2026", "As of Mar 10, 2026"),
        *("Overdue: 1", "Due soon: 1", "Not yet due: 2"),
    ]
    corner_counts = {e.get("class"): e.get("d").count("L") for e in ElementTree.fromstring(chart).iter(SVG + "path")}
    assert corner_counts["chart-overdue"] != corner_counts["chart-due_soon"]
    assert len(shapes(chart, "circle", "not_yet_due")) == 3
    assert len({face[1:] for face in DEADLINES.values()}) == len(DEADLINES)


def test_many_deadlines_are_counted_by_month_with_the_line_within_one():
    on = DAY(2026, 3, 10)
    chart = deadline_chart("T", "D", on, due(on, *[DAY(2026, 3, 9)] * 9, *[on] * 12, *[DAY(2026, 5, 1)] * 3), key="due")
    columns = {e[0].text: (float(e.get("x")), e.get("fill")) for e in shapes(chart, "rect", "part") if len(e)}
    assert list(columns) == ["Overdue, Mar 2026: 9", "Due soon, Mar 2026: 12", "Not yet due, May 2026: 3"]
    assert {fill for _x, fill in columns.values()} == {f"url(#due-{state})" for state in DEADLINES}
    places = [x for x, _fill in columns.values()]
    assert places[0] < line_of(chart) < places[1]
    # April has nothing due, and its room.
    assert places[2] - places[1] == pytest.approx(2 * (places[1] - places[0]), abs=0.2)
    far = deadline_chart("T", "D", on, due(on, *[on] * 12, DAY(2126, 5, 1)))
    assert [e[0].text for e in shapes(far, "rect", "part") if len(e)][1] == "Not yet due, 2125\u2009–\u20092129: 1"


@pytest.mark.parametrize("most", [1, 2, 3, 4, 7, 9, 10, 11, 99, 1000])
def test_counts_are_measured_in_whole_numbers(most):
    ticks = ticks_for(0, most, whole=True)
    assert 2 <= len(ticks) <= 4
    assert all(tick == int(tick) for tick in ticks)
    assert ticks[0] == 0
    assert ticks[-1] >= most


def test_whatever_it_is_called_runs_nothing():
    for chart in (
        line_chart(HOSTILE, HOSTILE, [(DAY(2024, 1, 1), None, 1, HOSTILE)], HOSTILE[:56]),
        stacked_columns(HOSTILE, HOSTILE, [HOSTILE], [("done", HOSTILE, [1])]),
        bar_chart(HOSTILE, HOSTILE, [(HOSTILE, {"done": 1})]),
        deadline_chart(HOSTILE, HOSTILE, DAY(2024, 1, 1), [(DAY(2024, 1, 1), HOSTILE, DeadlineState.DUE_SOON)]),
    ):
        svg = check(chart)
        assert "<script" not in chart
        assert (svg[0].text, svg[1].text) == (HOSTILE, HOSTILE)
    assert HOSTILE[:56] in words(line_chart("T", "D", [(DAY(2024, 1, 1), None, 1, "")], HOSTILE[:56]))


def test_the_stylesheet_knows_every_look():
    on, every = DAY(2026, 3, 10), list(OverallStatus)
    charts = [
        line_chart("T", "D", years(1, 2), "u"),
        bar_chart("T", "D", [("Health", dict.fromkeys(every, 1)), ("Trade", {"done": 90})]),
        deadline_chart("T", "D", on, due(on, DAY(2026, 3, 9), on, DAY(2026, 6, 30))),
    ]
    looks = {e.get("class") for chart in charts for e in ElementTree.fromstring(chart).iter() if e.get("class")}
    styled = set(re.findall(r"\.(chart[\w-]*)", (PACKAGE / "static" / "tracker.css").read_text()))
    assert looks - {"chart-text"} == styled

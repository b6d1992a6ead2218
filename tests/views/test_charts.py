"""Figures on the pages of indicators and commitments: those that stand are drawn, the others are told."""

import datetime

import pytest

from tests import make
from tests.client import elements, parsed, words
from tracker.database import session, writing
from tracker.models import Claim, Indicator
from tracker.queries.indicators import MAX_CLAIMS

COMMITMENT = "mx-us-2023-07-24.c2"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def seized(app):
    """An indicator with figures of three years, one of them revised, all tied to a commitment."""
    with app.app_context(), writing():
        make.indicator(code="seized", name="Weapons seized", unit="weapons")
        figure("y2021", 9100, 2021, passage="news-readout-2023-05-30.x5", attributed_to="A ministry")
        figure("y2022", 12400, 2022)
        figure("y2022b", 11850.5, 2022, supersedes="y2022", published_on="2023-09-01")
        figure("y2023", 14000, 2023)


def figure(code, value, year=None, **fields):
    period = {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31"} if year else {}
    usual = {"indicator": "seized", "unit": "weapons", "commitment": COMMITMENT, "text": f"Seized, {code}"}
    return make.claim(code=code, value=value, **usual | period | fields)


def shown(client, path="/indicators/seized"):
    document, _errors = parsed(client.get(path).text)
    return document


def rows(document):
    """Return the words of each row of the table of figures."""
    return [words(row) for row in elements(document, "tr")[1:]]


def drawn(document):
    """Return what each mark of the charts says."""
    return [words(mark) for mark in document.iter(f"{SVG}circle")]


def test_the_figures_that_stand_are_drawn_and_told_in_a_table(client, seized):
    document = shown(client)
    assert drawn(document) == [
        "9,100 (Jan 1 – Dec 31, 2021)",
        "11,850.5 (Jan 1 – Dec 31, 2022)",
        "14,000 (Jan 1 – Dec 31, 2023)",
    ]
    (chart,) = document.iter(f"{SVG}svg")
    assert words(next(chart.iter(f"{SVG}title"))) == "Weapons seized, in weapons"
    assert words(next(chart.iter(f"{SVG}desc"))) == (
        "3 figures, from 9,100 (Jan 1 – Dec 31, 2021) to 14,000 (Jan 1 – Dec 31, 2023)."
    )
    first = rows(document)[0]
    for said in ("Seized, y2021", "9,100", "weapons", "Jan 1 – Dec 31, 2021", "A ministry", "Act against firearms"):
        assert said in first
    links = {a.get("href") for a in elements(document, "a")}
    assert {"/claims/y2021", "/documents/news-readout-2023-05-30#news-readout-2023-05-30.x5"} <= links
    assert f"/commitments/{COMMITMENT}" in links


def test_a_superseded_figure_is_struck_below_those_that_stand(client, seized):
    document = shown(client)
    assert [words(struck) for struck in elements(document, "s")] == ["12,400"]
    assert "12,400 superseded by 11,850.5" in rows(document)[-1]
    assert not any("12,400" in said for said in drawn(document))
    assert words(elements(document, "h2")[0]) == "Figures 3"


def test_a_figure_of_another_indicator_revises_too(app, client, seized):
    with app.app_context(), writing():
        make.claim(code="words", text="It is not so", supersedes="y2023")
    document = shown(client)
    assert "14,000 superseded by –" in rows(document)[-1]
    assert len(drawn(document)) == 2


def test_what_cannot_stand_on_the_same_line_is_not_drawn_and_says_why(app, client, seized):
    with app.app_context(), writing():
        figure("weight", 80, 2020, unit="tonnes")
        figure("undated", 7)
        figure("shouted", 15000, 2024, unit="WEAPONS")
        figure("none", None, 2020, unit=None)
    document = shown(client)
    assert len(drawn(document)) == 4
    weight, undated = (row for row in rows(document) if "not drawn" in row)
    assert "80 not drawn: in another unit tonnes" in weight
    assert "7 not drawn: of no known day weapons" in undated
    assert words(elements(document, "h2")[0]) == "Figures 6"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"published_on": "2024-05-01"}, "5 (published on May 1, 2024)"),
        ({"period_start": "2024-05-01", "published_on": "2024-06-01"}, "5 (from May 1, 2024)"),
        ({"period_end": "2024-05-01"}, "5 (to May 1, 2024)"),
        ({"period_start": "2024-05-01", "period_end": "2024-05-01"}, "5 (May 1, 2024)"),
    ],
)
def test_a_figure_is_drawn_on_the_days_that_are_known(app, client, days, said):
    with app.app_context(), writing():
        make.indicator(code="seized", unit="weapons")
        figure("one", 5, **days)
    document = shown(client)
    assert drawn(document) == [said]
    on_its_day = "A figure without a period is drawn on the day it was published."
    assert (on_its_day in words(document)) == (list(days) == ["published_on"])


def test_an_indicator_without_figures_says_so(app, client):
    with app.app_context(), writing():
        make.indicator(code="seized")
    assert "No claim gives a figure of it yet." in words(shown(client))
    with app.app_context(), writing():
        figure("none", None, 2020, unit=None)
    document = shown(client)
    assert "No figure can be drawn" in words(document)
    assert drawn(document) == []


def test_a_commitment_tells_the_claims_tied_to_it(app, client, seized):
    with app.app_context(), writing():
        make.indicator(code="other", name="Rounds seized", unit="rounds")
        make.claim(
            code="rounds", text="Rounds too", indicator="other", unit="rounds", value=3, published_on="2024-01-01"
        )
    document = shown(client, f"/commitments/{COMMITMENT}")
    section = next(e for e in elements(document, "section") if e.get("aria-labelledby") == "tied")
    assert "Claims tied to it 4" in words(section)
    assert "A claim is no finding of how the commitment stands" in words(section)
    assert "A ministry · Jan 1 – Dec 31, 2021 Seized, y2021" in words(section)
    assert "12,400 weapons superseded by 11,850.5" in words(section)
    assert "Rounds too" not in words(section)
    assert len(drawn(document)) == 3
    assert "Not assessed" in words(document)


def test_a_commitment_has_a_chart_for_each_indicator_of_two_figures(app, client, seized):
    with app.app_context(), writing():
        for name in ("one", "two"):
            make.indicator(code=name, name="Weapons seized", unit="weapons")
        for code, indicator, year in (("a", "one", 2020), ("b", "two", 2020), ("c", "two", 2021)):
            figure(code, 1, year, indicator=indicator)
    document = shown(client, f"/commitments/{COMMITMENT}")
    assert len(list(document.iter(f"{SVG}svg"))) == 2
    assert len(drawn(document)) == 5


def test_a_commitment_without_claims_says_how_one_is_tied(client):
    assert "No claim is tied to it." in words(shown(client, f"/commitments/{COMMITMENT}"))


def test_of_very_many_figures_the_latest_are_told(app, client):
    with app.app_context(), writing():
        session.info["account"] = make.account()
        indicator = Indicator(code="seized", name="Weapons seized", unit="weapons")
        for n in range(MAX_CLAIMS + 1):
            day = datetime.date(2020, 1, 1) + datetime.timedelta(days=n)
            figures = {"indicator": indicator, "value": n, "unit": "weapons", "published_on": day}
            session.add(Claim(code=f"n{n}", text="So many", **figures))
    document = shown(client)
    assert len(rows(document)) == MAX_CLAIMS
    assert f"These are the latest {MAX_CLAIMS}." in words(document)
    assert "n0" not in [words(code) for code in elements(document, "span") if code.get("class") == "code"]


def test_whatever_a_figure_is_called_runs_nothing(app, client):
    script = "</title></svg>'\"><script>a()</script>"
    with app.app_context(), writing():
        make.indicator(code="seized", name=script, unit=script, name_es=script)
        for year in (2020, 2021):
            figure(f"y{year}", year, year, unit=script, text=script, attributed_to=script)
        figure("y2022", 1, 2021, unit=script, supersedes="y2021", text=script)
    for path in ("/indicators/seized", f"/commitments/{COMMITMENT}"):
        document = shown(client, path)
        assert len(drawn(document)) == 2
        assert not [e for e in elements(document, "script") if not e.get("src")]
        assert script in words(document)
        (chart,) = document.iter(f"{SVG}svg")
        assert words(next(chart.iter(f"{SVG}title"))) == f"{script}, in {script}"

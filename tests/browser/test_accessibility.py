"""No page breaks a rule of axe-core, in light or dark, on a desk or in a hand; and none is wider than the hand."""

import random

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import make, past
from tests.conftest import Place
from tracker.app import create_app
from tracker.config import Settings
from tracker.database import writing
from tracker.records import CATALOGUE

ONES = {
    "parties": "us",
    "participants": "elizabeth-sherwood-randall",
    "areas": "migration",
    "frameworks": "bicentennial-framework",
    "documents": "joint-statement-2023-07-24",
    "meetings": "mx-us-2023-05-30",
    "commitments": "mx-us-2023-05-30.c1",
    "claims": "mx-us-2023-05-30.claim-1",
}
PAGES = {
    "start": "/",
    "start, as of a day": "/?as_of=2024-08-20&since=2023-01-01",
    "methods": "/methods/",
    "not found": "/commitments/nothing",
    "unknown filter": "/commitments/?colour=blue",
    "filtered": "/commitments/?area=migration&kind=intention&q=central",
    "nothing found": "/commitments/?q=zebra",
    # All lists are one page; these differ in what stands in them.
    **{f"list of {name}": f"/{name}/" for name in ("commitments", "meetings", "passages", "updates", "indicators")},
    **{f"new in {name}": f"/{name}/new" for name, kind in CATALOGUE.items() if not kind.parent},
    **{f"one of {name}": f"/{name}/{code}" for name, code in ONES.items()},
    "edit meeting": "/meetings/mx-us-2023-05-30/edit",
    "edit commitment": "/commitments/mx-us-2023-05-30.c1/edit",
    "edit document": "/documents/joint-statement-2023-07-24/edit",
    "history": "/commitments/mx-us-2023-05-30.c1/history",
    "remove": "/meetings/mx-us-2023-05-30/remove",
    "remove, free": "/claims/mx-us-2023-05-30.claim-1/remove",
    "figures": "/indicators/seized",
    "claims tied to a commitment": "/commitments/mx-us-2023-07-24.c2",
    "list of reports": "/reports/",
    "a report that is shown": "/reports/new?show=yes&since=2023-03-01&as_of=2024-08-20&cover_note=Read+this.",
    "a report that is wrong": "/reports/new?show=yes&colour=blue&since=2999-01-01",
    "a report": "/reports/r1",
    "a report, now": "/reports/r1/now",
    "a report, into Word": "/reports/r1/word",
}


@pytest.fixture
def site_with_figures(site, where):
    """The served tracker with an indicator (figures that stand, one revised, one in another unit) and progress."""
    app = create_app(Settings(data=where, database=Place("served", where).name))
    with app.app_context(), writing():
        past.plant(random.Random(1), commitments=6)
        make.indicator(code="seized", name="Weapons seized", unit="weapons")
        tied = {"indicator": "seized", "unit": "weapons", "commitment": "mx-us-2023-07-24.c2"}
        make.claim(**tied, code="first", value=9100, period_start="2021-01-01", period_end="2021-12-31")
        make.claim(**tied, code="second", value=12400, period_start="2022-01-01", period_end="2022-12-31")
        make.claim(**tied, value=11850.5, published_on="2023-09-01", supersedes="second")
        make.claim(
            **tied | {"unit": "tonnes"}, value=80, passage="news-readout-2023-05-30.x5", published_on="2023-09-01"
        )
        make.report()
        # So that something differs now.
        make.commitment_party(commitment="mx-us-2023-07-24.c2", party=make.party().code)
    app.extensions["tracker.engine"].dispose()
    return site


def problems(page):
    """Return what axe-core finds wrong with the page as it is shown."""
    # After a click the page may be there before its style sheets are, and without them its colours are others.
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {node['target']} {node['failureSummary']}" for v in found for node in v["nodes"]]


@pytest.mark.long
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_page_is_accessible_and_fits(browser, site_with_figures, width, scheme):
    context = browser.new_context(
        base_url=site_with_figures,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    wrong = {}
    for name, path in PAGES.items():
        page.goto(path)
        found = problems(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append("wider than the window")
        if found:
            wrong[name] = found
    page.goto("/commitments/new")
    page.get_by_role("button", name="Save").last.click()
    assert page.get_by_role("alert").count() == 1
    if found := problems(page):
        wrong["form with errors"] = found
    context.close()
    assert not wrong, "\n".join(f"{name}: {said}" for name, each in wrong.items() for said in each)


def test_the_check_sees_what_is_wrong(page):
    page.goto("/")
    page.evaluate("document.querySelector('h1').style.color = '#eee'")
    assert any("color-contrast" in said for said in problems(page))

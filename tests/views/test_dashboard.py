"""The first page: its figures are those of the lists it links to, whatever time it is asked for."""

import datetime
import random
import re

import pytest

from tests import make, past
from tests.client import elements, parsed, words
from tests.views.test_updates import counted
from tracker.database import writing
from tracker.records import CATALOGUE
from tracker.vocabulary import CommitmentKind, FollowUp, OverallStatus

C1, C2 = "/commitments/mx-us-2023-07-24.c1", "/commitments/mx-us-2023-07-24.c2"
PAGE = {
    "evidence-0-web_address": "https://example.org/minutes",
    "evidence-0-title": "Minutes",
    "evidence-0-retrieved_on": "2024-03-02",
}
FOUND = {"party": "mx", "status": "in_progress", "effective_on": "2024-03-01", "reason": "They met.", **PAGE}
FOUND |= {"confidence": "high"}
TIMES = [
    "",
    "as_of=2024-03-01",
    "as_of=2023-12-01&known_by=2024-06-01T12:00%2B01:00",
    "as_of=2024-06-01&known_by=2023-09-01&since=2023-01-01",
    "as_of=2022-01-01",
]


@pytest.fixture
def planted(app):
    with app.app_context(), writing():
        past.plant(random.Random(4))
        make.meeting(starts_on="2023-05-01")
        make.meeting(starts_on="2999-01-01", status="planned")


def shown(client, query=""):
    response = client.get(f"/?{query}" if query else "/")
    assert response.status_code == 200, response.text
    document, _errors = parsed(response.text)
    return next(iter(elements(document, "main")))


def total(client, href):
    response = client.get(href + ("&" if "?" in href else "?") + "format=json")
    assert response.status_code == 200, response.text
    return response.json["total"]


def part(main, name):
    """Return the section under the heading of this id."""
    return next(e for e in elements(main, "section") if e.get("aria-labelledby") == name)


def rows(section):
    return [[words(cell) for cell in elements(row, "th", "td")] for row in elements(section, "tr")]


@pytest.mark.long
@pytest.mark.parametrize("query", TIMES)
def test_every_figure_is_that_of_the_list_it_links_to(client, planted, query):
    main = shown(client, query)
    links = {link.get("href"): words(link) for link in elements(main, "a")}
    figures = 0
    for href, said in links.items():
        number, (kind, _slash, rest) = re.search(r"[\d,]+", said), href[1:].partition("/")
        if number and kind in CATALOGUE and rest.startswith("?"):
            assert total(client, href) == int(number[0]), (href, said)
            figures += 1
        else:
            assert client.get(href).status_code == 200, href
    assert figures > 15 or query == TIMES[-1]
    told = words(main).split(" commitments, from ")[0].rpartition(" ")[2]
    assert int(told) == total(client, f"/commitments/?{query.partition('&since')[0]}")


@pytest.mark.parametrize("query", TIMES)
def test_the_counts_are_whole(client, planted, query):
    """No figure is left out, and what is told as 0 is 0."""
    main, asked = shown(client, query), query.partition("&since")[0]
    _groups, head, *table = rows(part(main, "by-area"))
    statuses = [word for word in OverallStatus if str(word) in head]
    for name, every, *cells in ([cell.replace(",", "") for cell in row[:-1]] for row in table):
        assert len(cells) == len(statuses) + len(CommitmentKind), name
        assert sum(map(int, cells[: len(statuses)])) == int(every)
        assert sum(map(int, cells[len(statuses) :])) == int(every)
    assert [sum(int(row[n]) for row in table[:-1]) for n in range(1, len(table[0]) - 1)] == list(
        map(int, table[-1][1:-1])
    )
    if int(table[-1][1]):
        told = [words(card) for card in elements(part(main, "needed"), "li")]
        assert told == [f"{total(client, f'/commitments/?follow_up={word.value}&{asked}')} {word}" for word in FollowUp]


def test_the_chart_and_its_table_end_with_the_counts_of_the_matrix(client, planted):
    for query in ("", "as_of=2024-06-15", "as_of=2024-06-15&known_by=2024-02-01"):
        main = shown(client, query)
        head, *table = rows(part(main, "trend"))
        _groups, names, *matrix = rows(part(main, "by-area"))
        counts = dict(zip(head[1:], table[-1][1:], strict=True))
        now = dict(zip(names[: len(matrix[-1]) - 5], matrix[-1][2:-4], strict=False))
        assert {word: n for word, n in counts.items() if n != "0" and word != "All"} == now
        assert counts["All"] == matrix[-1][1]
        for name, *cells in table:
            assert sum(map(int, cells[:-1])) == int(cells[-1]), name
    assert [name for name, *_cells in table][-2:] == ["May 31, 2024", "June 15, 2024"]
    assert len(table) == 12
    drawn = next(e for e in part(main, "trend").iter() if e.tag.endswith("svg"))
    assert f"commitments on {table[0][0]}, {counts['All']} on June 15, 2024." in words(drawn)


def test_months_before_any_commitment_are_left_out(client):
    _head, *table = rows(part(shown(client, "as_of=2023-08-15"), "trend"))
    assert [(name, cells[-1]) for name, *cells in table] == [
        ("May 31, 2023", "2"),
        ("June 30, 2023", "2"),
        ("July 31, 2023", "9"),
        ("August 15, 2023", "9"),
    ]
    for query in ("as_of=2023-05-30", "as_of=2020-01-01", "as_of=0001-01-01"):
        assert "as soon as there are two months to compare" in words(part(shown(client, query), "trend"))


def test_what_changed_is_told_update_by_update(client):
    for changes in ({}, {"party": "us", "effective_on": "2024-04-01"}):
        client.send(f"{C1}/log", FOUND | changes)
    client.send(f"{C1}/log", FOUND | {"effective_on": "2024-05-01"})
    client.send(f"{C2}/log", FOUND | {"status": "no_evidence_found"})
    client.send("/updates/mx-us-2023-07-24.c1.u1/correct", {"status": "partly_done", "reason": "It was more."})
    client.send("/updates/mx-us-2023-07-24.c1.u2/correct", {"status": "*", "reason": "Of another party."})
    told = [words(each) for each in elements(part(shown(client), "changed"), "li")]
    today = datetime.datetime.now(datetime.UTC)
    day = f"{today:%b} {today.day}, {today.year}"
    assert [each.split(" Keep up")[0].split(" Act ")[0] for each in told] == [
        "United States In progress void",
        "Mexico In progress → became Partly done a correction",
        "Mexico Not assessed → became No evidence found",
        "Mexico still In progress",
    ]
    assert told[1].endswith(f"effective on Mar 1, 2024 · recorded on {day}")
    assert "All 4 updates" in words(part(shown(client), "changed"))


def test_of_many_changes_the_last_ten_are_told(client):
    for day in range(1, 13):
        client.send(f"{C1}/log", FOUND | {"effective_on": f"2024-03-{day:02}"})
    section = part(shown(client), "changed")
    assert len(elements(section, "li")) == 10
    assert "Mar 12, 2024" in words(elements(section, "li")[0])
    assert "All 12 updates" in words(section)


def test_changes_since_a_day_begin_with_it(client, planted):
    assert "as since the last meeting" not in words(part(shown(client, "since=2024-01-01"), "changed"))
    for day in ("2023-01-01", "2024-02-01", "2024-06-01"):
        section = part(shown(client, f"since={day}"), "changed-lately")
        listed = client.get(f"/updates/?recorded_from={day}&standing=yes&format=json").json
        assert all(item["recorded_at"][:10] >= day for item in listed["items"])
        told = re.search(r"(?:All )?(\d+) updates?$", words(section))
        assert int(told[1]) == listed["total"] > 0


def test_an_update_of_a_retired_commitment_is_no_news(client):
    client.send(f"{C1}/log", FOUND)
    client.send(f"{C1}/retire", {"retired_because": "A duplicate."})
    main = shown(client)
    assert "8 commitments" in words(main)
    assert "No update was logged since" in words(part(main, "changed"))
    assert client.get("/updates/?standing=no&format=json").json["total"] == 1


def test_the_next_meetings_are_told_and_the_last_one(app, client):
    with app.app_context(), writing():
        for year in (2999, 2997, 2998, 2996):
            make.meeting(title=f"Talks of {year}", starts_on=f"{year}-01-01", status="planned")
    section = part(shown(client), "meetings-title")
    ahead, latest = elements(section, "ul")
    assert [words(link) for link in elements(ahead, "a")] == ["Talks of 2996", "Talks of 2997", "Talks of 2998"]
    assert "Talks" not in words(latest)
    assert "July 24, 2023 · date inferred" in words(elements(latest, "li")[0])


def test_a_score_is_told_with_how_many_are_scored(client):
    assert "%" not in words(part(shown(client), "by-area"))
    client.send(f"{C1}/log", FOUND | {"status": "done"})
    client.send(f"{C1}/log", FOUND | {"party": "us"})
    table = {name: cells[-1] for name, *cells in rows(part(shown(client), "by-area"))}
    assert table["Fentanyl"] == "75% 2 scored, 2 not"
    assert table["Arms trafficking"] == "0 scored, 2 not"
    assert table["All areas"] == "75% 2 scored, 10 not"
    assert "Not assessed" in words(part(shown(client, "as_of=2024-02-01"), "by-area"))
    assert "%" not in words(part(shown(client, "as_of=2024-02-01"), "by-area"))


def test_a_past_page_says_so_and_keeps_its_time(client):
    page = client.get("/?as_of=2024-03-01&known_by=2024-03-05").text
    assert "As of March 1, 2024, as known by March 5, 2024" in page
    main = shown(client, "as_of=2024-03-01")
    for name in ("by-area", "needed"):
        links = [link.get("href") for link in elements(part(main, name), "a")]
        assert links
        assert all("as_of=2024-03-01" in href for href in links if not href.startswith("/methods/"))
    hidden = {e.get("name"): e.get("value") for e in elements(part(main, "changed"), "input")}
    assert hidden == {"as_of": "2024-03-01", "since": ""}
    assert "Lately added" not in words(main)


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ("as_of=banana", "as_of", "“banana” is not a day"),
        ("as_of=2999-01-01", "as_of", "This day has not come yet"),
        ("known_by=2999-01-01", "known_by", "This moment has not come yet"),
        ("known_by=2024-13-01T00:00", "known_by", "is not a day"),
        ("since=31.2.2024", "since", "February 2024 has 29 days"),
        ("since=2999-01-01", "since", "comes after the one the page is asked for"),
        ("as_of=2024-03-01&since=2024-03-02", "since", "comes after the one the page is asked for"),
        ("since=%00", "since", "control characters"),
        ("since=" + "9" * 500, "since", "is not a day"),
        ("as_of=2024-03-01&as_of=x&since='--", "since", "is not a day"),
    ],
)
def test_a_time_that_cannot_be_is_told_by_its_field(client, query, name, said):
    response = client.get(f"/?{query}", headers={"Accept": "application/json"})
    assert response.status_code == 422
    assert set(response.json["errors"]) == {name}
    assert said in response.json["errors"][name][0]
    assert client.get(f"/?{query}").status_code == 422


def test_the_ends_of_the_calendar_are_days_too(client):
    first = "0001-01-01"
    for query in (f"as_of={first}", f"as_of={first}&known_by={first}", f"since={first}", f"known_by={first}"):
        shown(client, query)
    for query in ("recorded_from=0001-01-01", "recorded_to=9999-12-31", "recorded_from=9999-12-31"):
        assert client.get(f"/updates/?{query}").status_code == 200


def test_what_a_form_leaves_empty_is_left_out_of_the_address(client):
    assert client.get("/?as_of=&known_by=&since=").location == "/"
    assert client.get("/?as_of=&as_of=2024-03-01").location == "/?as_of=2024-03-01"
    assert client.get("/?as_of=2024-03-01&known_by=").location == "/?as_of=2024-03-01"


def test_the_page_asks_as_often_for_many_commitments_as_for_few(app, client):
    asked = []
    for number, begin in ((6, 0), (20, past.LENGTH)):
        with app.app_context(), writing():
            past.plant(random.Random(number), number, begin)
        for query in ("/?since=2023-01-01", "/?since=2023-01-01&as_of=2026-06-01&known_by=2026-06-01"):
            client.get(query)
            with counted(app) as queries:
                client.get(query)
            asked.append(len(queries))
    assert asked[:2] == asked[2:]
    assert max(asked) < 40


def test_whatever_records_are_called_runs_nothing(app, client):
    script = "</title></svg>'\"><script>a()</script>%(x)s{{1}}"
    with app.app_context(), writing():
        area, party = make.area(name=script).code, make.party(name=script).code
        meeting = make.meeting(title=script, starts_on="2024-01-01").code
        make.meeting(title=script, starts_on="2999-01-01", status="planned")
        commitment = make.commitment(title=script, area=area, meeting=meeting).code
        make.commitment_party(commitment=commitment, party=party, role="lead")
    client.send(f"/commitments/{commitment}/log", FOUND | {"party": party})
    main = shown(client)
    assert not elements(main, "script")
    for name in ("changed", "by-area", "meetings-title"):
        assert script in words(part(main, name)), name

"""Finding records: what each filter lets through, how many it offers, paging there and back, and how often it asks."""

import datetime
import itertools
import re
from collections import Counter

import pytest
from sqlalchemy import event, select
from werkzeug.datastructures import MultiDict

from tests import make
from tests.client import elements, parsed
from tests.conftest import Place
from tracker.app import create_app
from tracker.config import Settings
from tracker.database import session, writing
from tracker.models import (
    AsOf,
    Claim,
    Commitment,
    CommitmentParty,
    CommitmentSource,
    Document,
    Framework,
    Indicator,
    Meeting,
    MeetingLink,
    Participant,
    Participation,
    Party,
    Passage,
    PolicyArea,
    ReportRun,
)
from tracker.queries import dashboard, listing
from tracker.records import CATALOGUE
from tracker.vocabulary import (
    Attendance,
    Basis,
    Certainty,
    CommitmentKind,
    DatePrecision,
    DeadlineKind,
    DocumentKind,
    MeetingLinkKind,
    MeetingStatus,
    PartyKind,
    PartyRole,
    Priority,
    SeatRole,
    SourceRelation,
    Status,
)

JS, NR = "mx-us-2023-07-24", "mx-us-2023-05-30"
SEEDED = {f"{JS}.c{n}" for n in range(1, 8)} | {f"{NR}.c1", f"{NR}.c2"}
INTENTIONS = {f"{JS}.c5", f"{JS}.c6", f"{NR}.c2"}
MIGRATION = {f"{JS}.c{n}" for n in range(3, 7)}


def js(*numbers):
    return {f"{JS}.c{n}" for n in numbers}


def nr(*numbers):
    return {f"{NR}.c{n}" for n in numbers}


def named(value):
    """Return what a test is called by: its address, not what it finds."""
    return value if isinstance(value, str) else ""


def codes(client, query, kind="commitments"):
    """Return the codes a list holds in JSON, on one page."""
    response = client.get(f"/{kind}/?format=json&{query}")
    assert response.status_code == 200, response.text
    body = response.json
    assert body["total"] == len(body["items"])
    return {item["code"] for item in body["items"]}


def stands(code, status):
    """Set the status of a party to a commitment directly."""
    session.info["account"] = make.account()
    row = session.scalars(select(CommitmentParty).where(CommitmentParty.code == code)).one()
    row.status = Status(status)
    session.flush()


@pytest.fixture
def more(app):
    """Some commitments beside the seeds, with what the seeds lack."""
    with app.app_context(), writing():
        make.area(code="health", name="Health")
        make.party(code="ca", name="Canada")
        make.party(code="gt", name="Guatemala")
        make.commitment(
            code="dated",
            area="health",
            areas=["fentanyl", "arms"],
            kind="intention",
            made_on="2024-01-31",
            deadline_kind="explicit",
            due_on="2024-12-31",
            title="100% of “results” for O'Neill_Ñandú",
        )
        make.commitment(code="bare", area="health", made_on="2024-02-01", title="100 results", owner="local")
        make.commitment_party(commitment="dated", party="ca", role="lead")
        make.commitment_party(commitment="dated", party="gt", role="beneficiary")
        make.commitment_party(commitment="bare", party="ca", role="support")
        # A lead that stands otherwise than the other one, and one commitment whose leads agree.
        stands(f"{JS}.c1.p1", "done")
        stands(f"{JS}.c1.p2", "stalled")
        stands(f"{JS}.c2.p1", "done")
        stands(f"{JS}.c2.p2", "done")
        stands(f"{NR}.c2.p1", "done")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", SEEDED),
        ("area=migration", MIGRATION),
        ("area=border-infrastructure&area=arms", js(7, 2) | nr(2)),
        ("kind=reaffirmation", js(1, 2)),
        ("kind=reaffirmation&kind=intention", js(1, 2) | INTENTIONS),
        ("status=not_assessed", SEEDED),
        ("status=mixed", set()),
        ("party=mx", SEEDED - nr(2)),
        ("party=us", SEEDED),
        ("party=us&party=mx", SEEDED),
        (f"meeting={NR}", nr(1, 2)),
        (f"meeting={NR}&meeting={JS}", SEEDED),
        ("document=news-readout-2023-05-30", nr(1, 2)),
        ("document=joint-statement-2023-07-24", SEEDED - nr(1, 2)),
        ("participant=rich-verma", SEEDED - nr(1, 2)),
        ("participant=marcelo-ebrard", nr(1, 2)),
        ("participant=marcelo-ebrard&participant=rich-verma", SEEDED),
        ("participant=elizabeth-sherwood-randall", SEEDED),
        ("framework=bicentennial-framework", js(1)),
        ("framework=bicentennial-framework&framework=los-angeles-declaration", js(1, 3)),
        ("made_from=2023-05-31", SEEDED - nr(1, 2)),
        ("made_to=2023-05-30", nr(1, 2)),
        ("made_from=2023-05-30&made_to=2023-05-30", nr(1, 2)),
        ("due_from=2000-01-01", set()),
        ("due_to=2099-01-01", set()),
        ("area=migration&kind=intention", js(5, 6)),
        ("area=migration&area=arms&kind=intention&party=mx", js(5, 6)),
        (f"area=arms&meeting={NR}&q=control", nr(2)),
        ("framework=bicentennial-framework&area=migration", set()),
    ],
    ids=named,
)
def test_a_filter_lets_through_what_it_says_of_the_seeds(client, query, found):
    assert codes(client, query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("area=health", {"dated", "bare"}),
        ("area=fentanyl", js(1) | nr(1) | {"dated"}),
        ("area=fentanyl&area=health", js(1) | nr(1) | {"dated", "bare"}),
        ("status=mixed", js(1)),
        ("status=done", js(2) | nr(2)),
        ("status=stalled", set()),
        ("status=mixed&status=done", js(1, 2) | nr(2)),
        ("status=not_assessed", SEEDED - js(1, 2) - nr(2) | {"dated", "bare"}),
        ("status=done&party=mx", js(1, 2)),
        ("status=done&party=us", js(2) | nr(2)),
        ("status=stalled&party=us", js(1)),
        ("status=stalled&party=mx", set()),
        ("status=stalled&party=mx&party=us", js(1)),
        ("status=mixed&party=us", set()),
        ("status=mixed&status=stalled&party=us", js(1)),
        ("status=not_assessed&party=ca", {"dated"}),
        ("party=ca", {"dated", "bare"}),
        ("party=gt", {"dated"}),
        ("status=not_assessed&party=gt", set()),
        ("made_from=2024-01-31", {"dated", "bare"}),
        ("made_from=2024-02-01", {"bare"}),
        ("due_from=2024-12-31", {"dated"}),
        ("due_from=2025-01-01", set()),
        ("due_to=2024-12-31", {"dated"}),
        ("due_to=2024-12-30", set()),
        ("due_from=2024-01-01&due_to=31 December 2024", {"dated"}),
        ("owner=local", {"bare"}),
    ],
    ids=named,
)
def test_a_filter_lets_through_what_it_says_of_more(client, more, query, found):
    assert codes(client, query) == found


def test_a_mention_is_no_seat(app, client):
    assert codes(client, "participant=rosa-icela-rodriguez") == set()
    assert codes(client, "participant=rosa-icela-rodriguez", "meetings") == set()
    assert codes(client, "participant=rosa-icela-rodriguez", "participations") == {f"{JS}.s7"}
    with app.app_context():
        kind = CATALOGUE["commitments"]
        offered = {offer.key for offer in listing.facets(kind, kind.filters.from_query(MultiDict()))["participant"]}
    assert offered == {
        "andres-manuel-lopez-obrador",
        "elizabeth-sherwood-randall",
        "ken-salazar",
        "kristie-canegallo",
        "lisa-monaco",
        "marcelo-ebrard",
        "rich-verma",
    }


def test_the_overall_status_is_that_of_the_leads_alone(app, client, more):
    with app.app_context(), writing():
        stands("dated.p2", "reversed")
        stands("bare.p1", "withdrawn")
    items = {item["code"]: item["status"] for item in client.get("/commitments/?format=json").json["items"]}
    assert items["dated"] == "not_assessed"
    assert items["bare"] == "not_assessed"
    assert items[f"{JS}.c1"] == "mixed"
    assert items[f"{JS}.c2"] == "done"
    assert codes(client, "status=reversed&party=gt") == set()


def test_the_first_page_counts_by_the_primary_area(app, client, more):
    with app.app_context():
        counts = {count.area.code: count for count in dashboard.counts_by_area(AsOf(datetime.date.today(), past=False))}
        assert {code: count.total for code, count in counts.items()} == {
            "fentanyl": 2,
            "arms": 2,
            "migration": 4,
            "border-infrastructure": 1,
            "health": 2,
        }
        assert sum(count.total for count in counts.values()) == 11
        assert {word.value: n for word, n in counts["health"].kinds.items() if n} == {
            "intention": 1,
            "new_commitment": 1,
        }
        assert {word.value: n for word, n in counts["fentanyl"].statuses.items() if n} == {
            "mixed": 1,
            "not_assessed": 1,
        }
        assert {word.value: n for word, n in counts["arms"].statuses.items() if n} == {"done": 2}
    assert "11 commitments" in client.get("/").text
    assert len(codes(client, "area=fentanyl")) == 3


# Words


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("fentanyl", js(1, 2) | nr(1)),
        ("FENTANYL", js(1, 2) | nr(1)),
        ("fentan", js(1, 2) | nr(1)),
        ("entanyl", set()),
        ("migración", js(3)),
        ("MIGRACION", js(3)),
        ("regional migration", js(3)),
        ("migration regional", js(3)),
        ("  migration,   regional! ", js(3)),
        ("declaración ángeles", js(3)),
        ("Angeles", js(3)),
    ],
    ids=named,
)
def test_words_are_found_without_regard_to_accents_and_case(client, q, found):
    assert codes(client, f"q={q}") == found


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("nandu", set()),
        ("o'neill_ñandú", {"dated"}),
        ("O’Neill_NANDU", {"dated"}),
        ("neill", {"dated"}),
        ("100", {"dated", "bare"}),
        ("100%25", {"dated", "bare"}),
        ("100%25 of", {"dated"}),
        ("1_0", set()),
        ("1%250", set()),
        ("_", set()),
        ("1__", set()),
        ("'results'", {"dated", "bare"}),
        ('"results"', {"dated", "bare"}),
        ("results' OR '1'='1", set()),
        ("result\\", {"dated", "bare"}),
        ("neill_", {"dated"}),
        ("neill%25ndu", set()),
        ("neillXnandu", set()),
    ],
    ids=named,
)
def test_no_sign_stands_for_any_other(client, more, q, found):
    assert codes(client, f"q={q}") == found


@pytest.mark.parametrize("q", ["%25", "%25%25", "''", "“”", "!?", "-", "\\"])
def test_a_search_without_a_letter_or_digit_is_refused(client, q):
    response = client.get(f"/commitments/?format=json&q={q}")
    assert response.status_code == 422
    assert list(response.json["errors"]) == ["q"]


# What the filters offer


def offers(query):
    kind = CATALOGUE["commitments"]
    return {
        name: {offer.key: offer.count for offer in offered}
        for name, offered in listing.facets(kind, kind.filters.from_query(MultiDict(query))).items()
    }


def test_offers_follow_the_other_filters_and_not_their_own(app, more):
    with app.app_context():
        free, narrowed = offers([]), offers([("area", "migration"), ("kind", "intention")])
    assert free["area"] == {
        "fentanyl": 3,
        "arms": 3,
        "migration": 4,
        "border-infrastructure": 1,
        "health": 2,
    }
    assert free["kind"] == {"new_commitment": 5, "reaffirmation": 2, "intention": 4}
    assert free["status"] == {"not_assessed": 8, "done": 2, "mixed": 1}
    assert free["party"] == {"mx": 8, "us": 9, "ca": 2, "gt": 1}
    assert free["framework"] == {"bicentennial-framework": 1, "los-angeles-declaration": 1}
    assert free["meeting"] == {JS: 7, NR: 2}
    assert narrowed["area"] == {"migration": 2, "arms": 2, "fentanyl": 1, "health": 1}
    assert narrowed["kind"] == {"new_commitment": 2, "intention": 2}
    assert narrowed["status"] == {"not_assessed": 2}
    assert narrowed["party"] == {"mx": 2, "us": 2}
    assert narrowed["meeting"] == {JS: 2}
    assert narrowed["framework"] == {}


def test_offers_of_statuses_are_those_of_the_chosen_party(app, more):
    with app.app_context():
        of_us, of_both = offers([("party", "us")]), offers([("party", "us"), ("party", "mx")])
    assert of_us["status"] == {"not_assessed": 6, "done": 2, "stalled": 1}
    assert of_both["status"] == {"not_assessed": 6, "done": 3, "stalled": 1}


def test_offers_of_parties_count_how_each_stands_itself(app, more):
    with app.app_context():
        free, of_mx = offers([("status", "done")]), offers([("status", "done"), ("party", "mx")])
    assert free["party"] == {"mx": 2, "us": 2}
    assert of_mx["party"] == free["party"]


def test_what_is_chosen_is_offered_even_where_nothing_is_left(app, more):
    with app.app_context():
        found = offers([("area", "health"), ("framework", "bicentennial-framework"), ("status", "withdrawn")])
    assert found["area"] == {"health": 0}
    assert found["framework"] == {"bicentennial-framework": 0}
    assert found["status"] == {"withdrawn": 0}


@pytest.mark.parametrize(
    "query",
    [
        [],
        [("area", "fentanyl")],
        [("party", "mx"), ("kind", "reaffirmation")],
        [("participant", "ken-salazar"), ("kind", "intention")],
        [("q", "fentanyl"), ("made_to", "2023-12-31")],
    ],
    ids=str,
)
def test_each_offer_tells_how_many_choosing_it_alone_would_leave(app, more, query):
    kind = CATALOGUE["commitments"]
    with app.app_context():
        for name, offered in offers(query).items():
            for key, number in offered.items():
                others = [(n, v) for n, v in query if n != name]
                filters = kind.filters.from_query(MultiDict([*others, (name, key)]))
                assert listing.count_rows(listing.filtered_query(kind, filters)) == number, (name, key)


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_every_offer_of_every_kind_leaves_as_many_as_it_says(app, kind):
    with app.app_context():
        for name, offered in listing.facets(kind, kind.filters.from_query(MultiDict())).items():
            for offer in offered:
                filters = kind.filters.from_query(MultiDict([(name, offer.key)]))
                assert listing.count_rows(listing.filtered_query(kind, filters)) == offer.count > 0, (name, offer.key)


# What is not known


UNKNOWN = [
    ("colour=red", "colour"),
    ("area=nowhere", "area"),
    ("area=migration&area=nowhere", "area"),
    ("kind=promise", "kind"),
    ("status=fine", "status"),
    ("party=zz", "party"),
    ("meeting=mx", "meeting"),
    ("document=mx", "document"),
    ("participant=mx", "participant"),
    ("framework=mx", "framework"),
    ("made_from=soon", "made_from"),
    ("made_to=2023-02-30", "made_to"),
    ("due_from=2023", "due_from"),
    ("due_to=31/02/2023", "due_to"),
    ("sort=colour", "sort"),
    ("sort=--made_on", "sort"),
    ("columns=colour", "columns"),
    ("columns=title&columns=colour", "columns"),
    ("after=nothing", "after"),
    ("before=nothing", "before"),
]


@pytest.mark.parametrize(("query", "name"), UNKNOWN)
def test_what_is_not_known_is_named_on_a_page(client, query, name):
    response = client.get(f"/commitments/?{query}")
    assert response.status_code == 422
    assert response.mimetype == "text/html"
    assert f"<code>{name}</code>" in response.text


@pytest.mark.parametrize(("query", "name"), UNKNOWN)
def test_what_is_not_known_is_named_in_json(client, query, name):
    response = client.get(f"/commitments/?format=json&{query}")
    assert response.status_code == 422
    assert list(response.json["errors"]) == [name]
    assert response.json["errors"][name]


@pytest.mark.parametrize(("query", "name"), [each for each in UNKNOWN if each[1] not in ("after", "before")])
def test_what_is_not_known_makes_no_csv(client, query, name):
    assert client.get(f"/commitments/?format=csv&{query}").status_code == 422


@pytest.mark.parametrize("headers", [{}, {"Accept": "application/json"}], ids=["page", "program"])
def test_a_format_that_is_not_known_is_named(client, headers):
    response = client.get("/commitments/?format=pdf", headers=headers)
    assert response.status_code == 422
    assert "format" in response.text
    assert "pdf" in response.text


# A crowd of records, each with all it can name


def crowd(n, rows):
    """Add n of every kind, no two naming the same record; with rows, also n that all name the ones called hub."""
    session.info["account"] = make.account()
    hub = fellows(None)
    session.add_all(hub.values())
    for i in range(n):
        new = fellows(i)
        session.add_all(new.values())
        if rows:
            session.add_all(around(hub, new, i))
    session.flush()
    if rows:
        # The first is one of all there is; the others are only listed.
        first = make.report()
        session.add_all(listed_report(first, i) for i in range(2, n + 2))
        session.flush()


def listed_report(first, i):
    names = ("as_of", "known_by", "since", "since_meeting", "chapters", "commitments", "recorded_by")
    alike = {name: getattr(first, name) for name in names} | {"sha256": f"{i:064}", "head_hash": "", "head_seq": i}
    at = first.recorded_at + datetime.timedelta(seconds=i)
    return ReportRun(code=f"r{i}", title="A report", scope="kind=intention", sentence="Kind", recorded_at=at, **alike)


def fellows(i):
    """Return one of every kind with all its fields filled in, by kind; those of None are the hub."""
    at, day = "hub" if i is None else f"n{i:03}", datetime.date(2024, 1, 1)
    when = None if i is None or i % 5 == 0 else day + datetime.timedelta(days=i // 3)
    title = f"{'ÁaÉe'[(i or 0) % 4]} {(i or 0) % 7}"
    known = DatePrecision.UNKNOWN if when is None else DatePrecision.DAY
    whole = Party(code=f"{at}-whole", name=title, kind=PartyKind.COUNTRY)
    party = Party(code=f"{at}-party", name=title, kind=PartyKind.GOVERNMENT_BODY, parent=whole)
    person = Participant(code=f"{at}-person", name=title)
    above = PolicyArea(code=f"{at}-above", name=title, order=(i or 0) % 9)
    area = PolicyArea(code=f"{at}-area", name=title, order=(i or 0) % 9, parent=above)
    framework = Framework(code=f"{at}-framework", name=title)
    indicator = Indicator(code=f"{at}-indicator", name=title, unit="people")
    document = Document(
        code=f"{at}-document",
        title=title,
        title_supplied=False,
        kind=DocumentKind.READOUT,
        language="es",
        issued_by=[party],
        published_on=when,
        published_precision=known,
    )
    passage = Passage(code=f"{at}-document.x1", document=document, paragraph=1, start=0, end=9)
    meeting = Meeting(
        code=f"{at}-meeting",
        title=title,
        starts_on=when,
        date_precision=known,
        date_basis=Basis.STATED,
        status=MeetingStatus.HELD,
        documents=[document],
    )
    second = Meeting(
        code=f"{at}-second",
        title=title,
        date_precision=DatePrecision.UNKNOWN,
        date_basis=Basis.STATED,
        status=MeetingStatus.PLANNED,
    )
    commitment = Commitment(
        code=f"{at}-commitment",
        title=title,
        text="To act",
        kind=CommitmentKind.NEW_COMMITMENT,
        meeting=meeting,
        area=area,
        areas=[above],
        frameworks=[framework],
        made_on=day + datetime.timedelta(days=(i or 0) // 2),
        deadline_kind=DeadlineKind.ONGOING,
        due_on=when and when + datetime.timedelta(days=900),
        priority=Priority.NORMAL,
    )
    earlier = Claim(code=f"{at}-earlier", text="It was so", value=None)
    claim = Claim(
        code=f"{at}-claim",
        text=title,
        meeting=meeting,
        passage=passage,
        area=area,
        indicator=indicator,
        value=None if when is None else (i or 0) % 6 + 0.1,
        unit="people",
        published_on=when,
        supersedes=earlier,
    )
    return {
        "whole": whole,
        "parties": party,
        "participants": person,
        "above": above,
        "areas": area,
        "frameworks": framework,
        "indicators": indicator,
        "documents": document,
        "passages": passage,
        "meetings": meeting,
        "second": second,
        "commitments": commitment,
        "earlier": earlier,
        "claims": claim,
    }


def around(hub, new, i):
    """Return records that name one hub and otherwise those of this round: rows of the hub, and uses of it."""
    numbered = itertools.count(1)

    def seat(meeting, person, party, passage):
        return Participation(
            code=f"{meeting.code}.s{i + 1 if meeting is hub['meetings'] else next(numbered)}",
            meeting=meeting,
            participant=person,
            is_group=False,
            name_as_printed=person.name,
            party=party,
            role=SeatRole.HOST,
            attendance=Attendance.ATTENDED,
            passage=passage,
        )

    def link(meeting, to, number):
        return MeetingLink(
            code=f"{meeting.code}.l{number}",
            meeting=meeting,
            to=to,
            kind=MeetingLinkKind.FOLLOWS,
            certainty=Certainty.STATED,
            passage=new["passages"],
        )

    def part(commitment, party, number):
        role = list(PartyRole)[i % 3] if commitment is hub["commitments"] else PartyRole.LEAD
        return CommitmentParty(code=f"{commitment.code}.p{number}", commitment=commitment, party=party, role=role)

    def source(commitment, passage, number):
        return CommitmentSource(
            code=f"{commitment.code}.s{number}",
            commitment=commitment,
            passage=passage,
            relation=SourceRelation.STATES,
        )

    meeting, person, party, passage = new["meetings"], new["participants"], new["parties"], new["passages"]
    commitment, document = new["commitments"], new["documents"]
    meeting.documents = [*meeting.documents, hub["documents"]]
    document.issued_by = [*document.issued_by, hub["parties"]]
    commitment.areas = [*commitment.areas, hub["areas"]]
    commitment.frameworks = [*commitment.frameworks, hub["frameworks"]]
    hub["commitments"].areas = [*hub["commitments"].areas, new["areas"]]
    hub["commitments"].frameworks = [*hub["commitments"].frameworks, new["frameworks"]]
    hub["meetings"].documents = [*hub["meetings"].documents, document]
    new["earlier"].supersedes, new["earlier"].indicator = hub["claims"], hub["indicators"]
    new["earlier"].meeting, new["earlier"].area = hub["meetings"], new["areas"]
    new["earlier"].passage, new["earlier"].commitment = passage, hub["commitments"]
    new["earlier"].value, new["earlier"].unit, new["earlier"].published_on = (
        i,
        "people",
        datetime.date(2024, 1, 1 + i % 28),
    )
    new["above"].parent, new["whole"].parent = hub["areas"], hub["parties"]
    own = Commitment(
        code=f"{commitment.code}-2",
        title="Another",
        text="To act again",
        kind=CommitmentKind.INTENTION,
        meeting=hub["meetings"],
        area=new["areas"],
        made_on=datetime.date(2025, 1, 1),
        deadline_kind=DeadlineKind.NONE,
        priority=Priority.LOW,
    )
    hub_passage = Passage(
        code=f"hub-document.x{i + 2}", document=hub["documents"], paragraph=i + 2, start=0, end=9, note="noted"
    )
    return [
        own,
        hub_passage,
        seat(meeting, person, party, passage),
        seat(meeting, hub["participants"], hub["parties"], hub_passage),
        seat(hub["meetings"], person, party, passage),
        link(meeting, hub["meetings"], 1),
        link(hub["meetings"], new["second"], i + 1),
        part(commitment, party, 1),
        part(commitment, hub["parties"], 2),
        part(hub["commitments"], party, i + 1),
        part(own, party, 1),
        source(commitment, passage, 1),
        source(commitment, hub_passage, 2),
        source(hub["commitments"], passage, i + 1),
        source(own, passage, 1),
    ]


def crowded(name, n, seeded, where, rows=True):
    """Return an application on a database of its own, with a crowd beside the seeds."""
    place = Place(name, where)
    place.make(like=seeded)
    app = create_app(Settings(data=where, database=place.name))
    with app.app_context(), writing():
        crowd(n, rows)
    return app


@pytest.fixture(scope="module")
def few(seeded, where):
    app = crowded("few", 3, seeded, where)
    yield app
    app.extensions["tracker.engine"].dispose()


@pytest.fixture(scope="module")
def many(seeded, where):
    app = crowded("many", 40, seeded, where)
    yield app
    app.extensions["tracker.engine"].dispose()


def asked(app, path):
    """Return what is asked of the database for a page, each as the tables it reads."""
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(" ".join(re.findall(r"(?:FROM|JOIN) (\w+)", statement)))

    event.listen(app.extensions["tracker.engine"], "before_cursor_execute", note)
    try:
        response = app.test_client().get(path)
        assert response.status_code == 200, path
        assert response.data
    finally:
        event.remove(app.extensions["tracker.engine"], "before_cursor_execute", note)
    return statements


def paths_of(kind):
    """Return the addresses at which records of a kind are told, those of one record being the hub's."""
    start = f"/{kind.name}/"
    paths = [start, f"{start}?format=json", f"{start}?format=csv", f"{start}?columns={[*kind.columns][-1]}"]
    paths.append(start + "?" + "&".join(f"columns={name}" for name in kind.columns))
    if kind.name == "reports":
        own = f"{start}r1"
        paths += [own, *(f"{own}?format={name}" for name in ("json", "csv", "md")), f"{own}/history"]
        paths += [f"{start}new", f"{start}new?show=yes"]
    elif not kind.parent:
        own = start + HUB[kind.name].code
        paths += [own, f"{own}?format=json", f"{own}/edit", f"{own}/history", f"{own}/remove"]
    return paths


HUB = fellows(None)
PATHS = ["/", *(path for kind in CATALOGUE.values() for path in paths_of(kind))]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path if path.count("columns") < 2 else path[:20] + "all")
def test_a_page_asks_as_often_for_40_records_as_for_3(few, many, path):
    for_few, for_many = asked(few, path), asked(many, path)
    more, less = Counter(for_many) - Counter(for_few), Counter(for_few) - Counter(for_many)
    assert len(for_many) == len(for_few), f"more often: {more}; less often: {less}"


# Paging


@pytest.fixture(scope="module")
def long(seeded, where):
    app = crowded("long", 130, seeded, where, rows=False)
    yield app
    app.extensions["tracker.engine"].dispose()


LONG = ["parties", "areas", "documents", "passages", "meetings", "commitments", "claims"]
SORTS = [(name, way + sort) for name in LONG for sort in CATALOGUE[name].sort_keys for way in ("", "-")]


def in_order(app, kind, sort):
    """Return the codes of all records as a list should hold them: ties as recorded, and what has no value last."""
    key = kind.sort_expression(sort.removeprefix("-")).key
    with app.app_context():
        records = session.execute(select(kind.model.code, getattr(kind.model, key)).order_by(kind.model.id)).all()
    known = sorted((r for r in records if r[1] is not None), key=lambda r: r[1], reverse=sort.startswith("-"))
    return [code for code, _value in (*known, *(r for r in records if r[1] is None))]


@pytest.mark.parametrize(("name", "sort"), SORTS)
def test_walking_there_and_back_gives_every_record_once_and_in_order(long, name, sort):
    expected = in_order(long, CATALOGUE[name], sort)
    assert len(expected) > 120
    client = long.test_client()
    address, pages = f"/{name}/?format=json&sort={sort}&columns=code", []
    while address:
        body = client.get(address).json
        assert body["total"] == len(expected)
        pages.append([item["code"] for item in body["items"]])
        address = body["next"]
    assert [len(page) for page in pages[:-1]] == [listing.PAGE_SIZE] * (len(pages) - 1)
    assert [code for page in pages for code in page] == expected
    # Back from the first of the last page, over whole pages, to the first record.
    walked, first = [], pages[-1][0]
    while True:
        items = client.get(f"/{name}/?format=json&sort={sort}&columns=code&before={first}").json["items"]
        if not items:
            break
        walked = [item["code"] for item in items] + walked
        first = walked[0]
    assert walked == expected[: -len(pages[-1])]


@pytest.mark.parametrize("sort", ["due_on", "-due_on"])
def test_walking_a_filtered_list_gives_what_the_filter_lets_through(long, sort):
    client = long.test_client()
    expected = in_order(long, CATALOGUE["commitments"], sort)
    chosen = {f"n{i:03}-commitment" for i in range(1, 130)}
    address, found = f"/commitments/?format=json&sort={sort}&made_from=2024-01-01&q=act", []
    while address:
        body = client.get(address).json
        assert body["total"] == 131
        found += [item["code"] for item in body["items"]]
        address = body["next"]
    assert found == [code for code in expected if code in chosen | {"hub-commitment", "n000-commitment"}]


def links(page):
    document, _errors = parsed(page)
    return {a.get("rel"): a.get("href") for a in elements(document, "a") if a.get("rel") in ("prev", "next")}


def test_the_pages_link_there_and_back(long):
    client = long.test_client()
    expected = in_order(long, CATALOGUE["commitments"], "-due_on")
    addresses, shown = ["/commitments/?sort=-due_on"], []
    while True:
        page = client.get(addresses[-1]).text
        shown.append([code for code in expected if f'href="/commitments/{code}"' in page])
        if "next" not in (found := links(page)):
            break
        addresses.append(found["next"])
    assert [code for page in shown for code in page] == expected
    for before in reversed(shown[:-1]):
        page = client.get(links(page)["prev"]).text
        assert [code for code in expected if f'href="/commitments/{code}"' in page] == before
    assert "prev" not in links(page)


def test_names_are_in_order_without_regard_to_accents_and_case(app, client):
    with app.app_context(), writing():
        for code, name in enumerate(["Zürich", "ábaco", "Abacus", "zebra", "Ñandú", "nadir", "émigré", "Emil"]):
            make.framework(code=f"f{code}", name=name)
    items = client.get("/frameworks/?format=json&sort=name&columns=name").json["items"]
    names = [item["name"] for item in items if item["code"].startswith("f")]
    assert names == ["ábaco", "Abacus", "émigré", "Emil", "nadir", "Ñandú", "zebra", "Zürich"]


def test_a_name_comes_before_a_longer_one_that_begins_alike(app, client):
    with app.app_context(), writing():
        make.participant(code="p1", name="Ana López", other_names="Anita")
        make.participant(code="p2", name="Ana", other_names="Zara")
    items = client.get("/participants/?format=json&sort=name&columns=name&q=ana").json["items"]
    assert [item["name"] for item in items] == ["Ana", "Ana López"]

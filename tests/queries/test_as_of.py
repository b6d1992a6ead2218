"""The same two dates always give the same answers, whatever is logged later, and they are those plain Python gives."""

import csv
import datetime
import io
import random
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from tests import make
from tests.client import elements, parsed, words
from tests.conftest import Place, migrated_app
from tests.queries.standings import Logged, Story
from tracker.actions import updates
from tracker.actions.updates import void_check, void_update
from tracker.app import Tracker
from tracker.database import Base, session, writing
from tracker.dates import today
from tracker.models import AsOf, Commitment, CommitmentParty, Record
from tracker.models.as_of import lead_statuses, overall_status
from tracker.queries import integrity, listing
from tracker.records import CATALOGUE
from tracker.vocabulary import WITHOUT_EVIDENCE, DeadlineState, FollowUp, OverallStatus, Status

KIND = CATALOGUE["commitments"]
PARTIES = ("mx", "us", "un")
DAY, TICK = datetime.timedelta(days=1), updates.TICK
START = datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.UTC)
FIRST = START.date()
WORDS = [word.value for word in Status]


def log(story, party, status, day, undoes=None, claimed=None, contradicted=False):
    """Log an update, and remember it."""
    fields = {"commitment": story.code, "party": party, "effective_on": day.isoformat()}
    fields |= {"claimed_status": claimed, "claimed_by": "The party"} if claimed else {}
    fields |= {"corrects": f"{story.code}.u{undoes.id}"} if undoes else {}
    relations = [] if status in WITHOUT_EVIDENCE else ["supports"]
    relations += ["contradicts"] if contradicted else []
    made = make.update([make.piece(relation=relation) for relation in relations], status=status, **fields)
    story.updates.append(remembered(made, day, undoes, party, status, claimed, contradicted))


def void(story, undoes):
    code = f"{story.code}.u{undoes.id}"
    made = void_update(make.account(), listing.get_record(CATALOGUE["updates"], code), "A mistake.")
    story.updates.append(remembered(made, undoes.effective_on, undoes, undoes.party))


def look(story, day, undoes=None):
    if undoes is None:
        made = make.check(commitment=story.code, checked_on=day.isoformat())
    else:
        logged = listing.get_record(CATALOGUE["checks"], f"{story.code}.k{undoes.id}")
        made = void_check(make.account(), logged, "A mistake.")
    story.checks.append(remembered(made, day, undoes))


def remembered(made, day, *told):
    number = int(made.code.rpartition(".")[2][1:])
    return Logged(number, day, made.recorded_at, *told)


def open_ends(logged):
    """Return what can still be corrected or voided."""
    return [each for each in logged if not any(other.corrects is each for other in logged)]


def begun(code, parties, **fields):
    made = make.commitment(code=code, area="arms", made_on="2023-12-01", **fields)
    for party in parties:
        make.commitment_party(commitment=code, party=party)
    return made


def apart(name, where):
    """Return an application on a database with three parties and an area, and nothing else."""
    place = Place(name, where)
    place.make()
    app = migrated_app(place, where)
    with app.app_context(), writing():
        make.area(code="arms")
        for party in PARTIES:
            make.party(code=party, name=party)
    return app


@pytest.fixture(scope="module")
def own_app(where):
    app = apart("sequences", where)
    yield app
    app.extensions["tracker.engine"].dispose()


# One commitment at a time


def answers(commitment, as_of):
    lead = lead_statuses(as_of)
    query = select(CommitmentParty.code, lead.c.status, lead.c.finding_id, lead.c.claim_id)
    query = query.join(lead, lead.c.commitment_party_id == CommitmentParty.id).order_by(CommitmentParty.id)
    own = query.where(CommitmentParty.commitment_id == commitment.id)
    whole = session.scalar(select(overall_status(as_of)).where(Commitment.id == commitment.id))
    return [[row[0], row[1].value, row[2], row[3]] for row in session.execute(own)], whole.value


def assert_as_worked_out(story, told, on, known_by):
    rows, whole = told
    assert [row[1] for row in rows] == list(story.statuses(on, known_by).values())
    assert whole == story.overall(on, known_by)


DAYS = some.integers(0, 12).map(lambda days: FIRST + days * DAY)
ACTS = some.tuples(
    some.sampled_from(("find", "find", "correct", "void")),
    some.sampled_from(PARTIES),
    some.sampled_from(WORDS),
    DAYS,
    some.sampled_from((None, None, *WORDS)),
    some.integers(0, 99),
)
ASKED = some.tuples(DAYS, some.integers(0, 99), some.sampled_from((-TICK, 0 * TICK, TICK)))
numbers = iter(range(1_000_000))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(some.lists(some.tuples(ACTS, some.lists(ASKED, max_size=3)), min_size=2, max_size=12))
def test_the_same_two_dates_give_the_same_answers_whatever_is_logged_later(own_app, steps):
    kept = []
    with own_app.app_context(), writing():
        story = Story(f"c{next(numbers)}", FIRST, START, list(PARTIES))
        commitment = begun(story.code, PARTIES)
        for (act, party, status, day, claimed, pick), asked in steps:
            undone = open_ends(story.updates)
            corrected = undone[pick % len(undone)] if undone and act != "find" else None
            if act == "void" and corrected:
                void(story, corrected)
            else:
                log(story, corrected.party if corrected else party, status, day, corrected, claimed)
            for on, which, away in asked:
                # Not the moment after the last: something may be logged then.
                known_by = min(
                    story.updates[which % len(story.updates)].recorded_at + away, story.updates[-1].recorded_at
                )
                told = answers(commitment, AsOf(on, known_by))
                assert_as_worked_out(story, told, on, known_by)
                kept.append((on, known_by, told))
                assert_as_worked_out(story, answers(commitment, AsOf(on)), on, None)
        for on, known_by, told in kept:
            assert answers(commitment, AsOf(on, known_by)) == told
        now = answers(commitment, AsOf(today(), past=False))
        assert now == answers(commitment, AsOf(today()))
        assert_as_worked_out(story, now, today(), None)
        assert list(integrity.status_problems()) == []


# A list of them, as of many days of a year


@dataclass
class World:
    """Commitments of which much was logged in 2024."""

    app: Tracker
    stories: list


@pytest.fixture(scope="module")
def world(where):
    app = apart("world", where)
    chance, moment, stories = random.Random(7), [START], []
    with pytest.MonkeyPatch.context() as patched, app.app_context(), writing():
        patched.setattr(updates, "now", lambda _session: moment[0])
        for number in range(20):
            stories.append(a_commitment(number, chance))
        for _ in range(160):
            moment[0] += chance.random() * 4 * DAY
            known = [story for story in stories if story.recorded_at <= moment[0]]
            something_happens(chance.choice(known), moment[0].date(), chance)
        for story in stories[::6]:
            story.retired_at = START + chance.randrange(100, 400) * DAY
            record = listing.get_record(KIND, story.code)
            record.retired_at, record.retired_because = story.retired_at, "Never undertaken."
    with app.app_context():
        assert integrity.integrity_problems() == []
    yield World(app, stories)
    app.extensions["tracker.engine"].dispose()


def a_commitment(number, chance):
    recorded_at = START + (chance.randrange(250) * DAY if number else 0 * DAY)
    leading = chance.sample(PARTIES, chance.choice((0, 1, 1, 2, 2, 3)) if number else 2)
    made_on = recorded_at.date() - chance.randrange(-40, 60) * DAY
    due_on = chance.choice((None, made_on + chance.randrange(300) * DAY))
    fields = {"deadline_kind": "relative" if due_on else "ongoing", "due_on": due_on and due_on.isoformat()}
    recurring, interval = chance.random() < 0.3, chance.choice((None, 20, 60))
    fields |= {"deadline_kind": "recurring", "every_months": 6} if recurring else {}
    made = make.commitment(code=f"w{number}", area="arms", made_on=made_on.isoformat(), review_every=interval, **fields)
    made.recorded_at = recorded_at
    for party in leading:
        make.commitment_party(commitment=made.code, party=party)
    return Story(made.code, made_on, recorded_at, leading, due_on, recurring, interval or 180)


def something_happens(story, day, chance):
    act = chance.choice(("find", "find", "find", "correct", "void", "look", "look", "unlook"))
    undone, looks = open_ends(story.updates), [each for each in open_ends(story.checks) if not each.corrects]
    earlier = day - chance.randrange(60) * DAY
    if act == "look":
        look(story, earlier)
    elif act == "unlook" and looks:
        look(story, day, chance.choice(looks))
    elif act == "void" and undone:
        void(story, chance.choice(undone))
    elif story.leads:
        corrected = chance.choice(undone) if undone and act == "correct" else None
        party = corrected.party if corrected else chance.choice(story.leads)
        said = {"claimed": chance.choice(WORDS)} if chance.random() < 0.3 else {}
        log(story, party, chance.choice(WORDS), earlier, corrected, contradicted=chance.random() < 0.2, **said)


def asked_at(number):
    """Return (as_of or None, known_by or None, {filter: value}): now, and days and moments of 2024 and 2025."""
    chance = random.Random(number)
    on = FIRST + chance.randrange(500) * DAY
    known_by = START + chance.randrange(400) * DAY + chance.random() * DAY
    on, known_by = ((None, None), (on, None), (None, known_by), (on, known_by))[min(number, 3) if number < 4 else 3]
    asked = {"as_of": on and on.isoformat(), "known_by": known_by and known_by.isoformat()}
    return on or today(), known_by, {name: value for name, value in asked.items() if value}


def codes(asked, **more):
    return set(listed(MultiDict([*asked.items(), *((n, v) for n, values in more.items() for v in values)])))


def listed(args):
    filters = KIND.filters.from_query(args)
    order, query = listing.Order.parse(KIND, "code"), listing.filtered_query(KIND, filters)
    columns = list(KIND.columns.values())
    page = listing.list_page(KIND, query, order, None, None, columns, filters.as_of_dates)
    return {record.code: page.as_of_values[record] for record in page.records}


@pytest.mark.long
@pytest.mark.parametrize("number", range(4))
def test_a_list_as_of_a_day_is_what_plain_python_gives(world, number):
    with world.app.app_context():
        on, known_by, asked = asked_at(number)
        when = (on, known_by)
        there = [story for story in world.stories if story.is_listed(*when)]
        records = listed(MultiDict(asked))
        assert {code: (v["status"].value, v["deadline_state"].value) for code, v in records.items()} == {
            story.code: (story.overall(*when), story.deadline(*when)) for story in there
        }
        for word in (each.value for each in OverallStatus):
            assert codes(asked, status=[word]) == {s.code for s in there if s.overall(*when) == word}
            told = {s.code for s in there if s.statuses(*when).get("mx") == word}
            assert codes(asked, status=[word], party=["mx"]) == told
        for word in (each.value for each in DeadlineState):
            assert codes(asked, deadline=[word]) == {s.code for s in there if s.deadline(*when) == word}
        for word in (each.value for each in FollowUp):
            assert codes(asked, follow_up=[word]) == {s.code for s in there if word in s.follow_up(*when)}, word


@pytest.mark.parametrize("number", range(4))
def test_what_filters_offer_as_of_a_day_is_what_plain_python_counts(world, number):
    with world.app.app_context():
        on, known_by, asked = asked_at(number)
        when = (on, known_by)
        there = [story for story in world.stories if story.is_listed(*when)]
        told = offered(asked)
        assert told["status"] == Counter(story.overall(*when) for story in there)
        assert told["deadline"] == Counter(story.deadline(*when) for story in there)
        assert told["follow_up"] == Counter(word for story in there for word in story.follow_up(*when))
        assert told["party"] == Counter(party for story in there for party in story.leads)
        of_mx = offered(asked | {"party": "mx"})["status"]
        assert of_mx == Counter(s.statuses(*when)["mx"] for s in there if "mx" in s.leads)
        so_far = offered(asked | {"status": "in_progress"})["party"]
        assert so_far == Counter(p for s in there for p, word in s.statuses(*when).items() if word == "in_progress")


def offered(asked):
    """Return what filters offer: {filter: {value: count}}."""
    found = listing.facets(KIND, KIND.filters.from_query(MultiDict(asked)))
    return {name: {offer.key: offer.count for offer in offers if offer.count} for name, offers in found.items()}


@pytest.mark.parametrize("number", range(1, 5))
def test_a_file_as_of_a_day_holds_what_its_page_does(world, number):
    with world.app.app_context():
        _on, _known_by, asked = asked_at(number)
    client, asked = world.app.test_client(), asked | {"sort": "code"}
    sheet = client.get("/commitments/", query_string=asked | {"format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(sheet.removeprefix("\ufeff"))))
    page = client.get("/commitments/", query_string=asked | {"format": "json"}).json
    assert len(rows) == page["total"] == len(page["items"]) > 0
    for name in ("code", "status", "deadline_state", "url"):
        assert [row[name] for row in rows] == [item[name] for item in page["items"]]
    shown = client.get("/commitments/", query_string=asked | {"columns": "status"}).text
    assert all(f">{item['title']}<" in shown or item["code"] in shown for item in page["items"])


def test_what_was_not_known_then_is_absent_and_what_was_retired_since_is_there(world):
    retired = world.stories[6]
    with world.app.app_context():
        for story in world.stories[::3]:
            before, after = story.recorded_at - TICK, story.recorded_at
            assert story.code not in codes({"known_by": before.isoformat()})
            made = {"as_of": min(story.made_on, today()).isoformat()}
            if not story.retired_at:
                assert story.code in codes({"known_by": after.isoformat()})
                assert story.code in codes(made)
            assert story.code not in codes({"as_of": (story.made_on - DAY).isoformat()})
        assert retired.code not in codes({})
        assert retired.code not in codes({"known_by": retired.retired_at.isoformat()})
        assert retired.code in codes({"known_by": (retired.retired_at - TICK).isoformat()})
        assert retired.code in codes({}, retired=["yes"])


# What is read beside records, and never put into them


@pytest.fixture
def loaded_records():
    """The records that a request loads, checked before it ends to be as the database has them."""
    loaded, checked = [], []

    def remember(record, _context):
        loaded.append(record)

    def check(ended):
        records = loaded.copy()
        assert not ended.dirty
        with Session(ended.get_bind()) as other:
            for record in records:
                assert_as_stored(record, other)
        checked.extend(records)

    event.listen(Record, "load", remember, propagate=True)
    event.listen(Session, "before_commit", check)
    yield checked
    event.remove(Session, "before_commit", check)
    event.remove(Record, "load", remember)


def assert_as_stored(record, other_session):
    """Assert that whatever is loaded of a record is what another session reads of it."""
    state, stored = inspect(record), other_session.get(type(record), record.id)
    assert not state.modified
    values = {name: value for name, value in vars(record).items() if name != "_sa_instance_state"}
    assert values.keys() <= set(state.mapper.attrs.keys())
    for name, value in values.items():
        assert plain(value) == plain(getattr(stored, name)), (record, name)


def plain(value):
    """Return a value, with records by what they are known by."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return (type(value), inspect(value).identity) if isinstance(value, Base) else value


PAST = "as_of=2024-04-01&known_by=2024-06-01"
PAST_ADDRESSES = {
    "list": f"/commitments/?{PAST}&columns=status&columns=deadline_state",
    "csv": f"/commitments/?{PAST}&format=csv",
    "json": f"/commitments/?{PAST}&format=json",
    "page": f"/commitments/w0?{PAST}",
    "page-json": f"/commitments/w0?{PAST}&format=json",
    "leads": "/commitment-parties/?as_of=2024-04-01",
    "updates": f"/updates/?{PAST}&columns=corrected_by",
    "updates-json": f"/updates/?{PAST}&format=json",
    "follow-up": f"/follow-up/?{PAST}&reason=never_assessed",
    "first-page": f"/?{PAST}",
    "feed": f"/commitments/feed.atom?{PAST}",
    "calendar": f"/calendar.ics?{PAST}",
    "report": f"/reports/new?{PAST}&show=yes",
}


@pytest.mark.parametrize("address", PAST_ADDRESSES.values(), ids=PAST_ADDRESSES)
def test_a_past_day_leaves_the_records_as_they_are(world, loaded_records, address):
    response = world.app.test_client().get(address)
    assert response.status_code == 200
    # A CSV is read as rows.
    assert bool(loaded_records) == ("format=csv" not in address)


def test_what_records_were_on_a_day_cannot_be_changed(world):
    with world.app.app_context():
        record = listing.get_record(KIND, "w0")
        values = listing.read_as_of(KIND, [record], AsOf(FIRST))
        with pytest.raises(TypeError):
            values[record]["status"] = Status.DONE
        with pytest.raises(TypeError):
            values[record] = {"status": Status.DONE}
        with pytest.raises(AttributeError):
            values[record].status = Status.DONE


def test_what_depends_on_the_day_is_not_read_from_the_record(world):
    """A column that would silently give today's value on a past day gives none at all."""
    with world.app.app_context(), pytest.raises(KeyError):
        KIND.columns["status"].value(listing.get_record(KIND, "w0"))


def test_the_follow_up_page_shows_how_each_lead_stood(world):
    """The leads beside a commitment, too, are those of the day."""
    with world.app.app_context():
        on = FIRST + 150 * DAY
        stories = [story for story in world.stories if "never_assessed" in story.follow_up(on, None)]
        stories = [story for story in stories if story.is_listed(on, None)]
        expected = {s.code: Counter(STATUS_LABELS[word] for word in s.statuses(on, None).values()) for s in stories}
        assert any(s.statuses(on, None) != s.statuses(today(), None) for s in stories)
    document, _errors = parsed(
        world.app.test_client().get(f"/follow-up/?reason=never_assessed&as_of={on.isoformat()}").text
    )
    shown = {}
    for entry in (e for e in elements(document, "li") if e.get("id", "").startswith("w")):
        tags = [words(tag) for lead in elements(entry, "p") if lead.get("class") == "leads" for tag in tags_of(lead)]
        shown[entry.get("id")] = Counter(tags)
    assert shown == expected


STATUS_LABELS = {word.value: str(word.label) for word in Status}


def tags_of(element):
    return [tag for tag in elements(element, "span") if "tag" in tag.get("class", "").split()]


# Where one state becomes another


@pytest.mark.parametrize(
    ("days", "state"),
    [(-1, "overdue"), (0, "due_soon"), (1, "due_soon"), (30, "due_soon"), (31, "not_yet_due"), (None, "no_date")],
)
@pytest.mark.parametrize("on", [None, FIRST])
def test_the_deadline_state_turns_on_the_day(app, on, days, state):
    with app.app_context(), writing():
        day = None if days is None else ((on or today()) + days * DAY).isoformat()
        fields = {"deadline_kind": "explicit", "due_on": day} if day else {}
        code = begun("one", ["mx"], **fields).code
        as_of = AsOf(on) if on else AsOf(today(), past=False)
        assert state_of(code, as_of) == state
        make.update(commitment=code, party="mx", status="done", effective_on="2023-12-31")
        assert state_of(code, as_of) == "closed"


def state_of(code, as_of):
    (values,) = listing.read_as_of(KIND, [listing.get_record(KIND, code)], as_of).values()
    return values["deadline_state"].value


INTERVAL = 20


@pytest.fixture
def aging(app):
    """A commitment recorded on FIRST that is stale after 20 days without a look; return when it is asked whether."""
    with app.app_context(), writing():
        made = begun("one", ["mx"], review_every=INTERVAL)
        made.recorded_at = START
        session.flush()

        def is_stale(days):
            asked = MultiDict({"as_of": (FIRST + days * DAY).isoformat(), "follow_up": "stale"})
            return "one" in listed(asked)

        yield is_stale


def test_it_is_stale_after_its_interval_and_not_on_its_last_day(aging):
    assert [aging(days) for days in (0, INTERVAL, INTERVAL + 1)] == [False, False, True]


def test_a_look_begins_the_interval_anew_from_its_day(aging):
    logged = make.check(commitment="one", checked_on=(FIRST + 5 * DAY).isoformat())
    assert [aging(days) for days in (INTERVAL + 1, INTERVAL + 5, INTERVAL + 6)] == [False, False, True]
    void_check(make.account(), logged, "I searched for another.")
    assert [aging(days) for days in (INTERVAL, INTERVAL + 1)] == [False, True]


def test_a_look_after_the_day_that_is_asked_for_does_not_count(aging):
    make.check(commitment="one", checked_on=(FIRST + 40 * DAY).isoformat())
    # Recorded today, whenever it was true.
    make.update(commitment="one", party="mx", effective_on="2024-01-10")
    assert [aging(days) for days in (INTERVAL + 1, 39, 40, 60, 61)] == [True, True, False, False, True]
    assert not aging((today() - FIRST).days)

"""Every field of every kind is kept in the history, and every column reaches the list, CSV and JSON as it was given."""

import csv
import datetime
import io
import json
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests import make
from tests.client import elements, parsed, words
from tests.conftest import Place
from tests.make import FACTORIES
from tracker.actions.documents import attach_text
from tracker.actions.save import save
from tracker.actions.updates import void_check
from tracker.app import Tracker, create_app
from tracker.config import Settings
from tracker.database import session, writing
from tracker.errors import Invalid
from tracker.models import LOCAL, Account, Change
from tracker.models.history import tracked_attributes
from tracker.passage_text import sha256_of
from tracker.queries import listing
from tracker.records import CATALOGUE, ENTERED, kind_of
from tracker.vocabulary import Action

#: What a complete record holds, and another value it can take, where what fits any field of the sort does not do.
SPECIAL = {
    ("documents", "sha256"): ("a" * 64, "b" * 64),
    ("passages", "sha256"): (sha256_of("what was agreed upon & said"), "b" * 64),
    ("passages", "end"): (30, 31),
    ("meetings", "starts_on"): ("2024-01-05", "2024-01-06"),
    ("participations", "is_group"): (False, True),
    ("commitments", "made_on"): ("2024-01-05", "2024-01-06"),
    ("commitments", "deadline_kind"): ("recurring", "relative"),
    ("claims", "period_start"): ("2024-01-05", "2024-01-06"),
    ("claims", "value"): (-2.5, 1_000_000),
}
#: A seat of a group, not of one person.
GROUP = {"is_group": True, "participant": None}
#: What must change along with a field that takes its other value.
WITH_OTHER = {
    ("participations", "is_group"): {"participant": None},
    ("commitments", "deadline_kind"): {"every_months": None},
}
#: What must change along with a field that is emptied.
WITH_NONE = {
    ("documents", "published_on"): {"published_precision": "unknown"},
    ("meetings", "starts_on"): {"date_precision": "unknown"},
    ("meetings", "place_basis"): {"venue": None, "city": None, "country": None},
    ("participations", "participant"): {"is_group": True},
    ("commitments", "every_months"): {"deadline_kind": "ongoing"},
    ("claims", "unit"): {"value": None},
}
#: The words of the complete passage, and the text that is attached to documents: they stand in its third paragraph.
EXACT = "what was agreed upon & said"
TEXT = f"One\n\nTwo\n\nOn {EXACT}, they agreed."
#: The columns that no form fills in, of the complete record.
DERIVED = {
    "documents": {"text_sha256": (sha256_of(TEXT), [sha256_of(TEXT)]), "text_differs": (True, ["Yes"])},
    "commitments": {
        "status": ("not_assessed", ["Not assessed"]),
        "deadline_state": ("overdue", ["Overdue"]),
        "retired_at": ("2024-03-05T06:07:08+00:00", ["Mar 5, 2024"]),
        "retired_because": ("It was never undertaken.", ["It was never undertaken."]),
        "leads": (["lead"], ["Lead party"]),
        "supporters": (["support"], ["Support party"]),
        "beneficiaries": (["beneficiary"], ["Beneficiary party"]),
        "recorded_at": ("2024-03-04T05:06:07.890000+00:00", ["Mar 4, 2024"]),
        "one_sided": (True, ["Yes"]),
        "passages": (["source.x1"], ["p1"]),
    },
    "commitment-parties": {"status": ("not_assessed", ["Not assessed"])},
    "passages": {
        "length": (27, ["27"]),
        "exact": (EXACT, [EXACT]),
        "prefix": ("On ", ["On"]),
        "suffix": (", they agreed.", [", they agreed."]),
        "check_result": ("found", ["Found"]),
        "checked_at": ("2024-03-04T05:06:07.890000+00:00", ["Mar 4, 2024"]),
        "found_paragraph": (3, ["3"]),
        "found_start": (3, ["3"]),
    },
}


FIELDS = [(kind, field) for kind in ENTERED.values() for field in kind.form()]
EDITABLE = [(kind, field) for kind, field in FIELDS if field.name not in ("code", kind.parent)]
OPTIONAL = [(kind, field) for kind, field in EDITABLE if not field.required]
COLUMNS = [(kind, name) for kind in CATALOGUE.values() for name in kind.columns]
ROW_KINDS = [kind for kind in CATALOGUE.values() if kind.parent]
EDITED_ROWS = [kind for kind in ENTERED.values() if kind.parent]
PAGED_KINDS = [kind for kind in ENTERED.values() if not kind.parent]


def names(thing):
    return thing if isinstance(thing, str) else thing.name


def value_of(kind, field, other=False):
    """Return a plain value that a field takes: one or the other."""
    if (kind.name, field.name) in SPECIAL:
        return SPECIAL[kind.name, field.name][other]
    match field.type:
        case "RecordCode":
            return None if kind.parent else make.code("complete")
        case "WebAddress":
            return "https://example.org/two" if other else "https://example.org/one?a=1&b=2"
        case "LongText":
            return "Other words" if other else f"{field.name}: línea uno;\n  <b>line two</b> & “more”"
        case "Text":
            return "Other words" if other else f"{field.name}: ¿qué? <b>uno</b>; dos"
        case "Date":
            return "2024-04-02" if other else "2024-03-01"
        case "Number":
            return 4 if other else 3
        case "Flag":
            return not other
        case "Choice":
            return list(field.vocabulary)[other].value
        case "Code":
            return {"territories": ("mx", "us"), "languages": ("es", "en")}[field.standard][other]
        case "AccountReference":
            return another_account() if other else LOCAL
        case "Reference" if field.multiple:
            return sorted(make_one(field.model) for _ in range(1 if other else 2))
        case "Reference":
            return make_one(field.model)
    raise AssertionError(f"Say here what a field of the sort {field.type} takes.")


def another_account():
    session.add(Account(code="someone", name="Someone"))
    session.flush()
    return "someone"


def make_one(model):
    return FACTORIES[kind_of(model).name]().code


def complete(kind, **others):
    """Make a record of a kind with every field filled in; return the plain values it was given, and it."""
    given = {field.name: value_of(kind, field) for field in kind.form() if field.name not in others} | others
    if kind.parent:
        del given["code"]
    record = make.record(kind.name, **given)
    return given | {"code": record.code}, record


def edit(record, **changes):
    save(make.account(), record, kind_of(record).form.from_plain(changes, record))


def last_change(record):
    query = select(Change).where(Change.kind == record.__tablename__, Change.code == record.code)
    return session.scalars(query.order_by(Change.seq.desc())).first()


def found_again(record):
    """Return a record as it stands in the database, not as it is remembered."""
    session.expire_all()
    return session.get(type(record), record.id)


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=names)
def test_every_field_of_the_form_has_a_history(kind):
    # Evidence is there before its update, so it names it by its code.
    named = {"update": "update_code"} if kind.name == "evidence" else {}
    assert {named.get(field.name, field.name) for field in kind.form()} <= set(tracked_attributes(kind.model))


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=names)
def test_every_column_has_a_label_of_its_own(app, kind):
    with app.test_request_context():
        labels = [str(column.label).strip() for column in kind.columns.values()]
    assert all(labels), dict(zip(kind.columns, labels, strict=True))
    assert len(set(labels)) == len(labels), f"Two columns are called the same: {labels}"
    assert not set(labels) & set(kind.columns), "A column is called by its name."


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=names)
def test_no_column_has_the_name_of_the_one_for_addresses(app, kind):
    with app.app_context():
        assert kind.url_column("http://localhost").name not in kind.columns


@pytest.mark.parametrize(("kind", "field"), EDITABLE, ids=names)
def test_a_changed_field_is_told_in_the_history(app, kind, field):
    with app.app_context(), writing():
        given, record = complete(kind)
        changes = {field.name: value_of(kind, field, other=True), **WITH_OTHER.get((kind.name, field.name), {})}
        assert changes[field.name] != given[field.name]
        edit(record, **changes)
        change = last_change(record)
        assert change.action is Action.EDITED
        assert change.fields == {name: [given[name], new] for name, new in changes.items()}
        held = kind.columns[field.name]
        record = found_again(record)
        assert held.to_json(held.value(record)) == changes[field.name]


@pytest.mark.parametrize(("kind", "field"), OPTIONAL, ids=names)
def test_an_emptied_field_is_told_in_the_history(app, kind, field):
    emptied = False if field.type == "Flag" else [] if field.multiple else None
    with app.app_context(), writing():
        # A flag that is only there for groups stands only where there is no participant.
        others = GROUP if field.name == "is_group" else {}
        given, record = complete(kind, **others)
        changes = {field.name: None, **WITH_NONE.get((kind.name, field.name), {})}
        if field.name == "is_group":
            changes["participant"] = make.participant().code
        edit(record, **changes)
        change = last_change(record)
        assert change.action is Action.EDITED
        assert change.fields == {name: [given[name], new] for name, new in (changes | {field.name: emptied}).items()}
        held = kind.columns[field.name]
        record = found_again(record)
        assert held.to_json(held.value(record)) == emptied


@pytest.mark.parametrize("kind", ENTERED.values(), ids=names)
def test_adding_tells_every_field_in_the_history(app, kind):
    with app.app_context(), writing():
        given, record = complete(kind)
        change = last_change(record)
        assert change.action is Action.ADDED
        # A flag that is off is a value too.
        assert {name: change.fields[name] for name in given} == {name: [None, value] for name, value in given.items()}


@pytest.mark.parametrize("kind", ENTERED.values(), ids=names)
def test_a_code_is_never_changed(app, kind):
    with app.app_context(), writing():
        given, record = complete(kind)
        other = f"{given[kind.parent]}.{kind.form.letter}99" if kind.parent else "another-code"
        with pytest.raises(Invalid, match="never changed") as refusal:
            edit(record, code=other)
        assert list(refusal.value.errors) == ["code"]
        assert found_again(record).code == given["code"]


@pytest.mark.parametrize(
    "kind",
    EDITED_ROWS,
    ids=names,
)
def test_a_row_is_never_moved_to_another_record(app, kind):
    with app.app_context(), writing():
        given, record = complete(kind)
        other = make_one(type(record.belongs_to))
        with pytest.raises(Invalid) as refusal:
            edit(record, **{kind.parent: other})
        assert list(refusal.value.errors) == ["code"]
        assert found_again(record).belongs_to.code == given[kind.parent]


@pytest.mark.parametrize(
    ("kind", "others"),
    [*((kind, {}) for kind in ENTERED.values()), (CATALOGUE["participations"], GROUP)],
    ids=[*ENTERED, "participations-group"],
)
def test_a_complete_record_comes_back_from_its_own_plain_values(app, kind, others):
    with app.app_context(), writing():
        given, record = complete(kind, **others)
        before, version = last_change(record).seq, record.version
        told = [kind.columns[field.name] for field in kind.form()]
        plain = json.loads(json.dumps({column.name: column.to_json(column.value(record)) for column in told}))
        assert plain == given
        edit(record, **plain)
        assert last_change(record).seq == before
        assert found_again(record).version == version
        assert {column.name: column.to_json(column.value(record)) for column in told} == given


@pytest.mark.parametrize("kind", PAGED_KINDS, ids=names)
def test_a_record_of_the_same_plain_values_is_the_same_but_for_its_code(app, kind):
    with app.app_context(), writing():
        given, record = complete(kind)
        twin = make.record(kind.name, **(given | {"code": "twin"}))
        for column in (kind.columns[field.name] for field in kind.form() if field.name != "code"):
            assert column.to_json(column.value(found_again(twin))) == column.to_json(column.value(record)), column.name


@settings(deadline=None)
@given(st.integers(-999_999_999_999_999, 999_999_999_999_999), st.integers(0, 6))
def test_any_number_a_field_takes_comes_back_from_its_plain_value(number, places):
    digits = f"{abs(number):0{places + 1}d}"
    typed = f"{'-' if number < 0 else ''}{digits[: len(digits) - places]}{'.' if places else ''}"
    typed += digits[len(digits) - places :] if places else ""
    form = CATALOGUE["claims"].form
    field = form(data={}).value
    field.process_formdata([typed])
    once = field.data
    assert once == float(typed)
    field.process_formdata(field.to_input(json.loads(json.dumps(field.to_json(once)))))
    assert field.data == once


def test_a_small_figure_can_be_saved_again_from_its_page(app, client):
    with app.app_context(), writing():
        code = make.claim(value="0.00005", unit="grams").code
    response = client.send(f"/claims/{code}/edit", {"note": "looked at again"})
    assert response.status_code == 200
    assert "Saved." in response.text


def test_rows_of_a_record_with_the_longest_code_can_be_saved_again(app, client):
    code = "m" * 64
    with app.app_context(), writing():
        make.participation(meeting=make.meeting(code=code).code)
    response = client.send(f"/meetings/{code}/edit", {"participations-0-note": "looked at again"})
    assert response.status_code == 200
    assert "Saved." in response.text


@dataclass
class Shown:
    """One complete record of every kind, only to be looked at."""

    app: Tracker
    client: FlaskClient
    #: {kind: [{column: plain value}]} as they were given; what one of what is logged cannot hold, another does.
    given: dict
    #: {kind: items} of the lists as files, and {code: item} of the records.
    csv: dict
    json: dict
    own_json: dict

    def with_a(self, kind, name):
        """Return the values of a record that has one in a column."""
        return next(each for each in self.given[kind.name] if each.get(name) is not None)


#: The kinds of which one record gives something else as JSON.
OWN_JSON = {"reports"}
#: What lists must be asked for to show the complete records.
ASKED = {"commitments": "&retired=yes&retired=no"}


def log_each():
    """Log updates, evidence, checks and a report that hold all they can; return {kind: [plain values]}."""
    named = ("reason", "claimed_by", "on_behalf_of", "note", "title")
    text = {name: f"{name}: ¿qué? <b>uno</b>; dos" for name in named}
    commitment, party = make.commitment().code, make.party().code
    make.commitment_party(commitment=commitment, party=party)
    wrong = make.update(jointly=True, commitment=commitment)
    said = {"commitment": commitment, "party": party, "status": "partly_done", "effective_on": "2024-03-01"}
    said |= {"confidence": "low", "claimed_status": "done", "corrects": wrong.code}
    said |= {name: text[name] for name in ("reason", "claimed_by", "on_behalf_of", "note")}
    page = {"relation": "supports", "title": text["title"], "retrieved_on": "2024-03-01", "note": text["note"]}
    page |= {"web_address": "https://example.org/one?a=1&b=2"}
    passage = {"relation": "context", "passage": make.passage().code}
    update = make.update([make.piece(**page), make.piece(**passage)], **said)
    check = {"commitment": commitment, "checked_on": "2024-03-01", "where_searched": "Line one\n  & two"}
    mistaken = make.check(**check, note=text["note"])
    void = void_check(make.account(), mistaken, text["reason"])
    of_both = {"recorded_at": update.recorded_at.isoformat(), "recorded_by": "Local account"}
    pieces = [f"{update.code}.e{number}" for number in (1, 2)]
    updates = said | of_both | {"code": update.code, "evidence": pieces, "corrected_by": None, "joint_id": None}
    evidence = page | of_both | {"code": pieces[0], "update": update.code, "passage": None}
    voided = {"code": void.code, "voids": mistaken.code, "reason": text["reason"], "where_searched": None, "note": None}
    voided |= of_both | {"recorded_at": void.recorded_at.isoformat()}
    asked = {"title": text["title"], "cover_note": text["note"], "scope": "kind=intention", "as_of": "2024-03-01"}
    asked |= {"known_by": "2024-03-05", "since_meeting": make.meeting(starts_on="2024-01-05").code}
    asked |= {"chapters": ["methods", "summary"]}
    report = make.report(**asked)
    issued = {name: getattr(report, name) for name in ("code", "head_seq", "head_hash", "sha256")}
    issued |= {"since": "2024-01-05", "sentence": "Kind: Intention", "commitments": 0}
    return {
        "updates": [updates, {"code": wrong.code, "corrected_by": update.code, "joint_id": wrong.code}],
        "evidence": [evidence, passage | {"code": pieces[1]}],
        "checks": [check | voided, check | {"code": mistaken.code, "note": text["note"]}],
        "reports": [asked | issued | of_both | {"recorded_at": report.recorded_at.isoformat()}],
    }


@pytest.fixture(scope="module")
def shown(seeded, where):
    place = Place("complete", where)
    place.make(like=seeded)
    app = create_app(Settings(data=where, database=place.name))
    given = {}
    with app.app_context(), writing():
        make.document(code="source", title="The source")
        source = make.passage(document="source").code
        for name, kind in ENTERED.items():
            values, record = complete(kind)
            given[name] = [values]
            if name == "commitments":
                record.retired_at = datetime.datetime(2024, 3, 5, 6, 7, 8, tzinfo=datetime.UTC)
                record.retired_because = "It was never undertaken."
                record.recorded_at = datetime.datetime(2024, 3, 4, 5, 6, 7, 890_000, datetime.UTC)
            if name == "documents":
                attach_text(make.account(), record, TEXT)
            if name == "passages":
                attach_text(make.account(), record.document, TEXT)
                record.checked_at = datetime.datetime(2024, 3, 4, 5, 6, 7, 890_000, datetime.UTC)
        commitment = given["commitments"][0]["code"]
        for role in ("lead", "support", "beneficiary"):
            make.party(code=role, name=f"{role.title()} party")
            make.commitment_party(commitment=commitment, party=role, role=role)
        make.commitment_source(commitment=commitment, passage=source, relation="reports")
        for name, derived in DERIVED.items():
            given[name][0] |= {column: plain for column, (plain, _texts) in derived.items()}
        given |= log_each()
    client = app.test_client()
    asked = {name: f"/{name}/?{ASKED.get(name, '')}" for name in CATALOGUE}
    sheets = {name: client.get(f"{path}&format=csv").text.removeprefix("\ufeff") for name, path in asked.items()}
    yield Shown(
        app,
        client,
        given,
        csv={name: list(csv.DictReader(io.StringIO(sheet))) for name, sheet in sheets.items()},
        json={name: client.get(f"{path}&format=json").json["items"] for name, path in asked.items()},
        own_json={
            each["code"]: client.get(f"/{name}/{each['code']}?format=json").json
            for name in CATALOGUE
            if name not in OWN_JSON
            for each in given[name]
        },
    )
    app.extensions["tracker.engine"].dispose()


def of_code(items, code):
    return next(item for item in items if item["code"] == code)


def as_cell(value):
    """Return a plain value as it should stand in a CSV cell."""
    if isinstance(value, list):
        return "; ".join(value)
    return json.dumps(value) if isinstance(value, bool | int | float) else value or ""


def texts_of(app, kind, name, plain):
    """Return the texts by which a page should tell a plain value."""
    if name in DERIVED.get(kind.name, {}):
        return DERIVED[kind.name][name][1]
    if name == "recorded_at":
        at = datetime.datetime.fromisoformat(plain)
        return [f"{at:%b} {at.day}, {at.year}"]
    if name not in kind.form():
        return plain if isinstance(plain, list) else [f"{plain:,}" if isinstance(plain, int) else plain]
    field = kind.form()[name]
    match field.type:
        case "Reference" | "AccountReference":
            query = select(field.model).where(field.model.code.in_(plain if field.multiple else [plain]))
            with app.app_context():
                return [str(record) for record in session.scalars(query)]
        case "Choice":
            with app.test_request_context():
                return [str(field.vocabulary(word).label) for word in (plain if field.multiple else [plain])]
        case "Code":
            return [{"mx": "Mexico", "es": "Spanish"}[plain]]
        case "Flag":
            return ["Yes" if plain else "No"]
        case "Date" | "PastMoment":
            day = datetime.date.fromisoformat(plain)
            return [f"{day:%B} {day.day}, {day.year}"]
    return [" ".join(str(plain).split())]


@pytest.mark.parametrize(("kind", "name"), COLUMNS, ids=names)
def test_a_column_reaches_the_list_page(shown, kind, name):
    given = shown.with_a(kind, name)
    address = f"/{kind.name}/?columns={name}{ASKED.get(kind.name, '')}"
    document, _errors = parsed(shown.client.get(address).text)
    rows = {words(e): row for row in elements(document, "tr") for e in elements(row, "span", "a")}
    row = rows[given["code"]]
    if name == kind.title_column:
        [cell] = elements(row, "th")
    else:
        [cell] = [each for each in elements(row, "td") if each.get("data-column") == name]
    told = texts_of(shown.app, kind, name, given[name])
    if as_shown := kind.columns[name].shown:
        with shown.app.test_request_context():
            told = [" ".join(as_shown(listing.get_record(kind, given["code"])).split())]
    assert told
    for text in told:
        assert text
        assert text in words(cell)


@pytest.mark.parametrize(("kind", "name"), COLUMNS, ids=names)
def test_a_column_reaches_csv(shown, kind, name):
    given = shown.with_a(kind, name)
    assert of_code(shown.csv[kind.name], given["code"])[name] == as_cell(given[name])


@pytest.mark.parametrize(("kind", "name"), COLUMNS, ids=names)
def test_a_column_reaches_json(shown, kind, name):
    given = shown.with_a(kind, name)
    assert of_code(shown.json[kind.name], given["code"])[name] == given[name]
    if kind.name in OWN_JSON:
        return
    own = shown.own_json[given["code"]][name]
    if name == "evidence":
        # In the JSON of one record its rows stand whole.
        own = [row["code"] for row in own]
    assert own == given[name]


@pytest.mark.parametrize("kind", ROW_KINDS, ids=names)
def test_a_row_reaches_the_json_of_its_parent(shown, kind):
    given = shown.given[kind.name][0]
    parent = kind_of(getattr(kind.model, kind.parent).property.mapper.class_).name
    rows = shown.client.get(f"/{parent}/{given[kind.parent]}?format=json").json[kind.name.replace("-", "_")]
    assert of_code(rows, given["code"]) == given

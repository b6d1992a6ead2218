"""The history: what it tells of every change, whom and what it refuses, and what the session keeps along with it."""

import datetime
import hashlib
import json

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from tests import make
from tests.client import form_values
from tracker.actions.save import RowEdit, remove_record, save
from tracker.actions.seed import load_seeds
from tracker.database import session, writing
from tracker.errors import Invalid
from tracker.models import (
    Change,
    Commitment,
    CommitmentParty,
    Framework,
    Indicator,
    Meeting,
    Participation,
    Party,
    PolicyArea,
)
from tracker.models.history import record_values
from tracker.queries import listing
from tracker.records import CATALOGUE, ENTERED, kind_of
from tracker.vocabulary import Action, PartyKind, Status


def of_code(model, code):
    return session.scalars(select(model).where(model.code == code)).one()


def edit(record, **changes):
    save(make.account(), record, kind_of(record).form.from_plain(changes, record))


def answered_for():
    """Let what follows in this session be recorded under the local account."""
    session.info["account"] = make.account()


def changes_of(record_or_table, code=None):
    table = record_or_table if code else record_or_table.__tablename__
    query = select(Change).where(Change.kind == table, Change.code == (code or record_or_table.code))
    return session.scalars(query.order_by(Change.seq)).all()


def last_seq():
    return session.scalar(select(func.max(Change.seq)))


# Who answers for a change, and where it is made


def change_something(act):
    """Add, edit or remove a record without saving it yet."""
    if act == "add":
        session.add(Party(code="fr", name="France", kind=PartyKind.COUNTRY))
    elif act == "edit":
        of_code(Party, "mx").name = "Another name"
    else:
        session.delete(of_code(Framework, "los-angeles-declaration"))


def assert_nothing_changed():
    session.rollback()
    assert listing.get_record(CATALOGUE["parties"], "fr") is None
    assert of_code(Party, "mx").name == "Mexico"
    assert of_code(Framework, "los-angeles-declaration")


@pytest.mark.parametrize("act", ["add", "edit", "remove"])
def test_a_change_without_an_account_raises(app, act):
    with app.app_context(), writing():
        change_something(act)
        with pytest.raises(RuntimeError, match="needs an account"):
            session.flush()
        assert_nothing_changed()


def test_the_actions_refuse_whom_they_do_not_know_even_after_somebody_they_do(app):
    with app.app_context(), writing():
        record = make.party()
        with pytest.raises(RuntimeError, match="needs an account"), session.begin_nested():
            save(None, record, kind_of(record).form.from_plain({"name": "Another"}, record))
        with pytest.raises(RuntimeError, match="needs an account"), session.begin_nested():
            remove_record(None, record)


@pytest.mark.parametrize("act", ["add", "edit", "remove"])
def test_a_change_outside_a_write_transaction_raises(app, act):
    with app.app_context():
        answered_for()
        change_something(act)
        with pytest.raises(RuntimeError, match="needs a write transaction"):
            session.flush()
        assert_nothing_changed()


@pytest.mark.parametrize(
    "statement",
    [
        update(Party).values(name="x"),
        update(Party).where(Party.code == "mx").values(name="x"),
        delete(Indicator),
        delete(Party).where(Party.code == "mx"),
        insert(Party).values(code="fr", name="France", kind=PartyKind.COUNTRY, version=1, search=""),
    ],
    ids=["update", "update-one", "delete", "delete-one", "insert"],
)
def test_bulk_statements_are_refused(app, statement):
    with app.app_context(), writing():
        answered_for()
        with pytest.raises(RuntimeError, match="one by one"):
            session.execute(statement)


def test_bulk_updates_by_id_are_refused(app):
    with app.app_context(), writing():
        answered_for()
        party = of_code(Party, "mx")
        with pytest.raises(RuntimeError, match="one by one"):
            session.execute(update(Party), [{"id": party.id, "name": "x"}])


def test_bulk_changes_by_query_are_refused(app):
    with app.app_context(), writing():
        answered_for()
        with pytest.raises(RuntimeError, match="one by one"):
            session.query(Party).update({"name": "x"})
        with pytest.raises(RuntimeError, match="one by one"):
            session.query(Indicator).delete()


# The table of changes


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE change SET code = 'us' WHERE seq = 1",
        "UPDATE change SET hash = hash",
        "DELETE FROM change WHERE seq = 1",
        "DELETE FROM change",
    ],
)
def test_the_database_refuses_to_alter_the_history(app, statement):
    engine = app.extensions["tracker.engine"]
    with app.app_context():
        before = session.execute(select(Change.__table__).order_by(Change.seq)).all()
    with engine.begin() as connection, pytest.raises(DatabaseError, match="the history is never changed"):
        connection.execute(text(statement))
    with app.app_context():
        assert session.execute(select(Change.__table__).order_by(Change.seq)).all() == before


def test_the_database_refuses_to_write_one_change_over_another(app):
    columns = "seq, at, account_id, action, kind, code, fields, hash"
    old = "SELECT seq, at, account_id, action, kind, 'us', fields, hash FROM change WHERE seq = 1"
    engine = app.extensions["tracker.engine"]
    if engine.dialect.name == "sqlite":
        statement = f"INSERT OR REPLACE INTO change ({columns}) {old}"
    else:
        statement = f"INSERT INTO change ({columns}) {old} ON CONFLICT (seq) DO UPDATE SET code = excluded.code"
    with engine.begin() as connection, pytest.raises(DatabaseError, match="the history is never changed"):
        connection.execute(text(statement))


@pytest.mark.on_postgresql
def test_the_database_refuses_to_empty_the_history_at_once(app):
    with app.extensions["tracker.engine"].begin() as connection, pytest.raises(DatabaseError, match="never changed"):
        connection.execute(text("TRUNCATE change"))


def test_each_change_follows_the_one_before(app):
    with app.app_context(), writing():
        record = make.commitment(text="Señal — 日本")
        edit(record, title="Another title", areas=[make.area().code])
        remove_record(make.account(), record)
    with app.app_context():
        changes = session.scalars(select(Change).order_by(Change.seq)).all()
        assert [change.seq for change in changes] == list(range(1, len(changes) + 1))
        before = ""
        for change in changes:
            content = [
                before,
                change.at.isoformat(),
                change.account.code,
                change.action.value,
                change.kind,
                change.code,
                change.fields,
            ]
            canonical = json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
            before = hashlib.sha256(canonical).hexdigest()
            assert change.hash == before, change.seq
            assert change.at.isoformat().endswith("+00:00")


def test_a_change_is_told_with_its_account_and_time(app, client):
    client.send("/parties/mx/edit", {"name": "The United Mexican States"})
    with app.app_context():
        [added, edited] = changes_of("party", "mx")
        assert (added.account.code, edited.account.code) == ("seeds", "local")
        assert (added.action, edited.action) == (Action.ADDED, Action.EDITED)
        assert edited.at >= added.at
        assert edited.fields == {"name": ["Mexico", "The United Mexican States"]}


def test_a_refused_transaction_leaves_no_change(app, client):
    with app.app_context():
        before = last_seq()
    response = client.send("/parties/mx/edit", {"name": "Another", "kind": "planet"})
    assert response.status_code == 422
    with app.app_context(), writing():
        edit(of_code(Party, "mx"), name="Another")
        assert last_seq() == before + 1
        session.rollback()
    with app.app_context():
        assert last_seq() == before


# What a change holds


@pytest.mark.parametrize("how", ["read", "unread", "expired"])
def test_the_old_value_is_known_even_of_what_is_written_unread(app, how):
    with app.app_context(), writing():
        lead, other = make.area(), make.area()
        record = make.commitment(area=lead.code, areas=[lead.code], priority="high", title="Before")
        code, old, new = record.code, lead.code, other.code
    with app.app_context(), writing():
        answered_for()
        record, other = of_code(Commitment, code), of_code(PolicyArea, new)
        if how == "read":
            assert (record.title, record.area.code, [area.code for area in record.areas]) == ("Before", old, [old])
        elif how == "expired":
            session.expire(record)
        with session.no_autoflush:
            record.title, record.area, record.areas = "After", other, [other]
        session.flush()
        assert changes_of(record)[-1].fields == {
            "title": ["Before", "After"],
            "area": [old, new],
            "areas": [[old], [new]],
        }


def test_another_record_named_by_its_id_alone_is_refused(app):
    with app.app_context(), writing():
        record, other = make.commitment(), make.area()
        session.commit()
        # Not by the relationship but by the column beneath it, which the history does not tell.
        record.area_id = other.id
        with pytest.raises(RuntimeError, match="Set area"):
            session.flush()
        session.rollback()


def test_lists_are_told_whole(app):
    with app.app_context(), writing():
        first, second, third = sorted((make.area() for _ in range(3)), key=lambda area: area.code)
        record = make.commitment(areas=[second.code, first.code])
        edit(record, areas=[third.code, second.code])
        record.areas.append(first)
        session.flush()
        edit(record, areas=[])
        codes = [first.code, second.code, third.code]
        assert [change.fields.get("areas") for change in changes_of(record)] == [
            [None, codes[:2]],
            [codes[:2], codes[1:]],
            [codes[1:], codes],
            [codes, []],
        ]


def test_the_same_list_in_another_order_is_no_change(app):
    with app.app_context(), writing():
        codes = [make.area().code, make.area().code]
        record = make.commitment(areas=codes)
        before = last_seq()
        edit(record, areas=codes[::-1])
        session.expire_all()
        edit(record, areas=codes[::-1])
        assert last_seq() == before


def test_saving_what_is_already_there_is_no_change(app):
    with app.app_context():
        before = last_seq()
    with app.app_context(), writing():
        for kind in ENTERED.values():
            for record in session.scalars(select(kind.model)).all():
                version = record.version
                edit(record)
                assert record.version == version, record
        assert last_seq() == before


@pytest.mark.parametrize("kind", ENTERED.values(), ids=lambda kind: kind.name)
def test_a_removal_tells_every_value(app, kind):
    with app.app_context(), writing():
        record = make.FACTORIES[kind.name](note="a note")
        values, code = record_values(record), record.code
        assert values["note"] == "a note"
        session.expire_all()
        remove_record(make.account(), listing.get_record(kind, code))
        change = changes_of(kind.model.__tablename__, code)[-1]
        assert change.action is Action.REMOVED
        assert change.fields == {name: [value, None] for name, value in values.items()}


def test_a_removal_tells_whole_lists_and_its_rows(app):
    with app.app_context(), writing():
        areas = sorted(make.area().code for _ in range(2))
        record = make.commitment(areas=areas)
        row = make.commitment_party(commitment=record.code, party="mx")
        code, row_code = record.code, row.code
        session.expire_all()
        remove_record(make.account(), record)
        assert changes_of("commitment", code)[-1].fields["areas"] == [areas, None]
        assert changes_of("commitment_party", row_code)[-1].fields == {
            "commitment": [code, None],
            "code": [row_code, None],
            "party": ["mx", None],
            "role": ["lead", None],
        }


def test_what_no_form_fills_in_has_a_history_too(app):
    with app.app_context(), writing():
        answered_for()
        retired = of_code(Commitment, "mx-us-2023-07-24.c1")
        retired.retired_at = datetime.datetime(2024, 3, 4, tzinfo=datetime.UTC)
        retired.retired_because = "It was never undertaken."
        session.flush()
        assert changes_of(retired)[-1].fields == {
            "retired_at": [None, "2024-03-04T00:00:00+00:00"],
            "retired_because": [None, "It was never undertaken."],
        }


def test_what_is_worked_out_has_none(app):
    with app.app_context(), writing():
        answered_for()
        row = of_code(CommitmentParty, "mx-us-2023-07-24.c1.p1")
        row.status = Status.IN_PROGRESS
        before = last_seq()
        session.flush()
        assert last_seq() == before


# Codes


@pytest.fixture
def used(app):
    """The code of a party that is no more."""
    with app.app_context(), writing():
        gone = make.party(code="gone")
        remove_record(make.account(), gone)
    return "gone"


def test_a_used_code_is_refused_on_a_page(client, used):
    response = client.send("/parties/new", {"code": used, "name": "Again", "kind": "country"})
    assert response.status_code == 422
    assert "a code is never used again" in response.text
    assert client.get(f"/parties/{used}").status_code == 404


def test_a_used_code_is_refused_in_plain_values(app, used):
    with app.app_context(), writing(), pytest.raises(Invalid, match="never used again") as refusal:
        make.party(code=used)
    assert list(refusal.value.errors) == ["code"]


def test_a_used_code_is_not_planted(app, used, tmp_path):
    (tmp_path / "parties.yaml").write_text(f"- code: {used}\n  name: Again\n  kind: country\n", "utf-8")
    with app.app_context(), writing():
        planted = load_seeds(tmp_path)
        assert planted.added == 0
        assert "stays removed" in planted.left[0]
        assert listing.get_record(CATALOGUE["parties"], used) is None


def test_a_used_code_is_refused_by_the_session_itself(app, used):
    with app.app_context(), writing():
        answered_for()
        session.add(Party(code=used, name="Again", kind=PartyKind.COUNTRY))
        with pytest.raises(ValueError, match="was used before"):
            session.flush()
        session.rollback()
        assert listing.get_record(CATALOGUE["parties"], used) is None


def test_a_used_code_is_refused_within_the_transaction_that_removed_it(app):
    with app.app_context(), writing():
        gone = make.party(code="gone")
        remove_record(make.account(), gone)
        with pytest.raises(Invalid, match="never used again"):
            make.party(code="gone")


def test_a_code_in_use_is_refused_and_one_of_another_kind_is_not(client, app):
    response = client.send("/parties/new", {"code": "mx", "name": "Again", "kind": "country"})
    assert response.status_code == 422
    assert "is taken" in response.text
    with app.app_context(), writing():
        assert make.area(code="mx").code == "mx"


def test_a_used_code_of_a_row_is_refused(app):
    with app.app_context(), writing():
        row = make.participation(meeting=make.meeting(code="m").code)
        assert row.code == "m.s1"
        remove_record(make.account(), row)
        with pytest.raises(Invalid, match="never used again"):
            make.participation(meeting="m", code="m.s1")


def test_the_code_of_a_removed_row_is_never_given_again(app):
    with app.app_context(), writing():
        make.meeting(code="m")
        rows = [make.participation(meeting="m") for _ in range(3)]
        assert [row.code for row in rows] == ["m.s1", "m.s2", "m.s3"]
        remove_record(make.account(), rows[2])
        remove_record(make.account(), rows[0])
        assert make.participation(meeting="m").code == "m.s4"
        # Rows of another kind, and of a record whose code begins alike, are numbered by themselves.
        assert make.meeting_link(meeting="m").code == "m.l1"
        assert make.participation(meeting=make.meeting(code="m.s").code).code == "m.s.s1"
        assert make.participation(meeting="m").code == "m.s5"


def test_the_code_of_a_row_is_not_given_again_in_the_save_that_removes_it(app, client):
    with app.app_context(), writing():
        make.meeting(code="m")
        make.participation(meeting="m", name_as_printed="Who leaves")
    client.send(
        "/meetings/m/edit",
        {
            "participations-0-remove": "yes",
            "participations-1-is_group": "true",
            "participations-1-name_as_printed": "Who comes",
            "participations-1-party": "mx",
            "participations-1-attendance": "attended",
        },
    )
    with app.app_context():
        [row] = session.scalars(select(Participation).join(Meeting).where(Meeting.code == "m")).all()
        assert (row.code, row.name_as_printed) == ("m.s2", "Who comes")


def test_more_than_nine_rows_are_numbered_on(app):
    with app.app_context(), writing():
        make.meeting(code="m")
        assert [make.participation(meeting="m").code for _ in range(11)][-2:] == ["m.s10", "m.s11"]


# Versions


def row_edit(row, **changes):
    kind = kind_of(row)
    return RowEdit(kind, row, kind.form.from_plain(changes, row))


def test_saving_a_row_steps_the_version_of_its_parent(app):
    with app.app_context(), writing():
        meeting = make.meeting(code="m")
        versions = [meeting.version]
        row = make.participation(meeting="m")
        versions.append(meeting.version)
        edit(row, note="changed by itself")
        versions.append(meeting.version)
        save(
            make.account(),
            meeting,
            kind_of(meeting).form.from_plain({}, meeting),
            [row_edit(row, note="changed with its parent")],
        )
        versions.append(meeting.version)
        remove_record(make.account(), row)
        versions.append(meeting.version)
        first = versions[0]
        assert versions == [first, first + 1, first + 2, first + 3, first + 4]
        assert len(changes_of(meeting)) == 1, "The parent itself did not change."


def test_saving_a_row_as_it_is_steps_nothing(app):
    with app.app_context(), writing():
        meeting = make.meeting(code="m")
        row = make.participation(meeting="m")
        before = meeting.version, row.version
        edit(row)
        save(make.account(), meeting, kind_of(meeting).form.from_plain({}, meeting), [row_edit(row)])
        assert (meeting.version, row.version) == before


def test_two_people_adding_a_row_at_once_are_noticed(app, client):
    with app.app_context(), writing():
        make.meeting(code="m")
    row = {"is_group": "true", "name_as_printed": "A group", "party": "mx", "attendance": "attended"}
    values = form_values(client.get("/meetings/m/edit").text)
    values |= {f"participations-0-{name}": value for name, value in row.items()}
    first = client.post("/meetings/m/edit", data=values)
    second = client.post("/meetings/m/edit", data=values)
    assert (first.status_code, second.status_code) == (303, 409)


@pytest.mark.parametrize(
    ("factory", "field", "other"),
    [
        ("commitments", "areas", make.area),
        ("commitments", "frameworks", make.framework),
        ("meetings", "documents", make.document),
        ("documents", "issued_by", make.party),
    ],
)
def test_changing_a_list_steps_the_version(app, factory, field, other):
    with app.app_context(), writing():
        record = make.FACTORIES[factory]()
        before = record.version
        edit(record, **{field: [other().code]})
        assert record.version == before + 1
        session.expire_all()
        assert record.version == before + 1


def test_two_people_changing_a_list_at_once_are_noticed(client):
    path = "/commitments/mx-us-2023-07-24.c1/edit"
    values = form_values(client.get(path).text)
    first = client.post(path, data={**values, "areas": ["arms"]})
    second = client.post(path, data={**values, "areas": ["migration"]})
    assert (first.status_code, second.status_code) == (303, 409)


# The words kept for searching


def test_the_words_of_a_record_are_kept_for_searching(app):
    with app.app_context(), writing():
        answered_for()
        record = make.party(name="Côte d’Ivoire (U.S.)", name_es="Año ÑANDÚ", note="ﬁn Straße")
        assert record.search == " cote d ivoire u s\n ano nandu\n fin strasse\n"
        edit(record, name_es=None, note=None)
        assert record.search == " cote d ivoire u s\n\n\n"
        record.name = "日本"
        session.flush()
        assert record.search == " 日本\n\n\n"
        session.expire_all()
        assert record.search == " 日本\n\n\n"


def test_the_words_are_kept_when_a_field_is_written_unread(app):
    with app.app_context(), writing():
        answered_for()
        record = make.party(name="Before", name_es="Antes")
        session.expire(record)
        record.name = "After"
        session.flush()
        assert record.search == " after\n antes\n\n"

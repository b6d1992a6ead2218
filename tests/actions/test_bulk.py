"""Changing many commitments in one step: what is given, what is refused, and how a step is taken back."""

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from tests import make
from tests.actions.test_updates import log, statuses
from tracker.actions.bulk import apply_bulk_change, undo_bulk_step
from tracker.actions.save import save, set_actor
from tracker.actions.updates import void_check
from tracker.database import session, writing
from tracker.errors import Conflict, Invalid
from tracker.models import BulkStep, Change, CheckLog, Commitment, ProgressUpdate
from tracker.queries import bulk, integrity
from tracker.records import CATALOGUE
from tracker.records.bulk import BulkForm

C1, C2, C3 = (f"mx-us-2023-07-24.c{n}" for n in (1, 2, 3))
SEARCHED = {"where_searched": "Both foreign ministries’ pages", "checked_on": "2024-03-02"}
KIND = CATALOGUE["commitments"]


@pytest.fixture
def written(app):
    with app.app_context(), writing():
        yield


def step(codes=(C1, C2), **given):
    return apply_bulk_change(make.account(), bulk.commitments_by_code(codes), given)


def held(code, *names):
    commitment = session.scalars(select(Commitment).where(Commitment.code == code)).one()
    return tuple(getattr(getattr(commitment, name), "code", getattr(commitment, name)) for name in names)


def edit(code, **fields):
    commitment = session.scalars(select(Commitment).where(Commitment.code == code)).one()
    save(make.account(), commitment, KIND.form.from_plain(fields, commitment))


def changes_since(seq):
    return session.scalars(select(Change).where(Change.seq > seq).order_by(Change.seq)).all()


def last_seq():
    return session.scalar(select(func.max(Change.seq)))


def test_fields_are_given_with_a_history_and_taken_back_with_one(written):
    area, before = held(C1, "area"), last_seq()
    edit(C2, review_every=30)
    made = step(owner="local", priority="high", area="arms", review_every=45)
    for code in (C1, C2):
        assert held(code, "owner", "priority", "area", "review_every") == ("local", "high", "arms", 45)
    assert sorted(c.code for c in changes_since(before + 1)) == [C1, C2]
    assert (made.first_seq, made.last_seq) == (before + 2, before + 3)
    assert made.values == {"owner": "local", "priority": "high", "area": "arms", "review_every": 45}
    assert undo_bulk_step(make.account(), made) == []
    assert held(C1, "owner", "priority", "area", "review_every") == (None, "normal", *area, None)
    assert held(C2, "owner", "review_every") == (None, 30)
    assert sorted(c.code for c in changes_since(made.last_seq)) == [C1, C2]
    assert integrity.integrity_problems() == []


def test_an_owner_and_an_interval_are_emptied_and_given_back(written):
    edit(C1, owner="local", review_every=30)
    made = step(owner=None, review_every=None)
    assert held(C1, "owner", "review_every") == (None, None)
    assert undo_bulk_step(make.account(), made) == []
    assert held(C1, "owner", "review_every") == ("local", 30)


def test_a_check_is_logged_of_each_and_voided(written):
    made = step((C1, C2, C3), **SEARCHED, priority="high")
    checks = session.scalars(select(CheckLog)).all()
    assert {row.commitment.code for row in checks} == {C1, C2, C3}
    assert statuses() == {"mx": "not_assessed", "us": "not_assessed"}
    assert bulk.latest_steps() == [(made, 3)]
    assert undo_bulk_step(make.account(), made) == []
    session.expire_all()
    assert all(row.voided_by.reason == "Bulk step undone" for row in checks)
    assert held(C3, "priority") == ("normal",)
    assert integrity.integrity_problems() == []


def test_settling_gives_a_status_to_leads_nobody_assessed_until_it_is_undone(written):
    log(party="mx")
    made = step((C1, C2), **SEARCHED, settle=True)
    assert statuses(C1) == {"mx": "in_progress", "us": "no_evidence_found"}
    assert set(statuses(C2).values()) == {"no_evidence_found"}
    assert undo_bulk_step(make.account(), made) == []
    assert statuses(C1) == {"mx": "in_progress", "us": "not_assessed"}
    assert set(statuses(C2).values()) == {"not_assessed"}
    assert integrity.integrity_problems() == []


def test_what_was_changed_since_is_left_and_told(written):
    made = step((C1, C2, C3), owner="local", priority="high", **SEARCHED, settle=True)
    edit(C1, priority="low")
    settled = session.scalars(select(ProgressUpdate).where(ProgressUpdate.code.startswith(f"{C2}."))).first()
    log(commitment=C2, party=settled.party.code, corrects=settled.code)
    void_check(make.account(), session.scalars(select(CheckLog).where(CheckLog.code.startswith(C3))).one(), "A slip")
    left = undo_bulk_step(make.account(), made)
    assert sorted(left) == [
        f"{C1}, Priority: somebody changed it since.",
        f"{settled.code}: it was corrected, or void, already.",
        f"{C3}.k1: it was corrected, or void, already.",
    ]
    assert held(C1, "owner", "priority") == (None, "low")
    assert held(C2, "owner", "priority") == (None, "normal")
    assert statuses(C2)[settled.party.code] == "in_progress"
    assert integrity.integrity_problems() == []


def test_what_was_removed_since_is_told(written):
    made_here = make.commitment()
    made = step((C1, made_here.code), priority="low")
    session.delete(made_here)
    assert undo_bulk_step(make.account(), made) == [f"{made_here.code}: it was removed since."]
    assert held(C1, "priority") == ("normal",)


def test_an_old_value_that_is_there_no_more_is_told(written):
    area = make.area()
    made_here = make.commitment(area=area.code)
    made = step((made_here.code,), area="arms")
    session.delete(area)
    session.flush()
    session.info.clear()
    (said,) = undo_bulk_step(make.account(), made)
    assert said.startswith(f"{made_here.code}: Primary area: ")
    assert area.code in said
    assert held(made_here.code, "area") == ("arms",)


def test_a_step_is_undone_once(written):
    made = step(priority="high")
    undo_bulk_step(make.account(), made)
    before = last_seq()
    with pytest.raises(Conflict, match="undone already"):
        undo_bulk_step(make.account(), made)
    assert last_seq() == before


def test_a_later_step_is_not_undone_with_an_earlier_one(written):
    first, second = step(priority="high"), step(priority="low")
    assert len(undo_bulk_step(make.account(), first)) == 2
    assert held(C1, "priority") == ("low",)
    assert undo_bulk_step(make.account(), second) == []
    assert held(C1, "priority") == ("high",)


def test_one_that_is_refused_refuses_all_and_is_named(app):
    with app.app_context(), writing():
        spoilt = session.scalars(select(Commitment).where(Commitment.code == C2)).one()
        set_actor(make.account())
        spoilt.title = "x" * 301
    with app.app_context():
        before = last_seq()
    with pytest.raises(Invalid) as refused, app.app_context(), writing():
        step((C1, C2), priority="high")
    assert refused.value.errors == {C2: ["Title: Shorten this to 300 characters; it has 301."]}
    with app.app_context():
        assert (last_seq(), held(C1, "priority")) == (before, ("normal",))
        assert session.scalar(select(func.count()).select_from(BulkStep)) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"priority": "urgent"}, "Priority: “urgent” is not one of"),
        ({"review_every": 0}, "Review every so many days: Write a whole number from 1"),
        ({"owner": "nobody"}, "Owner: No record has the code “nobody”"),
        ({"area": None}, "Primary area: Fill this in."),
        (SEARCHED | {"checked_on": "2999-01-01"}, "Checked on: This day has not come yet"),
        (SEARCHED | {"where_searched": "x" * 2001}, "Where you searched: Shorten this"),
    ],
)
def test_what_no_commitment_takes_is_refused_by_code(written, given, said):
    with pytest.raises(Invalid) as refused:
        step((C1, C2), **given)
    assert set(refused.value.errors) == {C1, C2}
    assert refused.value.errors[C1][0].startswith(said)


def test_a_step_that_changes_nothing_is_none(written):
    with pytest.raises(Invalid, match="Nothing would change"):
        step(priority="normal")
    assert bulk.latest_steps() == []


def test_too_many_and_retired_ones_are_refused(written, monkeypatch):
    commitments = bulk.commitments_by_code([C1, C2])
    monkeypatch.setattr(bulk, "MAX_COMMITMENTS", 1)
    with pytest.raises(Invalid, match="These are 2 commitments; at most 1 are changed at once"):
        apply_bulk_change(make.account(), commitments, {"priority": "high"})
    monkeypatch.undo()
    set_actor(make.account())
    commitments[0].retired_at, commitments[0].retired_because = commitments[0].recorded_at, "Recorded twice"
    with pytest.raises(Invalid, match=f"Recorded in error.*{C1}"):
        apply_bulk_change(make.account(), commitments, {"priority": "high"})


def test_a_form_gives_what_is_filled_in_and_empties_what_is_ticked(written):
    assert BulkForm(MultiDict({"owner": "", "checked_on": "2024-03-02"})).changes == {}
    typed = {"no_owner": "yes", "usual_review": "yes", "priority": "low", "area": "arms"}
    form = BulkForm(MultiDict(typed | SEARCHED))
    assert form.validate()
    assert form.changes == SEARCHED | {
        "owner": None,
        "review_every": None,
        "priority": "low",
        "area": "arms",
        "settle": False,
    }

"""Logging updates and checks: what is refused, what is kept, and how each lead stands afterwards."""

import datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from tests import make
from tracker.actions import updates
from tracker.actions.save import remove_record, save
from tracker.actions.updates import log_check, void_check, void_update
from tracker.database import session, writing
from tracker.dates import today
from tracker.errors import Conflict, Invalid
from tracker.models import CheckLog, Commitment, CommitmentParty, Evidence, ProgressUpdate, history
from tracker.models.history import record_values
from tracker.queries import integrity, listing
from tracker.records import CATALOGUE, kind_of
from tracker.records.updates import CheckForm
from tracker.vocabulary import WITHOUT_EVIDENCE, Status

C1 = "mx-us-2023-07-24.c1"
#: Only the United States leads this one.
OF_ONE = "mx-us-2023-05-30.c2"
DAY = datetime.timedelta(days=1)


def log(pieces=None, jointly=False, **fields):
    return make.update(pieces, jointly, **{"commitment": C1, "party": "mx"} | fields)


def statuses(commitment=C1):
    query = select(CommitmentParty).join(Commitment).where(Commitment.code == commitment)
    return {row.party.code: row.status.value for row in session.scalars(query)}


def overall(commitment=C1):
    return listing.get_record(CATALOGUE["commitments"], commitment).status.value


def party_row(party="mx", commitment=C1):
    return next(
        row
        for row in updates.leads_in_order(listing.get_record(CATALOGUE["commitments"], commitment))
        if str(row.party.code) == party
    )


def edit(record, **changes):
    save(make.account(), record, kind_of(record).form.from_plain(changes, record))


def held():
    return [session.scalar(select(func.count()).select_from(model)) for model in (ProgressUpdate, Evidence, CheckLog)]


@pytest.fixture
def written(app):
    with app.app_context(), writing():
        yield
        session.expire_all()
        assert integrity.integrity_problems() == []


# What an update sets


def test_an_update_sets_the_status_of_its_party_alone(written):
    update = log()
    assert update.code == f"{C1}.u1"
    assert [each.code for each in update.evidence] == [f"{C1}.u1.e1"]
    assert update.recorded_by is make.account()
    assert update.joint_id is None
    assert statuses() == {"mx": "in_progress", "us": "not_assessed"}
    assert overall() == "mixed"


def test_leads_that_stand_alike_have_a_common_status(written):
    for party in ("mx", "us"):
        log(party=party)
    assert overall() == "in_progress"


def test_what_was_true_later_counts_though_it_was_logged_earlier(written):
    log(status="stalled", effective_on="2024-03-02")
    log(status="in_progress", effective_on="2024-03-01")
    assert statuses()["mx"] == "stalled"


def test_of_two_of_one_day_the_later_logged_counts(written):
    log(status="stalled")
    log(status="in_progress")
    assert statuses()["mx"] == "in_progress"


@pytest.mark.parametrize("status", sorted(word.value for word in WITHOUT_EVIDENCE))
def test_a_word_that_is_no_finding_needs_no_evidence(written, status):
    assert log([], status=status).evidence == []
    assert statuses()["mx"] == status


def test_an_update_of_today_is_taken(written):
    log(effective_on=today().isoformat())
    assert statuses()["mx"] == "in_progress"


def test_an_update_for_all_leads_is_one_row_for_each(written):
    first = log([make.piece(), make.piece(passage=make.passage().code, relation="context")], jointly=True, party=None)
    both = session.scalars(select(ProgressUpdate).order_by(ProgressUpdate.id)).all()
    assert [(each.party.code, each.joint_id) for each in both] == [("mx", first.code), ("us", first.code)]
    assert [[piece.code for piece in each.evidence] for each in both] == [
        [f"{C1}.u{n}.e1", f"{C1}.u{n}.e2"] for n in (1, 2)
    ]
    assert both[0].recorded_at < both[1].recorded_at
    assert statuses() == {"mx": "in_progress", "us": "in_progress"}


def test_what_was_removed_from_the_page_is_no_evidence(written):
    gone = make.piece(web_address="javascript:alert(1)")
    gone.removed = True
    assert len(log([gone, make.piece()]).evidence) == 1
    with pytest.raises(Invalid):
        log([gone])


# What is refused


TOMORROW = "tomorrow"


@pytest.mark.parametrize(
    ("fields", "name", "said"),
    [
        ({"reason": None}, "reason", None),
        ({"reason": " \n "}, "reason", None),
        ({"status": None}, "status", "Choose a status"),
        ({"confidence": None}, "confidence", "how sure"),
        ({"effective_on": None}, "effective_on", None),
        ({"effective_on": TOMORROW}, "effective_on", "not come yet"),
        ({"effective_on": "9999-12-31"}, "effective_on", "not come yet"),
        ({"commitment": None}, "commitment", None),
        ({"party": None}, "party", None),
        ({"party": "un"}, "party", "does not lead"),
        ({"claimed_status": "done"}, "claimed_status", "Who says so"),
        ({"claimed_by": "A minister"}, "claimed_by", "Choose above"),
        ({"code": f"{C1}.u7x"}, "code", "Leave this empty"),
        ({"code": "mine"}, "code", "Leave this empty"),
        ({"corrects": f"{C1}.u9"}, "corrects", "No record|not known"),
    ],
)
def test_an_update_that_does_not_say_all_it_must_is_refused(written, fields, name, said):
    make.party(code="un", name="Another")
    if fields.get("effective_on") == TOMORROW:
        fields = {"effective_on": (today() + DAY).isoformat()}
    with pytest.raises(Invalid, match=said) as refusal:
        log(**fields)
    assert list(refusal.value.errors) == [name]
    assert held() == [0, 0, 0]


@pytest.mark.parametrize("status", sorted(word.value for word in set(Status) - WITHOUT_EVIDENCE))
@pytest.mark.parametrize("relations", [(), ("context",), ("contradicts",), ("context", "contradicts")])
def test_a_finding_that_nothing_supports_is_refused(written, status, relations):
    with pytest.raises(Invalid, match="needs at least one piece of evidence that supports it") as refusal:
        log([make.piece(relation=relation) for relation in relations], status=status)
    assert list(refusal.value.errors) == ["status"]
    assert held() == [0, 0, 0]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"title": None}, "web_address"),
        ({"retrieved_on": None}, "web_address"),
        ({"retrieved_on": TOMORROW}, "retrieved_on"),
        ({"web_address": None, "title": None, "retrieved_on": None}, "relation"),
        ({"passage": "joint-statement-2023-07-24.x1", "web_address": "https://example.org/"}, "passage"),
        ({"web_address": "javascript:alert(1)"}, "web_address"),
        ({"relation": None}, "relation"),
    ],
)
def test_evidence_that_nobody_could_find_again_is_refused(written, fields, name):
    if fields.get("retrieved_on") == TOMORROW:
        fields = {"retrieved_on": (today() + DAY).isoformat()}
    page = {"title": "A page", "retrieved_on": "2024-03-02"} if "web_address" in fields else {}
    with pytest.raises(Invalid) as refusal:
        log([make.piece(), make.piece(**page | fields)])
    assert f"evidence.2.{name}" in refusal.value.errors
    assert not [told for told in refusal.value.errors if told.startswith("evidence.1")]
    assert held() == [0, 0, 0]


def test_what_supports_nothing_more_is_told_with_the_rest(written):
    with pytest.raises(Invalid) as refusal:
        log([make.piece(title=None)], reason=None, confidence=None)
    assert set(refusal.value.errors) == {"reason", "confidence", "evidence.1.web_address"}


def test_an_update_of_a_commitment_nobody_leads_is_refused(written):
    alone = make.commitment().code
    with pytest.raises(Invalid, match="Nobody leads") as refusal:
        log(jointly=True, commitment=alone, party=None)
    assert list(refusal.value.errors) == ["party"]
    make.commitment_party(commitment=alone, party="mx", role="support")
    with pytest.raises(Invalid, match="does not lead"):
        log(commitment=alone)


def test_when_and_by_whom_it_was_recorded_is_nobodys_to_say(written):
    for name in ("recorded_at", "recorded_by", "joint_id", "id", "version", "status_now"):
        with pytest.raises(Invalid, match="no such field"):
            log(**{name: "2020-01-01"})


def test_an_update_without_an_account_is_refused(written):
    form = CATALOGUE["updates"].form.from_plain(
        {"commitment": C1, "party": "mx", "status": "uncheckable", "confidence": "low"}
        | {"effective_on": "2024-03-01", "reason": "Because."}
    )
    with pytest.raises(RuntimeError, match="needs an account"):
        updates.log_update(None, form)
    session.rollback()


@pytest.mark.parametrize("name", ["updates", "evidence", "checks"])
def test_what_is_logged_is_never_saved_as_other_records_are(written, name):
    kind = CATALOGUE[name]
    made = make.FACTORIES[name]()
    with pytest.raises(TypeError, match="logged, not saved"):
        save(make.account(), made, kind.form.from_plain({"note": "Another"}, made))


# Corrections and voids


def test_a_correction_leaves_the_old_row_as_it_was(written):
    wrong = log(status="done")
    before, version = record_values(wrong), wrong.version
    right = log(status="in_progress", corrects=wrong.code)
    session.expire_all()
    assert (record_values(wrong), wrong.version) == (before, version)
    assert wrong.corrected_by is right
    assert right.corrects is wrong
    assert statuses()["mx"] == "in_progress"


def test_a_correction_may_be_effective_before_what_it_corrects(written):
    log(status="stalled", effective_on="2024-02-01")
    wrong = log(status="done", effective_on="2024-03-01")
    log(status="in_progress", effective_on="2024-01-01", corrects=wrong.code)
    assert statuses()["mx"] == "stalled"


def test_a_void_brings_the_earlier_status_back(written):
    log(status="stalled")
    wrong = log(status="done", effective_on="2024-03-02")
    void = void_update(make.account(), wrong, "It was of another commitment.")
    assert (void.status, void.corrects) == (None, wrong)
    assert statuses()["mx"] == "stalled"


def test_the_void_of_all_there_was_leaves_nobody_having_looked(written):
    void_update(make.account(), log(), "A mistake.")
    assert statuses()["mx"] == "not_assessed"
    assert overall() == "not_assessed"


def test_the_void_of_a_correction_does_not_bring_back_what_it_corrected(written):
    wrong = log(status="done")
    void_update(make.account(), log(status="stalled", corrects=wrong.code), "Neither.")
    assert statuses()["mx"] == "not_assessed"


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_a_void_without_a_reason_is_refused(written, reason):
    update = log()
    with pytest.raises(Invalid) as refusal:
        void_update(make.account(), update, reason)
    assert list(refusal.value.errors) == ["reason"]
    assert statuses()["mx"] == "in_progress"


def test_an_update_is_corrected_once(written):
    wrong = log()
    right = log(corrects=wrong.code)
    with pytest.raises(Invalid, match=f"corrected already, by {right.code}") as refusal:
        log(corrects=wrong.code)
    assert list(refusal.value.errors) == ["corrects"]
    with pytest.raises(Invalid, match="corrected already"):
        void_update(make.account(), wrong, "Again.")
    log(corrects=right.code, status="stalled")
    assert statuses()["mx"] == "stalled"


@pytest.mark.parametrize("other", [{"party": "us"}, {"commitment": "mx-us-2023-07-24.c2"}])
def test_a_correction_is_of_the_same_commitment_and_party(written, other):
    wrong = log()
    with pytest.raises(Invalid, match="same commitment and party") as refusal:
        log(corrects=wrong.code, **other)
    assert list(refusal.value.errors) == ["corrects"]


@pytest.mark.parametrize("commitment", [C1, OF_ONE])
def test_a_correction_is_of_one_lead(written, commitment):
    wrong = log(commitment=commitment, party="us")
    with pytest.raises(Invalid, match="for that lead alone") as refusal:
        log(jointly=True, commitment=commitment, party=None, corrects=wrong.code)
    assert list(refusal.value.errors) == ["corrects"]
    assert held()[0] == 1


def test_what_was_found_of_a_party_that_leads_no_more_can_still_be_corrected(written):
    wrong = log()
    remove_record(make.account(), party_row())
    log(corrects=wrong.code, status="stalled")
    make.commitment_party(commitment=C1, party="mx")
    assert statuses()["mx"] == "stalled"


# Who leads


def test_a_lead_that_is_added_again_has_the_status_its_updates_say(written):
    log(status="stalled")
    remove_record(make.account(), party_row())
    assert statuses() == {"us": "not_assessed"}
    row = make.commitment_party(commitment=C1, party="mx")
    assert (row.status, row.finding.code) == (Status.STALLED, f"{C1}.u1")


def test_who_only_supports_has_no_status_until_it_leads_again(written):
    log(status="stalled", claimed_status="done", claimed_by="The ministry")
    row = party_row()
    edit(row, role="support")
    session.expire_all()
    assert (row.status, row.finding, row.claim) == (Status.NOT_ASSESSED, None, None)
    assert overall() == "not_assessed"
    edit(row, role="lead")
    session.expire_all()
    assert (row.status, row.finding.code, row.claim.code) == (Status.STALLED, f"{C1}.u1", f"{C1}.u1")


def test_what_a_party_says_of_itself_is_kept_until_it_says_something_else(written):
    log(claimed_status="done", claimed_by="The ministry")
    log(effective_on="2024-03-02")
    assert (party_row().claim.code, party_row().finding.code) == (f"{C1}.u1", f"{C1}.u2")
    void_update(make.account(), party_row().claim, "It did not say so.")
    session.expire_all()
    assert party_row().claim is None


# When


def test_moments_follow_one_another_though_the_clock_is_set_back(written, monkeypatch):
    first = log()

    class SetBack(datetime.datetime):
        @classmethod
        def now(cls, zone=None):
            return datetime.datetime(2024, 6, 1, tzinfo=zone)

    told = SimpleNamespace(datetime=SetBack, date=datetime.date, UTC=datetime.UTC)
    monkeypatch.setattr(history, "datetime", told)
    later = [log(party=party, effective_on="2024-02-01") for party in ("mx", "us", "mx")]
    moments = [each.recorded_at for each in (first, *later)]
    assert moments == sorted({*moments})
    assert search().recorded_at > moments[0]
    assert later[0].evidence[0].recorded_at == later[0].recorded_at


# Checks


def search(settle=False, **fields):
    usual = {"commitment": C1, "checked_on": "2024-03-01", "where_searched": "The official gazette."}
    return log_check(make.account(), CheckForm.from_plain(usual | fields), settle)


def test_a_check_changes_no_status(written):
    assert search().code == f"{C1}.k1"
    assert statuses() == {"mx": "not_assessed", "us": "not_assessed"}


def test_a_check_that_settles_moves_only_leads_that_nobody_assessed(written):
    log()
    search(settle=True)
    assert statuses() == {"mx": "in_progress", "us": "no_evidence_found"}
    found = party_row("us").finding
    assert (found.effective_on.isoformat(), found.evidence) == ("2024-03-01", [])
    assert "The official gazette." in found.reason
    search(settle=True, checked_on="2024-03-02")
    assert held() == [2, 1, 2]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"where_searched": None}, "where_searched"),
        ({"where_searched": " "}, "where_searched"),
        ({"checked_on": None}, "checked_on"),
        ({"checked_on": "9999-12-31"}, "checked_on"),
        ({"commitment": None}, "commitment"),
        ({"code": "mine"}, "code"),
    ],
)
def test_a_check_that_does_not_say_all_it_must_is_refused(written, fields, name):
    with pytest.raises(Invalid) as refusal:
        search(settle=True, **fields)
    assert list(refusal.value.errors) == [name]
    assert held() == [0, 0, 0]


def test_a_check_is_voided_once_for_a_reason(written):
    logged = search()
    for reason in ("", None):
        with pytest.raises(Invalid) as refusal:
            void_check(make.account(), logged, reason)
        assert "reason" in refusal.value.errors or "voids" in refusal.value.errors
    void = void_check(make.account(), logged, "I searched for another.")
    assert (void.voids, logged.voided_by, void.where_searched) == (logged, void, None)
    for twice in (logged, void):
        with pytest.raises(Conflict, match="void already"):
            void_check(make.account(), twice, "Again.")
    assert held() == [0, 0, 2]

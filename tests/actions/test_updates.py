"""Logging updates and checks: what is refused, what is kept, and what the database itself does not let happen."""

import pytest
from sqlalchemy import select

from tests import make
from tracker.actions.save import RowEdit
from tracker.actions.updates import log_update
from tracker.database import session, writing
from tracker.models import Commitment, CommitmentParty, Evidence
from tracker.queries import check
from tracker.records import CATALOGUE
from tracker.records.updates import UpdateForm

C1 = "mx-us-2023-07-24.c1"
PAGE = {"web_address": "https://example.org/a", "title": "A page", "retrieved_on": "2024-03-02"}
FOUND = {"commitment": C1, "party": "mx", "status": "in_progress", "effective_on": "2024-03-01", "reason": "Because."}
FOUND |= {"confidence": "high"}


def evidence(**fields):
    kind = CATALOGUE["evidence"]
    form = kind.form.from_plain({**(PAGE if "passage" not in fields else {}), "relation": "supports", **fields})
    form.update.required, form.update.validators = False, []
    return RowEdit(kind, Evidence(), form)


def log(*rows, jointly=False, **fields):
    form = UpdateForm.from_plain(FOUND | fields)
    return log_update(make.account(), form, rows or (evidence(),), jointly)


def statuses(commitment=C1):
    query = select(CommitmentParty).join(Commitment).where(Commitment.code == commitment)
    return {row.party.code: row.status.value for row in session.scalars(query)}


@pytest.fixture
def written(app):
    with app.app_context(), writing():
        yield


def test_an_update_sets_the_status_of_its_party_alone(written):
    (update,) = log()
    assert update.code == f"{C1}.u1"
    assert [each.code for each in update.evidence] == [f"{C1}.u1.e1"]
    assert statuses() == {"mx": "in_progress", "us": "not_assessed"}
    assert session.scalar(select(Commitment).where(Commitment.code == C1)).status.value == "mixed"
    assert check.problems() == []

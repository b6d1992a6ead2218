"""Tests of what is said of a constraint that the database refuses to have broken, on both databases."""

import datetime
import logging

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests import make
from tests.client import elements, form_values, parsed, words
from tests.views.test_security import stored
from tracker.actions.save import flush, set_actor
from tracker.database import session, writing
from tracker.errors import Conflict
from tracker.models import Commitment, CommitmentParty, Meeting, Party
from tracker.vocabulary import DatePrecision, MeetingStatus, PartyKind, PartyRole


def repeated_code():
    session.add(Party(code="mx", name="Another Mexico", kind=PartyKind.COUNTRY))


def repeated_row():
    row = session.scalars(select(CommitmentParty).where(CommitmentParty.role == PartyRole.LEAD)).first()
    session.add(CommitmentParty(code="twin", commitment=row.commitment, party=row.party, role=PartyRole.LEAD))


def named_record_gone():
    parent = make.party(code="gone")
    # SQLite gives the highest number again.
    make.party()
    session.flush()
    session.execute(text("DELETE FROM party WHERE code = 'gone'"))
    session.add(Party(code="child", name="A ministry", kind=PartyKind.COUNTRY, parent=parent))


def removed_while_named():
    session.delete(session.scalars(select(Party).where(Party.code == "mx")).one())


def unknown_word():
    session.add(Party(code="odd", name="An odd party", kind="no-such-word"))


EXPECTED = {
    repeated_code: "The code is taken by another record",
    repeated_row: "another has the same “Commitment” and “Party” and “Role”",
    named_record_gone: "A record that is named here was removed meanwhile",
    removed_while_named: "Other records rest on what is removed here",
    unknown_word: "“Kind” holds a word that this database does not take",
}


def break_in(app, break_constraint):
    with app.app_context(), writing():
        set_actor(make.account())
        with session.no_autoflush:
            break_constraint()
        flush()


@pytest.mark.parametrize("break_constraint", EXPECTED)
def test_a_constraint_that_people_can_run_into_is_named(app, break_constraint):
    with pytest.raises(Conflict) as refused:
        break_in(app, break_constraint)
    assert EXPECTED[break_constraint] in str(refused.value)


def ends_before_it_starts():
    session.add(
        Meeting(
            code="backwards",
            title="A meeting",
            status=MeetingStatus.HELD,
            date_precision=DatePrecision.DAY,
            starts_on=datetime.date(2024, 3, 2),
            ends_on=datetime.date(2024, 3, 1),
            date_basis="stated",
        )
    )


def nothing_where_something_must_be():
    session.add(Commitment(code="empty", title=None))


@pytest.mark.parametrize("break_constraint", [ends_before_it_starts, nothing_where_something_must_be])
def test_a_constraint_that_nobody_should_break_is_not_laid_on_the_user(app, break_constraint):
    with pytest.raises(IntegrityError):
        break_in(app, break_constraint)


@pytest.fixture
def surprising_app(empty_app):
    """An application on a database with a constraint that the tracker knows nothing of."""
    with empty_app.app_context(), writing():
        make.party(code="first", kind="country")
        session.execute(text("CREATE UNIQUE INDEX surprise ON party (kind)"))
    return empty_app


def test_a_constraint_nobody_foresaw_is_answered_as_our_fault(surprising_app, caplog):
    client = surprising_app.test_client()
    typed = form_values(client.get("/parties/new").text) | {"name": "A second country", "kind": "country"}
    before = stored(surprising_app)
    with caplog.at_level(logging.ERROR):
        page = client.post("/parties/new", data=typed)
    assert page.status_code == 500
    document, _errors = parsed(page.text)
    assert words(elements(document, "h1")[0]) == "Something went wrong on our side"
    assert "surprise" not in page.text
    assert any(record.exc_info and "IntegrityError" in record.exc_text for record in caplog.records)
    as_json = client.post("/parties/new", data=typed, headers={"Accept": "application/json"})
    assert (as_json.status_code, as_json.json["status"]) == (500, 500)
    assert stored(surprising_app) == before

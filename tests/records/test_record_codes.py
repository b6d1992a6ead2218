"""A record that is given no code gets one that people can read, and that no record ever had."""

import pytest
from sqlalchemy import select

from tests import make
from tracker.actions.save import remove_record
from tracker.database import session, writing
from tracker.models import Commitment, Meeting

DOCUMENT = {"title": "Of " + "long " * 40, "kind": "joint_statement", "language": "en"}
MEETING = {"title": "Bilateral meeting", "starts_on": "2024-02-01"}


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        ("participants", {"name": "Ángela Ñandú-Núñez"}, "angela-nandu-nunez"),
        ("participants", {"name": "報告"}, "participant-1"),
        ("participants", {"name": "new"}, "new-2"),
        ("participants", {"name": "Kristie Canegallo"}, "kristie-canegallo-2"),
        ("parties", {"name": "Estados Unidos Mexicanos", "kind": "government_body"}, "estados-unidos-mexicanos"),
        ("parties", {"name": "Guatemala", "kind": "country"}, "gt"),
        ("parties", {"name": "Países Bajos", "kind": "country"}, "nl"),
        ("parties", {"name": "Mexico", "kind": "country"}, "mexico"),
        ("areas", {"name": "Trade"}, "trade"),
        ("documents", DOCUMENT | {"published_on": "2024-05-01"}, "joint-statement-2024-05-01"),
        ("documents", DOCUMENT | {"published_precision": "unknown"}, "of" + "-long" * 9),
        ("meetings", MEETING, "bilateral-meeting-2024-02-01"),
        ("meetings", MEETING | {"date_precision": "month"}, "bilateral-meeting-2024-02"),
        ("meetings", MEETING | {"date_precision": "year"}, "bilateral-meeting-2024"),
        ("claims", {"text": "Fewer arrivals"}, "fewer-arrivals"),
        ("claims", {"text": "Fewer arrivals", "meeting": "mx-us-2023-05-30"}, "mx-us-2023-05-30.claim-7"),
    ],
)
def test_a_code_is_made(app, kind, fields, code):
    with app.app_context(), writing():
        assert make.record(kind, **fields).code == code


def test_a_commitment_is_numbered_within_its_meeting(app):
    fields = {"title": "T", "text": "T", "kind": "intention", "area": "arms", "made_on": "2023-07-24"}
    with app.app_context(), writing():
        first = make.record("commitments", **fields, meeting="mx-us-2023-07-24")
        assert first.code == "mx-us-2023-07-24.c8"
        remove_record(make.account(), first)
        assert make.record("commitments", **fields, meeting="mx-us-2023-07-24").code == "mx-us-2023-07-24.c9"
        assert make.record("commitments", **fields).code == "t"


def test_a_code_is_never_made_twice(app):
    with app.app_context(), writing():
        codes = [make.record("meetings", **MEETING).code for _ in range(3)]
        remove_record(make.account(), session.scalars(select(Meeting).where(Meeting.code == codes[2])).one())
        codes.append(make.record("meetings", **MEETING).code)
    start = "bilateral-meeting-2024-02-01"
    assert codes == [start, f"{start}-2", f"{start}-3", f"{start}-4"]


def test_a_code_emptied_on_the_page_stays(app, client):
    sent = client.send("/commitments/mx-us-2023-07-24.c1/edit", {"code": "", "title": "Another title"})
    assert sent.status_code == 200
    with app.app_context():
        titles = dict(session.execute(select(Commitment.code, Commitment.title)).all())
    assert titles["mx-us-2023-07-24.c1"] == "Another title"


def test_a_commitment_of_a_meeting_with_a_long_code_is_called_by_its_title(app, client):
    with app.app_context(), writing():
        make.record("meetings", **MEETING, code="m" * 64)
    fields = {"title": "Short", "text": "T", "kind": "intention", "area": "arms", "made_on": "2024-02-01"}
    client.send("/commitments/new", fields | {"meeting": "m" * 64})
    assert "Saved." in client.send("/commitments/short/edit", {"note": "Changed"}).text

"""When a record was last changed: with its rows, those that are gone too, and with nobody else's."""

from sqlalchemy import select

from tests import make
from tracker.actions.save import remove_record
from tracker.database import session, writing
from tracker.models import Change
from tracker.queries.history import last_changed
from tracker.records import CATALOGUE

COMMITMENTS = CATALOGUE["commitments"]


def last_at():
    return session.scalar(select(Change.at).order_by(Change.seq.desc()).limit(1))


def test_the_rows_of_a_record_count_and_those_of_others_do_not(app):
    steps = {
        "an update": lambda: make.update(commitment="talks.c1", party="mx"),
        "a lead": lambda: make.commitment_party(commitment="talks.c1", party="us"),
        "a lead that goes": lambda: remove_record(make.account(), session.scalars(make_row).one()),
    }
    model = CATALOGUE["commitment-parties"].model
    make_row = select(model).where(model.code == "talks.c1.p2")
    with app.app_context(), writing():
        for code in ("talks.c1", "talks.c10", "talks.c1.u2"):
            make.commitment(code=code)
            make.commitment_party(commitment=code, party="mx")
    for what, step in steps.items():
        with app.app_context(), writing():
            step()
            session.flush()
            expected = last_at()
        with app.app_context(), writing():
            for other in ("talks.c10", "talks.c1.u2"):
                make.update(commitment=other, party="mx")
        with app.app_context():
            found = last_changed(COMMITMENTS, ["talks.c1", "talks.c10"])
            assert found["talks.c1"] == expected < found["talks.c10"], what
            assert found.keys() == {"talks.c1", "talks.c10"}

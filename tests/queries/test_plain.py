"""Rows hold what the records hold: for every kind and column, at any time, in however many chunks they are read."""

import random

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from tests import make, past
from tracker.actions.updates import void_check
from tracker.database import session, snapshot, writing
from tracker.models import Commitment
from tracker.queries import find, plain
from tracker.records import CATALOGUE

CLOCKS = ({}, {"as_of": "2023-12-01"}, {"known_by": "2024-02-01"}, {"as_of": "2023-09-15", "known_by": "2024-03-01"})


def compared(kind, asked):
    """Return (rows read as rows, the same told by the records), both in the order of the list."""
    filters = kind.filters.from_query(MultiDict(asked))
    query, order = find.filtered(kind, filters), find.Order.of(kind, None)
    columns = [*kind.columns.values(), kind.url_column("https://example.org/")]
    with snapshot() as reading:
        rows = list(plain.each(reading, kind, columns, query, order, filters.clock))
    # What was told of a record at another time is forgotten.
    session.expunge_all()
    records = session.scalars(query.order_by(*order.by(kind)).options(*kind.loads())).all()
    told = find.told(kind, records, filters.clock)
    return rows, [tuple(column.plain(column.value(record)) for column in columns) for record in told]


def check_all(asked):
    for kind in CATALOGUE.values():
        rows, told = compared(kind, asked)
        assert rows == told, kind.name
        # True equals 1, and 5.0 equals 5, but they are not written alike.
        assert [[type(v) for v in row] for row in rows] == [[type(v) for v in row] for row in told], kind.name


@pytest.mark.parametrize("asked", CLOCKS)
def test_rows_of_the_seeds_hold_what_the_records_hold(app, asked):
    with app.app_context():
        check_all(asked)


@pytest.mark.parametrize("chunk", [1, 3, 500])
def test_rows_of_a_made_up_past_hold_what_the_records_hold(app, monkeypatch, chunk):
    monkeypatch.setattr(plain, "CHUNK", chunk)
    with app.app_context():
        with writing():
            past.plant(random.Random(5))
            fill()
        for asked in CLOCKS:
            check_all(asked)


def fill():
    """Make a record of every kind that has a value in every column the others leave empty."""
    for name, factory in make.FACTORIES.items():
        factory(note=f"'=A note of {name}\n“é”, 1;2")
    parent = make.party(kind="country", note="-1")
    ministry = make.party(kind="government_body", parent=parent.code)
    document = make.document(
        issued_by=[ministry.code, "mx", parent.code], sha256="0" * 64, published_on="2024-01-02",
        published_precision="day", web_address="https://example.org/=1",
    )  # fmt: skip
    document.text_sha256 = "1" * 64
    passages = [make.passage(document=document.code, paragraph=n, sentence=n).code for n in (10, 2, 1)]
    commitment = session.scalars(select(Commitment).limit(1)).one()
    made = make.commitment(
        areas=["migration", "arms"], frameworks=["bicentennial-framework"], owner="local", meeting="mx-us-2023-07-24",
        deadline_kind="recurring", every_months=3, due_on="2024-05-06", priority="high", done_when="+", review_every=9,
    )  # fmt: skip
    for role in ("support", "beneficiary", "lead"):
        for party in ("us", "mx"):
            make.commitment_party(commitment=made.code, party=party, role=role)
    for passage in passages:
        make.commitment_source(commitment=made.code, passage=passage, relation="reports", attributed_to="@")
    earlier = make.claim(value=-5, unit="%", indicator=make.indicator().code, period_start="2020-01-01")
    make.claim(value=2.5, unit="t", supersedes=earlier.code, commitment=commitment.code, passage=passages[0])
    void_check(make.account(), make.check(commitment=made.code), "Wrong.")
    make.update([make.piece(), make.piece(passage=passages[1], relation="contradicts")], True, commitment=made.code)


def test_what_is_written_while_a_list_is_read_does_not_come_in(app, monkeypatch):
    """A file is of one moment, though it is read in chunks."""
    monkeypatch.setattr(plain, "CHUNK", 2)
    kind = CATALOGUE["parties"]
    columns = [kind.columns["code"], kind.columns["name"]]
    with app.app_context():
        query, order = find.filtered(kind, kind.filters()), find.Order.of(kind, "-code")
        with snapshot() as reading:
            rows = plain.each(reading, kind, columns, query, order, kind.filters().clock)
            first = next(rows)
            with writing():
                make.party(code="aa")
                find.get(kind, "mx").name = "Changed"
            seen = [first, *rows]
    assert ("mx", "Mexico") in seen
    assert "aa" not in [code for code, _name in seen]

"""Rows hold what the records hold: for every kind and column, at any time, in however many chunks they are read."""

import random

from werkzeug.datastructures import MultiDict

from tests import filled, make, past
from tracker.database import session, snapshot, writing
from tracker.queries import export_rows, listing
from tracker.records import CATALOGUE

CLOCKS = ({}, {"as_of": "2023-12-01"}, {"known_by": "2024-02-01"}, {"as_of": "2023-09-15", "known_by": "2024-03-01"})


def compared(kind, asked):
    """Return (rows read as rows, the same told by the records), both in the order of the list."""
    filters = kind.filters.from_query(MultiDict(asked))
    query, order = listing.filtered_query(kind, filters), listing.Order.parse(kind, None)
    columns = [*kind.columns.values(), kind.url_column("https://example.org/")]
    with snapshot() as reading:
        rows = list(export_rows.iterate_rows(reading, kind, columns, query, order, filters.as_of_dates))
    # What was told of a record at another time is forgotten.
    session.expunge_all()
    records = session.scalars(query.order_by(*order.terms(kind)).options(*kind.loads())).all()
    values = listing.read_as_of(kind, records, filters.as_of_dates)
    return rows, [tuple(column.to_json(column.value(record, values)) for column in columns) for record in records]


def check_all(asked):
    for kind in CATALOGUE.values():
        rows, told = compared(kind, asked)
        assert rows == told, kind.name
        # True equals 1, and 5.0 equals 5, but they are not written alike.
        assert [[type(v) for v in row] for row in rows] == [[type(v) for v in row] for row in told], kind.name


def test_rows_of_the_seeds_hold_what_the_records_hold(app):
    with app.app_context():
        check_all({})


def test_rows_of_a_made_up_past_hold_what_the_records_hold(app, monkeypatch):
    with app.app_context():
        with writing():
            past.plant(random.Random(5))
            filled.plant()
        for asked, chunk in zip(CLOCKS, (500, 3, 1, 500), strict=True):
            monkeypatch.setattr(export_rows, "CHUNK", chunk)
            check_all(asked)


def test_what_is_written_while_a_list_is_read_does_not_come_in(app, monkeypatch):
    """A file is of one moment, though it is read in chunks."""
    monkeypatch.setattr(export_rows, "CHUNK", 2)
    kind = CATALOGUE["participants"]
    columns = [kind.columns["code"], kind.columns["name"]]
    with app.app_context():
        query, order = listing.filtered_query(kind, kind.filters()), listing.Order.parse(kind, "code")
        last = session.scalars(query.order_by(kind.model.code.desc())).first()
        code, name = last.code, last.name
        with snapshot() as reading:
            rows = export_rows.iterate_rows(reading, kind, columns, query, order, kind.filters().as_of_dates)
            first = next(rows)
            with writing():
                make.participant(code="zz")
                listing.get_record(kind, code).name = "Changed"
            seen = [first, *rows]
    assert seen[-1] == (code, name)

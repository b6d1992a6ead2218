"""Spreadsheets made for a test, and one function that imports them."""

import csv
import io

import pytest
import xlsxwriter

from tests import make
from tests.actions.test_seed import dump
from tracker.actions.imports.batch import run_import
from tracker.actions.imports.files import read_table
from tracker.actions.imports.mapping import ImportSettings
from tracker.database import writing
from tracker.records import CATALOGUE


def sheet(*rows, delimiter=",", end="\r\n", encoding="utf-8"):
    """Return a CSV of rows."""
    out = io.StringIO()
    # With other line ends than \n, the writer would not quote a cell that holds one.
    quoting = csv.QUOTE_MINIMAL if "\n" in end else csv.QUOTE_ALL
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue().encode(encoding)


def workbook(*rows, name="Data", number_format="yyyy-mm-dd", more=()):
    """Return an XLSX with a sheet of rows, and empty sheets of other names."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": number_format})
    first = book.add_worksheet(name)
    for number, row in enumerate(rows):
        first.write_row(number, 0, row)
    for other in more:
        book.add_worksheet(other).write_row(0, 0, ["code", "name"])
    book.close()
    return out.getvalue()


@pytest.fixture
def bring(app):
    """Import a file into a kind; return what it did."""

    def imported(kind, content, keep=True, read=(), **settings):
        with app.app_context(), writing():
            table = read_table(content, **dict(read))
            return run_import(CATALOGUE[kind], table, ImportSettings(**settings), make.account(), lambda _result: keep)

    return imported


@pytest.fixture
def database_contents(app):
    """Return what every table holds."""

    def content():
        with app.app_context():
            return dump()

    return content


def counts(result):
    return tuple(result.counts.values())


def wrong(result):
    """Return (row, column, value, reason) of all that is wrong."""
    return [(error.row, error.column, error.value, error.reason) for error in result.report.errors]

"""One import from its first row to its last: all of it, or nothing."""

from collections.abc import Callable

from tracker.actions.imports.batch import ImportBatch, ImportResult
from tracker.actions.imports.cell_parsers import cell_parser
from tracker.actions.imports.files import SourceTable
from tracker.actions.imports.mapping import ImportSettings, column_mapping
from tracker.actions.imports.rows import row_chunks
from tracker.actions.imports.scan import date_parsers, scan_file
from tracker.actions.save import set_actor
from tracker.database import session
from tracker.models import Account
from tracker.records import Kind


def run_import(
    kind: Kind,
    table: SourceTable,
    settings: ImportSettings,
    account: Account,
    keep: Callable[[ImportResult], bool],
    told: Callable[[int, int], None] = lambda done, total: None,
) -> ImportResult:
    """Read a table into the records of a kind within the write transaction that is under way.

    Nothing of it stays if anything is wrong, or if `keep` says no to the outcome. `told` is called with how many
    rows of how many are done. Raises Invalid for what keeps a file from being read at all.
    """
    fills = column_mapping(kind, table.header, settings)
    survey = scan_file(kind, table, fills)
    labels = {name: header for name, header in zip(fills, table.header, strict=True) if name}
    days, notes = date_parsers(survey, labels, settings.dates, bool(table.sheet))
    form = kind.form()
    readers = {}
    for name in labels:
        # What stands in this file is known by its name too.
        within = survey.names if form[name].model is kind.model else {}
        readers[name] = cell_parser(form[name], within | settings.values.get(name, {}), days.get(name, str))
    left_out = [header for name, header in zip(fills, table.header, strict=True) if not name]
    set_actor(account)
    told(0, survey.total)
    with session.begin_nested() as step:
        batch = ImportBatch(kind, labels, readers, survey)
        outcome = batch.run(row_chunks(kind, table, fills, survey), lambda done: told(done, survey.total))
        outcome.notes, outcome.left_out, outcome.sheet = notes, left_out, table.sheet
        outcome.kept = not outcome.report and keep(outcome)
        if not outcome.kept:
            step.rollback()
    for kept in ("named", "options", "reserved"):
        session.info.pop(kept, None)
    outcome.report.told.sort(key=lambda wrong: wrong.row)
    return outcome

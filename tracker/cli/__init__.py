"""The command line."""

import click

from tracker.cli import database, documents, exports, imports, reports, serve


@click.group()
@click.version_option(package_name="commitment-tracker")
def tracker() -> None:
    """Track what governments undertook at their meetings, and where that is written."""


for command in (
    serve.serve,
    database.migrate,
    database.seed,
    exports.export,
    imports.import_,
    documents.documents,
    reports.report,
    database.check,
):
    tracker.add_command(command)

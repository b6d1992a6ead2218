"""The command-line door."""

import click

from tracker.cli import data, documents, exporting, importing, reporting, serve


@click.group()
@click.version_option(package_name="commitment-tracker")
def tracker() -> None:
    """Track what governments undertook at their meetings, and where that is written."""


for command in (
    serve.serve,
    data.migrate,
    data.seed,
    exporting.export,
    importing.import_,
    documents.documents,
    reporting.report,
    data.check,
):
    tracker.add_command(command)

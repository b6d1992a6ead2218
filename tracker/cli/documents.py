"""The commands about documents: attach a text."""

from pathlib import Path

import click

from tracker.actions.documents import attach_text
from tracker.actions.text_extraction import MAX_BYTES, extract_text
from tracker.cli.base import local_account, require_up_to_date, with_database
from tracker.database import writing
from tracker.errors import NotFound
from tracker.queries import listing
from tracker.records import CATALOGUE
from tracker.vocabulary import PassageCheck


@click.group()
def documents() -> None:
    """Attach the texts of documents."""


@documents.command()
@click.argument("code")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_database
def attach(code: str, file: Path) -> None:
    """Attach the text in FILE (PDF, .docx, HTML, plain text) to the document CODE, and check its passages."""
    require_up_to_date()
    with file.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    text, media_type = extract_text(data, file.name)
    with writing():
        document = listing.get_record(CATALOGUE["documents"], code)
        if document is None:
            raise NotFound(f"No document has the code “{code}”.")
        result = attach_text(local_account(), document, text, file.name, media_type, data)
        click.echo(
            f"Attached{'' if result.changed else ' already'}: {len(text):,} characters of {file.name}, to {code}."
        )
        if document.sha256 is None:
            click.echo(f"No sha256 is catalogued; that of the text is {document.text_sha256}.")
        elif document.text_differs:
            click.echo(f"It is not the text catalogued: its sha256 is {document.text_sha256}, not {document.sha256}.")
        else:
            click.echo("It is the text catalogued: its sha256 is the same.")
        click.echo(result.sentence())
        for word, label in ((PassageCheck.MOVED, "moved"), (PassageCheck.NOT_FOUND, "not found")):
            for passage in result.passages_with(word):
                click.echo(f"  {label}: {passage.code} ({passage.place})")

"""Files between their upload and their import, and settings remembered for files with the same columns."""

import datetime
import secrets
from collections.abc import Callable
from copy import deepcopy

from flask_babel import gettext as _
from sqlalchemy import delete, select

from tracker.actions.imports import files
from tracker.actions.imports.batch import ImportResult, run_import
from tracker.actions.imports.mapping import ImportSettings, header_fingerprint
from tracker.database import session
from tracker.errors import NotFound
from tracker.models import Account, ImportFile, ImportMapping
from tracker.records import CATALOGUE
from tracker.records.base import Kind
from tracker.records.fields import mask_forbidden

#: How long an uploaded file is stored.
MAX_AGE = datetime.timedelta(days=1)


def store_upload(account: Account, kind: Kind, file_name: str, content: bytes) -> ImportFile:
    """Store a file for importing; raises Invalid, by "file", if it cannot be read."""
    header = files.read_table(content).header
    old = datetime.datetime.now(datetime.UTC) - MAX_AGE
    session.execute(delete(ImportFile).where(ImportFile.uploaded_at < old))
    file = ImportFile(
        id=secrets.token_urlsafe(16),
        account=account,
        kind=kind.name,
        file_name=mask_forbidden(file_name)[:200],
        content=content,
        settings=recall_settings(kind, header).to_json(),
    )
    session.add(file)
    session.flush()
    return file


def get_upload(account: Account, number: str) -> ImportFile:
    """Return a file by its id; raises NotFound if it is gone, or of another account."""
    query = select(ImportFile).where(ImportFile.id == number, ImportFile.account_id == account.id)
    file = session.scalar(query)
    if file is None:
        raise NotFound(_("This file is no longer here: it was imported, or a day has passed. Upload it again."))
    return file


def change_reading(file: ImportFile, encoding: str, delimiter: str, sheet: str) -> None:
    """Change how a file is read; raises Invalid if it cannot be read so."""
    header = files.read_table(file.content, encoding, delimiter, sheet).header
    settings = recall_settings(CATALOGUE[file.kind], header).to_json()
    file.settings = settings | {"encoding": encoding, "delimiter": delimiter, "sheet": sheet}
    file.preview = None


def upload_table(file: ImportFile) -> files.SourceTable:
    """Return the table of a file according to its settings."""
    settings = ImportSettings(**file.settings)
    return files.read_table(file.content, settings.encoding, settings.delimiter, settings.sheet)


def import_upload(
    account: Account, file: ImportFile, confirmed: dict[str, int] | None, report_progress: Callable[[int, int], None]
) -> ImportResult:
    """Import a file if that adds, changes and leaves as many records as was confirmed.

    Otherwise nothing is imported, and what the import would do becomes the preview of the file. Raises Invalid if it
    cannot be read.
    """
    settings, kind, table = ImportSettings(**file.settings), CATALOGUE[file.kind], upload_table(file)
    result = run_import(kind, table, settings, account, lambda done: done.counts == confirmed, report_progress)
    if result.applied:
        session.delete(file)
        remember_settings(kind, table.header, settings)
    else:
        file.preview = result.to_json()
    return result


def recall_settings(kind: Kind, header: list[str]) -> ImportSettings:
    """Return the remembered settings of the last imported file with these columns."""
    mapping = session.get(ImportMapping, (kind.name, header_fingerprint(header)))
    return ImportSettings(**deepcopy(mapping.settings)) if mapping else ImportSettings()


def remember_settings(kind: Kind, header: list[str], settings: ImportSettings) -> None:
    """Remember the settings of columns, values and dates for the next file with these columns."""
    remembered = ImportSettings(dates=settings.dates, columns=settings.columns, values=settings.values).to_json()
    session.merge(ImportMapping(kind=kind.name, fingerprint=header_fingerprint(header), settings=remembered))

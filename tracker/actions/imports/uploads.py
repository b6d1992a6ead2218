"""A file between its upload and its import, and what is remembered for the next one like it."""

import datetime
import secrets
from collections.abc import Callable
from copy import deepcopy

from flask_babel import gettext as _
from sqlalchemy import delete, select

from tracker.actions.imports import files
from tracker.actions.imports.batch import ImportResult
from tracker.actions.imports.mapping import ImportSettings, header_fingerprint
from tracker.actions.imports.run import run_import
from tracker.database import session
from tracker.errors import NotFound
from tracker.models import Account, ImportFile, ImportMapping
from tracker.records import CATALOGUE, Kind
from tracker.records.fields import FORBIDDEN_CHARACTERS

#: How long a file waits to be imported.
KEPT = datetime.timedelta(days=1)


def store_upload(account: Account, kind: Kind, file_name: str, content: bytes) -> ImportFile:
    """Keep a file to be imported; raises Invalid, by "file", for one that cannot be read."""
    header = files.read_table(content).header
    old = datetime.datetime.now(datetime.UTC) - KEPT
    session.execute(delete(ImportFile).where(ImportFile.uploaded_at < old))
    file = ImportFile(
        id=secrets.token_urlsafe(16),
        account=account,
        kind=kind.name,
        file_name=FORBIDDEN_CHARACTERS.sub("�", file_name)[:200],
        content=content,
        settings=recall_settings(kind, header).to_json(),
    )
    session.add(file)
    session.flush()
    return file


def get_upload(account: Account, number: str) -> ImportFile:
    """Return a file by its id; raises NotFound for one that is not there, or another's."""
    query = select(ImportFile).where(ImportFile.id == number, ImportFile.account_id == account.id)
    file = session.scalar(query)
    if file is None:
        raise NotFound(_("This file is no longer here: it was imported, or a day has passed. Upload it again."))
    return file


def change_reading(file: ImportFile, encoding: str, delimiter: str, sheet: str) -> None:
    """Read a file in another way from now on; raises Invalid if it cannot be read so."""
    header = files.read_table(file.content, encoding, delimiter, sheet).header
    kept = recall_settings(CATALOGUE[file.kind], header).to_json()
    file.settings = kept | {"encoding": encoding, "delimiter": delimiter, "sheet": sheet}
    file.preview = None


def upload_table(file: ImportFile) -> files.SourceTable:
    """Return what a file holds, read as it was said to be."""
    settings = ImportSettings(**file.settings)
    return files.read_table(file.content, settings.encoding, settings.delimiter, settings.sheet)


def preview_import(account: Account, file: ImportFile, told: Callable[[int, int], None]) -> ImportResult:
    """Find out what importing a file would do, keep that with it, and undo it; raises Invalid."""
    settings, kind = ImportSettings(**file.settings), CATALOGUE[file.kind]
    outcome = run_import(kind, upload_table(file), settings, account, keep=lambda _outcome: False, told=told)
    file.preview = outcome.to_json()
    return outcome


def apply_import(
    account: Account, file: ImportFile, confirmed: dict[str, int], told: Callable[[int, int], None]
) -> ImportResult:
    """Import a file if that does just what was confirmed: so many records added, changed and left.

    Else nothing is imported, and its preview is what it would do now.
    """
    settings, kind = ImportSettings(**file.settings), CATALOGUE[file.kind]
    table = upload_table(file)
    outcome = run_import(kind, table, settings, account, keep=lambda found: found.counts == confirmed, told=told)
    if outcome.kept:
        session.delete(file)
        remember_settings(kind, table.header, settings)
    else:
        file.preview = outcome.to_json()
    return outcome


def recall_settings(kind: Kind, header: list[str]) -> ImportSettings:
    """Return what was said of the last imported file with these columns, as far as it holds for any such file."""
    kept = session.get(ImportMapping, (kind.name, header_fingerprint(header)))
    return ImportSettings(**deepcopy(kept.settings)) if kept else ImportSettings()


def remember_settings(kind: Kind, header: list[str], settings: ImportSettings) -> None:
    """Keep what was said of the columns, values and days of a file for the next one."""
    kept = ImportSettings(dates=settings.dates, columns=settings.columns, values=settings.values).to_json()
    session.merge(ImportMapping(kind=kind.name, fingerprint=header_fingerprint(header), settings=kept))

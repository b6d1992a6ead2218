"""A file between its upload and its import, and what is remembered for the next one like it."""

import datetime
import secrets
from collections.abc import Callable
from copy import deepcopy

from flask_babel import gettext as _
from sqlalchemy import delete, select

from tracker.actions.imports import files
from tracker.actions.imports.batch import Outcome
from tracker.actions.imports.mapping import Settings, fingerprint
from tracker.actions.imports.run import run
from tracker.database import session
from tracker.errors import NotFound
from tracker.models import Account, ImportFile, ImportMapping
from tracker.records import CATALOGUE, Kind
from tracker.records.fields import UNFIT

#: How long a file waits to be imported.
KEPT = datetime.timedelta(days=1)


def upload(account: Account, kind: Kind, file_name: str, content: bytes) -> ImportFile:
    """Keep a file to be imported; raises Invalid, by "file", for one that cannot be read."""
    header = files.table(content).header
    old = datetime.datetime.now(datetime.UTC) - KEPT
    session.execute(delete(ImportFile).where(ImportFile.uploaded_at < old))
    file = ImportFile(
        id=secrets.token_urlsafe(16),
        account=account,
        kind=kind.name,
        file_name=UNFIT.sub("�", file_name)[:200],
        content=content,
        settings=remembered(kind, header).plain(),
    )
    session.add(file)
    session.flush()
    return file


def uploaded(account: Account, number: str) -> ImportFile:
    """Return a file by its id; raises NotFound for one that is not there, or another's."""
    query = select(ImportFile).where(ImportFile.id == number, ImportFile.account_id == account.id)
    file = session.scalar(query)
    if file is None:
        raise NotFound(_("This file is no longer here: it was imported, or a day has passed. Upload it again."))
    return file


def read_anew(file: ImportFile, encoding: str, delimiter: str, sheet: str) -> None:
    """Read a file in another way from now on; raises Invalid if it cannot be read so."""
    header = files.table(file.content, encoding, delimiter, sheet).header
    kept = remembered(CATALOGUE[file.kind], header).plain()
    file.settings = kept | {"encoding": encoding, "delimiter": delimiter, "sheet": sheet}
    file.preview = None


def table_of(file: ImportFile) -> files.Table:
    """Return what a file holds, read as it was said to be."""
    settings = Settings(**file.settings)
    return files.table(file.content, settings.encoding, settings.delimiter, settings.sheet)


def preview(account: Account, file: ImportFile, told: Callable[[int, int], None]) -> Outcome:
    """Find out what importing a file would do, keep that with it, and undo it; raises Invalid."""
    settings, kind = Settings(**file.settings), CATALOGUE[file.kind]
    outcome = run(kind, table_of(file), settings, account, keep=lambda _outcome: False, told=told)
    file.preview = outcome.plain()
    return outcome


def apply(account: Account, file: ImportFile, confirmed: dict[str, int], told: Callable[[int, int], None]) -> Outcome:
    """Import a file if that does just what was confirmed: so many records added, changed and left.

    Else nothing is imported, and its preview is what it would do now.
    """
    settings, kind = Settings(**file.settings), CATALOGUE[file.kind]
    table = table_of(file)
    outcome = run(kind, table, settings, account, keep=lambda found: found.counts == confirmed, told=told)
    if outcome.kept:
        session.delete(file)
        remember(kind, table.header, settings)
    else:
        file.preview = outcome.plain()
    return outcome


def remembered(kind: Kind, header: list[str]) -> Settings:
    """Return what was said of the last imported file with these columns, as far as it holds for any such file."""
    kept = session.get(ImportMapping, (kind.name, fingerprint(header)))
    return Settings(**deepcopy(kept.settings)) if kept else Settings()


def remember(kind: Kind, header: list[str], settings: Settings) -> None:
    """Keep what was said of the columns, values and days of a file for the next one."""
    kept = Settings(dates=settings.dates, columns=settings.columns, values=settings.values).plain()
    session.merge(ImportMapping(kind=kind.name, fingerprint=fingerprint(header), settings=kept))

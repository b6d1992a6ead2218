"""Loading records from YAML files, repeatably."""

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from flask_babel import gettext as _
from sqlalchemy import select

from tracker.actions.save import save
from tracker.database import session
from tracker.errors import Invalid
from tracker.models import SEEDING, Account, Record
from tracker.models.history import code_was_used
from tracker.queries import history
from tracker.records import ENTERED
from tracker.records.base import Kind, RecordForm
from tracker.records.fields import Reference
from tracker.records.record_lookup import RecordLookup


@dataclasses.dataclass
class SeedResult:
    """The result of loading seeds: how many records were added, changed or the same, and messages on what was left."""

    added: int = 0
    changed: int = 0
    same: int = 0
    left: list[str] = dataclasses.field(default_factory=list)


def load_seeds(folder: Path) -> SeedResult:
    """Load every <kind>.yaml of a folder, in the order of the catalogue.

    A field changes only if the seeds were the last to change it, and a removed record stays removed.
    Raises Invalid, by <kind>.<code>.<field>, if a value is wrong.
    """
    account = session.scalars(select(Account).where(Account.code == SEEDING)).one()
    result, lookup = SeedResult(), RecordLookup()
    for kind in ENTERED.values():
        for item in _items(folder / f"{kind.name}.yaml"):
            try:
                _load(account, kind, item, result, lookup)
            except Invalid as error:
                errors = {f"{kind.name}.{item['code']}.{name}": texts for name, texts in error.errors.items()}
                raise Invalid(errors) from error
    return result


def _items(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the items of a file; raises Invalid, by its name, if it is no list of records with codes."""
    try:
        # Every scalar is read as text, for the form to parse.
        items = yaml.load(path.read_text("utf-8"), yaml.BaseLoader) if path.exists() else []  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid({path.name: [_("This is not YAML: %(error)s", error=error)]}) from error
    if not isinstance(items or [], list):
        raise Invalid({path.name: [_("Write a list of records.")]})
    for number, item in enumerate(items or [], start=1):
        if not isinstance(item, dict) or not isinstance(item.get("code"), str) or not item["code"]:
            raise Invalid({path.name: [_("Item %(number)s is no record with a code.", number=number)]})
        yield item


def _load(account: Account, kind: Kind, item: Mapping[str, Any], result: SeedResult, lookup: RecordLookup) -> None:
    name = f"{kind.name}/{item['code']}"
    record = session.scalar(select(kind.model).where(kind.model.code == item["code"]))
    if record is not None:
        _update(account, kind, record, item, result, lookup)
        return
    if code_was_used(session, kind.model, item["code"]):
        result.left.append(_("%(name)s was removed, and stays removed.", name=name))
        return
    form = kind.form.from_plain(item, lookup=lookup)
    if removed := _removed(form):
        result.left.append(_("%(name)s is left out: %(code)s was removed.", name=name, code=removed))
        return
    save(account, kind.model(), form)
    result.added += 1


def _update(
    account: Account, kind: Kind, record: Record, item: Mapping[str, Any], result: SeedResult, lookup: RecordLookup
) -> None:
    name = f"{kind.name}/{record.code}"
    last = history.last_changed_by(record)
    form, changes = kind.form.from_plain(item, lookup=lookup), {}
    for current in kind.form(obj=record, lookup=lookup):
        seed, changed_by = form[current.name], last.get(current.name, SEEDING)
        same = not seed.process_errors and current.to_json(current.data) == current.to_json(seed.data)
        if seed.name not in item or same:
            continue
        if changed_by == SEEDING:
            changes[seed.name] = item[seed.name]
        else:
            result.left.append(_("%(name)s: %(field)s was edited here, and stays.", name=name, field=seed.name))
    if changes:
        save(account, record, kind.form.from_plain(changes, record, lookup))
        result.changed += 1
    else:
        result.same += 1


def _removed(form: RecordForm) -> str:
    """Return the code of a removed record that a form refers to, or ""."""
    for field in form:
        if field.process_errors and isinstance(field, Reference):
            for code in field.raw_data or ():
                if field.option(code) is None and code_was_used(session, field.model, code):
                    return str(code)
    return ""

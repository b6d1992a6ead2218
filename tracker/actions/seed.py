"""Planting records kept as YAML, any number of times."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from flask_babel import gettext as _
from sqlalchemy import select

from tracker.actions.save import save
from tracker.database import session
from tracker.errors import Invalid
from tracker.models import SEEDING, Account
from tracker.models.history import code_was_used
from tracker.queries import history
from tracker.records import ENTERED, Kind
from tracker.records.base import RecordForm
from tracker.records.reference_fields import Reference


@dataclass
class SeedResult:
    """What a planting did: how many records were added and changed, and in words what was left alone."""

    added: int = 0
    changed: int = 0
    same: int = 0
    left: list[str] = field(default_factory=list)


def load_seeds(folder: Path) -> SeedResult:
    """Plant every <kind>.yaml of a folder, in the order of the catalogue.

    A field is written only if planting was the last to change it, and a removed record stays removed.
    Raises Invalid, by <kind>.<code>.<field>, if anything will not do.
    """
    account = session.scalars(select(Account).where(Account.code == SEEDING)).one()
    planted = SeedResult()
    for kind in ENTERED.values():
        for item in _items(folder / f"{kind.name}.yaml"):
            try:
                _plant(account, kind, item, planted)
            except Invalid as error:
                named = {f"{kind.name}.{item['code']}.{name}": said for name, said in error.errors.items()}
                raise Invalid(named) from error
    return planted


def _items(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the items of a file; raises Invalid, by its name, if it is no list of records with codes."""
    try:
        # Every scalar is read as text: only the form decides what it means.
        items = yaml.load(path.read_text("utf-8"), yaml.BaseLoader) if path.exists() else []  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid({path.name: [_("This is not YAML: %(error)s", error=error)]}) from error
    if not isinstance(items or [], list):
        raise Invalid({path.name: [_("Write a list of records.")]})
    for number, item in enumerate(items or [], start=1):
        if not isinstance(item, dict) or not isinstance(item.get("code"), str) or not item["code"]:
            raise Invalid({path.name: [_("Item %(number)s is no record with a code.", number=number)]})
        yield item


def _plant(account: Account, kind: Kind, item: Mapping[str, Any], planted: SeedResult) -> None:
    name = f"{kind.name}/{item['code']}"
    record = session.scalar(select(kind.model).where(kind.model.code == item["code"]))
    if record is not None:
        _replant(account, kind, record, item, name, planted)
        return
    if code_was_used(session, kind.model, item["code"]):
        planted.left.append(_("%(name)s was removed, and stays removed.", name=name))
        return
    form = kind.form.from_plain(item)
    if removed := _removed(form):
        planted.left.append(_("%(name)s is left out: %(code)s was removed.", name=name, code=removed))
        return
    save(account, kind.model(), form)
    planted.added += 1


def _replant(
    account: Account, kind: Kind, record: Any, item: Mapping[str, Any], name: str, planted: SeedResult
) -> None:
    last = history.last_changed_by(record)
    meant, changes = kind.form.from_plain(item), {}
    for held in kind.form(obj=record):
        wanted = meant[held.short_name]
        if held.name not in item or (
            not wanted.process_errors and held.to_json(held.data) == held.to_json(wanted.data)
        ):
            continue
        if last.get(held.name, SEEDING) == SEEDING:
            changes[held.name] = item[held.name]
        else:
            planted.left.append(_("%(name)s: %(field)s was edited here, and stays.", name=name, field=held.name))
    if changes:
        save(account, record, kind.form.from_plain(changes, record))
        planted.changed += 1
    else:
        planted.same += 1


def _removed(form: RecordForm) -> str:
    """Return the code of a record that the form names and that was here once, or nothing."""
    for each in form:
        if each.process_errors and isinstance(each, Reference):
            for code in each.raw_data or ():
                if each.option(code) is None and code_was_used(session, each.model, code):
                    return str(code)
    return ""

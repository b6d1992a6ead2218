"""Planting records kept as YAML, any number of times."""

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
from tracker.records import CATALOGUE, Kind


@dataclass
class Planted:
    """What a planting did: how many records were added and changed, and in words what was left alone."""

    added: int = 0
    changed: int = 0
    same: int = 0
    left: list[str] = field(default_factory=list)


def plant(folder: Path) -> Planted:
    """Plant every <kind>.yaml of a folder, in the order of the catalogue.

    A field is written only if planting was the last to change it, and a removed record stays removed.
    Raises Invalid, by <kind>.<code>.<field>, if anything will not do.
    """
    account = session.scalars(select(Account).where(Account.code == SEEDING)).one()
    planted = Planted()
    for kind in CATALOGUE.values():
        path = folder / f"{kind.name}.yaml"
        # Every scalar is read as text: only the form decides what it means.
        items = yaml.load(path.read_text("utf-8"), yaml.BaseLoader) if path.exists() else []  # noqa: S506
        for item in items:
            try:
                _plant(account, kind, item, planted)
            except Invalid as error:
                named = {f"{kind.name}.{item.get('code')}.{name}": said for name, said in error.errors.items()}
                raise Invalid(named) from error
    return planted


def _plant(account: Account, kind: Kind, item: dict[str, Any], planted: Planted) -> None:
    name = f"{kind.name}/{item['code']}"
    record = session.scalar(select(kind.model).where(kind.model.code == item["code"]))
    if record is None:
        if code_was_used(session, kind.model, item["code"]):
            planted.left.append(_("%(name)s was removed, and stays removed.", name=name))
            return
        new = kind.model()
        save(account, new, kind.form.from_plain(item))
        planted.added += 1
        return
    last = history.last_account(record)
    told = kind.form(obj=record)
    changes = {}
    for each in told:
        if each.name not in item or _entered(each, item[each.name]) == _entered(each, each.plain(each.data)):
            continue
        if last.get(each.name, SEEDING) == SEEDING:
            changes[each.name] = item[each.name]
        else:
            planted.left.append(_("%(name)s: %(field)s was edited here, and stays.", name=name, field=each.name))
    if changes:
        save(account, record, kind.form.from_plain(changes, record))
        planted.changed += 1
    else:
        planted.same += 1


def _entered(each: Any, value: Any) -> list[str]:
    return sorted(text.strip() for text in each.entered(value))

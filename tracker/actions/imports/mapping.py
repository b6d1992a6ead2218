"""Which column of a file fills which field."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from tracker.errors import Invalid
from tracker.records import Kind
from tracker.records.fields import UNFIT
from tracker.texts import words_of

LANGUAGES = ("en", "es")


@dataclass
class Settings:
    """What a person said about a file; whatever is empty is guessed."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    #: "dmy" or "mdy": how to read a day such as 03/04/2024.
    dates: str = ""
    #: {header: field, or nothing to leave the column out}
    columns: dict[str, str] = field(default_factory=dict)
    #: {field: {value in the file: word or code}}
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def folded(text: str) -> str:
    """Return a text without accents, case and punctuation: "Made_on" and "MADE ON" are both made on."""
    return " ".join(words_of(text.replace("_", " ")))


def in_every_language(text: Any) -> set[str]:
    """Return a label, folded, in all languages that people write their files in."""
    found = set()
    for language in LANGUAGES:
        with force_locale(language):
            found.add(folded(str(text)))
    return found


def suggested(kind: Kind, header: Sequence[str], settings: Settings) -> list[str | None]:
    """Return for each column the field it fills, "" if it is left out, or None if nobody can know."""
    fields = [each.name for each in kind.form()]
    known: dict[str, str] = {}
    for column in kind.columns.values():
        target = column.name if column.name in fields else ""
        for name in in_every_language(column.label):
            known.setdefault(name, target)
    # A name comes before a label: "title" may be the label of another field.
    known |= {folded(name): name if name in fields else "" for name in kind.columns} | {"url": ""}
    given = {folded(name): target for name, target in settings.columns.items()}
    return [given.get(folded(name), known.get(folded(name))) for name in header]


def columns(kind: Kind, header: Sequence[str], settings: Settings) -> list[str]:
    """Return for each column the field it fills, or "" if it is left out.

    Raises Invalid, by header, for what is unknown, doubled or nameless, with the way out.
    """
    check_header(header)
    found = suggested(kind, header, settings)
    fields = [each.name for each in kind.form()]
    wrong: dict[str, list[Any]] = {}
    for name, target in zip(header, found, strict=True):
        if target is None:
            wrong[name] = [_("No field is called so: say which field this column fills, or leave it out.")]
        elif target and target not in fields:
            known, shown = ", ".join(fields), UNFIT.sub("�", target[:60])
            wrong[name] = [_("There is no field “%(field)s”. The fields are: %(known)s.", field=shown, known=known)]
    absent = {folded(name): name for name in settings.columns}.keys() - {folded(name) for name in header}
    for name in settings.columns:
        if folded(name) in absent:
            wrong[name] = [_("The file has no such column. Its columns are: %(names)s.", names=", ".join(header))]
    filled = Counter(target for target in found if target)
    for name, target in zip(header, found, strict=True):
        if target and filled[target] > 1:
            others = ", ".join(n for n, t in zip(header, found, strict=True) if t == target and n != name)
            wrong[name] = [_("%(others)s fills “%(field)s” too: leave one of them out.", others=others, field=target)]
    if not wrong and not filled:
        wrong["file"] = [_("No column fills a field: the first row must name the columns.")]
    if wrong:
        raise Invalid(wrong)
    return [target or "" for target in found]


def check_header(header: Sequence[str]) -> None:
    """Refuse columns that cannot be told apart."""
    wrong = {}
    for number, name in enumerate(header, start=1):
        if not name:
            wrong[_("Column %(n)s", n=number)] = [_("It has no name: write one into the first row.")]
    for name, times in Counter(folded(name) or name for name in header if name).items():
        if times > 1:
            twins = [n for n, each in enumerate(header, start=1) if (folded(each) or each) == name]
            wrong[header[twins[0] - 1]] = [
                _("Columns %(numbers)s have the same name: rename all but one.", numbers=", ".join(map(str, twins)))
            ]
    if wrong:
        raise Invalid(wrong)


def fingerprint(header: Sequence[str]) -> str:
    """Return what the columns of a file are known by, in any order."""
    return hashlib.sha256(json.dumps(sorted(folded(name) for name in header)).encode()).hexdigest()

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
from tracker.passage_text import search_words
from tracker.records import Kind
from tracker.records.fields import FORBIDDEN_CHARACTERS

LANGUAGES = ("en", "es")


@dataclass
class ImportSettings:
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

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def fold_text(text: str) -> str:
    """Return a text without accents, case and punctuation: "Made_on" and "MADE ON" are both made on."""
    return " ".join(search_words(text.replace("_", " ")))


def folded_in_every_language(text: Any) -> set[str]:
    """Return a label, folded, in all languages that people write their files in."""
    found = set()
    for language in LANGUAGES:
        with force_locale(language):
            found.add(fold_text(str(text)))
    return found


def suggest_mapping(kind: Kind, header: Sequence[str], settings: ImportSettings) -> list[str | None]:
    """Return for each column the field it fills, "" if it is left out, or None if nobody can know."""
    fields = [each.name for each in kind.form()]
    known: dict[str, str] = {}
    for column in kind.columns.values():
        target = column.name if column.name in fields else ""
        for name in folded_in_every_language(column.label):
            known.setdefault(name, target)
    # A name comes before a label: "title" may be the label of another field.
    known |= {fold_text(name): name if name in fields else "" for name in kind.columns} | {"url": ""}
    given = {fold_text(name): target for name, target in settings.columns.items()}
    return [given.get(fold_text(name), known.get(fold_text(name))) for name in header]


def column_mapping(kind: Kind, header: Sequence[str], settings: ImportSettings) -> list[str]:
    """Return for each column the field it fills, or "" if it is left out.

    Raises Invalid, by header, for what is unknown, doubled or nameless, with the way out.
    """
    check_header(header)
    found = suggest_mapping(kind, header, settings)
    fields = [each.name for each in kind.form()]
    wrong: dict[str, list[Any]] = {}
    for name, target in zip(header, found, strict=True):
        if target is None:
            wrong[name] = [_("No field is called so: say which field this column fills, or leave it out.")]
        elif target and target not in fields:
            known, shown = ", ".join(fields), FORBIDDEN_CHARACTERS.sub("�", target[:60])
            wrong[name] = [_("There is no field “%(field)s”. The fields are: %(known)s.", field=shown, known=known)]
    absent = {fold_text(name): name for name in settings.columns}.keys() - {fold_text(name) for name in header}
    for name in settings.columns:
        if fold_text(name) in absent:
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
    for name, times in Counter(fold_text(name) or name for name in header if name).items():
        if times > 1:
            twins = [n for n, each in enumerate(header, start=1) if (fold_text(each) or each) == name]
            wrong[header[twins[0] - 1]] = [
                _("Columns %(numbers)s have the same name: rename all but one.", numbers=", ".join(map(str, twins)))
            ]
    if wrong:
        raise Invalid(wrong)


def header_fingerprint(header: Sequence[str]) -> str:
    """Return what the columns of a file are known by, in any order."""
    return hashlib.sha256(json.dumps(sorted(fold_text(name) for name in header)).encode()).hexdigest()

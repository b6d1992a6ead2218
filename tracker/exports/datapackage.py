"""The open data set: a CSV file for each kind of record, described by a Frictionless Data Package."""

import datetime
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tracker.errors import TrackerError
from tracker.exports import csv_file
from tracker.exports.provenance import DigestCounter, provenance
from tracker.queries import export_rows, history, listing, open_data
from tracker.records.base import Column, Kind
from tracker.records.codebook import codebook, referenced_kind
from tracker.records.filters import Filters

#: The identifier of a licence in SPDX.
LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,60}")
TITLE = "Open data of Tracker"
DESCRIPTION = (
    "What governments undertook at their meetings, where that is written, and how it stands. Left out are private "
    "notes, who works on what, the texts of documents beyond the passages that are cited, and what was recorded in "
    "error. Several codes in a cell are parted by “; ”. Text that a spreadsheet would run (beginning with = + - @ or "
    "an apostrophe) begins with an apostrophe more: take one away for the original."
)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a draft folder, whose files move into `path`, which must be new or empty, all together or not at all.

    Raises TrackerError if `path` is a file or holds anything.
    """
    new = not path.exists()
    if not new and not path.is_dir():
        raise TrackerError(f"{path} is a file: name a folder that is new or empty.")
    # The message names it, as it may be a hidden file, such as the draft of a killed command.
    if not new and (present := next(path.iterdir(), None)):
        raise TrackerError(f"{path} is not empty, it holds {present.name}: name a folder that is new or empty.")
    path.mkdir(exist_ok=True)
    # Inside `path`, so that files can be moved: its parent may be on another disk, or read-only.
    draft = Path(tempfile.mkdtemp(prefix=".writing-", dir=path))
    try:
        yield draft
        for file in sorted(draft.iterdir(), key=lambda file: file.name == "datapackage.json"):
            file.rename(path / file.name)
        draft.rmdir()
    except BaseException:
        shutil.rmtree(path if new else draft)
        raise


def count_records(reading: Connection) -> int:
    """Return the number of records in the set."""
    return sum(listing.count_rows(open_data.open_data_query(kind), reading) for kind in open_data.KINDS.values())


def write_datapackage(
    reading: Connection, folder: Path, *, licence: str, address: str, by: str, on_progress: Callable[[int], None]
) -> dict[str, int]:
    """Write the files of the set into a folder; return the number of records of each kind.

    `address` is the beginning of the addresses of records; `by` the code of the account that issues the set;
    `on_progress` is called repeatedly with the number of further records written.
    """
    at, as_of, head = datetime.datetime.now(datetime.UTC), Filters().as_of_dates, history.chain_head(reading)
    resources, counts, exported = [], {}, []
    for name, kind in open_data.KINDS.items():
        columns = [*open_data.open_data_columns(kind), kind.url_column(address)]
        order = listing.Order("id", kind.model.id, False)
        rows = export_rows.iterate_rows(reading, kind, columns, open_data.open_data_query(kind), order, as_of)
        counter = _write_table(folder / f"{name}.csv", [column.name for column in columns], rows, on_progress)
        schema = {"fields": list(map(_field, columns)), "primaryKey": "code", "foreignKeys": _keys(kind, columns)}
        resources.append(_resource(name, str(kind.plural), str(kind.description), schema, counter))
        counts[name] = counter.count
        exported += columns
    resources.append(_write_words(folder, exported))
    stamp = provenance(title=TITLE, sentence="", filters={}, as_of=as_of, at=at, by=by, rows=counts, head=head)
    package = {
        "profile": "tabular-data-package",
        "name": "tracker-open-data",
        "title": TITLE,
        "description": DESCRIPTION,
        "created": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "licenses": [{"name": licence}],
        "stamp": stamp,
        "resources": resources,
    }
    (folder / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return counts


def _write_table(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]], on_progress: Callable[[int], None] | None = None
) -> DigestCounter:
    counter, reported = DigestCounter(), 0
    with path.open("xb") as file:
        for line in csv_file.csv_lines(header, counter.rows(rows), mark=""):
            file.write(counter.add(line.encode()))
            if on_progress:
                on_progress(counter.count - reported)
            reported = counter.count
    return counter


def _write_words(folder: Path, columns: Sequence[Column]) -> dict[str, Any]:
    """Write the vocabularies of the columns as a table, and return its resource."""
    rows = ((name, word, *texts.values()) for name, words in codebook(columns).items() for word, texts in words.items())
    fields: list[dict[str, Any]] = [
        {"name": name, "type": "string", "description": description, "constraints": {"required": True}}
        for name, description in {
            "list": "What the list is called.",
            "word": "As the other files hold it.",
            "label": "As people read it.",
            "definition": "What it means; empty where the label says it all.",
        }.items()
    ]
    del fields[-1]["constraints"]
    counter = _write_table(folder / "words.csv", [field["name"] for field in fields], rows)
    description = "Every word that stands in the other files for something, and what it means."
    return _resource("words", "Words", description, {"fields": fields, "primaryKey": ["list", "word"]}, counter)


def _resource(
    name: str, title: str, description: str, schema: dict[str, Any], counter: DigestCounter
) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "title": title,
        "description": description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": counter.size,
        "hash": f"sha256:{counter.sha256}",
        "schema": schema | {"missingValues": [""]},
    }


def _field(column: Column) -> dict[str, Any]:
    """Return the field of a table schema for a column; a cell with several codes is text, not a foreign key."""
    is_code, vocabulary = column.name == "code", column.field.vocabulary
    descriptions = [str(column.field.description)]
    if column.field.multiple:
        descriptions.append(f"Codes of “{referenced_kind(column)}”, parted by “; ”.")
    if vocabulary:
        descriptions.append(f"A word of the list {vocabulary.__name__} in words.csv.")
    constraints = {
        "enum": [word.value for word in vocabulary or ()],
        "required": is_code or column.field.required,
        "unique": is_code,
    }
    field = {
        "name": column.name,
        "title": str(column.label),
        "type": "string" if column.field.multiple else column.field.json_type,
        "description": " ".join(filter(None, descriptions)),
        "constraints": {name: value for name, value in constraints.items() if value},
    }
    return {name: value for name, value in field.items() if value}


def _keys(kind: Kind, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Return the foreign keys of a table; the empty name stands for the table itself."""
    return [
        {"fields": column.name, "reference": {"resource": "" if other == kind.name else other, "fields": "code"}}
        for column in columns
        if (other := referenced_kind(column)) and not column.field.multiple
    ]

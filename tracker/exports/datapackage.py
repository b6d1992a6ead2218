"""The open data set: a CSV for each kind of record, and a Frictionless Data Package that says what they hold."""

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
from tracker.records import Kind
from tracker.records.base import Column
from tracker.records.codebook import codebook, referenced_kind, type_of
from tracker.records.filters import Filters

#: What a licence is called, as SPDX calls them.
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
    """Give a folder to write files into; they come into `path`, which must be new or empty, all together or not at all.

    Raises TrackerError if it is neither.
    """
    new = not path.exists()
    if not new and not path.is_dir():
        raise TrackerError(f"{path} is a file: name a folder that is new or empty.")
    # Named, for it may be hidden, as the draft of a command that was killed.
    if not new and (held := next(path.iterdir(), None)):
        raise TrackerError(f"{path} is not empty, it holds {held.name}: name a folder that is new or empty.")
    path.mkdir(exist_ok=True)
    # Inside it, so that the files can be moved: beside it may be another disk, or nothing that can be written to.
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
    """Return how many records the set holds."""
    return sum(listing.count_rows(open_data.open_data_query(kind), reading) for kind in open_data.KINDS.values())


def write_datapackage(
    reading: Connection, folder: Path, *, licence: str, address: str, by: str, told: Callable[[int], None]
) -> dict[str, int]:
    """Write the files of the set into a folder; return how many records of each kind there are.

    `address` is what the addresses of records start with; `by` the code of the account that issues the set; `told`
    is told again and again how many more records were written.
    """
    at, clock, head = datetime.datetime.now(datetime.UTC), Filters().as_of_dates, history.chain_head(reading)
    resources, rows, used = [], {}, []
    for name, kind in open_data.KINDS.items():
        columns = [*open_data.open_data_columns(kind), kind.url_column(address)]
        order = listing.Order("id", kind.model.id, False)
        found = export_rows.iterate_rows(reading, kind, columns, open_data.open_data_query(kind), order, clock)
        tally = _file(folder / f"{name}.csv", [column.name for column in columns], found, told)
        schema = {"fields": list(map(_field, columns)), "primaryKey": "code", "foreignKeys": _keys(kind, columns)}
        resources.append(_resource(name, kind.plural, kind.description, schema, tally))
        rows[name] = tally.count
        used += columns
    resources.append(_words(folder, used))
    package = {
        "profile": "tabular-data-package",
        "name": "tracker-open-data",
        "title": TITLE,
        "description": DESCRIPTION,
        "created": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "licenses": [{"name": licence}],
        "stamp": provenance(title=TITLE, sentence="", filters={}, clock=clock, at=at, by=by, rows=rows, head=head),
        "resources": resources,
    }
    (folder / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return rows


def _file(
    path: Path, header: Sequence[str], rows: Iterable[Any], told: Callable[[int], None] | None = None
) -> DigestCounter:
    tally, before = DigestCounter(), 0
    with path.open("xb") as file:
        for stretch in tally.bytes(csv_file.csv_lines(header, tally.rows(rows), mark="")):
            file.write(stretch)
            if told:
                told(tally.count - before)
            before = tally.count
    return tally


def _words(folder: Path, columns: Sequence[Column]) -> dict[str, Any]:
    """Write the lists of words that the columns hold, and return what is said of that file."""
    lists = codebook(columns)
    rows = ((name, word, *said.values()) for name, words in lists.items() for word, said in words.items())
    tally = _file(folder / "words.csv", ("list", "word", "label", "definition"), rows)
    said = {"list": "What the list is called.", "word": "As the other files hold it.", "label": "As people read it."}
    fields: list[dict[str, Any]] = [
        {"name": name, "type": "string", "description": each, "constraints": {"required": True}}
        for name, each in said.items()
    ]
    definition = "What it means; empty where the label says it all."
    fields.append({"name": "definition", "type": "string", "description": definition})
    about_words = "Every word that stands in the other files for something, and what it means."
    return _resource("words", "Words", about_words, {"fields": fields, "primaryKey": ["list", "word"]}, tally)


def _resource(name: str, title: Any, description: Any, schema: dict[str, Any], tally: DigestCounter) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "title": str(title),
        "description": str(description),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": tally.size,
        "hash": f"sha256:{tally.sha256}",
        "schema": schema | {"missingValues": [""]},
    }


def _field(column: Column) -> dict[str, Any]:
    """Return what a table schema says of a column; several codes in a cell are text there, and no foreign key."""
    told: dict[str, Any] = {"name": column.name, "title": str(column.label), "type": type_of(column)}
    said, constraints = [str(getattr(column.field, "description", ""))], dict[str, Any]()
    if told["type"] == "list":
        told["type"] = "string"
        said.append(f"Codes of “{referenced_kind(column)}”, parted by “; ”.")
    if column.vocabulary:
        said.append(f"A word of the list {column.vocabulary.__name__} in words.csv.")
        constraints["enum"] = [word.value for word in column.vocabulary]
    if column.name == "code" or getattr(column.field, "required", False):
        constraints["required"] = True
    if column.name == "code":
        constraints["unique"] = True
    beside = {"description": " ".join(filter(None, said)), "constraints": constraints}
    return told | {name: value for name, value in beside.items() if value}


def _keys(kind: Kind, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Return the foreign keys of a table; by an empty name it means itself."""
    keys = []
    for column in columns:
        if (other := referenced_kind(column)) and type_of(column) != "list":
            reference = {"resource": "" if other == kind.name else other, "fields": "code"}
            keys.append({"fields": column.name, "reference": reference})
    return keys

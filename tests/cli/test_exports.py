"""Files that the command writes come with what they are; the open data set is whole, public, and valid for others."""

import csv
import hashlib
import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from tests import filled, make
from tracker.actions.retire import retire_commitment
from tracker.cli import tracker
from tracker.database import session, writing
from tracker.models import Commitment
from tracker.records import CATALOGUE


@pytest.fixture
def export(app):
    """Run the command on the database of the application; return what it said."""

    url = app.extensions["tracker.engine"].url
    database = url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=False)

    def run(*args, code=0):
        command = ["export", *map(str, args), "--database", database]
        done = CliRunner().invoke(tracker, command, obj=lambda _settings: app)
        assert done.exit_code == code, done.output
        return " ".join(done.output.split())

    return run


def sheet(path):
    """Return the rows of a CSV, each as {column: cell}."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def package_of(folder):
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


def validated(folder):
    """Return what the validator of the format's authors says of a data set, and whether it is valid."""
    command = [Path(sys.executable).with_name("frictionless"), "validate", folder / "datapackage.json", "--json"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    return said.returncode == 0, said.stdout


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_beside_a_file_stands_what_it_is(export, tmp_path, form):
    out = tmp_path / "übersicht.csv"
    assert export("commitments", "area=migration", "as_of=2024-03-01", "--format", form, "-o", out) == ""
    stamp = json.loads((tmp_path / "übersicht.csv.about.json").read_text(encoding="utf-8"))
    assert stamp["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert (stamp["bytes"], stamp["format"], stamp["rows"]) == (out.stat().st_size, form, {"commitments": 4})
    assert stamp["filters"] == {"area": ["migration"], "as_of": ["2024-03-01"]}
    assert (stamp["as_of"], stamp["issued_by"], stamp["title"]) == ("2024-03-01", "local", "Commitments")
    assert "CommitmentKind" in stamp["codebook"]


def test_what_goes_to_the_screen_has_nothing_beside_it(export, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert export("areas", "--format", "csv", "-o", "-").startswith("\ufeffcode,")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def full(app):
    """Fill the database, and retire a commitment that everything possible hangs on."""
    with app.app_context():
        with writing():
            filled.plant()
            wrong = make.commitment(code="wrong")
            make.update(commitment="wrong", party=make.commitment_party(commitment="wrong").party.code)
            make.commitment_source(commitment="wrong")
            make.commitment_link(commitment="wrong", to="mx-us-2023-07-24.c1")
            make.commitment_link(commitment="mx-us-2023-07-24.c1", to="wrong")
            make.milestone(commitment="wrong")
            make.check(commitment="wrong")
            make.claim(code="of-wrong", commitment="wrong")
        with writing():
            wrong = session.scalars(select(Commitment).where(Commitment.code == "wrong")).one()
            retire_commitment(make.account(), wrong, "Recorded in error.")


def test_the_open_data_set_is_valid_and_holds_every_published_kind(app, full, export, tmp_path):
    folder = tmp_path / "data"
    said = export("all", folder, "--licence", "CC0-1.0")
    fine, why = validated(folder)
    assert fine, why
    package = package_of(folder)
    kinds = set(CATALOGUE) - {"reports"}
    names = {f"{name}.csv" for name in (*kinds, "words")}
    assert {path.name for path in folder.iterdir()} == names | {"datapackage.json"}
    assert package["licenses"] == [{"name": "CC0-1.0"}]
    assert said.startswith(f"{sum(package['stamp']['rows'].values())} records of {len(kinds)} kinds are in")
    for told in package["resources"]:
        content = (folder / told["path"]).read_bytes()
        assert told["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert told["bytes"] == len(content)
        rows = sheet(folder / told["path"])
        assert len(rows) == package["stamp"]["rows"].get(told["name"], len(rows))
        assert rows, f"{told['name']} is empty: nothing of it was tried."
        fields = [field["name"] for field in told["schema"]["fields"]]
        assert fields == list(rows[0])
        assert "note" not in fields
    words = {(row["list"], row["word"]): row["label"] for row in sheet(folder / "words.csv")}
    assert words["OverallStatus", "mixed"] == "Mixed"


def test_nothing_internal_and_nothing_recorded_in_error_is_published(full, export, tmp_path):
    export("all", tmp_path / "data")
    columns = {path.stem: set(sheet(path)[0]) for path in (tmp_path / "data").glob("*.csv")}
    internal = {"note", "owner", "priority", "review_every", "recorded_by", "on_behalf_of", "prefix", "suffix"}
    assert not {name for names in columns.values() for name in names} & internal
    assert {"exact", "sha256"} <= columns["passages"]
    for path in (tmp_path / "data").glob("*.csv"):
        for row in sheet(path):
            assert not [cell for cell in row.values() if cell == "wrong" or cell.startswith("wrong.")], path.name
            assert "A note of" not in "".join(row.values())
    (claim,) = (row for row in sheet(tmp_path / "data" / "claims.csv") if row["code"] == "of-wrong")
    assert claim["commitment"] == ""
    assert any(row["commitment"] for row in sheet(tmp_path / "data" / "claims.csv"))


def test_the_validator_finds_what_is_wrong(export, tmp_path):
    """Otherwise its word would count for nothing: a key that leads nowhere, a day or word that is none, other bytes."""
    folder = tmp_path / "data"
    export("all", folder)
    for name, old, new in (
        ("parties.csv", "\nmx,", "\nmy,"),
        ("meetings.csv", ",2023-07-24,", ",24 July 2023,"),
        ("commitments.csv", ",reaffirmation,", ",promise,"),
    ):
        content = (folder / name).read_bytes().decode()
        assert old in content
        (folder / name).write_bytes(content.replace(old, new, 1).encode())
    _fine, said = validated(folder)
    assert '"hash-count"' in said
    package = package_of(folder)
    for told in package["resources"]:
        del told["hash"], told["bytes"]
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    fine, said = validated(folder)
    assert not fine
    assert all(f'"{error}"' in said for error in ("foreign-key", "type-error", "constraint-error")), said


def test_an_empty_folder_may_be_there_already(export, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    export("all", ".")
    assert (tmp_path / "datapackage.json").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_that_cannot_be_written_is_refused_and_left_as_it_is(export, tmp_path):
    file, full = tmp_path / "file", tmp_path / "full"
    file.write_text("kept")
    full.mkdir()
    (full / "other").write_text("kept")
    for args, said, code in (
        ((file,), "is a file: name a folder that is new or empty", 1),
        ((file / "data",), "cannot be used", 1),
        ((full,), "is not empty, it holds other: name a folder that is new or empty", 1),
        ((tmp_path / "no" / "data",), "cannot be used: No such file or directory", 1),
        ((), "Name the folder", 2),
        ((tmp_path / "a", tmp_path / "b"), "Name the folder", 2),
        ((tmp_path / "a", "--format", "csv"), "leave out --format and --output", 2),
        ((tmp_path / "a", "-o", tmp_path / "b"), "leave out --format and --output", 2),
        ((tmp_path / "a", "--licence", "my <licence>"), "is no name of a licence", 2),
    ):
        assert said in export("all", *args, code=code), args
    assert "is for the whole set" in export("areas", "--format", "csv", "--licence", "CC0-1.0", code=2)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full", "other"]
    assert file.read_text() == (full / "other").read_text() == "kept"


def test_what_fails_half_way_leaves_nothing(export, tmp_path):
    """No file may grow beyond 40,000 bytes, as on a disk that is full: the last one is too large for that."""
    (tmp_path / "empty").mkdir()
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, usual[1]))
    try:
        for name in ("new", "empty"):
            assert "File too large" in export("all", tmp_path / name, code=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]

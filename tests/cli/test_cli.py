"""The command `tracker`, run as people run it: a process of its own, on a data folder of its own."""

import csv
import io
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from alembic import command as alembic
from alembic.script import ScriptDirectory
from click.testing import CliRunner

import tracker
from tests.client import form_values
from tests.conftest import Place
from tests.test_seeds import DOCUMENTS
from tracker.app import create_app
from tracker.cli import tracker as tracker_command
from tracker.database import alembic_config, database_url, sqlite
from tracker.records import CATALOGUE

COMMAND = [sys.executable, "-m", "tracker"]
ROOT = Path(tracker.__file__).parents[1]


def environment(data, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return kept | {"TRACKER_DATA": str(data), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | more


def run(data, *args, code=0, cwd=None, **more):
    """Run the command, and fail unless it ends with the code; return what it said, errors last."""
    done = subprocess.run(
        [*COMMAND, *map(str, args)],
        env=environment(data, **more),
        cwd=cwd or data,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert (code == 0) is (done.stderr == ""), done.stderr
    return done.stdout + done.stderr


def call(data, *args, code=0, **more):
    """Run the command as `run` does, but within this process: what is only said costs no start of its own."""
    kept = {name: None for name in os.environ if name.startswith("TRACKER_")}
    done = CliRunner().invoke(
        tracker_command, list(map(str, args)), obj=create_app, env=kept | {"TRACKER_DATA": str(data)} | more
    )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, f"{args}: {done.exit_code}\n{done.output}"
    return done.output


def run_each(data, commands, **kwargs):
    """Run several commands beside one another; return what each said."""
    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(lambda command: run(data, *command, **kwargs), commands))


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A data folder with the seeds, to copy or only to read."""
    data = tmp_path_factory.mktemp("planted")
    run(data, "migrate")
    run(data, "seed")
    return data


@pytest.fixture
def data(planted, tmp_path):
    """A data folder with the seeds, to do anything with."""
    return Path(shutil.copytree(planted, tmp_path / "data"))


def change(data, *statements):
    """Change the database behind the tracker's back."""
    with sqlite.connect(data / "tracker.sqlite") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_commands_before_a_migration_say_to_migrate(tmp_path):
    commands = [("seed",), ("check",), ("export", "meetings", "--format", "csv")]
    (tmp_path / "tracker.sqlite").touch()
    for said in (call(tmp_path, *each, code=1) for each in commands):
        assert "is not up to date: run `tracker migrate` first." in said
        assert str(tmp_path / "tracker.sqlite") in said


def test_only_migrating_and_serving_make_a_database(tmp_path):
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere" / "x.sqlite"
    commands = [("seed",), ("check",), ("export", "meetings", "--format", "csv")]
    for command in commands:
        said = call(data, *command, code=1)
        assert f"There is no database {data / 'tracker.sqlite'}: run `tracker migrate` to make it." in said
        for name in (elsewhere, f"sqlite:///{elsewhere}"):
            said = call(data, *command, "--database", name, code=1)
            assert f"There is no database {elsewhere}: run `tracker migrate` to make it." in said
    assert not list(tmp_path.iterdir())
    call(data, "migrate", "--database", elsewhere)
    assert elsewhere.is_file()


@pytest.mark.long
def test_migrating_and_seeding_again_change_nothing(data):
    before = call(data, "export", "commitments", "--format", "csv")
    assert "was already up to date" in call(data, "migrate")
    assert re.search(r"Seeds: 0 added, 0 changed, \d+ as they were\.", call(data, "seed"))
    assert call(data, "export", "commitments", "--format", "csv") == before
    assert f"Nothing is wrong in {data / 'tracker.sqlite'}." in run(data, "check")


def with_one_more_migration(checkout, *statements):
    """Copy the program into a folder, with a migration of these statements; return its number and the one before."""
    for name in ("tracker", "templates", "migrations", "seeds"):
        shutil.copytree(ROOT / name, checkout / name)
    latest = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    number = f"{int(latest) + 1:04}"
    lines = ["from alembic import op", f"revision, down_revision = {number!r}, {latest!r}"]
    lines += ["def upgrade():", *(f"    {statement}" for statement in statements), "def downgrade():", "    pass"]
    (checkout / f"migrations/versions/{number}_later.py").write_text("\n".join(lines))
    return number, latest


@pytest.mark.on_sqlite
def test_a_migration_keeps_a_copy_of_the_database_as_it_was(data, tmp_path):
    database, checkout = data / "tracker.sqlite", tmp_path / "newer"
    latest, before = with_one_more_migration(checkout, "op.execute('CREATE TABLE IF NOT EXISTS later (id INTEGER)')")
    config = alembic_config(database_url("", data))
    config.set_main_option("script_location", str(checkout / "migrations"))
    (copy, again) = (data / f"tracker.sqlite.before-{latest}{end}" for end in ("", "-2"))
    assert f"A copy of the database as it was: {copy}\n" in run(data, "migrate", PYTHONPATH=str(checkout))
    with closing(sqlite.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (before,)
        assert connection.execute("SELECT count(*) FROM passage").fetchone() == (18,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    kept = copy.read_bytes()
    alembic.downgrade(config, before)
    assert f"as it was: {again}\n" in run(data, "migrate", PYTHONPATH=str(checkout))
    assert copy.read_bytes() == kept
    alembic.downgrade(config, before)
    assert "A copy" not in call(data, "migrate")
    assert f"Nothing is wrong in {database}." in call(data, "check")


@pytest.mark.on_sqlite
@pytest.mark.parametrize("number", ["0001", "0006"])
def test_a_database_from_before_the_first_schema_is_refused_with_the_way_out(data, number):
    change(data, f"UPDATE alembic_version SET version_num = '{number}'")
    for command in ("migrate", "serve", "check", "seed"):
        said = call(data, command, code=1)
        assert f"is at {number}, and migrations begin with 0007 now." in said
        assert "git checkout $(git log" in said
    assert list(data.glob("*before*")) == []


@pytest.mark.on_sqlite
def test_a_word_that_the_database_does_not_know_is_noticed(data, tmp_path):
    """The vocabulary has a word more than the database: that is neither up to date, nor served."""
    words = "op.change_words('meeting', 'status', 'ck_meeting_meetingstatus', drop={'cancelled': None})"
    _number, latest = with_one_more_migration(tmp_path / "newer", words)
    config = alembic_config(database_url("", data))
    config.set_main_option("script_location", str(tmp_path / "newer/migrations"))
    assert "was already up to date" in call(data, "migrate")
    assert "Nothing is to be written" in call(data, "migrate", "--write", "nothing")
    alembic.upgrade(config, "head")
    change(data, f"UPDATE alembic_version SET version_num = '{latest}'")
    for code, command in enumerate(("migrate", "serve")):
        said = call(data, command, code=code)
        assert "the models say something else: write what is missing with `tracker migrate --write NAME`" in said
        assert "up to date" not in said


def test_a_first_migration_copies_nothing(tmp_path):
    assert "A copy" not in call(tmp_path, "migrate")
    assert [path.name for path in tmp_path.glob("*before*")] == []


def test_migrations_at_once_make_one_database(tmp_path):
    for said in run_each(tmp_path, [("migrate",)] * 2):
        assert "up to date" in said
    assert "Nothing is wrong" in call(tmp_path, "check")


def test_seeding_a_folder_of_ones_own(data, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "parties.yaml").write_text("- {code: un, name: United Nations, kind: international_organisation}\n")
    assert "Seeds: 1 added, 0 changed, 0 as they were." in call(data, "seed", own)
    (own / "parties.yaml").write_text("- {code: who, name: W, kind: country}\n- {code: xx, name: X, kind: nothing}\n")
    said = call(data, "seed", own, code=1)
    assert "parties.xx.kind" in said
    assert "who" not in call(data, "export", "parties", "--format", "csv")


@pytest.mark.parametrize(
    "written",
    [
        b"- {code: [",
        b"only words",
        b"- only words",
        b"- {name: nameless, kind: country}",
        b"- {code: [a, b], name: N, kind: country}",
        b"- {code: fr, name: {a: b}, kind: country}",
        b"{code: fr}",
        b"\xff\xfe",
        b'- {code: fr, name: "\\0", kind: country}',
    ],
    ids=lambda written: written.decode("latin-1"),
)
def test_seeds_that_are_none_are_told_in_words(data, tmp_path, written):
    own = tmp_path / "own"
    own.mkdir()
    (own / "parties.yaml").write_bytes(written)
    assert "parties" in call(data, "seed", own, code=1)


# Export


NOT_SEEDED = ("indicators", "commitment-links", "milestones", "updates", "evidence", "checks", "reports")


def test_every_kind_is_exported_in_every_format(planted):
    for kind in CATALOGUE:
        text = call(planted, "export", kind, "--format", "csv")
        assert text.startswith("\ufeff")
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        items = json.loads(call(planted, "export", kind, "--format", "json"))["items"]
        assert [row["code"] for row in rows] == [item["code"] for item in items]
        assert len(items) > 0 or kind in NOT_SEEDED
        for row, item in zip(rows, items, strict=True):
            assert list(row) == list(item)
            parent = CATALOGUE[kind].parent
            start = item[parent] if parent else item["code"]
            assert f"/{start}" in item["url"]
            assert item["url"].startswith("http://127.0.0.1:8000/")
    commands = [("export", "meetings", "--format", form) for form in ("csv", "json")]
    assert run_each(planted, commands) == [call(planted, *command) for command in commands]


def test_an_export_is_filtered_as_its_page_is(planted):
    commands = [
        ("export", "commitments", "area=migration", "--format", "json"),
        ("export", "commitments", "area=migration", "area=arms", "kind=intention", "--format", "json"),
        ("export", "--format", "json", "commitments", "q=fentanyl"),
        ("export", "meetings", "held_from=2023-06-01", "status=held", "--format", "json"),
        ("export", "meetings", "held_to=1999-12-31", "--format", "json"),
    ]
    told = [json.loads(call(planted, *command)) for command in commands]
    assert [len(each["items"]) for each in told[:2]] == [4, 3]
    assert {item["area"] for item in told[1]["items"]} == {"migration", "arms"}
    assert told[2]["items"]
    assert [item["code"] for item in told[3]["items"]] == ["mx-us-2023-07-24"]
    assert told[4]["items"] == []


def test_an_export_goes_into_a_file(planted, tmp_path):
    out = tmp_path / "übersicht 1.csv"
    assert call(planted, "export", "meetings", "--format", "csv", "-o", out) == ""
    raw = out.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfcode,")
    assert "México" in raw.decode() or "reunión" in raw.decode().lower()
    assert raw.count(b"\r\n") == raw.count(b"\n"), "Every line ends as CSV's do, on every system."
    for address in ("https://tracker.example/", "https://example.org/tracker"):
        other = call(planted, "export", "meetings", "--format", "csv", TRACKER_ADDRESS=address)
        assert f"{address.rstrip('/')}/meetings/mx-us-2023-07-24" in other


def test_a_bad_export_is_refused_in_words(planted, tmp_path):
    out = tmp_path / "kept.csv"
    out.write_text("kept")
    wrong = {
        ("nothing", "--format", "csv"): (2, "'nothing' is not one of"),
        ("meetings",): (2, "Missing option '--format'"),
        ("meetings", "--format", "xml"): (2, "'xml' is not one of 'csv', 'json'"),
        ("meetings", "held", "--format", "csv"): (2, "write name=value"),
        ("meetings", "nothing=1", "--format", "csv", "-o", str(out)): (1, "nothing: There is no such filter"),
        ("meetings", "status=gone", "--format", "csv"): (1, "status: “gone” is not one of: held"),
        ("meetings", "party=nobody", "--format", "csv"): (1, "party: No record has the code “nobody”"),
        ("meetings", "held_from=2023-02-30", "--format", "csv"): (1, "held_from: “2023-02-30” is not a day"),
        ("meetings", "q=%", "--format", "csv"): (1, "q: Type at least one letter or digit."),
        ("meetings", "--format", "csv", "-o", str(tmp_path / "no" / "such" / "folder.csv")): (1, "folder.csv"),
        ("meetings", "--format", "csv", "-o", str(tmp_path)): (1, "directory"),
    }
    for args, (code, said) in wrong.items():
        assert said in " ".join(call(planted, "export", *args, code=code).split()), args
    assert "no such filter" in run(planted, "export", "meetings", "nothing=1", "--format", "csv", code=1)
    assert out.read_text() == "kept"


# Check


SPOILED = {
    "a title changed behind the history": (
        ["UPDATE commitment SET title = 'Changed' WHERE code = 'mx-us-2023-07-24.c1'"],
        'commitments/mx-us-2023-07-24.c1: title is "Changed", but the history says',
    ),
    "words for searching": (
        ["UPDATE party SET search = 'nonsense' WHERE code = 'mx'"],
        "parties/mx: the words kept for searching are not its words.",
    ),
    "a status without an update": (
        ["UPDATE commitment_party SET status = 'done' WHERE code = 'mx-us-2023-07-24.c1.p1'"],
        "commitment-parties/mx-us-2023-07-24.c1.p1: “done” (none) is kept",
    ),
    "a record taken away": (
        ["DELETE FROM claim WHERE code = 'mx-us-2023-05-30.claim-1'"],
        "claims/mx-us-2023-05-30.claim-1: the history says it is here, but it is not.",
    ),
    "a record slipped in": (
        ["INSERT INTO framework (code, name, search, version) VALUES ('slipped', 'In', ' in', 1)"],
        "frameworks/slipped: the history does not know it.",
    ),
    "a word no list has": (
        ["PRAGMA ignore_check_constraints = ON", "UPDATE party SET kind = 'empire' WHERE code = 'mx'"],
        "parties",
    ),
    "a day that is none": (
        ["PRAGMA ignore_check_constraints = ON", "UPDATE meeting SET starts_on = '2023-02-30'"],
        "meetings",
    ),
    "a reference to nothing": (
        ["UPDATE commitment SET area_id = 4711 WHERE code = 'mx-us-2023-07-24.c1'"],
        "of policy_area that is not there",
    ),
    "a link of many taken away": (
        ["DELETE FROM meeting_document"],
        "meetings/mx-us-2023-07-24: documents is",
    ),
    "a text the form refuses": (["UPDATE participant SET name = ''"], "participants/"),
    "history rewritten": (
        ["DROP TRIGGER change_refuses_update", "UPDATE change SET code = 'xx' WHERE seq = 1"],
        "Change 1 of the history is not as it was written.",
    ),
    "history with a hole": (
        ["DROP TRIGGER change_refuses_delete", "DELETE FROM change WHERE seq = 5"],
        "The history jumps from change 4 to 6.",
    ),
}


@pytest.mark.parametrize("what", SPOILED)
def test_check_tells_whatever_was_spoiled(data, what):
    statements, told = SPOILED[what]
    change(data, *statements)
    said = call(data, "check", code=1)
    assert told in said
    assert re.search(rf"^\d+ problems in {data / 'tracker.sqlite'}\.$", said, re.MULTILINE)


def test_a_text_is_attached_and_its_passages_are_told(data, tmp_path):
    code = "joint-statement-2023-07-24"
    file = tmp_path / "報告.txt"
    file.write_text("Some words.\n\nA whole paragraph of other words.")
    said = call(data, "documents", "attach", code, file)
    assert f"Attached: 46 characters of {file.name}, to {code}." in said
    assert "It is not the text catalogued: its sha256 is " in said
    assert "Passages: 0 found, 0 moved, 8 not found." in said
    assert f"  not found: {code}.x1 (p1 s1)" in said
    assert "Attached already" in call(data, "documents", "attach", code, file)
    assert "Nothing is wrong" in call(data, "check")


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="The two documents are not in ../shared/documents.")
def test_the_text_that_is_catalogued_is_told_to_be(data):
    said = call(data, "documents", "attach", "news-readout-2023-05-30", DOCUMENTS / "news-readout.txt")
    assert "It is the text catalogued: its sha256 is the same." in said
    assert "Passages: 10 found, 0 moved, 0 not found." in said


def test_what_cannot_be_attached_is_told_in_words(planted, tmp_path):
    picture, words = tmp_path / "a.txt", tmp_path / "b.txt"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    words.write_text("Words.")
    code = "news-readout-2023-05-30"
    assert "This is a picture" in call(planted, "documents", "attach", code, picture, code=1)
    assert "No document has the code “nothing”." in call(planted, "documents", "attach", "nothing", words, code=1)
    assert "does not exist" in call(planted, "documents", "attach", code, tmp_path / "none.txt", code=2)


def test_check_ends_with_1_where_something_is_wrong(data):
    change(data, "UPDATE party SET search = 'nonsense' WHERE code = 'mx'")
    done = subprocess.run(
        [*COMMAND, "check"], env=environment(data), cwd=data, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "1 problems in" in done.stdout


# Databases that are none


def test_a_database_newer_than_the_program_is_left_alone(data):
    change(data, "UPDATE alembic_version SET version_num = '9999'")
    before = (data / "tracker.sqlite").read_bytes()
    commands = [
        ("migrate",),
        ("seed",),
        ("check",),
        ("export", "meetings", "--format", "csv"),
        ("serve", "--port", "0"),
    ]
    for command in commands:
        said = call(data, *command, code=1)
        assert "9999" in said, command
        assert "run `tracker migrate`" not in said, "It would not help."
    assert (data / "tracker.sqlite").read_bytes() == before


def test_a_place_that_cannot_be_used_is_told_in_words(tmp_path):
    (tmp_path / "text.sqlite").write_text("These are no tables. " * 500)
    (tmp_path / "file").write_text("")
    wrong = {
        ("check", "--database", tmp_path): tmp_path,
        ("migrate", "--database", tmp_path / "text.sqlite"): "text.sqlite",
        ("migrate", "--database", tmp_path / "file" / "x.sqlite"): "file",
        ("serve", "--port", "0", "--database", "/proc/tracker.sqlite"): "/proc",
        ("migrate", "--database", "nothing://here/x"): "nothing",
        ("migrate", "--database", "postgresql://somebody@127.0.0.1:port/x"): "database",
    }
    for args, said in wrong.items():
        answer = call(tmp_path, *args, code=1)
        assert answer.startswith("Error: "), args
        assert str(said) in answer, args
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper"):
        assert str(tmp_path / "file") in call(folder, "migrate", code=1)


def test_a_password_is_never_told(tmp_path):
    nobody = "127.0.0.1:1/x"
    addresses = [
        f"postgresql://somebody:sesame@{nobody}",
        f"postgresql+psycopg://somebody:sesame@{nobody}",
        f"postgresql://somebody@{nobody}?password=sesame",
        f"postgresql://{nobody}?user=somebody&password=sesame&sslpassword=sesame",
        "postgresql://somebody:sesame@127.0.0.1:port/x",
        "mysql://somebody:sesame@127.0.0.1:1/x",
    ]
    for address in addresses:
        assert "sesame" not in call(tmp_path, "check", "--database", address, code=1)
    assert "sesame" not in run(tmp_path, "migrate", code=1, TRACKER_DATABASE=addresses[0])


@pytest.mark.parametrize(
    "address",
    [
        "postgresql:/somebody:sesame@127.0.0.1/x",
        "postgresql:somebody:sesame@127.0.0.1/x",
        "postgresql+psycopg:/somebody:sesame@127.0.0.1/x",
        "postgresql:/somebody:ses://ame@127.0.0.1/x",
        "postgresql//somebody:sesame@127.0.0.1/x",
        "Postgres:/somebody:sesame@127.0.0.1/x",
        " postgres:/somebody:sesame@127.0.0.1/x",
        "mysql:/somebody:sesame@127.0.0.1/x",
    ],
)
def test_a_mistyped_address_is_neither_taken_for_a_file_nor_told(tmp_path, monkeypatch, address):
    monkeypatch.chdir(tmp_path)
    for command in (("migrate",), ("check",), ("serve", "--port", "0")):
        said = call(tmp_path, *command, "--database", address, code=1)
        assert "cannot be read: write postgresql://user@host:5432/name" in said
        assert "somebody" not in said
        assert "ame@" not in said
    assert not [path for path in tmp_path.iterdir() if path.name != "secret-key"]


@pytest.mark.parametrize(
    ("name", "value", "must"),
    [
        ("TIMEZONE", "Mars/Base", "the name of a time zone, such as America/Mexico_City."),
        ("TIMEZONE", "../../etc/passwd", "the name of a time zone"),
        ("REVIEW_EVERY", "0", "a number of days from 1 to 3650."),
        ("REVIEW_EVERY", "often", "a number of days"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told(tmp_path, name, value, must):
    said = call(tmp_path, "serve", code=1, **{f"TRACKER_{name}": value})
    assert f"TRACKER_{name} is “{value}”; it must be {must}" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["postgres.sqlite", "./notes:1.sqlite", "postgresql/x.sqlite"])
def test_a_file_may_have_any_name(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    call(tmp_path, "migrate", "--database", name)
    assert (tmp_path / name).is_file()


@pytest.mark.on_postgresql
def test_the_commands_do_the_same_on_postgresql(planted, tmp_path, where):
    place = Place("cli", where)
    place.make()
    secret = place.url.update_query_dict({"password": "sesame"}).render_as_string(hide_password=False)
    assert "sesame" not in run(tmp_path, "check", "--database", secret, code=1)
    on = {"TRACKER_DATABASE": place.name}
    assert "is now up to date" in run(tmp_path, "migrate", **on)
    assert re.search(r"Seeds: \d+ added, 0 changed, 0 as they were\.", run(tmp_path, "seed", **on))
    assert "Nothing is wrong" in run(tmp_path, "check", **on)
    for kind in ("meetings", "participations"):
        told = run(tmp_path, "export", kind, "--format", "csv", **on)
        assert told == call(planted, "export", kind, "--format", "csv")
    with serving(tmp_path, **on) as server:
        assert server.status("/commitments/") == 200


# The secret key


def test_the_secret_key_is_made_once_and_for_its_owner_alone(tmp_path):
    data = tmp_path / "new" / "data"
    run(data, "migrate", cwd=tmp_path)
    assert sorted(path.name for path in data.iterdir()) == ["secret-key", "tracker.sqlite"]
    key = data / "secret-key"
    first = key.read_text()
    assert len(first) >= 43
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    call(data, "migrate")
    assert key.read_text() == first
    key.chmod(0o640)
    call(data, "migrate")
    assert key.read_text() != first
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.mark.parametrize("kept", ["", "\n", "dev", "secret"])
def test_a_secret_key_too_short_to_be_one_is_not_used(data, kept):
    (data / "secret-key").write_text(kept)
    call(data, "check")
    assert len((data / "secret-key").read_text()) >= 43


def test_first_starts_at_once_share_one_whole_key(tmp_path):
    code = "from pathlib import Path; from tracker.config import secret_key; print(secret_key(Path('new')))"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code], env=environment(tmp_path), cwd=tmp_path, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    keys = {start.communicate(timeout=60)[0].strip() for start in starts}
    assert keys == {(tmp_path / "new" / "secret-key").read_text()}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret-key"]


# Serve


class Server:
    """A server that a process runs, and somebody's browser at it."""

    def __init__(self, process, said):
        self.process, self.said = process, said
        self.address = re.search(r"http://\S+?(?=/ )", said)[0]
        self.origin = re.match(r"http://[^/]+", self.address)[0]
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def ask(self, path, body=None, headers=None):
        """Ask for a page, or send it a form; return the status, the text and the headers of the answer."""
        wanted = urllib.request.Request(self.address + path, body, headers or {})
        if body is not None:
            wanted.add_header("Content-Type", "application/x-www-form-urlencoded")
        try:
            with self.opener.open(wanted, timeout=20) as response:
                return response.status, response.read().decode(), response.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers

    def status(self, path, body=None, headers=None):
        return self.ask(path, body, headers)[0]

    def page(self, path):
        status, page, _headers = self.ask(path)
        assert status == 200, path
        return page

    def json(self, path):
        return json.loads(self.page(f"{path}?format=json"))

    def send(self, path, changes, typed=None):
        """Fill in the form of a page and send it, with its token and cookie; return the page that follows."""
        typed = (typed or form_values(self.page(path))) | changes
        return self.ask(path, urllib.parse.urlencode(typed, doseq=True).encode())[1]

    def stop(self):
        """Stop it as Ctrl+C does; return its exit code and what else it said."""
        self.process.send_signal(signal.SIGINT)
        out, errors = self.process.communicate(timeout=30)
        return self.process.returncode, out + errors


@contextmanager
def serving(data, *args, cwd=None, start=COMMAND, **more):
    process = subprocess.Popen(
        [*start, "serve", "--port", "0", *map(str, args)],
        env=environment(data, **more),
        cwd=cwd or data,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = ""
        while "Open http" not in said:
            line = process.stdout.readline()
            if not line:
                raise AssertionError(said + process.stderr.read())
            said += line
        yield Server(process, said)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.long
def test_a_second_start_finds_everything_as_it_was_left(tmp_path):
    data, path = tmp_path / "data", "/commitments/mx-us-2023-07-24.c1"
    with serving(data, cwd=tmp_path) as server:
        assert re.search(r"Seeds: \d+ added", server.said)
        assert f"Database: {data / 'tracker.sqlite'}\n" in server.said
        assert re.search(r"Open http://127\.0\.0\.1:\d+/ — stop with Ctrl\+C\.", server.said)
        assert "9 commitments" in " ".join(server.page("/").split())
        assert server.ask("/")[2]["Server"] == "tracker"
        assert "Saved." in server.send(f"{path}/edit", {"title": "As it was left", "note": "Wörter"})
        assert "Removed" in server.send("/claims/mx-us-2023-05-30.claim-2/remove", {})
        left_open = form_values(server.page("/frameworks/bicentennial-framework/edit"))
        browser = server.opener
        assert server.stop() == (0, "")
    with serving(data, cwd=tmp_path) as server:
        assert "Seeds" not in server.said
        told = server.json(path)
        assert (told["title"], told["note"]) == ("As it was left", "Wörter")
        assert told["url"] == f"{server.address}{path}"
        assert server.status("/claims/mx-us-2023-05-30.claim-2") == 404
        # A page left open over the restart can still be saved.
        server.opener = browser
        changes = {"note": "Typed before"}
        assert "Saved." in server.send("/frameworks/bicentennial-framework/edit", changes, typed=left_open)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=30) == 0
    assert not (data / "tracker.sqlite-wal").exists(), "What the log held is in the file."
    assert "Nothing is wrong" in call(data, "check")


def test_it_is_served_under_a_path_and_nowhere_else(data):
    forged = {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    with serving(data, "--prefix", "/desk/tracker/") as server:
        assert server.address == f"{server.origin}/desk/tracker"
        assert 'href="/desk/tracker/commitments/"' in server.page("/")
        assert server.status("/static/tracker.css") == 200
        assert "Saved." in server.send("/areas/migration/edit", {"note": "Under a path"})
        listed = json.loads(server.ask("/areas/?format=json", headers=forged)[1])
        assert {item["url"].rpartition("/")[0] for item in listed["items"]} == {f"{server.address}/areas"}
        server.address = server.origin
        for path in ("/", "/commitments/", "/desk/", "/desk/trackers/", "/static/tracker.css"):
            assert server.status(path) == 404, path
        assert server.stop() == (0, "")


@pytest.mark.parametrize(
    "prefix", ["tracker", "//tracker", "/a b", "/a/../b", "/.", "/a?b", "/ä", "http://example.org/a"]
)
def test_what_is_no_path_to_serve_under_is_refused(data, prefix):
    assert f"“{prefix}” is no path" in call(data, "serve", "--port", "0", "--prefix", prefix, code=2)


@pytest.mark.long
def test_the_served_pages_refuse_as_the_tested_ones_do(data):
    with serving(data) as server:
        assert server.status("/nothing") == 404
        assert server.status("/commitments/?nothing=1") == 422
        assert server.status("/areas/new", b"code=x") == 400
        assert server.status("/areas/new", b"note=" + b"x" * (9 * 1024 * 1024)) == 413
        # Sent in chunks, so that its length is not told beforehand.
        assert server.status("/areas/new", iter([b"note=" + b"x" * 1024 * 1024] * 9)) == 413
        assert server.status("/", headers={"Host": "evil.example"}) == 400
        for path in ("/", "/nothing"):
            assert "Traceback" not in server.ask(path)[1]
        port = server.address.rpartition(":")[2]
        assert f"Port {port} of 127.0.0.1 cannot be used" in run(data, "serve", "--port", port, code=1)
        assert server.stop() == (0, "")


@pytest.mark.long
def test_serving_another_database(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    own = tmp_path / "own ünïcode.sqlite"
    with serving(tmp_path / "data", "--no-seeds", "--database", own, cwd=tmp_path / "work") as server:
        assert f"Database: {own}\n" in server.said
        assert "Seeds" not in server.said
        assert server.json("/commitments/")["items"] == []
        assert server.status("/") == 200
        server.stop()
    assert own.exists()
    assert not (tmp_path / "data" / "tracker.sqlite").exists()
    # A path that is not whole begins where the command runs; an option comes before the environment.
    monkeypatch.chdir(tmp_path / "work")
    call(tmp_path / "data", "migrate", TRACKER_DATABASE="here.sqlite")
    assert (tmp_path / "work" / "here.sqlite").exists()
    said = call(tmp_path / "data", "check", "--database", own, TRACKER_DATABASE="here.sqlite")
    assert f"Nothing is wrong in {own}." in said
    said = run(tmp_path / "data", "check", cwd="/", TRACKER_DATABASE=str(own))
    assert f"Nothing is wrong in {own}." in said


HOSTS = [
    "0.0.0.0",
    "::",
    "192.168.1.1",
    "example.org",
    "",
    "::1",
    "127.1",
    "*",
    "0",
    "128.0.0.1",
    "127.0.0.1 ",
    "2130706433",
]


def test_other_computers_are_never_let_in(data):
    # Were one of them let in, there would be no database to serve, and so an end.
    for host in HOSTS:
        said = call(data, "serve", "--host", host, "--port", "0", "--database", data, code=2)
        assert f"“{host}” can be reached from other computers" in said
    said = run(data, "serve", "--host", "0.0.0.0", "--port", "0", "--database", data, code=2)
    assert "“0.0.0.0” can be reached from other computers" in said


#: Most computers know localhost by two addresses; this one may not, so the lookup is given both.
TWO_ADDRESSES = """
import socket
one = socket.getaddrinfo
def both(host, port, *rest, **more):
    found = one("127.0.0.1" if host == "localhost" else host, port, *rest, **more)
    if host == "localhost":
        found.append((socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", int(port), 0, 0)))
    return found
socket.getaddrinfo = both
from tracker.__main__ import main
main()
"""


@pytest.mark.long
def test_localhost_is_served_where_it_has_two_addresses(data):
    with serving(data, "--host", "localhost", start=[sys.executable, "-c", TWO_ADDRESSES]) as server:
        assert "Open http://localhost:" in server.said
        assert server.status("/") == 200
        assert server.stop()[0] == 0


@pytest.mark.long
def test_two_first_starts_at_once_plant_once(tmp_path):
    data = tmp_path / "data"
    with serving(data, cwd=tmp_path) as one, serving(data, cwd=tmp_path) as other:
        for server in (one, other):
            assert len(server.json("/commitments/")["items"]) == 9
    assert "Nothing is wrong" in call(data, "check")


# Help


OPTIONS = {
    "serve": {"--host", "--port", "--seeds", "--no-seeds", "--database"},
    "migrate": {"--database"},
    "seed": {"--database"},
    "export": {"--format", "--output", "--licence", "--database"},
    "report": {"--area", "--as-of", "--known-by", "--since", "--since-meeting", "--format", "--output", "--database"},
    "check": {"--database"},
}


def test_help_lists_every_command_and_its_options(tmp_path):
    whole = run(tmp_path, "--help")
    for name in OPTIONS:
        said = call(tmp_path, name, "--help")
        assert re.search(rf"^  {name} ", whole, re.MULTILINE)
        assert OPTIONS[name] | {"--help"} <= set(re.findall(r"--[a-z-]+", said)), name
        for option in OPTIONS[name]:
            assert re.search(rf"{option}\b.*?\s\s+\S", said, re.DOTALL), f"{name} {option}: no word about it"
    assert not list(tmp_path.iterdir()), "Help makes nothing."


def test_what_is_no_command_is_told(tmp_path):
    wrong = [
        ("serve", "--port", "70000"),
        ("nothing",),
        ("serve", "--nothing"),
        ("check", "more"),
        ("seed", tmp_path / "nothing"),
    ]
    for args in wrong:
        said = call(tmp_path, *args, code=2)
        assert said.startswith("Usage: ")
    assert not list(tmp_path.iterdir())

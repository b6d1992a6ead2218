"""What the README says is so: its commands, settings and addresses exist, and its worked example works."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.test_gates import ROOT
from tracker.cli import tracker
from tracker.config import Settings
from tracker.records import CATALOGUE
from tracker.records.commitments import CommitmentFilters

README = (ROOT / "README.md").read_text()


def test_the_commands_are_those_there_are():
    told = set(re.findall(r"^\| `tracker (\w+)", README, re.MULTILINE))
    assert told == set(tracker.commands)


def test_every_option_named_exists():
    known = {option for command in tracker.commands.values() for p in command.params for option in p.opts}
    known |= {option for c in tracker.commands.values() for p in c.params for option in p.secondary_opts}
    known |= {"--help", "--version", "--spec"}
    assert set(re.findall(r"(?<![\w|-])--[a-z][a-z-]+", README)) <= known


@pytest.mark.parametrize("line", re.findall(r"tracker ((?:export|report|seed|migrate|check)\b[^`\n&]*)", README))
def test_every_command_line_parses(line):
    if "KIND" in line or "FOLDER" in line or line == "export" or "verify" in line:
        return
    words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]
    command = tracker.commands[words[0]]
    with click.Context(command) as context:
        command.parse_args(context, words[1:])


def test_the_settings_are_those_there_are():
    told = set(re.findall(r"^\| `TRACKER_(\w+)`", README, re.MULTILINE))
    assert told == {name.upper() for name in Settings.model_fields}


def test_the_addresses_and_filters_are_those_there_are():
    assert set(re.findall(r"`/([a-z-]+)/`", README)) == set(CATALOGUE)
    told = re.search(r"For commitments they\s+are (.*?) \(the beginnings", README, re.DOTALL)[1]
    assert set(re.findall(r"`(\w+)`", told)) == {field.name for field in CommitmentFilters()}


def test_the_files_named_exist():
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / name).exists(), name


@pytest.fixture
def checkout(tmp_path):
    """A copy of the checkout to change."""
    unversioned = shutil.ignore_patterns(".git", ".venv", "*cache*", "*.egg-info")
    return Path(shutil.copytree(ROOT, tmp_path / "checkout", ignore=unversioned))


def follow(checkout, title, places):
    """Follow a worked example: put each piece of code behind the line that matches, and run the commands.

    `places` are (file, the line), in the order of the pieces. Returns the arguments that name the database.
    """
    example = README.split(f"### {title}\n")[1].split("\n##")[0]
    pieces = re.findall(r"```python\n(.*?)```", example, re.DOTALL)
    for (path, line), piece in zip(places, pieces, strict=True):
        insert(checkout / path, line, piece)
    database = ["--database", str(checkout.parent / "copy.sqlite")]
    for line in re.search(r"```sh\n(.*?)\n```", example)[1].split(" && "):
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)][1:]
        run_in(checkout, "-m", "tracker", *words, *database)
    run_in(checkout, "-m", "tracker", "seed", *database)
    return database


def assert_gates_are_green(checkout):
    """Lint, formatting, types, layers, and the tests that hold of every kind and of the schema."""
    for tool in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"], ["lint-imports"]):
        done = subprocess.run(
            [Path(sys.executable).parent / tool[0], *tool[1:]],
            cwd=checkout,
            env=environment(checkout),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    files = ["tests/records", "tests/test_gates.py", "tests/test_seeds.py", "tests/views/test_pages.py"]
    schema = ["models_say", "made_before", "up_and_down", "closed_list", "written", "word"]
    pytest = ["-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"]
    run_in(checkout, *pytest, *files)
    run_in(checkout, *pytest, "tests/migrations", "-k", f"({' or '.join(schema)}) and not no_list_has")


@pytest.mark.long
def test_the_worked_example_puts_a_field_everywhere(checkout):
    places = [
        ("tracker/models/meetings.py", r"    title_es: Mapped\[str \| None\]\n"),
        ("tracker/records/meetings.py", r"    title_es = Text\(.*\n"),
        ("tracker/records/meetings.py", r"    status = any_of\(MeetingForm.*\n"),
    ]
    database = follow(checkout, "One more field", places)
    assert (checkout / "migrations/versions/0008_language_of_a_meeting.py").exists()
    exported = run_in(checkout, "-m", "tracker", "export", "meetings", "--format", "csv", *database)
    assert "language" in exported.splitlines()[0].split(",")
    assert run_in(checkout, "-c", USE, database[1]).split() == ["saved", "listed", "filtered", "csv", "json", "history"]
    assert_gates_are_green(checkout)


@pytest.mark.long
def test_the_worked_example_puts_a_word_everywhere(checkout):
    places = [("tracker/vocabulary.py", r"class DocumentKind\(Term\):\n(?:    .*\n)+")]
    database = follow(checkout, "One more word", places)
    assert (checkout / "migrations/versions/0008_treaties.py").exists()
    assert run_in(checkout, "-c", USE_WORD, database[1]).split() == ["saved", "listed", "filtered", "methods", "sound"]
    assert_gates_are_green(checkout)


USE = """
import sys
from pathlib import Path
from tests.client import PageClient
from tracker.app import create_app
from tracker.config import Settings

app = create_app(Settings(data=Path(sys.argv[1]).parent, database=sys.argv[1]))
app.test_client_class = PageClient
client = app.test_client()
found = client.send("/meetings/mx-us-2023-05-30/edit", {"language": "es"})
print("saved" if "Saved." in found.text else found.text)
print("listed" if ">Spanish<" in client.get("/meetings/?columns=language").text else "not listed")
print("filtered" if client.get("/meetings/?language=es&format=json").json["total"] == 1 else "not filtered")
print("csv" if ",es," in client.get("/meetings/?format=csv").text else "no csv")
print("json" if client.get("/meetings/mx-us-2023-05-30?format=json").json["language"] == "es" else "no json")
changes = client.get("/meetings/mx-us-2023-05-30/history?format=json").json["items"]
print("history" if changes[0]["fields"] == {"language": [None, "es"]} else changes[0])
"""

USE_WORD = """
import sys
from pathlib import Path
from tests.client import PageClient
from tracker.app import create_app
from tracker.config import Settings
from tracker.queries.integrity import integrity_problems

app = create_app(Settings(data=Path(sys.argv[1]).parent, database=sys.argv[1]))
app.test_client_class = PageClient
client = app.test_client()
found = client.send("/documents/news-readout-2023-05-30/edit", {"kind": "treaty"})
print("saved" if "Saved." in found.text else found.text)
print("listed" if "Treaty" in client.get("/documents/").text else "not listed")
print("filtered" if client.get("/documents/?kind=treaty&format=json").json["total"] == 1 else "not filtered")
print("methods" if "binds the parties in law" in client.get("/methods/").text else "not defined")
with app.app_context():
    print(integrity_problems() or "sound")
"""


def insert(path, after, line):
    text = path.read_text()
    changed = re.sub(f"({after})", lambda match: match[1] + line, text, count=1)
    assert changed != text, f"{after} is not in {path}"
    path.write_text(changed)


def environment(checkout):
    outer = ("PYTEST_", "TRACKER_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(outer)}
    return inherited | {"PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}


def run_in(checkout, *words):
    done = subprocess.run(
        [sys.executable, *words],
        cwd=checkout,
        env=environment(checkout),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

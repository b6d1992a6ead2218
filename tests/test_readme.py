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


@pytest.mark.long
def test_the_worked_example_puts_a_field_everywhere(tmp_path):
    example = README.split("### One more field")[1]
    column, field, narrowing = re.findall(r"```python\n(.*?)```", example, re.DOTALL)
    copy = tmp_path / "copy"
    for name in ("tracker", "templates", "migrations", "seeds"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    insert(copy / "tracker/models/meetings.py", r"    title_es: Mapped\[str \| None\]\n", column)
    insert(copy / "tracker/records/meetings.py", r"    title_es = Text\(.*\n", field)
    insert(copy / "tracker/records/meetings.py", r"    status = any_of\(MeetingForm.*\n", narrowing)
    database = ["--database", str(tmp_path / "copy.sqlite")]
    commands = re.search(r"```sh\n(.*?)\n```", example)[1].split(" && ")
    for line in commands:
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)][1:]
        tracker_in(copy, *words, *database)
    following = len(list((ROOT / "migrations/versions").glob("*.py"))) + 1
    assert (copy / f"migrations/versions/{following:04}_language_of_a_meeting.py").exists()
    tracker_in(copy, "seed", *database)
    assert "language" in tracker_in(copy, "export", "meetings", "--format", "csv", *database).splitlines()[0].split(",")
    script = tmp_path / "use.py"
    script.write_text(USE)
    said = subprocess.run(
        [sys.executable, script, database[1]],
        cwd=copy,
        env=environment(copy),
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.split() == ["saved", "listed", "filtered", "csv", "json", "history"]


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


def insert(path, after, line):
    text = path.read_text()
    changed = re.sub(f"({after})", lambda match: match[1] + line, text, count=1)
    assert changed != text, f"{after} is not in {path}"
    path.write_text(changed)


def environment(copy):
    return {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}


def tracker_in(copy: Path, *words):
    said = subprocess.run(
        [sys.executable, "-m", "tracker", *words],
        cwd=copy,
        env=environment(copy),
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout

"""What holds of the whole code base: its names and types, its templates, its package and its layers."""

import ast
import re
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from jinja2 import nodes

import tracker
from tests.static_checks import failures, start_checks
from tracker.paths import folder
from tracker.records import CATALOGUE

ROOT = Path(tracker.__file__).parents[1]
MODULES = sorted((ROOT / "tracker").rglob("*.py"))
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
TEMPLATES = sorted(path.relative_to(folder("templates")).as_posix() for path in folder("templates").rglob("*.html"))


def run(*command):
    """Run a tool that is installed beside this Python, in the checkout; fail with what it says."""
    found = subprocess.run(
        [Path(sys.executable).parent / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_a_finding_of_lint_fails_the_run(tmp_path):
    (tmp_path / "sound.py").write_text("print(1)\n")
    assert failures(start_checks([("ruff", "check", ".")], tmp_path)) == []
    (tmp_path / "unsound.py").write_text("import os\n")
    (problem,) = failures(start_checks([("ruff", "check", ".")], tmp_path))
    assert problem.startswith("ruff check .\n")
    assert "F401" in problem


def blocks_of(environment, name):
    """Return the names of the blocks that a page fills, itself or by another page that it is based on."""
    tree = environment.parse(environment.loader.get_source(environment, name)[0])
    blocks = {block.name for block in tree.find_all(nodes.Block)}
    pages = {extended.template.value for extended in tree.find_all(nodes.Extends)} - {"base.html"}
    return blocks.union(*(blocks_of(environment, page) for page in pages))


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles_and_every_page_has_a_title(shared_app, name):
    shared_app.jinja_env.get_template(name)
    if not Path(name).name.startswith("_") and name != "base.html":
        assert {"title", "body"} <= blocks_of(shared_app.jinja_env, name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_text_of_a_template_goes_through_gettext(shared_app, name):
    source, _path, _fresh = shared_app.jinja_env.loader.get_source(shared_app.jinja_env, name)
    data = "".join(value if kind == "data" else " " for _line, kind, value in shared_app.jinja_env.lex(source))
    text = re.sub(r"<[^>]*>", " ", data)
    assert not re.search(r"[^\W\d_]{2,}", re.sub(r"&\w+;|\bUTC\b", " ", text)), " ".join(text.split())


def test_every_label_goes_through_gettext():
    for kind in CATALOGUE.values():
        for column in kind.columns.values():
            assert type(column.label).__name__ == "LazyString", f"{kind.name}.{column.name}"


def test_the_wheel_holds_every_template_migration_seed_and_static_file(tmp_path):
    run("hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = set(wheel.namelist())
    for name in ("templates", "migrations", "seeds"):
        files = [p for p in (ROOT / name).rglob("*") if p.is_file() and p.suffix != ".pyc"]
        assert files
        assert {f"tracker/{p.relative_to(ROOT).as_posix()}" for p in files} <= held
    for path in (ROOT / "tracker").rglob("*"):
        if path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts:
            assert path.relative_to(ROOT).as_posix() in held
    assert not [name for name in held if name.startswith(("tests", ".ci", ".github"))]


def test_no_module_is_a_place_for_anything():
    vague = {"util", "utils", "helpers", "common", "misc", "manager"}
    assert not [path for path in MODULES if path.stem in vague]


#: Names that say nothing of what they hold.
VAGUE_NAMES = frozenset(
    {
        "told",
        "tell",
        "said",
        "say",
        "asked",
        "found",
        "each",
        "kept",
        "held",
        "made",
        "laid",
        "drawn",
        "looked",
        "called",
    }
    | {"wanted", "given", "meant", "one", "own", "then", "of", "told_of", "thing", "things", "usual"}
)


def test_names_say_what_they_hold():
    names = Counter()
    for node in nodes_of(ast.Name, ast.arg):
        if isinstance(node, ast.arg):
            names[node.arg] += 1
        elif isinstance(node.ctx, ast.Store):
            names[node.id] += 1
    vague = {name: names[name] for name in VAGUE_NAMES if names[name]}
    assert sum(vague.values()) < names.total() * 0.005, vague


def test_parameters_have_types():
    parameters = [
        argument
        for function in nodes_of(ast.FunctionDef, ast.AsyncFunctionDef)
        for argument in (*function.args.args, *function.args.kwonlyargs)
        if argument.arg not in ("self", "cls")
    ]
    untyped = [each for each in parameters if each.annotation is not None and ast.unparse(each.annotation) == "Any"]
    assert len(untyped) < len(parameters) * 0.03, f"{len(untyped)} of {len(parameters)} are annotated Any"


def test_no_function_is_long():
    for path, tree in TREES.items():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                length = function.end_lineno - function.lineno + 1
                assert length <= 45, f"{path}: {function.name} has {length} lines"


def test_no_import_of_ours_hides_in_a_function():
    for path, tree in TREES.items():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(function):
                    hidden = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                    hidden += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                    assert not [name for name in hidden if name.split(".")[0] == "tracker"], f"{path}: {function.name}"
                    assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}: {function.name}"


def test_a_public_name_is_defined_in_one_module():
    """Views are named by their addresses, and init_app is Flask's word for what sets an application up."""
    defined = defaultdict(set)
    for path, tree in TREES.items():
        for node in tree.body:
            is_definition = isinstance(node, ast.FunctionDef | ast.ClassDef)
            if is_definition and not node.name.startswith("_") and not is_view(node) and node.name != "init_app":
                defined[node.name].add(path)
    assert not {name: paths for name, paths in defined.items() if len(paths) > 1}


def nodes_of(*types):
    return (node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, types))


def is_view(node):
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    return any(re.match(r"\w+\.(get|post|route|command|group)\b|click\.", decorator) for decorator in decorators)


def test_every_module_opens_with_a_sentence():
    for path in MODULES:
        assert re.match(r'"""[A-Z].*\.', path.read_text()), path


def test_migrations_are_numbered_without_a_gap():
    # The first one is the seven that led there put together, and has the number of the last of them.
    numbers = sorted(path.name[:4] for path in folder("migrations").glob("versions/*.py"))
    assert numbers == [f"{n:04}" for n in range(7, len(numbers) + 7)]

"""Lint, format, types and layers, checked by their own tools beside the tests of a whole run."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHECKS = (
    ("mypy",),
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("lint-imports",),
)


def start_checks(checks=CHECKS, root=ROOT):
    """Start each tool, as installed beside this Python; return [(command, process)]."""
    return [
        (
            command,
            subprocess.Popen(
                [Path(sys.executable).parent / command[0], *command[1:]],
                cwd=root,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ),
        )
        for command in checks
    ]


def failures(running):
    """Wait for the tools; return the output of each that failed, under its command line."""
    outputs = [(command, process, process.communicate()[0]) for command, process in running]
    return [f"{' '.join(command)}\n{output}" for command, process, output in outputs if process.returncode]

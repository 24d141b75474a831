"""What type checkers see: every file in `right` is clean, and in `wrong` exactly the lines marked
`# !` are errors, to mypy --strict and to pyright alike. A line that only one of them catches names
it in its mark; what a checker does not catch, `test_unseen.py` shows to be caught at registration.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RIGHT = sorted([HERE / "tasks.py", *(HERE / "right").glob("*.py")])
WRONG = sorted([*(HERE / "wrong").glob("*.py"), HERE / "unseen.py"])
FILES = [*RIGHT, *WRONG]
CHECKERS = ("mypy", "pyright")

Errors: TypeAlias = Mapping[Path, dict[int, str]]
"""File -> line -> what a checker says of it."""

_MARK = re.compile(r"# !(?: (mypy|pyright|neither))?")


def lines_of(file: Path) -> list[tuple[int, str]]:
    return list(enumerate(file.read_text().splitlines(), start=1))


def marks(file: Path) -> dict[int, tuple[str, ...]]:
    """Line -> the checkers that must find it wrong."""
    found = ((number, _MARK.search(line)) for number, line in lines_of(file))
    return {
        number: CHECKERS if mark[1] is None else tuple({mark[1]} & {*CHECKERS})
        for number, mark in found
        if mark
    }


def run(*command: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def by_mypy() -> Errors:
    found: dict[Path, dict[int, str]] = defaultdict(dict)
    for line in run("mypy", "--strict", "--no-error-summary", *FILES).splitlines():
        if match := re.match(r"(.+?):(\d+): error: (.*)", line):
            found[ROOT / match[1]][int(match[2])] = match[3]
    return found


def by_pyright() -> Errors:
    found: dict[Path, dict[int, str]] = defaultdict(dict)
    # A configuration of its own: the one of the project leaves out what is wrong on purpose.
    command = ("pyright", "--pythonpath", sys.executable, "--outputjson", "-p", HERE)
    for fault in json.loads(run(*command))["generalDiagnostics"]:
        if fault["severity"] == "error":
            found[Path(fault["file"])][fault["range"]["start"]["line"] + 1] = fault["message"]
    return found


@pytest.mark.parametrize(
    ("checker", "errors_of"), [("mypy", by_mypy), ("pyright", by_pyright)], ids=CHECKERS
)
def test_right_lines_check_and_wrong_lines_do_not(
    checker: str, errors_of: Callable[[], Errors]
) -> None:
    found = errors_of()
    faults = []
    for file in FILES:
        wanted = {line for line, by in marks(file).items() if checker in by}
        have = found.get(file, {})
        name = file.relative_to(HERE)
        faults += [f"{name}:{line}: is not found" for line in sorted(wanted - have.keys())]
        faults += [f"{name}:{line}: {have[line]}" for line in sorted(have.keys() - wanted)]
    assert not faults, "\n".join(faults)


def test_the_lines_are_many_enough_and_nearly_all_are_found_by_both() -> None:
    right = sum("assert_type(" in line for file in RIGHT for _, line in lines_of(file))
    wrong = [by for file in WRONG for by in marks(file).values()]
    assert right >= 60
    assert len(wrong) >= 60
    assert sum(by == CHECKERS for by in wrong) >= 0.95 * len(wrong)

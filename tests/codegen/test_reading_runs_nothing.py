"""L9, for reading: nothing of a source is imported, run or evaluated, whatever it holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.codegen.corpora import copied
from tests.codegen.traps import EVIL, TEXT, TOLD_TRAPS, TRAPS
from tests.support import ROOT

SIBLING = f"{EVIL}\ns = 1\n"
TYPES = f"d = {{'x': {TEXT}}}\n"
WATCHED = frozenset({"import", "exec", "open"})

HARMLESS = {
    "a model rebuilt", "a name in a model that is a text", "a name in a model's own body",
    "fields of one's own",
}  # fmt: skip
"""Of those that are run, what Python and its libraries themselves refuse."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("watched")
    for room in ("read", "frozen"):
        copied(room, home)
    (home / "trapped_sibling.py").write_text(SIBLING)
    (home / "trapped_types.py").write_text(TYPES)
    return home


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.codegen.watched", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_no_trap_is_sprung(told: dict[str, Any], folder: Path) -> None:
    assert len(TRAPS) >= 70
    assert set(TRAPS) <= set(told["outcomes"])
    assert not list(folder.rglob("CANARY"))
    assert not (ROOT / "CANARY").exists()


def test_python_is_asked_for_nothing_but_its_own_and_foretells_modules(
    told: dict[str, Any], folder: Path
) -> None:
    assert set(told["seen"]) <= WATCHED, {k: v[:3] for k, v in told["seen"].items()}
    for file in told["loaded"].values():
        assert not file.startswith(str(folder))
    asked = {one.split()[0] for one in told["seen"].get("import", ())}
    assert not asked & {"antigravity", "this", "trapped_sibling", "helpers_of_corpus", "pkg"}
    assert not {name for name in asked if name.startswith(("foretell_file_", "pkg."))}


def test_no_code_of_a_source_is_executed(told: dict[str, Any], folder: Path) -> None:
    for one in told["seen"].get("exec", ()):
        file, *names = one.split(" ")
        assert not file.startswith(str(folder)), one
        if not file.startswith("<"):
            continue  # a module of Python's, or of ours
        assert not {"__import__", "pathlib", "touch"} & set(names), one


def test_no_file_is_opened_to_be_written(told: dict[str, Any]) -> None:
    for one in told["seen"].get("open", ()):
        assert one.split(" ")[-1] in ("r", "rb", "None"), one


def test_the_traps_would_do_something_if_they_were_run(tmp_path: Path) -> None:
    """Else that nothing happened would say nothing."""
    (tmp_path / "trapped_sibling.py").write_text(SIBLING)
    (tmp_path / "trapped_types.py").write_text(TYPES)
    names = ("at the top", "a default", "an annotation", "a subclass hook", "a name hook", "a pickle",
             "in a body", "evaluated", "a shell", "a type that is asked for", "a later annotation",
             "a text within a type", "a bound", "a model rebuilt", *TOLD_TRAPS)  # fmt: skip
    (tmp_path / "run.py").write_text(_RUN)
    for number, name in enumerate(names):
        (tmp_path / f"flow{number}.py").write_text(TRAPS[name])
    command = [sys.executable, "-W", "ignore", "run.py", str(len(names))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    there = done.stdout.split()
    sprung = {name for name, what in zip(names, there, strict=True) if what == "yes"}
    assert set(names) - sprung == HARMLESS


_RUN = """
import sys
from pathlib import Path
from foretell.author.entry import load_file
for number in range(int(sys.argv[1])):
    try:
        load_file(f"flow{number}.py").flow.compile()
    except BaseException as error:
        print(number, error, file=sys.stderr)
    print("yes" if Path("CANARY").exists() else "no")
    Path("CANARY").unlink(missing_ok=True)
"""

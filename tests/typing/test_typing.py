"""The public API under both type checkers, in both directions (see `api.py`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


@pytest.mark.parametrize(
    "checker",
    [["mypy", "--strict", "--no-error-summary"], ["pyright", "--warnings"]],
    ids=["mypy", "pyright"],
)
def test_right_wires_check_and_wrong_wires_do_not(checker: list[str]) -> None:
    command = [sys.executable, "-m", *checker, str(HERE / "api.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_marked_lines_are_many_enough_to_mean_something() -> None:
    text = (HERE / "api.py").read_text()
    assert text.count("# type: ignore[") >= 20
    assert text.count("assert_type(") >= 20

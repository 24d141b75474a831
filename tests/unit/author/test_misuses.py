"""Reading bodies for uses of values that are not there yet: everything in `misused.py` is found
and said, nothing is said of `rightly_used.py`."""

from __future__ import annotations

import argparse
import asyncio.tasks
import dataclasses
import inspect
import linecache
import re
import subprocess
import sys
import trace
import typing
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

from foretell import WiringError, workflow
from foretell.author.entry import load_file
from foretell.author.following import Follower, misuses
from foretell.author.guarding import guard_growing, guard_workflow
from foretell.author.held import Scope
from foretell.author.source import tree_of
from foretell.author.tasks import Growing, Task, Workflow
from tests.unit.author import branches, misused, rightly_used

_MARK = re.compile(r"# ! (.*?)(?= # ! |$)")


def bodies(module: ModuleType) -> dict[str, Task[..., Any]]:
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, (Workflow, Growing)) and value.__module__ == module.__name__
    }


def unknown_of(task: Task[..., Any]) -> frozenset[str]:
    return frozenset(task.ports.inputs) if isinstance(task, Workflow) else frozenset()


def said_of(task: Task[..., Any]) -> list[tuple[int, str]]:
    return misuses(task, tree_of(task._fn), unknown_of(task))


def marked(task: Task[..., Any]) -> list[tuple[int, str]]:
    """Line and expected words, as they stand beside the lines."""
    tree = tree_of(task._fn)
    lines = Path(task._fn.__code__.co_filename).read_text().splitlines()
    return [
        (number, words)
        for number in range(tree.lineno, tree.end_lineno + 1)
        for words in _MARK.findall(lines[number - 1])
    ]


MISUSED, RIGHT = bodies(misused), bodies(rightly_used)
EXPECTED = [(task, line, words) for task in MISUSED.values() for line, words in marked(task)]


def test_the_corpora_are_large_enough_to_mean_something() -> None:
    assert len(EXPECTED) >= 60
    assert len(RIGHT) >= 20


@pytest.mark.parametrize("name", MISUSED)
def test_every_misuse_is_found_and_nothing_else(name: str) -> None:
    task = MISUSED[name]
    found = [(line, words.split(": ", 1)[1]) for line, words in said_of(task)]
    wanted = marked(task)
    assert [line for line, _ in found] == [line for line, _ in wanted]
    for (_, said), (_, words) in zip(found, wanted, strict=True):
        assert said.startswith(words)
        assert "It is known only when the workflow runs; " in said


@pytest.mark.parametrize("name", [name for name in MISUSED if marked(MISUSED[name])])
def test_registration_refuses_it_with_file_line_value_and_cure(name: str) -> None:
    task = MISUSED[name]
    line, words = marked(task)[0]
    with pytest.raises(WiringError) as caught:
        if isinstance(task, Workflow):
            task.compile()
        else:
            guard_growing(task)
    assert str(caught.value).startswith(f"misused.py:{line}: {words}")


@pytest.mark.parametrize("name", RIGHT)
def test_nothing_is_said_of_right_bodies(name: str) -> None:
    task = RIGHT[name]
    if name == "mode_is_known":  # right where it is used as a section, with a constant
        return
    assert said_of(task) == []
    if isinstance(task, Workflow):
        task.compile()


BRANCHES = Path(branches.__file__).read_text().splitlines()


@pytest.mark.parametrize(
    ("flow", "place"),
    [
        ("taken_value", "return same(1 if"),
        ("captured_value", "return same(x is None)"),
        ("round_of_its_own", "return same(f"),
        ("branch_of_the_module", "return same(isinstance"),
        ("branch_that_is_a_workflow", "return same(x is None)"),
        ("case_and_way", "match x"),
    ],
)
def test_branches_with_a_name_are_read_when_they_are_called(flow: str, place: str) -> None:
    with pytest.raises(WiringError) as caught:
        vars(branches)[flow].compile()
    file, line, said = str(caught.value).split(":", 2)
    assert file == "branches.py"
    code, _, words = BRANCHES[int(line) - 1].partition("  # ! ")
    assert code.strip().startswith(place)
    assert said.strip().startswith(words)


def test_nothing_is_said_of_right_branches_with_a_name() -> None:
    assert len(branches.right.compile().nodes) == 2


@workflow
def growing_badly(n: int) -> Any:
    return misused.right_is_none(n)


def test_a_graph_with_a_growing_task_that_misuses_its_results_is_refused() -> None:
    with pytest.raises(WiringError, match="'x' cannot be compared with `is None`"):
        growing_badly.compile()


def test_other_lines_are_named_too() -> None:
    with pytest.raises(WiringError, match=r"\(The same or the like in line \d+, \d+.\)"):
        guard_growing(misused.summed)


def test_a_parameter_is_unknown_only_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = rightly_used.mode_is_known
    guard_workflow(flow, frozenset({"n"}))
    with pytest.raises(WiringError, match="'mode' cannot be compared with `is None`"):
        guard_workflow(flow, frozenset({"n", "mode"}))


@pytest.mark.parametrize("gone", ["", "def f(:\n", "x = 1\n" * 40])
def test_without_its_source_nothing_is_said(tmp_path: Path, gone: str) -> None:
    file = tmp_path / "flows.py"
    file.write_text(
        "from foretell import task, workflow\n\n@task\ndef a(n: int) -> int:\n    return n\n\n"
        "@workflow\ndef flow(n: int) -> int:\n    x = a(n)\n    return a(1) if x is None else x\n"
    )
    flow = load_file(file).flow
    file.write_text(gone)
    linecache.checkcache(str(file))
    assert len(flow.compile().nodes) == 1


def test_an_endless_looking_body_is_read_in_time_that_follows_its_length() -> None:
    depth = 30
    calls = "square(" * depth + "n" + ")" * depth
    chain = "later" + ".after(n)" * depth + "(n)"
    flow = made(f"    x = {calls}\n    y = {chain}\n    return x if y is None else y\n")
    with pytest.raises(WiringError, match="'y' cannot be compared with `is None`"):
        guard_workflow(flow, frozenset({"n"}))


def test_a_body_that_is_nested_too_deeply_to_be_read_is_left_to_the_guards() -> None:
    deep = " + ".join(["n.size"] * 2000)
    flow = made(f"    return later({deep}) if isinstance(3, int) else n\n")
    guard_workflow(flow, frozenset({"n"}))


def made(body: str) -> Any:
    source = (
        "from foretell import task, workflow\n"
        "from tests.unit.author.samples import square\n"
        "from tests.unit.author.misused import later\n\n"
        f"@workflow\ndef flow(n):\n{body}"
    )
    linecache.cache["made.py"] = (len(source), None, source.splitlines(keepends=True), "made.py")
    scope: dict[str, Any] = {"__name__": "made"}
    exec(compile(source, "made.py", "exec"), scope)  # noqa: S102
    return scope["flow"]


@pytest.mark.parametrize("module", [argparse, asyncio.tasks, dataclasses, inspect, typing, trace])
def test_ordinary_python_is_read_to_its_end_and_nothing_is_said(module: ModuleType) -> None:
    read = 0
    for value in vars(module).values():
        functions = vars(value).values() if isinstance(value, type) else [value]
        for function in functions:
            if not isinstance(function, FunctionType) or function.__module__ != module.__name__:
                continue
            tree = tree_of(function)
            if tree is None:  # made by `exec`
                continue
            scope = Scope(function, {}, frozenset(), frozenset())
            follower = Follower(scope, growing=False)
            follower.body(tree.body)
            assert follower.told() == []
            read += 1
    assert read > 10


def test_registering_plain_calls_reads_no_source() -> None:
    code = (
        "import sys\nfrom tests.unit.author.test_plain_calls import sum_of_squares\n"
        "from foretell.author.guarding import guard_workflow\n"
        "for gone in [m for m in sys.modules if m == 'foretell.author.following']: del sys.modules[gone]\n"
        "guard_workflow(sum_of_squares, frozenset({'seed'}))\n"
        "print('foretell.author.following' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert done.stdout.strip() == "False"

"""A graph document that is written to another folder finds its files from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from foretell.document.model import Graph, TaskSpec
from foretell.document.programs import Container, Mount, Program
from foretell_runtime.cli.targets import rebased


def moved(spec: TaskSpec, old: Path, new: Path) -> TaskSpec:
    return rebased(Graph("flow", tasks={"work": spec}), old, new).tasks["work"]


@pytest.mark.parametrize(
    ("folder", "seen"), [("", "flows"), ("data", "flows/data"), ("/abs", "/abs")]
)
def test_a_program_runs_where_it_ran(folder: str, seen: str, tmp_path: Path) -> None:
    spec = TaskSpec(program=Program(("./tool",), folder=folder))
    program = moved(spec, tmp_path / "flows", tmp_path).program
    assert program is not None and program.folder == seen


def test_what_a_container_mounts_is_what_it_mounted(tmp_path: Path) -> None:
    box = Container("alpine", mounts=(Mount("data", "/data"), Mount("/etc", "/etc")))
    program = moved(
        TaskSpec(program=Program(("ls",), container=box)), tmp_path / "flows", tmp_path
    ).program
    assert program is not None and program.container is not None and program.folder == ""
    assert [mount.source for mount in program.container.mounts] == ["flows/data", "/etc"]


def test_a_program_without_an_entry_stays_as_it_is_in_its_own_folder(tmp_path: Path) -> None:
    spec = TaskSpec(program=Program(("cat",)))
    assert moved(spec, tmp_path, tmp_path) == spec

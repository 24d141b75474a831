from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from foretell import Task, UserError, WiringError, task, workflow
from foretell.author.entry import (
    base_of,
    entry_of,
    is_entry_of,
    load_entry,
    load_file,
    workflows_in,
)
from tests.unit.author import samples

FLOW = """
from foretell import task, workflow
from helping import help_out

@task
def greet(name: str) -> str:
    return "hello " + name

class Kept:
    @staticmethod
    @task
    def inside(name: str) -> str:
        return name

def plain(name: str) -> str:
    return name

renamed = task(plain)

@workflow
def greeting(name: str) -> str:
    return help_out(renamed(Kept.inside(greet(name))))
"""

HELPING = """
from foretell import task

@task
def help_out(text: str) -> str:
    return text + "!"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    path, modules = list(sys.path), set(sys.modules)
    tmp_path.joinpath("flow.py").write_text(FLOW)
    tmp_path.joinpath("helping.py").write_text(HELPING)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]


def test_a_file_is_loaded_once_and_never_as_main(folder: Path) -> None:
    module = load_file(folder / "flow.py")
    assert module is load_file(str(folder / "flow.py"))
    assert module.__name__ != "__main__"
    assert sys.modules[module.__name__] is module
    assert list(workflows_in(module)) == ["greeting"]


def test_entries_lead_back_to_their_tasks(folder: Path) -> None:
    module = load_file(folder / "flow.py")
    tasks = module.greeting.compile().tasks
    assert base_of(module.greeting) == folder
    assert {name: spec.entry for name, spec in tasks.items()} == {
        "greet": "flow.py:greet",
        "inside": "flow.py:Kept.inside",
        "plain": "flow.py:renamed",
        "help_out": "helping:help_out",
    }
    for spec in tasks.values():
        found = load_entry(spec.entry, folder)
        assert isinstance(found, Task)
        assert entry_of(found, folder) == spec.entry
    assert load_entry("flow.py:greet", folder) is module.greet
    assert is_entry_of("flow.py:greet", module.greet)
    assert not is_entry_of("other.py:greet", module.greet)


def test_entries_are_relative_to_the_base(folder: Path) -> None:
    below = folder / "below"
    below.mkdir()
    module = load_file(folder / "flow.py")
    assert entry_of(module.greet, below) == "../flow.py:greet"
    assert load_entry("../flow.py:greet", below) is module.greet


def test_importable_modules_are_named_by_their_module() -> None:
    assert entry_of(samples.square, base_of(samples.square)) == ("tests.unit.author.samples:square")


def test_a_file_of_a_package_is_imported_as_part_of_it(folder: Path) -> None:
    package = folder / "pack_of_tests"
    package.mkdir()
    package.joinpath("__init__.py").write_text("")
    package.joinpath("parts.py").write_text("NAME = 'x'\n")
    package.joinpath("main.py").write_text(
        "from .parts import NAME\nfrom foretell import task\n\n@task\ndef t() -> str:\n    return NAME\n"
    )
    module = load_file(package / "main.py")
    assert module.__name__ == "pack_of_tests.main"
    assert base_of(module.t) == folder
    assert entry_of(module.t, package) == "main.py:t"
    assert load_entry("main.py:t", package) is module.t
    assert load_entry("pack_of_tests.main:t", folder) is module.t


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("flow.py:nobody", "flow.py has no 'nobody'"),
        ("flow.py:gret", "did you mean 'greet'"),
        ("flow.py:plain", "it is function 'plain', not a task"),
        ("nowhere.py:greet", "there is no such file"),
        ("no_such_module_anywhere:x", "there is no module 'no_such_module_anywhere'"),
        ("flow.py", "is not an entry point"),
        ("flow.py:a b", "is not an entry point"),
        (":greet", "is not an entry point"),
    ],
)
def test_entries_that_lead_nowhere_say_so(folder: Path, entry: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        load_entry(entry, folder)


def test_what_a_file_raises_is_its_own(folder: Path) -> None:
    bad = folder / "bad.py"
    bad.write_text("1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        load_file(bad)
    bad.write_text("fine = 1\n")
    import importlib

    importlib.invalidate_caches()
    assert not any("bad" in name for name in sys.modules if name.startswith("foretell_file_"))


def test_a_missing_import_inside_a_module_is_not_hidden(folder: Path) -> None:
    folder.joinpath("halting.py").write_text("import missing_thing_of_tests\n")
    with pytest.raises(ModuleNotFoundError, match="missing_thing_of_tests"):
        load_entry("halting:x", folder)


def test_tasks_that_no_other_process_could_find_are_refused() -> None:
    @task
    def local(n: int) -> int:
        return n

    @workflow
    def flow() -> int:
        return local(1)

    with pytest.raises(
        WiringError, match=r"'local': it is defined inside a function.*define it at"
    ):
        flow.compile()
    with pytest.raises(WiringError, match="is a lambda"):
        entry_of(task(lambda n: n), Path())


@task
def covered(n: int) -> int:
    return n


uncovered = covered


globals()["covered"] = 3  # as a later definition of that name would


@workflow
def uses_uncovered() -> int:
    return uncovered(1)


def test_a_task_is_found_under_whatever_name_it_has() -> None:
    assert uses_uncovered.compile().tasks["covered"].entry.endswith(":uncovered")

"""What a source needs from elsewhere: tasks of other modules, values of static inputs, types."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from foretell.author.entry import load_file
from foretell_codegen.errors import ReadError
from foretell_codegen.reading import read, read_file
from tests.codegen.corpora import document

LIBRARY = """
from foretell import Grow, many, task

@task(retries=2, tags=["net"])
def fetch(url: str, tries: int = 1) -> str: return url

class More(Grow):
    fetch = many(fetch)

@task(grows=More)
def crawl(grow: More, url: str) -> list[str]: return []
"""
FLOW = """
import lib_of_others.inner
from foretell import task, workflow
from lib_of_others.inner import crawl

@task
def count(pages: list[str]) -> int: return 0

@workflow
def flow(url: str) -> int:
    page = lib_of_others.inner.fetch(url, tries=2)
    pages = crawl.after(page)(url)
    return count(pages)
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder of Python's import path, which is not the one beside the source."""
    home = tmp_path / "elsewhere"
    (home / "lib_of_others").mkdir(parents=True)
    (home / "lib_of_others" / "__init__.py").write_text("")
    (home / "lib_of_others" / "inner.py").write_text(LIBRARY)
    before = list(sys.path)
    sys.path.append(str(home))
    yield home
    sys.path[:] = before
    for name in ("lib_of_others", "lib_of_others.inner"):
        sys.modules.pop(name, None)


def test_tasks_of_other_modules_come_from_a_manifest(tmp_path: Path, elsewhere: Path) -> None:
    path = tmp_path / "flow.py"
    path.write_text(FLOW)
    compiled = load_file(path).flow.compile()
    specs = {name: compiled.tasks[name] for name in ("fetch", "crawl")}
    manifest = {f"lib_of_others.inner:{name}": spec for name, spec in specs.items()}
    found = read_file(path, manifest=manifest, strict=True)
    assert document(found.graph) == document(compiled)
    assert set(found.provenance.nodes["page"].arguments) == {"url", "tries"}


def test_without_a_manifest_they_are_frozen_or_refused(tmp_path: Path) -> None:
    found = read(FLOW, path=tmp_path / "flow.py")
    assert [one.node for one in found.provenance.frozen] == ["page", "pages"]
    with pytest.raises(ReadError, match=r"flow\.py:11: .*'lib_of_others'.* is not read"):
        read(FLOW, path=tmp_path / "flow.py", strict=True)


STATIC = """
from foretell import Static, task, workflow

@task
def step(name: str, n: int = 0) -> int: return n

@workflow
def flow(names: Static[list[str]], twice: Static[bool] = False) -> int:
    made = 0
    for name in names:
        made = step(name, n=made)
        if twice:
            made = step(name, n=made)
    return made
"""


@pytest.mark.parametrize(
    "static", [{"names": ["a", "b"]}, {"names": ["x"], "twice": True}, {"names": []}]
)
def test_a_static_input_is_read_with_its_value(static: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "flow.py"
    path.write_text(STATIC)
    found = read_file(path, static=static, strict=True)
    assert document(found.graph) == document(load_file(path).flow.compile(**static))
    calls = Counter(written.call for written in found.provenance.nodes.values())
    for written in found.provenance.nodes.values():
        assert written.shared == (calls[written.call] > 1)


def test_a_type_that_is_not_known_is_left_open_and_said(tmp_path: Path) -> None:
    source = """
from numpy import ndarray
from foretell import task, workflow

@task
def step(data: ndarray, n: int = 0) -> ndarray: return data

@workflow
def flow(data: ndarray) -> ndarray:
    made = step(data)
    return step(made)
"""
    found = read(source, path=tmp_path / "flow.py")
    assert [node.id for node in found.graph.nodes] == ["made", "step"]
    assert found.graph.tasks["step"].inputs["properties"] == {
        "data": {},
        "n": {"type": "integer", "default": 0},
    }
    assert {note.line for note in found.notes} == {6, 9}
    with pytest.raises(ReadError, match=r"flow\.py:6: the type of 'data': 'ndarray' comes from"):
        read(source, path=tmp_path / "flow.py", strict=True)


def test_a_source_is_read_as_it_is_given_and_not_as_it_lies_there(tmp_path: Path) -> None:
    path = tmp_path / "flow.py"
    path.write_text("this is no Python")
    source = FLOW.replace("lib_of_others.inner", "tasks_beside")
    (tmp_path / "tasks_beside.py").write_text(LIBRARY)
    found = read(source, path=path, strict=True)
    path.write_text(source)
    assert document(found.graph) == document(read_file(path).graph)
    assert document(found.graph) == document(load_file(path).flow.compile())


def test_modules_that_import_each_other_are_read(tmp_path: Path) -> None:
    (tmp_path / "one_of_two.py").write_text(
        "import other_of_two\nfrom foretell import task\n@task\ndef a(n: int) -> int: return n\n"
    )
    (tmp_path / "other_of_two.py").write_text("import one_of_two\nTHREE = 3\n")
    path = tmp_path / "flow_of_two.py"
    path.write_text(
        "from foretell import workflow\nimport one_of_two\n@workflow\n"
        "def flow() -> int: return one_of_two.a(one_of_two.other_of_two.THREE)\n"
    )
    assert document(read_file(path, strict=True).graph) == document(load_file(path).flow.compile())

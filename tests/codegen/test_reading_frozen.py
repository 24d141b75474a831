"""L11: what is outside of what is read is one opaque node that may grow what the promises of others
allow; or, read strictly, an error with its line and a hint. Nothing gets lost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from foretell.author.entry import load_file, workflows_in
from foretell.author.names import users
from foretell.author.registering import Registering
from foretell.document import jsonform
from foretell_codegen.errors import ReadError
from foretell_codegen.provenance import Lines
from foretell_codegen.reading import read, read_file
from foretell_runtime.foresight import foresee_graph
from tests.codegen.corpora import copied, sources

SOURCES = sources("frozen")


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied("frozen", tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("name", SOURCES)
def test_outside_of_frozen_regions_every_node_is_there(
    name: str, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compared by the place of each call, in a run of the registration."""
    path = corpus / name
    found = read_file(path, workflow=path.stem)
    where = found.provenance
    lines = Lines(where.source)
    made: Counter[int] = Counter()
    add = Registering._add

    def counted(self: Any, task: Any, args: Any, kwargs: Any, frame: FrameType) -> str:
        if self._outer is None:  # others note what may be grown
            made[_place(users(frame), lines)] += 1
        return add(self, task, args, kwargs, frame)

    monkeypatch.setattr(Registering, "_add", counted)
    workflows_in(load_file(path))[path.stem].compile()
    frozen = {one.node for one in where.frozen}
    read_ = Counter(one.call.end for node, one in where.nodes.items() if node not in frozen)
    spans = [one.span for one in where.frozen]
    assert read_ == Counter(
        {at: n for at, n in made.items() if not any(s.start <= at <= s.end for s in spans)}
    )
    assert {n.id for n in found.graph.nodes} == frozen | set(where.nodes)


def _place(frame: FrameType, lines: Lines) -> int:
    """Where the call ends that is running in a frame."""
    at = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    assert at[1] is not None and at[3] is not None
    return lines.offset(at[1], at[3])


@pytest.mark.parametrize("name", SOURCES)
def test_a_region_is_one_node_that_promises_nothing(name: str, corpus: Path) -> None:
    found = read_file(corpus / name, workflow=Path(name).stem)
    nodes = {node.id: node for node in found.graph.nodes}
    assert found.provenance.frozen
    for one in found.provenance.frozen:
        assert nodes[one.node].tags == ("frozen",)
        assert found.graph.tasks[nodes[one.node].task].grows is None


@pytest.mark.parametrize("name", SOURCES)
def test_a_frozen_graph_is_a_sound_document_that_can_be_foreseen(name: str, corpus: Path) -> None:
    found = read_file(corpus / name, workflow=Path(name).stem)
    graph = jsonform.loads(jsonform.dumps(found.graph))
    assert graph == found.graph
    ahead = foresee_graph(graph, corpus).horizon
    assert any(one.task is None for one in ahead.classes)


@pytest.mark.parametrize("name", SOURCES)
def test_read_strictly_it_is_an_error_with_its_line_and_a_hint(name: str, corpus: Path) -> None:
    with pytest.raises(ReadError) as caught:
        read_file(corpus / name, workflow=Path(name).stem, strict=True)
    first = read_file(corpus / name, workflow=Path(name).stem).provenance.frozen[0]
    assert (caught.value.line, caught.value.why) == (first.line, first.why)
    assert caught.value.hint
    assert f"{name}:{first.line}: " in str(caught.value)


BODY = """
from foretell import NoNewNodes, promise, task, workflow
from elsewhere import something

@task
def step(n: int) -> int: return n

@workflow
def flow(n: int) -> int:
    {}
    a = step(n)
    b = something(a)
    return step(b)
"""


def test_what_a_region_may_grow_is_bounded_by_the_promises_of_others(tmp_path: Path) -> None:
    path = tmp_path / "flow.py"
    bound = read(BODY.format("promise(NoNewNodes())"), path=path).graph
    free = read(BODY.format("pass"), path=path).graph
    assert not foresee_graph(bound, tmp_path).horizon.classes
    assert foresee_graph(free, tmp_path).horizon.classes


@pytest.mark.parametrize(
    ("statement", "after"),
    [
        ("xs = something(a)", "return step(xs[0])"),
        ("xs = something(a)", "return step(xs.first)"),
        ("xs = something(a)", "ys = [step(x) for x in xs]\n    return step(ys)"),
        ("xs = something(a)", "if xs:\n        a = step(a)\n    return a"),
        ("from elsewhere import xs", "return step(xs)"),
        ("xs = [a]\n    something(xs)", "return step(xs[0])"),
        ("import other", "return other.step(a)"),
    ],
)
def test_what_comes_of_a_region_is_wired_from_it_or_frozen_too(
    statement: str, after: str, tmp_path: Path
) -> None:
    source = BODY.format("pass").replace(
        "b = something(a)\n    return step(b)", f"{statement}\n    {after}"
    )
    found = read(source, path=tmp_path / "flow.py")
    jsonform.loads(jsonform.dumps(found.graph))
    assert found.provenance.frozen
    assert found.graph.output.holes

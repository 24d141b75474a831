"""How the mistakes of the corpus are made: each of these gives a way to make one in a folder.

    body("square.options(retires=2)(n)")        the body of a workflow, which is then registered
    file("@task\ndef add(*n): ...")             a Python file, imported
    program("Runtime(jobs=0)")                  what a program does after its imports
    running("return square(n)")                 the body of a workflow, which is registered and run
    growing("grow.square('x')")                 the body of a growing task, which is then run
    document("nodes", 0, "task", to="sqare")    a good graph document with one place changed
    text('{"name": }')                          a graph document as it was written
    change(nodes=[...])                         a change made by a running node
    command("draw", "flow.py", "-o", "x.bmp")   a command line

Making one should raise a public error. What it says is compared with the text in
`tests/golden/errors`, one file a topic.
"""

from __future__ import annotations

import contextlib
import io
import json
import textwrap
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeAlias

from foretell.author.loading import load_file
from foretell.document import jsonform
from foretell.document.model import Graph, Input
from foretell.errors import PromiseBroken
from foretell_runtime.machine import State, register
from foretell_runtime.machine import events as ev
from tests.engine import Engine

Make: TypeAlias = Callable[[Path], object]
"""Makes a mistake in an empty folder. It should raise."""

IMPORTS = "from tests.errors.stock import *\n"


def file(source: str) -> Make:
    """A Python file that is imported. Its first line imports all of `tests.errors.stock`."""
    return lambda folder: _module(folder, source)


def program(source: str, *, before: str = "") -> Make:
    """A Python file with a function `main`, which is called when the file has been imported."""

    def make(folder: Path) -> None:
        _module(folder, f"{before}\ndef main():\n{_indented(source)}\n").main()

    return make


def body(source: str, *, before: str = "", takes: str = "n: int, word: str = ''") -> Make:
    """The body of a workflow, which begins in line 5, if nothing stands `before` it."""

    def make(folder: Path) -> None:
        module = _module(folder, _workflow(source, before, takes))
        graph = jsonform.loads(module.flow.compile().to_json())
        register(graph, {}, str(folder), 1)

    return make


def growing(
    source: str, *, grows: str = "square = many(square, at_most=3)", base: str = "Grow",
    before: str = "",
) -> Make:  # fmt: skip
    """The body of a growing task, which is run. `grows` is the body of the class `Its`."""

    def make(folder: Path) -> None:
        task = (
            f"\nclass Its({base}):\n{_indented(grows)}\n"
            f"\n@task(grows=Its)\ndef grower(grow, n):\n{_indented(source)}\n"
        )
        _run(_module(folder, _workflow("return grower(n)", before + task, "n: int")).flow)

    return make


def running(source: str, *, before: str = "") -> Make:
    """The body of a workflow, which is registered and run."""

    def make(folder: Path) -> None:
        _run(_module(folder, _workflow(source, before, "n: int")).flow)

    return make


def _run(flow: Any) -> None:
    engine = Engine(flow, n=1)
    try:
        engine.run()
    except PromiseBroken as error:
        ended = engine.facts[-1]
        if isinstance(ended, ev.Ended) and ended.status == "broken":
            raise PromiseBroken(ended.error) from error
        raise


def text(written: str | bytes) -> Make:
    """A graph document as somebody wrote it."""
    return lambda folder: jsonform.loads(written)


def document(*path: str | int, to: Any = None) -> Make:
    """A good graph document whose value at `path` is `to`; and what becomes of it."""
    return edited((path, to))


def edited(*changes: tuple[tuple[str | int, ...], Any]) -> Make:
    """A good graph document with several such values."""

    def make(folder: Path) -> None:
        data = deepcopy(GOOD)
        for path, to in changes:
            place: Any = data
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = to
        register(jsonform.loads(json.dumps(data)), {}, str(folder), 1)

    return make


def promised(promise: Mapping[str, Any]) -> Make:
    """A good graph document with this promise."""
    return document("promises", to=[{"promise": promise, "says": "what was said"}])


def change(by: str = "plan", *, grows: Any = None, **said: Any) -> Make:
    """A change made by a node of the good document, whose task `plan` may grow this."""

    def make(folder: Path) -> None:
        data = deepcopy(GOOD)
        if grows is not None:
            data["tasks"]["plan"]["grows"] = grows
        state, _ = register(jsonform.loads(json.dumps(data)), {}, str(folder), 1)
        _propose(state, by, json.dumps(said))

    return make


def _propose(state: State, by: str, written: str) -> None:
    maker = state.judge.graph.nodes[by]
    proposal = state.propose(maker, jsonform.loads_change(written))
    if proposal.breach is not None:
        raise PromiseBroken(str(proposal.breach))


def command(*words: str, **files: str | bytes) -> Make:
    """A command line, in a folder that holds `flow.py` and these files (`_` stands for the dot)."""

    def make(folder: Path) -> None:
        from foretell_runtime.cli.app import foretell

        (folder / "flow.py").write_text(IMPORTS + FLOW)
        for name, content in files.items():
            path = folder / name.replace("_", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with contextlib.chdir(folder), _hushed():
            foretell.main([*words], prog_name="foretell", standalone_mode=False)

    return make


def _module(folder: Path, source: str) -> Any:
    path = folder / "flow.py"
    path.write_text(IMPORTS + textwrap.dedent(source))
    return load_file(path)


def _workflow(source: str, before: str, takes: str) -> str:
    return f"{before}\n@workflow\ndef flow({takes}):\n{_indented(source)}\n"


def _indented(source: str) -> str:
    return textwrap.indent(textwrap.dedent(source).strip("\n"), "    ")


@contextlib.contextmanager
def _hushed() -> Any:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


FLOW = """
@workflow
def flow(n: int, word: str = "") -> int:
    return square(n)
"""

GOOD: dict[str, Any] = {
    "name": "flow",
    "tasks": {
        "plan": {
            "entry": "flow.py:plan",
            "output": {"type": "array", "items": {"type": "integer"}},
            "grows": {
                "kind": "map",
                "of": {"kind": "node", "task": "square", "slot": "square"},
                "max": 3,
            },
        },
        "explore": {"entry": "flow.py:explore"},
        "square": {"entry": "flow.py:square", "grows": {"kind": "empty"}},
        "total": {"entry": "flow.py:total", "grows": {"kind": "empty"}},
    },
    "nodes": [
        {"id": "plan", "task": "plan", "feeds": [{"name": "n", "input": "/n"}]},
        {"id": "explore", "task": "explore"},
        {"id": "total", "task": "total"},
    ],
    "edges": [
        {"source": "plan", "target": "total", "kind": "data", "output": "", "input": "/numbers"}
    ],
    "inputs": {"n": {"schema": {"type": "integer"}}},
    "output": {"value": None, "holes": [{"at": "", "node": "total"}]},
}
"""A document without a fault."""

GOOD_TEXT = json.dumps(GOOD)


def with_input(schema: Mapping[str, Any]) -> Graph:
    """A good document with an input `n` of this schema."""
    return Graph("flow", inputs={"n": Input(schema)})

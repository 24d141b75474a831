"""Mistakes on the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Node
from foretell_codegen.reading import read_file
from foretell_runtime.machine.events import Registered
from foretell_runtime.store.protocol import Event
from foretell_runtime.store.sqlite import SqliteStore
from tests.errors.making import GOOD_TEXT, Make, command

CHANGE = '{"nodes": [{"id": "flow.x", "task": "square"}]}'
STATIC = "from foretell import Static, workflow\n\n@workflow\ndef static(rows: Static[list[int]]) -> None: ...\n"
TWO = "from foretell import workflow\n\n@workflow\ndef one() -> None: ...\n\n@workflow\ndef two() -> None: ...\n"


def stored(*words: str) -> Make:
    """A command about the runs of a store that holds one."""

    def make(folder: Path) -> None:
        graph = Graph(
            "flow", tasks={"square": TaskSpec("flow.py:square")}, nodes=(Node("square", "square"),)
        )

        async def fill() -> None:
            async with SqliteStore(folder / "runs.db") as store:
                first = Event(1, 1000.0, None, Registered(graph, {}, str(folder)))
                await store.release(await store.create("flow", str(folder), 1, "fresh", [first]))

        asyncio.run(fill())
        command(*words, "--store", "runs.db")(folder)

    return make


OWN = """
from foretell import task, workflow

@task
def step() -> int:
    return 1

@workflow
def own() -> int:
    made = step()
    return made
"""


def updating(change: Callable[[Graph], Graph], own: str = OWN, coding: str = "utf-8") -> Make:
    """Putting back the graph of a source, edited."""

    def make(folder: Path) -> None:
        (folder / "own.py").write_text(own, coding)
        graph = change(read_file(folder / "own.py").graph)
        (folder / "graph.json").write_text(graph.to_json())
        command("update", "own.py", "graph.json", "--write")(folder)

    return make


def _labelled(graph: Graph) -> Graph:
    return replace(graph, nodes=tuple(replace(node, label="Ω") for node in graph.nodes))


def _moved(graph: Graph) -> Graph:
    return replace(graph, nodes=tuple(replace(node, scope="inner") for node in graph.nodes))


def _stale(graph: Graph) -> Graph:
    return replace(graph, layout={"base": "sha256:" + 64 * "0"})


FROZEN = OWN.replace("= step()", "= open('x')").replace("return made", "return step()")

MISTAKES = {
    "a command that is not there": command("rnu", "flow.py"),
    "an option that is not there": command("draw", "flow.py", "--outptu", "x.svg"),
    "a file that is not there": command("draw", "flw.py"),
    "a module for a file": command("draw", "./flow.flow"),
    "a folder for a file": command("draw", "."),
    "a file of another kind": command("draw", "notes.txt", notes_txt="hello"),
    "a file without a workflow": command("draw", "empty.py", empty_py="x = 1\n"),
    "a file with several workflows": command("draw", "both.py", both_py=TWO),
    "a workflow that is not there": command("draw", "flow.py:flwo"),
    "a file that cannot be imported": command(
        "draw", "bad.py", bad_py="import no_such_module_here\n"
    ),
    "a file with a mistake in a task": command(
        "draw",
        "bad.py",
        bad_py="from foretell import task\n\n@task\ndef add(*n: int) -> int: ...\n",
    ),
    "a workflow whose body raises": command(
        "draw",
        "bad.py",
        bad_py="from foretell import workflow\n\n@workflow\ndef bad() -> None:\n    1 / 0\n",
    ),
    "a document that is none": command("draw", "bad.json", bad_json="{"),
    "a document with a mistake": command(
        "draw", "bad.json", bad_json=GOOD_TEXT.replace("squ", "sq", 1)
    ),
    "a document of another name": command("draw", "flow.json:flwo", flow_json=GOOD_TEXT),
    "a moment of what has not run": command("draw", "flow.py", "--at", "3"),
    "following what has not run": command("draw", "flow.py", "--follow"),
    "a picture of no known kind": command("draw", "flow.py", "-o", "flow.bmp"),
    "a picture where there is no folder": command("draw", "flow.py", "-o", "flow.py/x.dot"),
    "a document where there is no folder": command("compile", "flow.py", "-o", "no/flow.json"),
    "what is read where there is no folder": command(
        "read", "own.py", "-o", "no/flow.json", own_py=OWN
    ),
    "Python of what is no document": command("code", "flow.py"),
    "Python where there is no folder": command(
        "code", "flow.json", "-o", "no/flow.py", flow_json=GOOD_TEXT
    ),
    "Python of what it cannot say": command(
        "code", "flow.json", flow_json=GOOD_TEXT.replace('"id": "explore"', '"id": "a b"')
    ),
    "reading what is no source": command("read", "flow.json", flow_json=GOOD_TEXT),
    "reading what cannot be": command("read", "flow.py"),
    "reading strictly what is frozen": command(
        "read", "own.py", "--strict", own_py=OWN.replace("= step()", "= open('x')")
    ),
    "reading a type in quotes that is asked for": command(
        "read",
        "own.py",
        own_py=OWN.replace("task, ", "ask, task, ").replace(
            "= step()", "= ask('int', 'How many?')"
        ),
    ),
    "reading what is no Python": command("read", "own.py", own_py=OWN.replace("(", "[", 1)),
    "updating what is no source": command("update", "flow.json", "flow.json", flow_json=GOOD_TEXT),
    "updating from a version that is gone": updating(_stale),
    "updating what could not be read": updating(_labelled, FROZEN),
    "updating to where nothing can be written": updating(_moved),
    "updating in an encoding that lacks a sign": updating(
        _labelled, f"# coding: latin-1{OWN}", "latin-1"
    ),
    "no runs to play": command("fuzz", "flow.py", "--runs", "0"),
    "a maker without a change": command("check", "flow.py", "--by", "square"),
    "a change that is not there": command("check", "flow.py", "--change", "change.json"),
    "a change that is none": command(
        "check", "flow.py", "--change", "c.json", c_json='{"node": []}'
    ),
    "a change by nobody": command("check", "flow.py", "--change", "c.json", c_json=CHANGE),
    "a change by one of several": command(
        "check", "flow.json", "--change", "c.json", c_json=CHANGE, flow_json=GOOD_TEXT
    ),
    "a change by one that is not there": command(
        "check",
        "flow.json",
        "--change",
        "c.json",
        "--by",
        "plann",
        c_json=CHANGE,
        flow_json=GOOD_TEXT,
    ),
    "an input that is no input": command("run", "flow.py", "-i", "n"),
    "an input that is not there": command("run", "flow.py", "-i", "m=3"),
    "an input given twice": command("run", "flow.py", "-i", "n=3", "-i", "n=4"),
    "an input that is missing": command("run", "flow.py"),
    "a text for a number": command("run", "flow.py", "-i", "n=three"),
    "a list for a number": command("run", "flow.py", "-i", "n=[3]"),
    "a number that is none": command("run", "flow.py", "-i", "n=NaN"),
    "an input that is no Unicode": command("run", "flow.py", "-i", "word=caf\udce9", "-i", "n=3"),
    "an input from a file that is not there": command("run", "flow.py", "-i", "n=@n.json"),
    "an input from a file that is no text": command(
        "run", "flow.py", "-i", "n=@n.bin", n_bin=b"\xff"
    ),
    "an input where nothing is run": command("draw", "flow.py", "-i", "n=3"),
    "a static input that is missing": command("draw", "static.py", static_py=STATIC),
    "a static input of another type": command(
        "draw", "static.py", "-i", "rows=[true]", static_py=STATIC
    ),
    "a secret on the command line": command(
        "run", "flow.py", "-i", "n=3", "--secret", "KEY=geheim"
    ),
    "a secret in a file that is not there": command(
        "run", "flow.py", "-i", "n=3", "--secret", "KEY=@key.txt"
    ),
    "a secret in a file that is no text": command(
        "run", "flow.py", "-i", "n=3", "--secret", "KEY=@key.txt", key_txt=b"\xff"
    ),
    "no store": command("show", "last", "--store", "no.db"),
    "a moment that has not come": stored("draw", "last", "--at", "99"),
    "a run that is not there": stored("show", "flow-nowhere"),
    "the log of a node that is not there": stored("log", "last", "sqare"),
    "a store that is a folder": command("runs", "--store", "."),
    "a store that is none": command(
        "runs", "--store", "x.db", x_db="hello, I am a text and no database\n" * 40
    ),
    "an empty store": command("show", "last", "--store", "x.db", x_db=""),
}

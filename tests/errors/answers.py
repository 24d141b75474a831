"""Mistakes with what a run asks, and with answering it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from foretell.document.model import Graph, TaskSpec
from foretell.errors import RunWaiting
from foretell.graph.model import Edge, Node, Outside
from foretell.promises.language import Vowed
from foretell.promises.shapes import NOTHING
from foretell.protocol.messages import Fail
from foretell_runtime.machine import decide, register
from foretell_runtime.machine.events import Happening, Heard
from foretell_runtime.orchestrator.journal import Journal
from foretell_runtime.questions import LARGEST, answer
from foretell_runtime.store.protocol import Rest
from foretell_runtime.store.sqlite import SqliteStore
from tests.errors.making import Make, body, command, growing, program

QUESTION = Outside("question", "/yes", "Deploy this?", {"type": "boolean"})
NUMBER = Outside("question", "/n", "How many?", {"type": "integer"})
SIGNAL = Outside("signal", "/file", "arrived", {"type": "string"})
SHIP = Node("ship", "t", outside=(QUESTION,))
PLAIN = Node("plain", "t")


async def fill(
    folder: Path,
    nodes: Sequence[Node],
    happenings: Sequence[Happening],
    edges: Sequence[Edge] = (),
    promises: Sequence[Vowed] = (),
) -> None:
    """A store with one run, to which this has happened, and that nobody runs."""
    typed = TaskSpec("flow.py:typed", NOTHING, output={"type": "integer"})
    tasks = {"t": TaskSpec("flow.py:t"), "typed": typed}
    graph = Graph("demo", 1, tasks, tuple(nodes), tuple(edges), tuple(promises))
    state, begun = register(graph, {}, str(folder), 1)
    facts = list(begun.facts)
    for happening in happenings:
        facts += decide(state, happening).facts
    events = Journal(0, lambda: 1000.0).write(facts, None)
    async with SqliteStore(folder / "runs.db") as store:
        claim = await store.create("demo", str(folder), 1, "fresh", events)
        await store.release(claim, Rest())


LATER = Node("later", "t", outside=(QUESTION,))


def answered(*answers: tuple[str | None, Any], nodes: Sequence[Node] = (SHIP,),
             after: Sequence[Happening] = ()) -> Make:  # fmt: skip
    """What these answers come to, one after the other."""

    def make(folder: Path) -> None:
        async def main() -> None:
            await fill(folder, nodes, after, [Edge("plain", x.id) for x in nodes if x is LATER])
            async with SqliteStore(folder / "runs.db") as store:
                for name, value in answers:
                    await answer(store, "last", name, value)

        asyncio.run(main())

    return make


def said(*words: str) -> Make:
    """`foretell answer last` with these words."""

    def make(folder: Path) -> None:
        asyncio.run(fill(folder, [SHIP], []))
        command("answer", "last", *words, "--store", "runs.db")(folder)

    return make


def waiting(folder: Path) -> None:
    raise RunWaiting("demo-abcd", [("ship", "Deploy this?"), ("count", "How many?")])


ASK = "from datetime import timedelta\nfrom foretell import answers, ask, signal, sleep_until\n"
ASKING = ASK + "@workflow\ndef flow(n: int) -> int:\n    return square(ask(int, 'How many?'))\n"


def plainly(source: str) -> Make:
    """A plain call of a workflow that asks."""
    return program(source, before=ASKING)


MISTAKES: dict[str, Make] = {
    "a question that is none": body("return square(ask(int, 3))", before=ASK),
    "a question that is empty": body("return square(ask(int, ' '))", before=ASK),
    "a question of what is not there": body("return square(ask(int, shout(word)))", before=ASK),
    "a question made of what is not there": body(
        "return square(ask(int, f'{square(n)}?'))", before=ASK
    ),
    "a question like a novel": body("return square(ask(int, '?' * 5000))", before=ASK),
    "a question of a type that has no form": body("return ask(print, 'What?')", before=ASK),
    "a question whose answer does not fit": body("return square(ask(str, 'What?'))", before=ASK),
    "an answer used as if it were there": body(
        "yes = ask(bool, 'Go on?')\nreturn 1 if yes else 2", before=ASK
    ),
    "an answer looked at in a way that nobody notices": body(
        "yes = ask(bool, 'Go on?')\nreturn 1 if yes is True else 2", before=ASK
    ),
    "a default without a time": body("return square(ask(int, 'What?', default=3))", before=ASK),
    "a time without a default": body(
        "return square(ask(int, 'What?', within=timedelta(1)))", before=ASK
    ),
    "a time that is none": body(
        "return square(ask(int, 'What?', within=timedelta(0), default=1))", before=ASK
    ),
    "a default of another type": body(
        "return square(ask(int, 'What?', within=timedelta(1), default='one'))", before=ASK
    ),
    "a moment that has no name in the calendar": body("sleep_until(3)\nreturn n", before=ASK),
    "a moment that does not fit": body("sleep_until(square(n))\nreturn n", before=ASK),
    "a signal without a name": body("return square(signal('', int))", before=ASK),
    "a signal called by its type": body("return square(signal(int, 'arrived'))", before=ASK),
    "a plain call of what asks": plainly("flow(3)"),
    "a plain call without that answer": plainly("with answers({'How much?': 3}):\n    flow(3)"),
    "a plain call with an answer of another type": plainly(
        "with answers({'How many?': 'three'}):\n    flow(3)"
    ),
    "a plain call with too few answers": plainly(
        "with answers({'How many?': iter([])}):\n    flow(3)"
    ),
    "answers by no name": plainly("with answers({1: 3}):\n    flow(3)"),
    "a question in a running task": growing("return ask(int, 'How many?')", before=ASK),
    "a run that waits": waiting,
    "an answer of another type": answered(("ship", "yes")),
    "an answer that is no JSON": answered(("ship", {1, 2})),
    "an answer that is too long": answered(("ship", "x" * LARGEST)),
    "an answer to a node that is not there": answered(("shop", True)),
    "an answer to a node that asks nothing": answered(("plain", True), nodes=[SHIP, PLAIN]),
    "an answer to two questions": answered(
        (None, True), nodes=[Node("ship", "t", outside=(QUESTION, NUMBER))]
    ),
    "an answer where nothing is asked": answered((None, True), nodes=[PLAIN]),
    "a second answer": answered(("ship", True), ("ship", False)),
    "a second answer without a name": answered((None, True), (None, False)),
    "a second signal": answered(
        ("arrived", "a"), ("arrived", "b"), nodes=[Node("file", "t", outside=(SIGNAL,))]
    ),
    "an answer to a node that never starts": answered(
        ("later", True), nodes=[PLAIN, SHIP, LATER], after=[Heard("plain", 1, Fail("bad"))]
    ),
    "an answer after the end": answered(
        ("plain", True), nodes=[PLAIN], after=[Heard("plain", 1, Fail("bad"))]
    ),
    "an answer on the command line of another type": said("--value", "maybe"),
    "an answer from a file that is not there": said("--value", "@answer.json"),
    "a form where there is no terminal": said(),
}

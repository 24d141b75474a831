"""Mistakes with ports: in declaring them, in emitting, and in reading what was emitted."""

from __future__ import annotations

from typing import Any

from tests.errors.making import Make, body, change, document, edited, file, program

PORTS = """
tokens = Port("tokens", str, gather="text")
steps = Port("steps", int)
facts = Port("facts", dict[str, int], gather="merge")

@task(ports=[tokens, steps])
def write(n: int) -> int:
    emit(tokens, "x")
    return n

@task
def read(words: Stream[str]) -> int:
    return len(list(words))
"""

DATA = {"source": "plan", "target": "total", "kind": "data", "output": "", "input": "/numbers"}
EMITS = {"ports": {"steps": {"chunk": {"type": "integer"}}}}


def reads(**more: Any) -> Make:
    """A document in which `total` reads a port of `plan`, which may grow."""
    return edited(
        (("tasks", "plan"), {"entry": "flow.py:plan", "grows": {"kind": "empty"}, **EMITS}),
        (("edges", 0), {**DATA, "port": "steps", **more}),
    )


def emits(chunk: str, *, ports: str = "tokens, steps") -> Make:
    return program(
        f"@task(ports=[{ports}])\ndef write() -> None:\n    emit({chunk})\nwrite()", before=PORTS
    )


def writing(source: str) -> Make:
    return body(source, before=PORTS)


MISTAKES = {
    "a port that is no name": file("p = Port('my tokens', str)"),
    "a port that gathers as nobody knows": file("p = Port('p', str, gather='sum')"),
    "numbers joined to a text": file("p = Port('p', int, gather='text')"),
    "a port that is none": file("@task(ports=['tokens'])\ndef write() -> None: ..."),
    "two ports of a name": file(
        "@task(ports=[Port('p', str), Port('p', int)])\ndef write() -> None: ..."
    ),
    "a stream as a result": body(
        "return wrong()", before="@task\ndef wrong() -> Stream[str]:\n    return Stream(['a'])\n"
    ),
    "a chunk of another type": emits("tokens, 3"),
    "a chunk that holds another type": emits("facts, {'a': 'b'}", ports="facts"),
    "a chunk that holds itself": program(
        "anything = Port('anything', list)\n"
        "@task(ports=[anything])\ndef write() -> None:\n    x = []\n    x.append(x)\n"
        "    emit(anything, x)\nwrite()"
    ),
    "a chunk that cannot be merged": program(
        "p = Port('p', object, gather='merge')\n"
        "@task(ports=[p])\ndef write() -> None:\n    emit(p, 3)\nwrite()"
    ),
    "a port that is not declared": emits("tokens, 'x'", ports="steps"),
    "a port of what is no result": writing("return read(tokens.stream(n))"),
    "a port of a part of a result": body(
        "return shout(tokens.final(pair(n)[0]))",
        before=PORTS + "@task(ports=[tokens])\ndef pair(n: int) -> tuple[int, int]: ...\n",
    ),
    "a port of what no task gave": program(
        "flow(3)",
        before=PORTS + "@workflow\ndef flow(n: int) -> str:\n    return tokens.final(n)\n",
    ),
    "a port of what two calls gave": program(
        "flow()",
        before=PORTS
        + "@task(ports=[tokens])\ndef one(word: str) -> None:\n    emit(tokens, word)\n"
        "@workflow\ndef flow() -> str:\n    a = one('a')\n    one('b')\n    return tokens.final(a)\n",
    ),
    "a port outside of workflows": program("tokens.final(write(1))", before=PORTS),
    "a chunk that is not there yet": body("emit(steps, write(n))\nreturn 1", before=PORTS),
    "a stream where a list is wanted": writing("return total(steps.stream(write(n)))"),
    "a stream in a list": body(
        "return many_of([tokens.stream(write(n))])",
        before=PORTS + "@task\ndef many_of(words: list[Stream[str]]) -> int: ...\n",
    ),
    "chunks of a type that does not fit": writing("return read(steps.stream(write(n)))"),
    "a whole port of a type that does not fit": writing("return square(tokens.final(write(n)))"),
    "reading early of what may grow": body(
        "return read(tokens.stream(grower(n)))",
        before=PORTS + "class Its(Grow):\n    square = many(square)\n\n"
        "@task(grows=Its, ports=[tokens])\ndef grower(grow: Its, n: int) -> int: ...\n",
    ),
    "reading early of what may fail": writing(
        "x = write(n)\nnote.after(x, on='any')()\nreturn read(tokens.stream(x))"
    ),
    "a port that a task lacks": document("edges", 0, "port", to="steps"),
    "a port that a task lacks, in the output": document(
        "output", "holes", 0, to={"at": "", "node": "total", "port": "sum"}
    ),
    "a port with a nameless name": document("tasks", "plan", "ports", to={"": {}}),
    "numbers that a document joins": document(
        "tasks", "plan", "ports", to={"p": {"chunk": {"type": "integer"}, "gather": "text"}}
    ),
    "numbers that a document merges": document(
        "tasks", "plan", "ports", to={"p": {"chunk": {"type": "integer"}, "gather": "merge"}}
    ),
    "an order that reads a port": document(
        "edges", to=[{"source": "plan", "target": "total", "port": "steps"}]
    ),
    "a port without a name": reads(port=""),
    "early without a port": document("edges", 0, "early", to=True),
    "early in part": reads(early=True, output="/0"),
    "early into a part": reads(early=True, input="/numbers/0"),
    "early in any case": reads(early=True, on="any"),
    "failures of a port": reads(carries="failures", on="fail"),
    "chunks that do not fit": edited(
        (("tasks", "plan"), {"entry": "flow.py:plan", "grows": {"kind": "empty"}, **EMITS}),
        (
            ("tasks", "total", "inputs"),
            {
                "type": "object",
                "properties": {"numbers": {"type": "array", "items": {"type": "string"}}},
            },
        ),
        (("edges", 0), {**DATA, "port": "steps", "early": True}),
    ),
    "a change that reads a port its source lacks": change(
        by="explore",
        nodes=[{"id": "explore.new", "task": "total"}],
        edges=[{**DATA, "target": "explore.new", "port": "steps"}],
    ),
}

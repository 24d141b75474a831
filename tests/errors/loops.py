"""Mistakes with loops: where they lead in a workflow, and what is asked for in a running task."""

from __future__ import annotations

from tests.errors.making import Make, body, file, program, running

WRITE = "draft = square(n)\nverdict = square(draft)\n"
ASKS = "@task\ndef check(n: int) -> int:\n    {}\n"
"""A task that says this; after `square`, to which a loop leads back."""

GROWN = """
@workflow
def inner(n: int) -> int:
    x = square(n)
    back(x, to=x)
    return x

class Its(Grow):
    inner = many(inner)

@task(grows=Its)
def grower(grow: Its, n: int) -> None: ...
"""


def leads(said: str, wires: str = WRITE, **more: str) -> Make:
    return body(f"{wires}{said}\nreturn verdict", **more)


def asks(said: str, loop: str = "back(verdict, to=draft, into='n')") -> Make:
    wires = (
        f"draft = square(n)\nother = square(draft)\nverdict = check(other)\n{loop}\nreturn verdict"
    )
    return running(wires, before=ASKS.format(said))


MISTAKES = {
    "a loop outside of a workflow": file("back(1, to=2)"),
    "a loop that leads forwards": leads("back(draft, to=verdict)"),
    "a loop to what stands beside": leads("back(verdict, to=square(n))"),
    "a loop from a value": leads("back(3, to=draft)"),
    "a loop to a task": leads("back(verdict, to=square)"),
    "a loop to an input": leads("back(verdict, to=n)"),
    "a loop from a part of a result": leads("back(divide(draft)[0], to=draft)"),
    "a loop to a workflow of many nodes": leads(
        "back(square.after(many_of(n))(n), to=many_of(n))",
        before="@workflow\ndef many_of(n: int) -> None:\n    square(n)\n    square(n)\n",
    ),
    "a loop out of a branch": leads("return when(verdict, lambda: back(square(n), to=draft))"),
    "a loop into an unknown input": leads("back(verdict, to=draft, into='m')"),
    "a loop into the input of a task that has none": leads(
        "back(verdict, to=draft, into='m')",
        wires="draft = note.node()\nverdict = square.after(draft)(n)\n",
    ),
    "a loop into what is no name": leads("back(verdict, to=draft, into=3)"),
    "a loop that is said twice": leads("back(verdict, to=draft)\nback(verdict, to=draft)"),
    "a loop that never comes round": leads("back(verdict, to=draft, at_most=0)"),
    "a loop that comes round half a time": leads("back(verdict, to=draft, at_most=0.5)"),
    "a loop in a workflow that is grown": body("return grower(n)", before=GROWN),
    "rounds of a task": leads("promise(Rounds(square, at_most=3))"),
    "rounds of no loop": leads("promise(Rounds(draft, at_most=3))"),
    "rounds of no node": leads("promise(Rounds('drat', at_most=3))\nback(verdict, to=draft)"),
    "rounds of many nodes": leads(
        "promise(Rounds(many_of(n), at_most=3))",
        before="@workflow\ndef many_of(n: int) -> None:\n    square(n)\n    square(n)\n",
    ),
    "rounds below none": leads("promise(Rounds(draft, at_most=-1))"),
    "rounds among others": leads("back(verdict, to=draft)\npromise(Not(Rounds(draft, at_most=3)))"),
    "again in a plain call": program("again('better')"),
    "again without a loop": asks("again(3)", loop=""),
    "again to a node that is none": asks("again(3, to='drat')"),
    "again to what is no text": asks("again(3, to=3)"),
    "again where two loops lead back": asks(
        "again(3)", loop="back(verdict, to=draft, into='n')\nback(verdict, to=other)"
    ),
    "again with a value of another type": asks("again('three')"),
    "again with a value that JSON cannot hold": asks("again(object())"),
    "again without a value": asks("again()"),
    "again with a value that goes nowhere": asks("again(3)", loop="back(verdict, to=draft)"),
    "again with what was grown": running(
        "x = check(n)\nback(x, to=x, into='n')\nreturn x",
        before="class Its(Grow):\n    square = many(square)\n\n"
        "@task(grows=Its)\ndef check(grow: Its, n: int) -> int:\n    again(grow.square(n))\n",
    ),
    "again too often": running(
        "x = check(n)\nback(x, to=x, into='n', at_most=2)\nreturn x",
        before=ASKS.format("again(n + 1)"),
    ),
}

"""Mistakes in what is decorated, and in the types of its inputs and its result."""

from __future__ import annotations

from tests.errors.making import body, file

MISTAKES = {
    "a task that takes *args": file("@task\ndef add(*numbers: int) -> int: ..."),
    "a task whose inputs have no names": file("@task\ndef add(a: int, /) -> int: ..."),
    "a task that yields": file("@task\ndef count() -> list[int]:\n    yield 1"),
    "a method as a task": file("class Shop:\n    @task\n    def buy(self, n: int) -> int: ..."),
    "a class as a task": file("@task\nclass Shop: ..."),
    "a task that is decorated twice": file("@task\n@task\ndef add(a: int) -> int: ..."),
    "an id for all nodes of a task": file("@task(id='one')\ndef add(a: int) -> int: ..."),
    "an option nobody knows": file("@task(retires=3)\ndef add(a: int) -> int: ..."),
    "a name that cannot be seen": file("@task(name=' ')\ndef add(a: int) -> int: ..."),
    "a name that is no text": file("@workflow(name=3)\ndef flow() -> None: ..."),
    "a task elsewhere, at no place": file("@task(extern='add')\ndef add(a: int) -> int: ..."),
    "a task elsewhere, of no module": file("@task(extern='a b:add')\ndef add(a: int) -> int: ..."),
    "a task elsewhere that also runs here": file(
        "from foretell import command\n\n"
        "@task(extern='tools:add', runs=command('add'))\ndef add(a: int) -> int: ..."
    ),
    "a task elsewhere that is called here": file(
        "@task(extern='tools:add')\ndef add(a: int) -> int:\n    raise NotImplementedError\n\nadd(1)"
    ),
    "inputs that are said by no schema": file(
        "@task(extern='tools:add', takes={'type': 'object'})\ndef add(**inputs: int) -> int: ..."
    ),
    "inputs that are said twice": file(
        "from foretell import Schema\n\n"
        "@task(extern='tools:add', takes=Schema({}))\ndef add(a: int) -> int: ..."
    ),
    "a schema that is none": file("from foretell import Schema\n\nSchema({'const': {1, 2}})"),
    "an async workflow": file("@workflow\nasync def flow() -> None: ..."),
    "a workflow with the options of a node": file("@workflow(retries=3)\ndef flow() -> None: ..."),
    "growth that is no class": file("@task(grows=3)\ndef add(grow: object) -> None: ..."),
    "growth that a function should give": file(
        "@task(grows=lambda: square)\ndef add(grow: object) -> None: ...\n\nadd.growth"
    ),
    "growth that nobody receives": file("@task(grows=Squares)\ndef add() -> None: ..."),
    "growth that is not declared": file("@task\ndef add(grow: Squares, n: int) -> None: ..."),
    "an annotation that cannot be read": file(
        "@task\ndef add(a: 'Numbr') -> int: ...\n\nadd.ports"
    ),
    "a type without a form in JSON": file(
        "class Machine: ...\n\n@task\ndef add(a: Machine) -> int: ...\n\n"
        "@workflow\ndef flow(a: Machine) -> int:\n    return add(a)\n\nflow.compile()"
    ),
    "a dataclass of what has no form in JSON": file(
        "import dataclasses\n\nclass Machine: ...\n\n@dataclasses.dataclass\nclass Box:\n    machine: Machine\n\n"
        "@workflow\ndef flow(a: Box) -> None: ...\n\nflow.compile()"
    ),
    "a callable as an input": file(
        "from collections.abc import Callable\n\n"
        "@workflow\ndef flow(a: Callable[[int], int]) -> None: ...\n\nflow.compile()"
    ),
    "a default of another type": body("return square(n)", takes="n: int = 'three'"),
    "a task within a function": file(
        "def make():\n    @task\n    def inner() -> int: ...\n    return inner\n\ninner = make()\n\n"
        "@workflow\ndef flow() -> int:\n    return inner()\n\nflow.compile()"
    ),
    "a lambda as a task": file(
        "add = task(lambda: 1)\n\n@workflow\ndef flow() -> int:\n    return add()\n\nflow.compile()"
    ),
    "a task whose name something else has taken": file(
        "@task\ndef add() -> int: ...\n\nkept = [add]\nadd = None\n\n"
        "@workflow\ndef flow() -> int:\n    return kept[0]()\n\nflow.compile()"
    ),
    "a task that was typed in": file(
        "import types\n\ntyped = types.ModuleType('typed_in')\n"
        "exec('from foretell import task\\n@task\\ndef add() -> int: ...', vars(typed))\nadd = typed.add\n\n"
        "@workflow\ndef flow() -> int:\n    return add()\n\nflow.compile()"
    ),
    "a secret with no name that it could have": file(
        "from foretell import secret\n\nsecret('MY KEY')"
    ),
    "a secret that nobody gave": file(
        "from foretell import secret\n\nsecret('NOBODY_GAVE_THIS').reveal()"
    ),
    "an async task in a running event loop": file(
        "import asyncio\n\nasync def main():\n    later(1)\n\nasyncio.run(main())"
    ),
    "too many arguments": body("return square(n, n)"),
    "an input that is not there": body("return square(m=n)"),
    "an input given twice": body("return square(n, n=n)"),
    "an input that is missing": body("return square()"),
    "an input of another type": body("return square('three')"),
    "an input with a fault inside": body("return total([1, 'two', 3])"),
    "an input that holds itself": body("loop = []\nloop.append(loop)\nreturn total(loop)"),
    "a text that UTF-8 cannot hold": body("return shout('\\ud800')"),
    "a number that JSON cannot hold": body(
        "return when(n, float('nan'))", before=("@task\ndef when(n: int, f: float) -> int: ...\n")
    ),
    "a workflow that returns another type": file(
        "@workflow\ndef flow() -> int:\n    return 'three'\n\nflow.compile()"
    ),
    "a result that holds itself": file(
        "@workflow\ndef flow() -> list[int]:\n    loop = []\n    loop.append(loop)\n    return loop\n\nflow.compile()"
    ),
}

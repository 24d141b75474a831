"""What is read of a body is certain: random bodies are run, and what each run grew lies in a way
that was read."""

from __future__ import annotations

import importlib.util
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from foretell.bodies.amounts import NONE
from foretell.bodies.reading import read_body, tightest

BODIES = 300
RUNS = 30


class Leave(Exception):
    """What bodies raise."""


class Grown:
    """Stands for the growth: counts, and decides at random what the body asks for."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.grown: Counter[str] = Counter()

    def flip(self) -> bool:
        return self.chance.random() < 0.5

    def few(self) -> range:
        return range(self.chance.randrange(4))

    def __getattr__(self, right: str) -> Callable[..., int]:
        def use(*args: object) -> int:
            self.grown[right] += 1
            return 0

        return use


class Hush:
    """Keeps back what is raised inside of it."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *raised: object) -> bool:
        return True


def fewer(*bounds: int) -> range:
    """Not the range that it is called in some bodies."""
    return range(bounds[-1] - 1)


class Writer:
    """Writes a body: statements of every kind that moves control."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lines: list[str] = []

    def block(self, indent: int, depth: int, *, loop: bool) -> None:
        for _ in range(self.chance.randrange(1, 4)):
            self.statement(indent, depth, loop=loop)

    def use(self) -> str:
        return f"grow.{self.chance.choice('abc')}({self.inner()})"

    def inner(self) -> str:
        forms = ["0", "1", "ask.flip()"]
        if self.chance.random() < 0.3:
            forms = [
                f"grow.{self.chance.choice('abc')}(0)",
                "(ask.flip() and grow.a(0))",
                "(grow.b(0) if ask.flip() else grow.c(0))",
                "[grow.c(0) for _ in ask.few()]",
                "[grow.a(0) for _ in range(2)]",
                "[grow.a(0) for x in range(3) if ask.flip()]",
                "{grow.b(x): grow.c(x) for x in (1, 2)}",
            ]
        return self.chance.choice(forms)

    def statement(self, indent: int, depth: int, *, loop: bool) -> None:
        kinds = ["use", "use", "use", "return", "raise"] + ["turn"] * loop
        kinds += ["if", "for", "count", "while", "try", "with", "match", "def"] * (depth > 0)
        kind = self.chance.choice(kinds)
        write = getattr(self, f"_{kind}")
        write(indent, depth, loop)

    def add(self, indent: int, text: str) -> None:
        self.lines.append("    " * indent + text)

    def _use(self, indent: int, depth: int, loop: bool) -> None:
        self.add(indent, self.use())

    def _return(self, indent: int, depth: int, loop: bool) -> None:
        self.add(indent, f"if ask.flip(): return {self.use()}")

    def _raise(self, indent: int, depth: int, loop: bool) -> None:
        self.add(indent, f"if ask.flip(): raise Leave({self.use()})")

    def _turn(self, indent: int, depth: int, loop: bool) -> None:
        self.add(indent, f"if ask.flip(): {self.chance.choice(['break', 'continue'])}")

    def _if(self, indent: int, depth: int, loop: bool) -> None:
        self.add(indent, "if ask.flip():")
        self.block(indent + 1, depth - 1, loop=loop)
        if self.chance.random() < 0.6:
            self.add(indent, "else:")
            self.block(indent + 1, depth - 1, loop=loop)

    def _for(self, indent: int, depth: int, loop: bool) -> None:
        self.add(indent, "for x in ask.few():")
        self.block(indent + 1, depth - 1, loop=True)

    def _count(self, indent: int, depth: int, loop: bool) -> None:
        self.add(indent, "for x in range(2):")
        self.block(indent + 1, depth - 1, loop=True)
        if self.chance.random() < 0.4:
            self.add(indent, "else:")
            self.block(indent + 1, depth - 1, loop=loop)

    def _while(self, indent: int, depth: int, loop: bool) -> None:
        self.add(indent, "while ask.flip():")
        self.block(indent + 1, depth - 1, loop=True)

    def _try(self, indent: int, depth: int, loop: bool) -> None:
        self.add(indent, "try:")
        self.block(indent + 1, depth - 1, loop=loop)
        self.add(indent, "except Leave:")
        self.block(indent + 1, depth - 1, loop=loop)
        if self.chance.random() < 0.5:
            self.add(indent, "else:")
            self.block(indent + 1, depth - 1, loop=loop)
        if self.chance.random() < 0.5:
            self.add(indent, "finally:")
            self.add(indent + 1, self.use())

    def _with(self, indent: int, depth: int, loop: bool) -> None:
        manager = self.chance.choice(["suppress(Leave)", "Hush()", "hush", "nullcontext()"])
        self.add(indent, f"with {manager}:")
        self.block(indent + 1, depth - 1, loop=loop)

    def _match(self, indent: int, depth: int, loop: bool) -> None:
        self.add(indent, "match ask.flip():")
        self.add(indent + 1, "case True:")
        self.block(indent + 2, depth - 1, loop=loop)
        if self.chance.random() < 0.6:
            self.add(indent + 1, "case _:")
            self.block(indent + 2, depth - 1, loop=loop)

    def _def(self, indent: int, depth: int, loop: bool) -> None:
        self.add(indent, "def inner(x):")
        self.block(indent + 1, depth - 1, loop=False)
        self.add(indent, "for x in ask.few(): inner(x)")


@pytest.fixture
def bodies(tmp_path: Path) -> Iterator[list[FunctionType]]:
    lines = [
        "from contextlib import nullcontext, suppress",
        "from tests.unit.bodies.test_reading import Hush, Leave, fewer",
        "hush = Hush()",
    ]
    for i in range(BODIES):
        writer = Writer(random.Random(i))
        writer.block(1, 3, loop=False)
        other = "" if i % 5 else ", range=fewer"
        lines += [f"def body{i}(grow, ask{other}):", *writer.lines]
    module = module_of(tmp_path, "\n".join(lines) + "\n")
    yield [getattr(module, f"body{i}") for i in range(BODIES)]


def module_of(folder: Path, source: str) -> ModuleType:
    path = folder / "bodies_of_the_test.py"
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_run_of_a_body_takes_a_way_that_was_read(bodies: list[FunctionType]) -> None:
    tried = 0
    for i, body in enumerate(bodies):
        seen = read_body(body, ("a", "b", "c"))
        assert seen is not None
        assert seen.unseen == []
        for run in range(RUNS):
            grown = Grown(random.Random(1000 * i + run))
            try:
                body(grown, grown)
            except Leave:
                continue
            tried += 1
            ways = [dict(way) for way in seen.ways]
            assert any(
                all(
                    amounts.get(r, NONE).low <= grown.grown[r] <= amounts.get(r, NONE).high
                    for r in "abc"
                )
                for amounts in ways
            ), f"body{i}: {dict(grown.grown)} is in none of {ways}"
    assert tried > BODIES * RUNS / 3


LOOP = "def body(grow):\n    for i in range(3):\n        grow.a(i)\n"
MAPPED = "def body(grow):\n    grow.a.map(each([1, 2]))\n"
SURE = {
    "a range": (LOOP, "3"),
    "a range of the module's own": (f"from builtins import list as range\n{LOOP}", "0..∞"),
    "a range that is bound in the body": (f"{LOOP}    range = len\n", "0..∞"),
    "a range that is defined in the body": (f"{LOOP}    def range(n): ...\n", "0..∞"),
    "a range that is imported in the body": (f"{LOOP}    from os import path as range\n", "0..∞"),
    "each": (f"from foretell import each\n{MAPPED}", "2"),
    "each of a module": (f"import foretell\n{MAPPED.replace('each', 'foretell.each')}", "2"),
    "another each": (f"from builtins import list as each\n{MAPPED}", "0..∞"),
    "enumerate": (LOOP.replace("i in range(3)", "i in enumerate(range(3))"), "3"),
    "all of what a generator gives": (
        "def body(grow):\n    list(grow.a(i) for i in range(3))\n", "3",
    ),
    "what another list takes of it": (
        "def list(of): ...\ndef body(grow):\n    list(grow.a(i) for i in range(3))\n", "0..∞",
    ),
    "a file": ("def body(grow):\n    with open('x'):\n        grow.a(1)\n", "1"),
    "the file of a path": (
        "from pathlib import Path\ndef body(grow):\n    with Path('x').open():\n        grow.a(1)\n", "1",
    ),
    "another open": (
        "def open(x): ...\ndef body(grow):\n    with open('x'):\n        grow.a(1)\n", "0..∞",
    ),
    "a manager that nobody knows": (
        "def body(grow, it):\n    with it:\n        grow.a(1)\n", "0..∞",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SURE)
def test_only_what_is_surely_pythons_own_is_counted_on(what: str, tmp_path: Path) -> None:
    source, amount = SURE[what]
    seen = read_body(module_of(tmp_path, source).body, ("a",))
    assert seen is not None
    assert {right: str(n) for right, n in tightest(seen).items()} == {"a": amount}

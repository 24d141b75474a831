"""What is read of a body is certain: random bodies are run, and what each run grew lies in a way
that was read."""

from __future__ import annotations

import importlib.util
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType

import pytest

from foretell.bodies.amounts import NONE
from foretell.bodies.reading import read_body

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
        self.add(indent, "with suppress(Leave):")
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
    lines = ["from contextlib import suppress", "from tests.unit.bodies.test_reading import Leave"]
    for i in range(BODIES):
        writer = Writer(random.Random(i))
        writer.block(1, 3, loop=False)
        lines += [f"def body{i}(grow, ask):", *writer.lines]
    path = tmp_path / "bodies_of_the_test.py"
    path.write_text("\n".join(lines) + "\n")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield [getattr(module, f"body{i}") for i in range(BODIES)]


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

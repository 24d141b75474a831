"""What cannot be read at all is told with its place, and what registering would refuse is refused in
the same words."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from foretell.author.entry import load_file
from foretell.errors import ForetellError, WiringError
from foretell_codegen.errors import ReadError
from foretell_codegen.reading import read, read_file

HEAD = """
from dataclasses import dataclass
from foretell import *
from foretell.control import *

@task
def step(n: int = 0, k: int = 1) -> int: return n

@task
def flag(n: int) -> bool: return True

@task
def names(n: int) -> list[str]: return []

@workflow
def other(n: int) -> int: return step(n)
"""

REFUSED = {
    "a comparison with nothing": "step(1) is None",
    "a condition": "a = step(1)\nif a: step(2)",
    "a comparison": "step(1) < 2",
    "a calculation": "step(1) + 2",
    "a loop": "for x in names(1): step(1)",
    "a length": "len(names(1))",
    "an index": "names(1)[0]",
    "a key": "names(1)['x']",
    "a field": "step(1).x",
    "a text": "f'{step(1)}'",
    "a shown text": "a = step(1)\nf'{a!r}'",
    "its type": "a = step(1)\nisinstance(a, int)",
    "a call": "step(1)(2)",
    "a hash": "{step(1): 2}",
    "what is searched": "1 in names(1)",
    "an unknown input": "step(x=1)",
    "too many inputs": "step(1, 2, 3)",
    "an input of another type": "step('x')",
    "a wire of another type": "step(names(1))",
    "an input twice": "step(1, n=2)",
    "an unknown option": "step.options(retires=1)(1)",
    "a bad option": "step.options(retries=-1)(1)",
    "a bad id": "step.options(id='a b')(1)",
    "a bad ending": "step.after(step(1), on='maybe')(2)",
    "after what is no node": "step.after(3)(1)",
    "after an input": "step.after(n)(1)",
    "each without a map": "step(each([1]))",
    "a map without each": "step.map(1)",
    "maps of unequal lengths": "step.map(n=each([1]), k=each([1, 2]))",
    "a node of a workflow": "other.node(1)",
    "a promise about nobody": "promise(Count('nobody', at_most=1))",
    "no promise": "promise(3)",
    "a promise without sense": "promise(Count(step, at_least=3, at_most=2))",
    "a limit of nothing": "limit(step, running=0)",
    "a loop that leads nowhere": "a = step(1)\nb = step(2)\nback(a, to=b)",
    "a case twice": "switch(step(1), (1, lambda: step(1)), (1, lambda: step(2)))",
    "a question without text": "ask(bool, '')",
    "a secret without a name": "step(secret('a b'))",
    "a workflow in itself": "flow(1)",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_registering_refuses_is_refused_in_the_same_words(body: str, tmp_path: Path) -> None:
    path = tmp_path / "flow.py"
    path.write_text(f"{HEAD}\n@workflow\ndef flow(n: int) -> None:\n{indent(body, '    ')}\n")
    with pytest.raises(ForetellError) as read_:
        read_file(path, workflow="flow")
    with pytest.raises(ForetellError) as compiled:
        load_file(path).flow.compile()
    assert str(read_.value) == str(compiled.value)
    assert type(read_.value) is type(compiled.value)


def test_what_the_top_level_refuses_is_refused_in_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "flow.py"
    path.write_text(
        HEAD + "\nclass G(Grow):\n    shape = step\n@workflow\ndef flow() -> None: ...\n"
    )
    with pytest.raises(WiringError) as read_:
        read_file(path, workflow="flow")
    with pytest.raises(WiringError) as loaded:
        load_file(path)
    assert str(read_.value) == str(loaded.value)


TOLD = {
    "a mistake in the syntax": ("@workflow\ndef flow(:\n", 2, "no Python"),
    "a tab that is none": ("if True:\n        a = 1\n\tb = 2\n", 3, "no Python"),
    "a null": ("a = 1\0\n", 0, "null"),
    "no workflow": ("a = 1\n", 0, "defines no workflow"),
    "several": (
        "from foretell import workflow\n@workflow\ndef a() -> None: ...\n@workflow\ndef b() -> None: ...\n",
        0,
        "several workflows: a, b",
    ),
    "what raises": (
        "from foretell import workflow\n@workflow\ndef a() -> None:\n    x = {}\n    x['k']\n",
        5,
        "KeyError: 'k'",
    ),
    "what divides by zero": (
        "from foretell import workflow\n@workflow\ndef a() -> None: 1 / 0\n",
        3,
        "ZeroDivisionError",
    ),
    "what says raise": (
        "from foretell import workflow\n@workflow\ndef a() -> None: raise ValueError('no')\n",
        3,
        "ValueError: no",
    ),
    "what has no name": (
        "from foretell import workflow\n@workflow\ndef a() -> None: nobody\n",
        3,
        "name 'nobody' is not defined",
    ),
    "what has no end": (
        "from foretell import workflow\n@workflow\ndef a() -> None:\n    while True: pass\n",
        4,
        "steps",
    ),
    "what calls itself": (
        "from foretell import workflow\ndef f(n): return f(n)\n@workflow\ndef a() -> None: f(1)\n",
        0,
        "nested too deeply",
    ),
    "what is nested": ("a = " + "(" * 5000 + ")" * 5000 + "\n", 0, ""),
}


@pytest.mark.parametrize(("source", "line", "words"), TOLD.values(), ids=TOLD)
def test_what_cannot_be_read_is_told_with_its_place(
    source: str, line: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foretell_codegen.reading.session.MOST_STEPS", 50_000)
    with pytest.raises(ReadError) as caught:
        read(source, path="flow.py")
    assert words in caught.value.why
    assert caught.value.line == line or not line
    assert str(caught.value).startswith("flow.py")


HUGE = {
    "a power": "10 ** 10 ** 10",
    "a shift": "1 << 10 ** 12",
    "a text": "'x' * 10 ** 12",
    "a list": "[0] * 10 ** 12",
    "a list of a range": "list(range(10 ** 12))",
    "a sum": "sum(range(10 ** 12))",
    "bytes": "bytes(10 ** 12)",
    "a width": "f'{1:1000000000}'",
    "a percent": "'%1000000000d' % 1",
    "a fill": "'x'.ljust(10 ** 12)",
    "many bytes": "list(map(bytes, [10 ** 12]))",
    "a replaced text": "('x' * 10 ** 6).replace('x', 'y' * 10 ** 6)",
    "a power that is called": "pow(7, 10 ** 9)",
    "a power of a fraction": "Fraction(7) ** 10 ** 9",
    "a root of a fraction": "Fraction(7) ** -10 ** 9",
    "a power to a fraction": "7 ** Fraction(10 ** 9)",
    "a power to a member": "7 ** E.A",
    "a list of a member": "[0] * E.A",
    "a queue": "deque([1]) * 10 ** 11",
    "bytes that change": "bytearray(b'a') * 10 ** 11",
    "a fraction in words": "Fraction('1e999999999')",
    "a decimal": "int(Decimal('1e999999999'))",
    "what is not in a range": "1.5 in range(10 ** 15)",
    "ranges": "list(map(range, [10 ** 12]))",
    "a fill of the class": "str.ljust('a', 10 ** 12)",
    "a replaced text of the class": "str.replace('x' * 10 ** 6, 'x', 'y' * 10 ** 6)",
    "a join of what is calculated": "','.join('x' * 10 ** 6 for _ in range(10 ** 6))",
    "bytes of one's own": "B(10 ** 12)",
    "bytes of one's own that are mapped": "list(map(B, [10 ** 12]))",
    "a partial of one's own": "list(map(P(pow, 7), [10 ** 9]))",
    "a rounded number": "round(5, -10 ** 9)",
    "a sum of lists": "sum([[0] * 10 ** 6] * 10 ** 6, [])",
    "an index of one's own": "[0] * I()",
    "a path": "join(*(['y' * 10 ** 6] * 10 ** 5))",
    "a joined text": "('x' * 10 ** 6).join(['y'] * 10 ** 6)",
}


@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
def test_nothing_huge_is_calculated(value: str) -> None:
    source = dedent(f"""
        from collections import deque
        from decimal import Decimal
        from enum import IntEnum
        from fractions import Fraction
        from functools import partial
        from os.path import join
        from foretell import task, workflow
        class E(IntEnum): A = 10 ** 11
        class B(bytes): pass
        class P(partial): pass
        class I:
            def __index__(self): return 10 ** 11
        @task
        def step(n: int) -> int: return n
        @workflow
        def flow() -> int:
            x = {value}
            return step(1)
    """)
    assert [one.line for one in read(source).provenance.frozen] == [18]


ENDLESS = {
    "lists": ("[[0] * 10 ** 7 for _ in range(10 ** 4)]", "items"),
    "a list that is doubled": ("[x.extend(x) for x in [[0] * 10 ** 3] for _ in range(40)]", ""),
    "a chain": ("list(chain.from_iterable([range(10 ** 6)] * 10 ** 6))", "steps"),
    "items of one's own": ("list(C())", "steps"),
}


@pytest.mark.parametrize(("value", "words"), ENDLESS.values(), ids=ENDLESS)
def test_what_is_large_together_is_not_made(
    value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("foretell_codegen.reading.session.MOST_STEPS", 50_000)
    source = dedent(f"""
        from itertools import chain
        from foretell import task, workflow
        class C:
            def __getitem__(self, i): return i
        @workflow
        def flow() -> None:
            x = {value}
    """)
    if not words:
        assert read(source).provenance.frozen
        return
    with pytest.raises(ReadError, match=words):
        read(source)


def test_nothing_outside_of_the_folder_is_imported(tmp_path: Path) -> None:
    (tmp_path / "inner" / "pack").mkdir(parents=True)
    (tmp_path / "secret.py").write_text("x = 1\n")
    elsewhere = f"__file__ = {str(tmp_path / 'any.py')!r}\n"
    (tmp_path / "inner" / "pack" / "__init__.py").write_text(elsewhere)
    for first in ("from ..secret import x", f"from {'.' * 40}secret import x",
                  "from pack.secret import x", "import pack\nx = pack.secret.x"):  # fmt: skip
        path = tmp_path / "inner" / "flow.py"
        path.write_text(f"{HEAD}\n{first}\n@workflow\ndef flow() -> int: return step(x)\n")
        assert read_file(path, workflow="flow").provenance.frozen


def test_nothing_outside_of_the_folder_is_opened(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "flow.py"
    (tmp_path / "inner" / "own.sh").write_text("1")
    (tmp_path / "secret").write_text("1")

    def digest(word: str) -> str:
        shell = f"@task(runs=program('sh', {word!r}))\ndef told() -> str: ..."
        source = f"from foretell import *\n{shell}\n@workflow\ndef flow() -> str: return told()\n"
        graph = read(source, path=path).graph
        return next(iter(graph.tasks.values())).digest

    for word, is_seen in (
        ("own.sh", True),
        ("../secret", False),
        (str(tmp_path / "secret"), False),
    ):
        before = digest(word)
        (tmp_path / "inner" / word).write_text("2")
        assert (digest(word) != before) is is_seen


def test_one_of_several_workflows_is_named(tmp_path: Path) -> None:
    source = HEAD + "\n@workflow\ndef flow() -> int: return step(1)\n"
    assert read(source, workflow="other").graph.name == "other"
    assert read(source, path="flow.py").graph.name == "flow"
    with pytest.raises(ReadError, match="did you mean 'other'"):
        read(source, workflow="othr")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"no\.py: it cannot be read: No such file"):
        read_file(tmp_path / "no.py")


def test_what_is_not_text_is_told() -> None:
    with pytest.raises(ReadError, match="save it as UTF-8"):
        read(b"a = '\xff\xfe'\n")

"""Mistakes in saying what a task may grow."""

from __future__ import annotations

from tests.errors.making import Make, body, file, growing


def grows(says: str) -> Make:
    """A class of growth, and a task that has it."""
    lines = "\n    ".join(says.splitlines())
    return body("return grower(n)", before=(
        f"class Its(Grow):\n    {lines}\n\n@task(grows=Its)\ndef grower(grow: Its, n: int) -> None: ...\n"
    ))  # fmt: skip


TWO = "a = may(square)\nb = may(square)\n"

MISTAKES = {
    "a task in the place of a right": grows("square = square"),
    "a right to a function": file("many(len)"),
    "a right to a number": file("many(3)"),
    "a right to a task with options": file("many(square.options(retries=2))"),
    "a right with a reserved name": grows("would = many(square)"),
    "a right with two names": grows("a = many(square)\nb = a"),
    "a bound that is no number": file("many(square, at_most='three')"),
    "bounds that exclude each other": file("many(square, at_least=3, at_most=2)"),
    "a shape of something else": grows("square = many(square)\nshape = 'square'"),
    "a group of nothing": file("seq()"),
    "alternatives of nothing": file("one_of()"),
    "a group of tasks": file("seq(square, total)"),
    "a shape that leaves a right out": grows(TWO + "shape = seq(a)"),
    "a right twice in a shape": grows(TWO + "shape = seq(a, b, a)"),
    "a right without a name in a shape": grows("a = may(square)\nshape = seq(a, may(square))"),
    "what must come in alternatives": grows(
        "a = one(square)\nb = may(square)\nshape = one_of(a, b)"
    ),
    "bounds within a repeated group": grows("a = one(square)\nshape = many(seq(a))"),
    "repetition within repetition": grows("a = many(square)\nshape = many(seq(many(a)))"),
    "repetition right within repetition": grows("a = many(square)\nshape = many(many(a))"),
    "a let of a task": file("let('pair', square)"),
    "a let with no name": file("let(square, one(square))"),
    "a use of a right": file("use(one(square))"),
    "a depth in words": file("let('pair', one(square), deep='very')"),
    "a name that needs itself": grows("a = many(square)\nshape = let('x', seq(a, use('x')))"),
    "a name within itself, however deep": grows(
        "a = many(square)\nb = many(square)\nshape = let('x', may(seq(a, use('x'), b)))"
    ),
    "bounds within what has a name": grows("a = one(square)\nshape = let('x', seq(a))"),
    "a vow of what needs itself": body(
        "xs = plan(n)\npromise(Shaped(let('x', seq(one(square), use('x'))), scope=xs))\nreturn xs"
    ),
    "rights beside anything": body(
        "return grower(n)",
        before=(
            "class Its(Anything):\n    square = many(square)\n\n"
            "@task(grows=Its)\ndef grower(grow: Its, n: int) -> None: ...\n"
        ),
    ),
    "sections said of a task": body(
        "return grower(n)",
        before=("@task(grows=Sections)\ndef grower(grow: Sections, n: int) -> None: ...\n"),
    ),
    "growth without an end": body(
        "return grower(n)",
        before=(
            "class Its(Grow):\n    again = one(lambda: grower)\n\n"
            "@task(grows=Its)\ndef grower(grow: Its, n: int) -> None: ...\n"
        ),
    ),
    "growth that can never end": body(
        "return grower(n)",
        before=(
            "def its() -> type[Grow]:\n    class Its(Grow):\n        again = one(grower)\n    return Its\n\n"
            "@task(grows=its)\ndef grower(grow: Grow, n: int) -> None: ...\n"
        ),
    ),
    "a right used outside of a running task": file("Squares.square(3)"),
    "growth used outside of a running task": file("Squares().style(label='x')"),
    "growth used outside, of anything": file("Anything().existing('x')"),
    "one too many in a rehearsal": file("plan(4)"),
    "one too few in a rehearsal": file(
        "class Its(Grow):\n    square = many(square, at_least=2)\n\n"
        "@task(grows=Its)\ndef grower(grow: Its) -> None:\n    grow.square(1)\n\ngrower()"
    ),
    "a section in a rehearsal": file(
        "@task(grows=Sections)\ndef grower(grow: Sections) -> None:\n    grow.section({})\n\ngrower()"
    ),
    "the node of a right to a workflow": growing(
        "grow.inner.node(n)",
        grows="inner = many(inner)",
        before="@workflow\ndef inner(n: int) -> int:\n    return square(n)\n",
    ),
    "an unknown value in a growing body": growing(
        "x = grow.square(n)\nif x is None:\n    return 1"
    ),
    "the wrong input for a right": growing("grow.square('three')"),
    "a right with an option nobody knows": growing("grow.square.options(retires=3)(n)"),
    "an instance that is none": growing("grow.square.options(instance=-1)(n)"),
    "a place of another right": growing("grow.square.options(slot='left.total')(n)"),
    "one too many": growing("for i in range(4):\n    grow.square(i)"),
    "a task called with an unknown value": growing("return square(grow.square(n))"),
    "each of a list that is not there yet": growing(
        "grow.square.map(each(grow.rows(n)))",
        grows="square = many(square)\nrows = may(rows)",
        before="@task\ndef rows(n: int) -> list[int]: ...\n",
    ),
    "a group that may come several times, in any order": grows(
        "a = many(square)\nb = many(square)\nc = may(square)\nshape = free(many(seq(a, b)), c)"
    ),
    "a place that is none": growing("grow.into(3)", grows="pass", base="Anything"),
    "create of no task": growing("grow.create(len)", grows="pass", base="Anything"),
    "create of a workflow that lacks an input": growing(
        "grow.create(flow)", grows="pass", base="Anything"
    ),
    "a look for a whole workflow": growing(
        "grow.style(grow.create(inner, 1), color='red')",
        grows="pass",
        base="Anything",
        before="@workflow\ndef inner(n: int) -> int:\n    return square(n)\n",
    ),
    "connect of what is no node": growing("grow.connect(3, 4)", grows="pass", base="Anything"),
    "connect to what is not there": growing(
        "grow.connect(grow.existing('grower'), grow.existing('growr'))",
        grows="pass",
        base="Anything",
    ),
    "styling what is no node": growing("grow.style(3, label='x')"),
}

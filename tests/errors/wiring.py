"""Mistakes in the body of a workflow: with values that are not there yet, and with what is wired."""

from __future__ import annotations

from tests.errors.making import body, file, growing, program

INNER = "@workflow\ndef inner(n: int) -> int:\n    return square(n)\n"

STATIC = "@workflow\ndef inner(rows: Static[list[int]]) -> int:\n    return total(rows)\n"

MISTAKES = {
    "an end that is none": body("return square.after(note(), on='done')(n)"),
    "what stands for a result twice": body("return square(or_else(or_else(square(n), 1), 2))"),
    "what stands for a result and may fail": body("return square(or_else(square(n), square(n)))"),
    "what stands for a result and does not fit": body("return square(or_else(square(n), 'no'))"),
    "what stands for an item and does not fit": body("return total([1, or_else(square(n), 'no')])"),
    "what stands for a result and has no such field": body(
        "return shout(or_else(failure_of(square(n)), None).error)"
    ),
    "what may not be there, returned": body("return or_else(square(n), 1)"),
    "after what may not be there": body("return square.after(or_else(square(n), 1))(n)"),
    "a failure where nothing is registered": growing("return failure_of(grow.square(n)).error"),
    "the failure of what is known": body("return shout(failure_of(3).error)"),
    "the failure of an input": body("return shout(failure_of(n).error)"),
    "the failure of what may not be there": body(
        "return shout(failure_of(or_else(square(n), 1)).error)"
    ),
    "the failure of what a branch uses": body(
        "x = square(n)\nreturn when(big(n), lambda: shout(failure_of(x).error))",
        before="@task\ndef big(n: int) -> bool: ...\n",
    ),
    "a result and its failure": body(
        "x = square(n)\nreturn note_both(x, failure_of(x))",
        before="@task\ndef note_both(n: int, why: Failure) -> None: ...\n",
    ),
    "what there is only after a failure, asked in plain Python": program(
        "flow(3)",
        before="@workflow\ndef flow(n: int) -> int:\n    why = failure_of(square(n))\n"
        "    return 1 if why else 2\n",
    ),
    "after the failure of many": body(
        "return square.after(many_of(n), on='fail')(n)",
        before=("@workflow\ndef many_of(n: int) -> None:\n    square(n)\n    square(n)\n"),
    ),
    "after the failure of what gives a value": body(
        "x = square(n)\nreturn square.after(x, on='fail')(x)"
    ),
    "a failure in a workflow that is grown": body(
        "return grower(n)",
        before=(
            "@workflow\ndef inner(n: int) -> None:\n    x = square(n)\n    note.after(x, on='fail')()\n\n"
            "class Its(Grow):\n    inner = many(inner)\n\n"
            "@task(grows=Its)\ndef grower(grow: Its, n: int) -> None: ...\n"
        ),
    ),
    "a static input of a task": body(
        "return add(n)", before=("@task\ndef add(n: Static[int]) -> int: ...\n")
    ),
    "a static input that is not known": body("return inner(plan(n))", before=STATIC),
    "a static input that is missing within": body("return inner()", before=STATIC),
    "a static input of another type within": body("return inner(3)", before=STATIC),
    "a static input that is missing": file(STATIC + "\ninner.compile()"),
    "a static input of another type": file(STATIC + "\ninner.compile(rows=['a'])"),
    "a static input that is not there": file(STATIC + "\ninner.compile(row=[1])"),
    "a static input that is an ordinary one": file(INNER + "\ninner.compile(n=3)"),
    "a static input of a workflow that is grown": body(
        "return grower(n)",
        before=STATIC
        + (
            "class Its(Grow):\n    inner = many(inner)\n\n"
            "@task(grows=Its)\ndef grower(grow: Its, n: int) -> None: ...\n"
        ),
    ),
    "deciding on an unknown value": body("if square(n):\n    note()"),
    "comparing an unknown value": body("if square(n) > 3:\n    note()"),
    "adding to an unknown value": body("return square(square(n) + 1)"),
    "the length of an unknown value": body("return square(len(plan(n)))"),
    "looping over an unknown value": body("return [square(x) for x in plan(n)]"),
    "an unknown value in a text": body("return shout(f'{square(n)}')"),
    "calling an unknown value": body("return square(n)()"),
    "an unknown value as a key": body("return {square(n): 1}"),
    "setting a field of an unknown value": body("square(n).size = 3"),
    "a field that is not there": body("return square(n).size"),
    "an item of what has none": body("return square(n)[0]"),
    "an item beyond the last": body("return divide(n)[2]"),
    "an unknown value compared with None": body("x = square(n)\nif x is None:\n    note()"),
    "an unknown value matched": body("x = square(n)\nmatch x:\n    case 1:\n        note()"),
    "an unknown value asked for its type": body("if isinstance(square(n), int):\n    note()"),
    "the same mistake in several lines": body(
        "x = square(n)\nif x is None:\n    note()\nif x is not None:\n    note()"
    ),
    "a result passed on where there is none": body("return square(note())"),
    "a number for a text": body("return shout(square(n))"),
    "a value of another workflow": file(
        "kept = []\n\n@workflow\ndef first() -> None:\n    kept.append(square(1))\n\n"
        "@workflow\ndef second() -> int:\n    return square(kept[0])\n\nfirst.compile()\nsecond.compile()"
    ),
    "a value of another workflow returned": file(
        "kept = []\n\n@workflow\ndef first() -> None:\n    kept.append(square(1))\n\n"
        "@workflow\ndef second() -> int:\n    return kept[0]\n\nfirst.compile()\nsecond.compile()"
    ),
    "after an input": body("return square.after(n)(n)"),
    "after what is no result": body("return square.after(3)(n)"),
    "an option nobody knows": body("return square.options(retires=2)(n)"),
    "less than no retries": body("return square.options(retries=-1)(n)"),
    "a wait that is none": body("return square.options(retries=1, backoff='2s')(n)"),
    "a wait that grows smaller": body(
        "return square.options(backoff=Backoff(9, factor=0.5))(n)",
        before="from foretell import Backoff",
    ),
    "a priority that is no number": body("return square.options(priority='high')(n)"),
    "a trial that has no time": body("return square.options(timeout=0)(n)"),
    "retries upon what is no class of exceptions": body("return square.options(retry_on=42)(n)"),
    "retries upon nothing": body("return square.options(retry_on=())(n)"),
    "retries upon a class that nobody else knows": body(
        "class Mine(Exception): ...\nreturn square.options(retry_on=Mine)(n)"
    ),
    "a label that is no text": body("return square.options(label=3)(n)"),
    "an id that cannot be one": body("return square.options(id='a.b')(n)"),
    "a tag that cannot be seen": body("return square.options(tags=[''])(n)"),
    "a style that is no mapping": body("return square.options(style='red')(n)"),
    "a style with an empty key": body("return square.options(style={'': 'red'})(n)"),
    "an option for a workflow": body("return inner.options(retries=2)(n)", before=INNER),
    "an input of a workflow that is not there": body("return inner(m=n)", before=INNER),
    "the node of a workflow": body("return inner.node(n).out", before=INNER),
    "a map without each": body("return square.map(n)"),
    "a map over lists of unlike length": body(
        "return add.map(each([1, 2]), each([1]))",
        before="@task\ndef add(a: int, b: int) -> int: ...\n",
    ),
    "each outside of a map": body("return square(each([1, 2]))"),
    "each of each": body("return square.map(each(each([1, 2])))"),
    "each in a plain call": file("square(each([1, 2]))"),
    "a workflow that calls itself": body("return flow(n)"),
    "compiling within a workflow": body("return inner.compile()", before=INNER),
    "a task of which the types cannot be read": body(
        "return add(n)", before="@task\ndef add(a: 'Numbr') -> int: ...\n"
    ),
    "a result that is none, passed on untyped": body(
        "return anything(inner(n))",
        before="@workflow\ndef inner(n: int) -> None:\n    note()\n\n@task\ndef anything(x: object) -> object: ...\n",
    ),
}

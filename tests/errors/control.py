"""Mistakes in deciding on values that are not there yet."""

from __future__ import annotations

from tests.errors.making import body, file, growing

MISTAKES = {
    "a case that comes twice": body("return switch(word, ('a', note), ('a', note))"),
    "a case that is not known yet": body("return switch(word, (shout(word), note))"),
    "a branch that passes on what is no value": body(
        "nothing = inner(n)\nreturn when(n, lambda: anything(nothing))",
        before="@workflow\ndef inner(n: int) -> None:\n    note()\n\n@task\ndef anything(x: object) -> object: ...\n",
    ),
    "a branch after a failure around it": body(
        "x = square(n)\nreturn when(big(n), lambda: note.after(x, on='fail')())",
        before="@task\ndef big(n: int) -> bool: ...\n",
    ),
    "a fallback in a branch": body(
        "return when(big(n), lambda: fallback(lambda: square(n), lambda: 0))",
        before="from foretell.control import fallback\n\n@task\ndef big(n: int) -> bool: ...\n",
    ),
    "a fallback on nothing": body(
        "return fallback(lambda: square(n))", before="from foretell.control import fallback\n"
    ),
    "a fallback in a running task": growing(
        "return fallback(lambda: grow.square(n), lambda: 0)",
        before="from foretell.control import fallback\n",
    ),
    "less than one round": body(
        "return repeat(square, n, until=big, at_most=0)",
        before="from foretell.control import repeat\n\n@task\ndef big(n: int) -> bool: ...\n",
    ),
    "a section noted outside of a workflow": file("section('then', lambda: square(3))"),
    "a section with no name": body("section('a.b', lambda: square(n))"),
    "a decision in a running task": growing(
        "x = grow.square(n)\nreturn when(x, lambda: square(n))"
    ),
}

"""Mistakes in promising, and promises that are broken from the start."""

from __future__ import annotations

from tests.errors.making import Make, body, file, growing


def vow(says: str, *, then: str = "return total(xs)", before: str = "") -> Make:
    """A vow in the body of a workflow that plans and adds up."""
    return body(
        f"xs = plan(n)\n{then.replace('return ', 't = ')}\npromise({says})\nreturn t", before=before
    )


INNER = "@workflow\ndef inner(n: int) -> int:\n    return square(n)\n"

MISTAKES = {
    "a promise of what is no vow": vow("'no new nodes'"),
    "a promise outside of a workflow": file("promise(NoNewNodes())"),
    "a limit outside of a workflow": file("limit(square, running=2)"),
    "a limit of nothing": body("limit(square, running=0)\nreturn square(n)"),
    "a limit that is no number": body("limit(square, running='two')\nreturn square(n)"),
    "a limit of what is no task": body("limit(3, running=2)\nreturn square(n)"),
    "a limit of a workflow": body("limit(inner, running=2)\nreturn inner(n)", before=INNER),
    "a limit of no node at all": body("limit(running=2)\nreturn square(n)"),
    "a limit that limits nothing": body("limit(square)\nreturn square(n)"),
    "so many starts in no time": body("limit(square, starts=3)\nreturn square(n)"),
    "so many starts in a time that is none": body(
        "limit(square, starts=3, per=0)\nreturn square(n)"
    ),
    "spaced by nothing": body("limit(square, running=2, spaced=True)\nreturn square(n)"),
    "a rest that is no time": body("limit(square, rest='5 s')\nreturn square(n)"),
    "a pool without a name": body("limit(square, running=1, pool=' ')\nreturn square(n)"),
    "a pool that is no name": body("limit(square, running=1, pool=3)\nreturn square(n)"),
    "exclusive outside of a workflow": file("exclusive(square)"),
    "only nodes of nothing": vow("OnlyNodes()"),
    "only edges of nothing": vow("OnlyEdges()"),
    "only edges that are no pairs": vow("OnlyEdges(xs)"),
    "a count without bounds": vow("Count(square)"),
    "a count with a bound that is none": vow("Count(square, at_most=-1)"),
    "a count with bounds said twice": vow("Count(square, exactly=2, at_most=3)"),
    "a count with bounds that exclude each other": vow("Count(square, at_least=3, at_most=2)"),
    "a count of a number": vow("Count(3, at_most=2)"),
    "a count of a workflow": vow("Count(inner, at_most=2)", before=INNER),
    "a count of an input": vow("Count(n, at_most=2)"),
    "a count of a tag that nobody has": body(
        "promise(Count('slwo', at_most=2))\nreturn square.options(tags='slow')(n)"
    ),
    "a promise about another workflow's result": file(
        "kept = []\n\n@workflow\ndef first() -> None:\n    kept.append(square(1))\n\n"
        "@workflow\ndef second() -> None:\n    promise(Count(kept[0], at_most=2))\n\nfirst.compile()\nsecond.compile()"
    ),
    "each of them, without saying where to": vow("Every(square, exactly=1)"),
    "none of no vows": vow("AnyOf()"),
    "one of what is no vow": vow("ExactlyOne(NoNewNodes(), square)"),
    "a style of no keys": vow("Style(square)"),
    "a style with a value that is no text": vow("Style(square, color=3)"),
    "a vow of one's own": vow(
        "Mine()", before="from foretell import Vow\n\nclass Mine(Vow):\n    pass\n"
    ),
    "a shape that is none": vow("Shaped(square, scope=xs)"),
    "a shape of what an input grows": vow("Shaped(seq(many(square)), scope=n)"),
    "a shape of what a workflow's result grows": body(
        "x = inner(n)\npromise(Shaped(seq(many(square)), scope=x))\nreturn x",
        before="@workflow\ndef inner(n: int) -> None:\n    note()\n",
    ),
    "a shape that the task may not grow": vow("Shaped(seq(one(square), one(shout)), scope=xs)"),
    "a shape in the negative": vow("Not(Shaped(many(square), scope=xs))"),
    "a shape in a workflow that is grown": body(
        "return grower(n)",
        before=(
            "@workflow\ndef inner(n: int) -> list[int]:\n    xs = plan(n)\n"
            "    promise(Shaped(many(square, at_most=1), scope=xs))\n    return xs\n\n"
            "class Its(Grow):\n    inner = many(inner)\n\n"
            "@task(grows=Its)\ndef grower(grow: Its, n: int) -> None: ...\n"
        ),
    ),
    "too many from the start": vow("Count(total, at_most=0)"),
    "too few for ever": vow("Count(square, at_least=4)"),
    "edges that are missing for ever": vow("Every(total, into=plan, exactly=1)"),
    "two promises that contradict each other": vow(
        "Every(total, out_of=square, exactly=1), Every(total, out_of=square, at_most=0)"
    ),
    "two alternatives that both cannot hold": vow(
        "AnyOf(Count(total, at_most=0), Count(plan, at_most=0))"
    ),
    "two alternatives that both hold": vow(
        "ExactlyOne(Count(total, at_most=1), Count(plan, at_most=1))"
    ),
    "the contrary of what is so": vow("Not(Count(total, exactly=1))"),
    "a style that is not so": body(
        "promise(Style(square, color='red'))\nreturn square.options(style={'color': 'blue'})(n)"
    ),
    "a node that was promised not to come": growing("grow.promise(NoNewNodes())\ngrow.square(n)"),
    "nodes that were promised and do not come": growing("grow.promise(Count(square, at_least=1))"),
    "a style that was promised to stay": growing(
        "grow.promise(Style('x', 'label'))\na = grow.square.options(tags='x').node(n)\ngrow.style(a, label='new')",
    ),
    "what must be grown and is not": growing(
        "return None", grows="square = many(square, at_least=2)"
    ),
}

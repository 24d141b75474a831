"""Tasks that foretell brings along: those with words of their own, such as `ask`, and those that are
called like any other, such as `below`."""

from __future__ import annotations

from collections.abc import Mapping

from foretell.graph.model import Node
from foretell_codegen.errors import WriteError
from foretell_codegen.writing.kinds import Kinds
from foretell_codegen.writing.layout import Expr, call
from foretell_codegen.writing.literals import literal, text
from foretell_codegen.writing.module import Module
from foretell_codegen.writing.values import Given, value_of

ASKED = "foretell.author.asking:asked"
SLEPT = "foretell.author.asking:slept"
CONTROL = "foretell.control"
PLAIN = frozenset(
    f"{CONTROL}:{name}" for name in ("above", "below", "both", "either", "equal", "is_none", "not_")
)
_WORDS = {"question": "ask", "signal": "signal", "time": "sleep_until"}


def asks(node: Node, entry: str) -> bool:
    """Whether a node is one of those that `ask`, `signal` and `sleep_until` make."""
    if len(node.outside) != 1 or (entry == SLEPT) is not (node.outside[0].kind == "time"):
        return False
    return entry in (ASKED, SLEPT)


def question(
    node: Node, wires: Mapping[str, Mapping[str, Given]], module: Module, kinds: Kinds
) -> Expr:
    """The call that asks. Raises `WriteError` for what these words cannot say."""
    (outside,) = node.outside
    word = module.word(_WORDS[outside.kind])
    where = f"node {node.id!r:.80}"
    if node.options or node.tags or node.label is not None or node.style:
        raise WriteError(where, f"{word}(...) takes no options; leave them out")
    inputs = {name for name in (*wires, *node.inputs) if name != outside.input[1:]}
    allowed = (
        {"moment"} if outside.kind == "time" else {"about"} if outside.kind == "question" else set()
    )
    if not inputs <= allowed:
        raise WriteError(
            where, f"{word}(...) is given nothing else, and this has {min(inputs - allowed)!r}"
        )

    def given(name: str, schema: Mapping[str, object]) -> Expr:
        kind = kinds.of(schema, name)
        return value_of(node.inputs.get(name), kind, module, kinds, wires.get(name))

    if outside.kind == "time":
        return call(word, given("moment", {"type": "string", "format": "date-time"}))
    kind = kinds.of(outside.schema, "answer").annotation
    if outside.kind == "signal":
        return call(word, text(outside.says), kind)
    named: dict[str, Expr] = {}
    if "about" in inputs:
        named["about"] = given("about", {})
    if outside.within_s is not None:
        within = module.word("timedelta", "datetime")
        named["within"] = call(within, seconds=literal(outside.within_s))
        default = value_of(outside.default, kinds.of(outside.schema, "answer"), module, kinds)
        named["default"] = default
    return call(word, kind, text(outside.says), **named)

"""What nodes and edges must look like by themselves, whoever adds them and to whatever graph.

Registration, a document from a stranger and a running task are held to the same rules: names that
can be seen and have an end, pointers that can be read, values only on edges that carry some. What
is there already, and what was promised, is not asked here. A fault is told in words; an empty
text is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from foretell.graph.model import Edge, Node, Outside, Restyle
from foretell.graph.pointers import tokens
from foretell.graph.trials import trials_fault

LONGEST_NAME = 400
LONGEST_POINTER = 4000
LONGEST_TEXT = 4000
"""Of a label, and of what a key of a style says."""
LONGEST_WAIT_S = 1e11
MOST_STYLES = 100
"""Keys in the style of a node."""

LONGEST_ENTRY = 4096

_NONE = ("", "")
_POINTER = re.compile(r"(/([^~/]|~[01])*)*")
_ENTRY = re.compile(r"(?P<home>[^:\x00-\x1f]+):(?P<name>[^:\x00-\x1f]+)")


def name_fault(name: str) -> str:
    if not name:
        return "a name must not be empty"
    if len(name) > LONGEST_NAME:
        return f"the name {name[:40]!r}... is longer than {LONGEST_NAME}"
    if not name.isprintable() or name != name.strip():
        return f"the name {name!r:.80} holds characters that cannot be seen"
    return ""


def entry_fault(entry: str) -> str:
    """What is wrong with the entry point of a task."""
    found = _ENTRY.fullmatch(entry)
    if (
        len(entry) > LONGEST_ENTRY
        or found is None
        or not all(part.isidentifier() for part in found["name"].split("."))
    ):
        return f"{entry!r:.80} is neither package.module:name nor file.py:name"
    home = found["home"]
    if not home.endswith(".py") and not all(part.isidentifier() for part in home.split(".")):
        return f"{home!r:.80} is not the name of a module"
    return ""


def pointer_fault(pointer: str) -> str:
    if len(pointer) > LONGEST_POINTER or not _POINTER.fullmatch(pointer):
        hint = "" if pointer.startswith("/") else "; one begins with '/', as in '/name'"
        return f"{pointer!r:.80} is not a JSON Pointer{hint}"
    return ""


def look_fault(label: str | None, style: Mapping[str, str]) -> tuple[str, str]:
    """What is wrong with a label or a style. What drawings show of them they make safe."""
    if label is not None and len(label) > LONGEST_TEXT:
        return "label", f"it is longer than {LONGEST_TEXT}"
    if len(style) > MOST_STYLES:
        return "style", f"more than {MOST_STYLES} keys"
    for key, text in style.items():
        if why := name_fault(key):
            return "style", why
        if len(text) > LONGEST_TEXT:
            return "style", f"what {key!r} says is longer than {LONGEST_TEXT}"
    return "", ""


def restyle_fault(style: Restyle) -> tuple[str, str]:
    """The field of `style` that is wrong, and why; twice nothing if none is."""
    if why := name_fault(style.node):
        return "node", why
    return look_fault(style.label, style.style)


def outside_fault(outside: Sequence[Outside]) -> str:
    """What is wrong with what a node wants from outside."""
    seen: set[str] = set()
    for one in outside:
        if why := pointer_fault(one.input):
            return why
        if len(tokens(one.input)) != 1:
            return f"{one.input!r:.80}: what comes from outside is a whole input: /name"
        if one.input in seen:
            return f"the input {one.input!r:.80} comes from outside twice"
        seen.add(one.input)
        if one.kind == "signal" and (why := name_fault(one.says)):
            return why
        if not one.says.strip():
            return "a question must not be empty"
        if len(one.says) > LONGEST_TEXT:
            return f"the question {one.says[:40]!r}... is longer than {LONGEST_TEXT}"
        if why := _clock_fault(one):
            return why
    if sum(one.timed for one in outside) > 1:
        return "more than one input comes by the clock"
    return ""


def _clock_fault(one: Outside) -> str:
    if one.within_s is not None and not 0 < one.within_s < LONGEST_WAIT_S:
        return (
            f"within_s is more than 0 and less than {LONGEST_WAIT_S:.0e}, not {one.within_s!r:.80}"
        )
    if one.at is not None and one.within_s is not None:
        return "it says both `within_s` and `at`"
    if one.at is not None and (why := pointer_fault(one.at)):
        return why
    if one.kind == "time" and not one.timed:
        return "what comes by the clock says when: `at` or `within_s`"
    return ""


def node_fault(node: Node) -> tuple[str, str]:
    """The field of `node` that is wrong, and why; twice nothing if none is.

    Whether its task is known and whether its feeds name inputs depends on the graph.
    """
    names = [("id", node.id), *(("tags", tag) for tag in node.tags)]
    if node.scope:
        names.append(("scope", node.scope))
    if node.slot is not None:
        names.append(("slot", node.slot))
    for where, name in names:
        if why := name_fault(name):
            return where, why
    for key in node.inputs:
        if len(key) > LONGEST_NAME:
            return "inputs", f"the name {key!r:.80} is too long"
    if why := trials_fault(node.options):
        return "options", why
    for feed in node.feeds:
        if why := pointer_fault(feed.output) or pointer_fault(feed.input):
            return "feeds", why
    if node.outside and (why := outside_fault(node.outside)):
        return "outside", why
    return look_fault(node.label, node.style) if node.label or node.style else ("", "")


def edge_fault(edge: Edge) -> tuple[str, str]:
    """The field of `edge` that is wrong, and why; twice nothing if none is."""
    for where, name in (("source", edge.source), ("target", edge.target)):
        if why := name_fault(name):
            return where, why
    if edge.kind == "structural":
        return "kind", "structural edges are not given; they follow from growth"
    carries = edge.kind in ("data", "loop")
    for end, pointer in (("output", edge.output), ("input", edge.input)):
        if pointer is None:
            if edge.kind == "data":
                return end, "a data edge says where its value goes"
        elif not carries:
            return end, f"an edge of kind {edge.kind!r} carries no value"
        elif why := pointer_fault(pointer):
            return end, why
    if edge.kind == "loop" and edge.on != "ok":
        return "on", "a loop comes round where its source ends well: on 'ok'"
    if edge.output is not None and edge.input is None:
        return "input", "a value that comes along goes to one input: /name"
    if edge.carries == "failures" and (edge.kind != "data" or edge.on == "ok"):
        return "carries", "failures come on data edges, on 'fail' or 'any'"
    if edge.on == "fail" and edge.carries == "output" and edge.input is not None:
        return "on", "what fails has no output; on 'fail' an edge carries failures"
    if edge.input == "":
        return "input", "a value goes to one input: /name"
    return _port_fault(edge)


def _port_fault(edge: Edge) -> tuple[str, str]:
    """What is wrong with the port of `edge`."""
    if edge.port is None:
        return ("early", "only what is read from a port can be read early") if edge.early else _NONE
    if edge.kind != "data":
        return "port", f"an edge of kind {edge.kind!r} reads no port"
    if why := name_fault(edge.port):
        return "port", why
    if edge.carries != "output":
        return "port", "an edge that carries failures reads no port"
    if edge.early and edge.on != "ok":
        return "early", "what is read early counts only if the source ends well: on 'ok'"
    if edge.early and edge.output:
        return "output", "what is read early is read chunk by chunk, not in part"
    if edge.early and len(tokens(edge.input or "")) != 1:
        return "input", "what is read early is a whole input: /name"
    return _NONE

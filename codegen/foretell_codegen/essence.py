"""Whether two graphs are the same workflow, whatever the order in which they list things.

What is left out is said of where the graph is written, and not of what it is: places in a source
(`where`), the words of a promise's author (`says`), who made it (`by`), positions in a picture
(`layout`), digests of sources, tasks that nothing uses, and the number of a use of a task (`when#2`),
which only says how many came before. A file (`a/b.py:x`) and the module that it is (`a.b:x`) are the
same; where a program is declared is not what it does.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from foretell.document.model import Graph, TaskSpec
from foretell.graph.model import Edge, Node
from foretell.graph.plain import encode
from foretell.graph.pointers import Draft, NoSuchPlace, get, tokens
from foretell.graph.trials import Backoff
from foretell.promises.shapes import ANYTHING
from foretell_codegen.names import is_module

_MANY = 5
"""Differences that are named before the rest is counted."""


def same(one: Graph, other: Graph) -> bool:
    """Whether they are the same workflow."""
    return not difference(one, other)


def difference(one: Graph, other: Graph) -> str:
    """What the first has that the other has not, and the other way round, in a few lines; empty if
    they are the same workflow."""
    found = list(differences(one, other))
    more = [f"and {len(found) - _MANY} more"] if len(found) > _MANY else []
    return "\n".join([*found[:_MANY], *more])


def differences(one: Graph, other: Graph) -> Iterator[str]:
    """Each part of which only one of the graphs has one, or of which they have different ones."""
    if one is other:
        return
    alike = _alike_nodes(one, other)
    ours, theirs = parts(one, alike), parts(other, alike)
    for kind in ours:
        mine, its = ours[kind], theirs[kind]
        if mine == its:
            continue
        for key in [*mine, *(key for key in its if key not in mine)]:
            if mine.get(key) != its.get(key):
                yield f"{kind} {key}: {_said(mine.get(key))} is not {_said(its.get(key))}"


def _alike_nodes(one: Graph, other: Graph) -> frozenset[str]:
    """Nodes that are the same to the letter, and all that leads to them: most of them, as a rule, which
    then need not be taken to pieces."""
    if any("#" in name for name in (*one.tasks, *other.tasks)):
        return frozenset()  # uses of tasks are numbered
    nodes = {node.id: node for node in other.nodes}
    if len(nodes) < len(other.nodes):
        return frozenset()
    ours, theirs = _into(one), _into(other)
    return frozenset(
        node.id
        for node in one.nodes
        if (its := nodes.get(node.id)) is not None
        and node == its
        and repr(node.inputs) == repr(its.inputs)
        and repr(node.options) == repr(its.options)
        and ours.get(node.id) == theirs.get(node.id)
    )


def _into(graph: Graph) -> dict[str, list[Edge]]:
    found: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        found.setdefault(edge.target, []).append(edge)
    return found


def parts(graph: Graph, without: frozenset[str] = frozenset()) -> dict[str, dict[str, Any]]:
    """The graph taken to pieces that can be compared, each kind by what names it; `without` these
    nodes."""
    names = _uses(graph)
    wired = _into(graph)
    tasks = {names[name]: _spec(graph.tasks[name], names) for name in sorted(_used(graph))}
    return {
        "workflow": {"name": graph.name},
        "task": tasks,
        "node": {node.id: node_parts(node, wired.get(node.id, ()), names) for node in graph.nodes if node.id not in without},
        "nodes": {name: n for name, n in Counter(n.id for n in graph.nodes).items() if n > 1},
        "promise": _bag(_renamed(encode(vowed.promise), names) for vowed in graph.promises),
        "limit": _bag(
            _renamed(_without(encode(limit), "says", "where", "by"), names) for limit in graph.limits
        ),
        "input": {name: _text(encode(each)) for name, each in graph.inputs.items()},
        "output": {"": _output(graph)},
    }  # fmt: skip


def node_parts(
    node: Node, edges: Iterable[Edge], names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What a node is, with all that leads to it."""
    edges = tuple(edges)
    filled = [edge.input for edge in edges if edge.kind == "data" and edge.input is not None]
    filled += [feed.input for feed in node.feeds]
    filled += [outside.input for outside in node.outside]
    return {
        "task": (names or {}).get(node.task, node.task),
        "scope": node.scope,
        "slot": node.slot,
        "inputs": _exactly(_renamed(constants(node, filled), names or {})),
        "feeds": sorted((feed.input, feed.name, feed.output) for feed in node.feeds),
        "options": _exactly(run_options(node.options)),
        "tags": sorted(node.tags),
        "label": node.label,
        "style": dict(node.style),
        "outside": sorted((encode(each) for each in node.outside), key=_text),
        "edges": sorted((_without(encode(edge), "target") for edge in needed(edges)), key=_text),
    }  # fmt: skip


def needed(edges: Iterable[Edge]) -> list[Edge]:
    """Edges into a node, without orders that another edge gives already."""
    edges = tuple(edges)
    ends: dict[str, str] = {}
    for edge in edges:
        if edge.kind == "data" and ends.get(edge.source, "any") == "any":
            ends[edge.source] = edge.on
    found = []
    for edge in edges:
        if edge.kind == "order":
            before = ends.get(edge.source)
            if before is not None and (before != "any" or edge.on == "any"):
                continue
            ends[edge.source] = edge.on
        found.append(edge)
    return found


def constants(node: Node, filled: Iterable[str]) -> dict[str, Any]:
    """The constant inputs of a node; whether null stands where something else comes, or nothing, is
    the same."""
    draft = Draft(dict(node.inputs))
    wholes = {pointer for pointer in filled if pointer.count("/") == 1}
    for pointer in filled:
        if pointer not in wholes and not _has(draft.value, pointer):
            with suppress(NoSuchPlace):
                draft.put(pointer, None)
    inputs = dict(draft.value)
    for pointer in wholes:
        (name,) = tokens(pointer)
        if inputs.get(name, 0) is None:
            del inputs[name]
    return inputs


def _has(value: Any, pointer: str) -> bool:
    try:
        get(value, pointer)
    except NoSuchPlace:
        return False
    return True


def run_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options, where one that is an object says all of its parts."""
    full = dict(options)
    if isinstance(full.get("backoff"), Mapping):
        full["backoff"] = Backoff(**full["backoff"])._asdict()
    if isinstance(full.get("cache"), Mapping):
        full["cache"] = {k: v for k, v in full["cache"].items() if v not in ("", None)}
    return {key: value for key, value in full.items() if value is not None}


def _output(graph: Graph) -> Any:
    output = graph.output
    draft = Draft(output.value)
    for pointer in (*(hole.at for hole in output.holes), *(feed.input for feed in output.feeds)):
        with suppress(NoSuchPlace):
            draft.put(pointer, None)
    return {
        "value": _exactly(draft.value),
        "holes": sorted((encode(hole) for hole in output.holes), key=_text),
        "feeds": sorted((encode(feed) for feed in output.feeds), key=_text),
    }


def _used(graph: Graph) -> set[str]:
    """The tasks that nodes are of, and those that are named by these, however indirectly."""
    seen: set[str] = set()
    todo = [node.task for node in graph.nodes]
    todo += _texts([encode(vowed.promise) for vowed in graph.promises])
    for name in todo:
        if name in graph.tasks and name not in seen:
            seen.add(name)
            grows = graph.tasks[name].grows
            todo += _texts(encode(grows)) if grows is not None else ()
    for node in graph.nodes:
        if "sections" in node.inputs:
            seen.update(t for t in _texts(node.inputs["sections"]) if t in graph.tasks)
    return seen


def _texts(data: Any) -> list[str]:
    found, todo = [], [data]
    for part in todo:
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, Mapping):
            todo += part.values()
        elif isinstance(part, (list, tuple)):
            todo += part
    return found


def _uses(graph: Graph) -> dict[str, str]:
    """The tasks by names that do not depend on the order in which they were met: `when#2`, and
    `when`, where there is another one, by a node of theirs that comes first by its id."""
    numbered = {name.rpartition("#")[0] for name in graph.tasks if "#" in name}
    first: dict[str, str] = {}
    for node in sorted(graph.nodes, key=lambda node: node.id):
        if node.task.partition("#")[0] in numbered:
            first.setdefault(node.task, node.id)
    return {
        name: f"{name.partition('#')[0]}#{first[name]}" if name in first else name
        for name in graph.tasks
    }


def _spec(spec: TaskSpec, names: Mapping[str, str]) -> Any:
    said = _renamed(_without(encode(spec), "digest", "where", "entry"), names)
    said["options"] = run_options(spec.options)
    said.setdefault("grows", encode(ANYTHING))  # whoever promises nothing may grow anything
    if spec.program is None:
        said["entry"] = entry_like_import(spec.entry)
    return _text(said)


def entry_like_import(entry: str) -> str:
    """An entry point as that of a module, if the file could be imported as one."""
    home, _, name = entry.rpartition(":")
    if not home.endswith(".py"):
        return entry
    module = home.removesuffix(".py").removeprefix("./").replace("/", ".")
    return f"{module}:{name}" if is_module(module) else entry


def _renamed(data: Any, names: Mapping[str, str]) -> Any:
    """`data` with other names of tasks, where it says `task`."""
    if isinstance(data, Mapping):
        return {
            key: names.get(value, value)
            if key == "task" and isinstance(value, str)
            else _renamed(value, names)
            for key, value in data.items()
        }
    if isinstance(data, (list, tuple)):
        return [_renamed(item, names) for item in data]
    return data


def _without(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


def _bag(items: Iterable[Any]) -> dict[str, int]:
    return dict(Counter(_text(item) for item in items))


def _exactly(data: Any) -> str:
    """JSON as a text: for Python 1, 1.0 and True are equal."""
    return _text(data) if data else repr(data)


def _text(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def _said(part: Any) -> str:
    if part is None:
        return "nothing"
    text = part if isinstance(part, str) else _text(part)
    return text if len(text) <= 200 else f"{text[:200]}..."

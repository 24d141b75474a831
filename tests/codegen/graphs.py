"""Generated graphs: whatever the SDK can say, in small, with odd names and odd constants.

    graphs()            anything of the below
    graphs(plain=True)  only nodes, constants and wires of plain tasks
    NAUGHTY             texts that break programs which put texts into code
    values(schema)      JSON values that a schema allows

Every graph that is drawn is a legal document; wires fit, and no node lacks an input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from foretell.author.options import is_id
from foretell.document import jsonform
from foretell.document.model import Graph, Input, PortSpec, TaskSpec
from foretell.document.programs import Program
from foretell.document.wires import FAILURES
from foretell.graph.model import Edge, Feed, Hole, Node, Outcome, Output, Outside
from foretell.promises import language as la
from foretell.promises import selectors as se
from foretell.promises.language import Vowed
from foretell.promises.limits import Limit
from foretell.promises.shapes import (
    ANYTHING,
    NOTHING,
    Alt,
    Leaf,
    Loop,
    Many,
    Par,
    Seq,
    Shape,
)

Schema = dict[str, Any]

NAUGHTY = (
    '"', "'", '"""', "'''", "\\", "\\\\'", "\n", "\r\n", "\t", "\x00", "\x1b[31m", "{x}", "{{", "%s", "${HOME}",
    "`id`", "$(id)", "#", "# type: ignore", "'); import os; os.system('id')#", '")\nimport os\n("',
    "\\N{DOLLAR SIGN}", "\\x41", "ﬁx", "e\u0301", "\u202e", "\u2028", "\ufeff", "\U0001f600", "Ω", "ª",
    "null", "None", "True", "nan", "__import__('os')", "f'{1}'", "rb''", "\\", "ends in \\", "",
)  # fmt: skip
"""Constants, labels, questions: anything that is a text."""

ODD_IDS = (
    "class", "lambda", "None", "print", "list", "task", "workflow", "promise", "each", "self", "__init__",
    "_", "__", "ﬁx", "größe", "变量", "1st", "a-b", "a,b", "a;b", "x=1", "a#b", "a$b", "a(b)", "a&b", "a!", "a%s",
    "e\u0301", "ª", "Ⅷ", "import", "grow", "Any", "cast", "int", "foretell", "a:b", "add", "load", "add_2",
)  # fmt: skip
"""Ids of nodes, of which `x` and the like are the ordinary ones."""

PLAIN_SCHEMAS: tuple[Schema, ...] = (
    {"type": "integer"}, {"type": "number"}, {"type": "string"}, {"type": "boolean"},
    {"type": "array", "items": {"type": "integer"}},
    {"type": "object", "additionalProperties": {"type": "string"}},
    {},
)  # fmt: skip
RICH_SCHEMAS: tuple[Schema, ...] = (
    {"anyOf": [{"type": "string"}, {"type": "null"}]},
    {"enum": ["red", "green"], "type": "string"},
    {"const": 3, "type": "integer"},
    {"type": "array", "minItems": 2, "maxItems": 2,
     "prefixItems": [{"type": "integer"}, {"type": "string"}]},
    {"title": "Parcel", "type": "object", "additionalProperties": False, "required": ["to"],
     "properties": {"to": {"type": "string"}, "grams": {"type": "integer"}}},
    {"title": "Weighed", "type": "array", "minItems": 2, "maxItems": 2,
     "prefixItems": [{"type": "integer"}, {"type": "boolean"}]},
    {"type": "string", "format": "base64url"},
    {"type": "string", "minLength": 1},
    {"title": "an odd title", "type": "object", "properties": {"a b": {"type": "integer"}}},
    {"$ref": "#/$defs/Tree", "$defs": {"Tree": {
        "type": "object", "properties": {"down": {"$ref": "#/$defs/Tree"}}}}},
    {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
    {"type": "null"}, FAILURES,
)  # fmt: skip

_ASCII = st.text("abcdefgh xyz_-", max_size=8)
_TEXTS = st.one_of(_ASCII, st.sampled_from(NAUGHTY), st.text(max_size=6))
_IDS = st.one_of(
    st.sampled_from(["x", "y", "z", "total", "found", "x_2", "plan"]),
    st.sampled_from([one for one in ODD_IDS if is_id(one)]),
)
_NUMBERS = st.one_of(st.integers(-5, 5), st.sampled_from([2**70, -(10**30), 10**700]))
_FLOATS = st.one_of(st.sampled_from([0.5, -1.0, 1e300, 1e-9, -0.0]), st.integers(0, 3))


def json_values() -> st.SearchStrategy[Any]:
    """Any JSON value."""
    leaves = st.one_of(st.none(), st.booleans(), _NUMBERS, st.sampled_from([0.5, 1e300]), _TEXTS)
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
        max_leaves=5,
    )  # fmt: skip


def values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """JSON values that are of a schema among those above."""
    if "anyOf" in schema:
        return st.one_of(*(values(one) for one in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    kind = schema.get("type")
    if "prefixItems" in schema:
        return st.tuples(*map(values, schema["prefixItems"])).map(list)
    if kind == "array":
        return st.lists(values(schema["items"]), max_size=3)
    if kind == "object" and "properties" in schema:
        needed, parts = schema.get("required", ()), schema["properties"]
        return st.fixed_dictionaries(
            {name: values(parts[name]) for name in needed},
            optional={name: values(parts[name]) for name in parts if name not in needed},
        )
    if kind == "object":
        return st.dictionaries(_TEXTS, values(schema["additionalProperties"]), max_size=2)
    if "$ref" in schema:
        return st.sampled_from([{}, {"down": {}}])
    if schema.get("format") == "base64url":
        return st.sampled_from(["", "AA==", "aGkiJw=="])
    simple: dict[Any, st.SearchStrategy[Any]] = {
        "integer": _NUMBERS, "number": _FLOATS, "boolean": st.booleans(), "null": st.none(),
        "string": _TEXTS.filter(bool) if "minLength" in schema else _TEXTS,
    }  # fmt: skip
    return simple.get(kind, json_values())


@st.composite
def specs(draw: st.DrawFn, schemas: tuple[Schema, ...], name: str) -> TaskSpec:
    """A task that somebody else has."""
    names = draw(
        st.lists(st.sampled_from(["a", "b", "c", "name", "list"]), max_size=3, unique=True)
    )
    properties: dict[str, Any] = {}
    required: list[str] = []
    defs: dict[str, Any] = {}
    for param in names:
        schema = dict(draw(st.sampled_from(schemas)))
        defs |= schema.pop("$defs", {})
        if draw(st.integers(0, 3)):
            required.append(param)
        elif "$ref" not in schema:
            schema["default"] = draw(values(schema))
        else:
            required.append(param)
        properties[param] = schema
    inputs: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if defs:
        inputs["$defs"] = defs
    if required:
        inputs["required"] = required
    output = draw(st.sampled_from(schemas))
    if schemas is not PLAIN_SCHEMAS:
        match draw(st.integers(0, 6)):
            case 0:
                text = (
                    draw(st.sampled_from(NAUGHTY))
                    .replace("\0", "")
                    .replace("{", "{{")
                    .replace("}", "}}")
                )
                program = Program(("tool", text), stdin="{*}", ok=(0, 3), env={"A": text})
                return TaskSpec("", NOTHING, inputs, output, program=program)
            case 1:
                ports = {"tokens": PortSpec({"type": "string"}, "text"), "more": PortSpec({})}
                return TaskSpec(f"tools.{name}:run", NOTHING, inputs, output, ports=ports)
    return TaskSpec(f"tools.{name}:run", NOTHING, inputs, output)


@st.composite
def shapes(draw: st.DrawFn, tasks: list[str]) -> Shape:
    """What a task may grow of these."""
    some = draw(st.lists(st.sampled_from(tasks), min_size=1, max_size=3, unique=True))
    leaves = [Leaf(task, f"right_{i}") for i, task in enumerate(some)]
    whole: list[Shape] = [Seq(tuple(leaves)), Par(tuple(leaves)), ANYTHING, NOTHING]
    whole += [Many(leaves[0], 0, 1), Many(leaves[0], 2, 5), leaves[0], Loop(leaves[0])]
    whole += [Many(Seq(tuple(leaves))), Alt((*leaves, Many(Leaf(some[0], "more"), 1, 2)))]
    whole += [Par((Many(Leaf(some[0], "all_of")), Loop(Seq(tuple(leaves)), 1, 3)))]
    return draw(st.sampled_from(whole))


class _Drawing:
    """A graph that is being drawn, node by node."""

    def __init__(self, draw: st.DrawFn, plain: bool) -> None:
        self.draw = draw
        self.plain = plain
        self.schemas = PLAIN_SCHEMAS if plain else PLAIN_SCHEMAS + RICH_SCHEMAS
        self.tasks = self._tasks()
        self.inputs = self._inputs()
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []

    def _tasks(self) -> dict[str, TaskSpec]:
        names = ["add", "load"] if self.plain else ["add", "load", "class", "load doc", "Any"]
        chosen = self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        found = {name: self.draw(specs(self.schemas, f"m{i}")) for i, name in enumerate(chosen)}
        if not self.plain and self.draw(st.booleans()) and not found[chosen[0]].program:
            grower = chosen[0]
            spec = found[grower]
            found[grower] = TaskSpec(
                spec.entry, self.draw(shapes(chosen)), spec.inputs, spec.output,
                options=self.draw(st.sampled_from([{}, {"retries": 2}])),
                tags=self.draw(st.sampled_from([(), ("gpu",)])),
            )  # fmt: skip
        return found

    def _inputs(self) -> dict[str, Input]:
        names = self.draw(st.lists(st.sampled_from(["n", "add", "größe"]), max_size=2, unique=True))
        found: dict[str, Input] = {}
        for name in names:
            schema = self.draw(st.sampled_from(self.schemas))
            required = self.draw(st.booleans())
            default = None if required else self.draw(values(schema))
            found[name] = Input(schema, required, default)
        return found

    def add(self, scope: str) -> None:
        local = self.draw(_IDS)
        own = f"{scope}.{local}" if scope else local
        if any(node.id == own or node.scope == own for node in self.nodes):
            return
        task = self.draw(st.sampled_from(sorted(set(self.tasks) - {"ask"})))
        schema = self.tasks[task].inputs
        inputs: dict[str, Any] = {}
        feeds: list[Feed] = []
        data: list[Edge] = []
        for name, wanted in schema["properties"].items():
            wanted = {k: v for k, v in wanted.items() if k != "default"}
            if name not in schema.get("required", ()) and self.draw(st.booleans()):
                continue
            full = {**wanted, "$defs": schema["$defs"]} if "$defs" in schema else wanted
            self._fill(own, name, full, inputs, feeds, data)
        sources = {edge.source for edge in data}
        after = [n.id for n in self.nodes if n.id not in sources]
        order = (
            self.draw(st.lists(st.sampled_from(after), max_size=2, unique=True)) if after else []
        )
        on: Outcome = "any" if not self.plain and self.draw(st.integers(0, 3)) == 3 else "ok"
        self.edges += [*data, *(Edge(source, own, on=on) for source in order)]
        self.nodes.append(Node(own, task, scope, None, inputs, tuple(feeds), **self._dress(task)))

    def _fill(
        self, own: str, name: str, wanted: Schema, inputs: dict[str, Any], feeds: list[Feed],
        data: list[Edge],
    ) -> None:  # fmt: skip
        bare = {k: v for k, v in wanted.items() if k != "$defs"}
        sources = [place for node in self.nodes for place in self._places(node, bare)]
        fed = [name for name, one in self.inputs.items() if one.schema in (bare, wanted)]
        failing = {edge.source for edge in data if edge.on == "fail"}
        sources = [place for place in sources if place[0] not in failing]
        if bare == FAILURES and self.nodes and self.draw(st.booleans()):
            fails = [n.id for n in self.nodes if n.id not in {edge.source for edge in data}]
            if fails:
                source = self.draw(st.sampled_from(fails))
                data.append(Edge(source, own, "data", "", f"/{name}", "fail", "failures"))
                return
        emitting = [n.id for n in self.nodes if self.tasks[n.task].ports and n.id not in failing]
        if bare == {"type": "string"} and emitting and self.draw(st.booleans()):
            source = self.draw(st.sampled_from(emitting))
            data.append(Edge(source, own, "data", "", f"/{name}", port="tokens"))
            return
        kinds = ["constant", *["wire"] * (2 * bool(sources)), *["feed"] * bool(fed)]
        match self.draw(st.sampled_from(kinds)):
            case "wire":
                source, pointer = self.draw(st.sampled_from(sources))
                on: Outcome = "ok"
                if not self.plain and self.draw(st.integers(0, 4)) == 4:
                    on, inputs[name] = "any", self.draw(values(bare))
                data.append(Edge(source, own, "data", pointer, f"/{name}", on))
            case "feed":
                feeds.append(Feed(self.draw(st.sampled_from(fed)), "", f"/{name}"))
            case _:
                inputs[name] = self.draw(values(bare))

    def _places(self, node: Node, wanted: Schema) -> list[tuple[str, str]]:
        """Where in the output of a node something of this schema is."""
        given = self.tasks[node.task].output
        found = (
            [(node.id, "")] if {k: v for k, v in given.items() if k != "$defs"} == wanted else []
        )
        if not wanted or not given:
            found = [(node.id, "")]
        places = given.get("prefixItems", [])
        found += [(node.id, f"/{i}") for i, part in enumerate(places) if part == wanted]
        for name in given.get("required", ()):
            if given["properties"][name] == wanted:
                found.append((node.id, f"/{name}"))
        return found

    def _dress(self, task: str) -> dict[str, Any]:
        if self.plain or self.draw(st.integers(0, 2)):
            return {}
        options: list[dict[str, Any]] = [
            {}, {"retries": 3}, {"backoff": 0.5}, {"backoff": {"first": 1.0, "factor": 3.0}},
            {"retry_on": ["ValueError", "KeyError"]}, {"retry_on": ["tools.m0:Trouble"]}, {"timeout": 60},
            {"cache": {"version": "2"}}, {"cache": {}}, {"cache": {"within": 60.0}}, {"priority": -3},
        ]  # fmt: skip
        if self.tasks[task].grows != NOTHING or self.tasks[task].ports:
            options = [one for one in options if "cache" not in one]
        styles = [{}, {"color": "red"}, {"pen width": "2", "class": "'\n"}]
        return {
            "options": self.draw(st.sampled_from(options)),
            "tags": self.draw(st.sampled_from([(), ("gpu",), ("a b", "#")])),
            "label": self.draw(st.one_of(st.none(), _TEXTS)),
            "style": self.draw(st.sampled_from(styles)),
        }

    def ask(self) -> None:
        """A question, whose answer goes wherever it fits."""
        properties = {"answer": {}, "about": {"default": None}}
        inputs = {"type": "object", "properties": properties, "additionalProperties": False,
                  "required": ["answer"]}  # fmt: skip
        kind = self.draw(st.sampled_from(PLAIN_SCHEMAS))
        self.tasks["ask"] = TaskSpec("foretell.author.asking:asked", NOTHING, inputs, kind)
        asked = self.draw(_TEXTS.filter(str.strip))
        outside = Outside("question", "/answer", asked, kind)
        if self.draw(st.booleans()):
            outside = replace(outside, within_s=60.0, default=self.draw(values(kind)))
        self.nodes.append(Node("yes", "ask", outside=(outside,)))

    def output(self) -> Output:
        if not self.nodes or self.draw(st.integers(0, 4)) == 0:
            return Output(self.draw(json_values()) if self.draw(st.booleans()) else None)
        node = self.draw(st.sampled_from(self.nodes)).id
        other = self.draw(st.sampled_from(self.nodes)).id
        several = Output([None, {"b": None}, 1], (Hole("/0", node), Hole("/1/b", other)))
        return self.draw(st.sampled_from([Output(None, (Hole("", node),)), several]))

    def promises(self) -> list[Vowed]:
        if self.plain or not self.nodes:
            return []
        tops = [node for node in self.nodes if not node.scope]
        tasks = [se.TaskIs(node.task) for node in self.nodes if node.task != "ask"]
        if not tasks:
            return []
        ids = [se.IdIs(node.id) for node in tops if not set(node.id) & set("*?[")]
        some: list[la.Promise] = [
            la.Count(se.NEW, max=0), la.Count(tasks[0], 1, 7), la.Edges(new=True, max=0),
            la.Count(se.AllOf((se.NEW, se.NotSo(tasks[-1]))), max=0),
            la.AnyKept((la.Count(tasks[0], max=9), la.NotKept(la.Count(tasks[-1], 3, 3)))),
            la.Each(tasks[0], out=tasks[-1], min=0, max=1),
            la.Styled(tasks[0], {"color": ("red", "green"), "label": ()}),
        ]  # fmt: skip
        if ids:
            some += [
                la.Edges(source=ids[0], new=True, max=0),
                la.Each(ids[-1], into=tasks[0], max=4),
            ]
            pairs = (la.Pair(ids[0], tasks[0]),)
            some.append(la.Edges(new=True, besides=pairs, max=0))
        return [Vowed(one) for one in self.draw(st.lists(st.sampled_from(some), max_size=2))]

    def limits(self) -> list[Limit]:
        if self.plain or not self.nodes:
            return []
        of = se.TaskIs(self.nodes[-1].task) if self.nodes[-1].task != "ask" else se.IdIs("yes")
        some = [
            Limit(of, 2),
            Limit(of, starts=3, per_s=60.0, spaced=True),
            Limit(of, rest_s=1.5, pool="p"),
        ]
        return self.draw(st.lists(st.sampled_from(some), max_size=1))

    def loops(self) -> tuple[list[Edge], list[Vowed]]:
        tops = [node for node in self.nodes if not node.scope]
        if self.plain or not tops or self.draw(st.integers(0, 3)):
            return [], []
        node = tops[self.draw(st.integers(0, len(tops) - 1))]
        edge = Edge(node.id, node.id, "loop")
        takes: list[str] = list(self.tasks[node.task].inputs["properties"])
        if self.draw(st.booleans()) and takes:
            edge = Edge(node.id, node.id, "loop", "", f"/{takes[0]}")
        bound = [Vowed(la.Rearm(node.id, 2))] if self.draw(st.booleans()) else []
        return [edge], bound


@st.composite
def graphs(draw: st.DrawFn, *, plain: bool = False, most: int = 6) -> Graph:
    """A legal graph document, as it is read."""
    drawing = _Drawing(draw, plain)
    sections = not plain and draw(st.booleans())
    places = ("", "part", "part.inner", "part") if sections else ()
    if not plain and draw(st.integers(0, 5)) == 5:
        drawing.ask()
    for i in range(draw(st.integers(0, most))):
        drawing.add(places[i] if i < len(places) else "")
    loops, bounds = drawing.loops()
    names = ["flow"] if plain else ["flow", "odd flow", "class", "add"]
    graph = Graph(
        draw(st.sampled_from(names)),
        tasks=drawing.tasks,
        nodes=tuple(drawing.nodes),
        edges=(*drawing.edges, *loops),
        promises=(*drawing.promises(), *bounds),
        limits=tuple(drawing.limits()),
        inputs=drawing.inputs,
        output=drawing.output(),
    )
    return jsonform.loads(graph.to_json())

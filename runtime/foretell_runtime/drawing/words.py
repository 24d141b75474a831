"""The words and signs of the notation: labels, multiplicities, status, title.

Outline says existence, the label says multiplicity, fill and sign say status. What is here is the
same for DOT and for Mermaid; neither is known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from foretell.graph.model import Outcome
from foretell.horizon.bounds import multiplicity
from foretell.horizon.model import Bundle, Horizon, NodeClass, NodeStatus, SeenEdge, SeenNode
from foretell_runtime.drawing.quoting import name_shown, shown

MORE_BEFORE = "◦"
"""After a label: predecessors may still come."""
NOTHING = "∅"
ENDS: Mapping[Outcome, str] = {"ok": "", "fail": "✗", "any": "✓✗"}
"""On an edge: it is taken if its source fails, or however that ends."""
ONE_OF = "⊕ exactly one"
OF_ONE_USE = "#"
"""In the name of a task that is one use of another: `when#2`."""

_COLOUR_CHARS = frozenset("#0123456789abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is shown. `sign` stands before the label, `tally` before a count of them."""

    sign: str = ""
    tally: str = ""
    fill: str = "white"
    peripheries: int = 1
    rounded: bool = False
    thick: bool = False
    faint: bool = False


LOOKS: Mapping[NodeStatus, Look] = {
    "waiting": Look(tally="□"),
    "running": Look("▶", "▶", fill="#56B4E9", peripheries=2),
    "asking": Look("✎", "✎", fill="#F0E442", rounded=True),
    "done": Look("✓", "✓", fill="#D9D9D9"),
    "failed": Look("✗", "✗", fill="#D55E00", thick=True),
    "cancelled": Look("–", "–"),
    "ruled_out": Look("⊘", "⊘", faint=True),
    "retired": Look("⊘", "retired ", faint=True),
}

NOT_RUN = "»"
"""The sign of what is done and has not run: it came from the cache, or somebody gave its result."""

URGENCY: tuple[NodeStatus, ...] = (
    "failed", "asking", "running", "waiting", "cancelled", "ruled_out", "retired", "done",
)  # fmt: skip
"""Which status a box shows that stands for nodes of several: the first of these."""

TALLY_ORDER: tuple[NodeStatus, ...] = (
    "done", "running", "asking", "waiting", "failed", "cancelled", "ruled_out", "retired",
)  # fmt: skip


def task_shown(task: str) -> str:
    """The name of a task. A number that only tells one use of it from others is left out."""
    return name_shown(task.partition(OF_ONE_USE)[0])


def own_colour(node: SeenNode) -> str:
    """The one part of a node's own style that says nothing in the notation: its outline's colour.
    Empty if it has none, or one that might be read as more than a colour."""
    colour = node.style.get("color", "").lower()
    return colour if _COLOUR_CHARS.issuperset(colour) else ""


def node_label(node: SeenNode, within: str = "") -> str:
    """`✓ total` (`» total` if it is done and did not run), `▶ first : square` where the id does not tell the task, `◦` at the end, `↻ 2` below
    it where it is done for the second time. `within`
    is what the frame around it says of the id already."""
    name = shown(node.label) if node.label and node.label.strip() else _name(node, within)
    without_running = node.status == "done" and not node.trial
    sign = NOT_RUN if without_running else LOOKS[node.status].sign
    words = [sign, name, MORE_BEFORE if node.in_open else ""]
    label = " ".join(filter(None, words))
    notes = [f"trial {node.trial}"] if node.trial > 1 else []
    notes += [f"↻ {node.iteration}"] if node.iteration > 1 else []
    notes += ["retired"] if node.status == "retired" else []
    notes += ["×0..1"] if node.may_go else []
    return "\n".join([label, *notes])


def stack_label(node: SeenNode, counts: Iterable[tuple[NodeStatus, int]]) -> str:
    """`analyze ×312`, and below it `✓310 ▶2`: many nodes drawn as one box."""
    pairs = tuple(counts)
    head = f"{task_shown(node.task) if node.task else 'nodes'} ×{sum(n for _, n in pairs)}"
    tally = " ".join(f"{LOOKS[status].tally}{n}" for status, n in pairs)
    return f"{head}{' ' + MORE_BEFORE if node.in_open else ''}\n{tally}"


def class_label(cls: NodeClass, copies: int, again: SeenNode | NodeClass | None) -> str:
    """`square`, and below it how many may come. `copies`: for each of so many makers."""
    name = "✱" if cls.task is None else task_shown(cls.task)
    if cls.again is not None:
        returns_to = again.task if again is not None and again.task else cls.again
        name = f"↻ again: {task_shown(returns_to)}"
    count = f"×{multiplicity(cls.min, cls.max)}"
    if cls.beside:
        count += " more"
    if copies > 1:
        count += f"\nfor each of {copies}"
    return f"{name}{' ' + MORE_BEFORE if cls.in_open else ''}\n{count}"


def group_label(per: NodeClass | None) -> str:
    """`⊕ exactly one`, `⊕ exactly one per page`."""
    return ONE_OF if per is None else f"{ONE_OF} per {task_shown(per.task or '✱')}"


def title(horizon: Horizon, hidden: Iterable[tuple[NodeStatus, int]]) -> str:
    """The name and the state of the run; the moment and whether the drawing is exact."""
    status = "" if horizon.status == "ready" else f" · {horizon.status}"
    why = ", ".join(shown(reason, 160) for reason in horizon.why[:3]) or "bounded search"
    exact = "exact" if horizon.exact else f"approximate: {why}"
    lines = [name_shown(horizon.name, 60) + status, f"after event {horizon.event} · {exact}"]
    left_out = ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in hidden)
    return "\n".join([*lines, f"not drawn: {left_out}"] if left_out else lines)


def edge_words(edge: SeenEdge) -> str:
    """What is said at an edge: how its source must end, what is read of it early, whether it comes
    round again, or leads to the next round."""
    onward = "next" if edge.onward is not None and edge.existence == "will" else ""
    again = f"↻ ×{multiplicity(0, edge.rounds)}" if edge.kind == "loop" else ""
    early = f"≫ {name_shown(', '.join(edge.early))}" if edge.early else ""
    return " ".join(filter(None, (ENDS[edge.on], early, again, onward, shown(edge.label or ""))))


def bundle_label(bundle: Bundle, per: NodeClass | None) -> str:
    """`×0..3 together`, `×0..3 together per page`, `↻ ×0..3 one after the other`."""
    times = f"×{multiplicity(bundle.min, bundle.max)}"
    label = f"↻ {times} one after the other" if bundle.in_turn else f"{times} together"
    return label if per is None else f"{label} per {task_shown(per.task or '✱')}"


def _name(node: SeenNode, within: str) -> str:
    name = node.id.removeprefix(f"{within}.") if within else node.id
    if _last_part(node.id) == _last_part(node.task.partition(OF_ONE_USE)[0]):
        return name_shown(name)
    return f"{name_shown(name)} : {task_shown(_last_part(node.task))}"


def _last_part(name: str) -> str:
    """`square` of `plan.square_12`: without what stands before and without a number behind."""
    last = name.rpartition(".")[2]
    stem, mark, number = last.rpartition("_")
    return stem if mark and number.isdecimal() else last

"""What judging one change costs in a small and in a large graph: `python benchmarks/judging.py`.

For each kind of promise there is a run of 1,000 and one of 100,000 nodes, and each kind of change
is judged in both, in turn and many times; the medians are printed, and how they compare. Judging
does not read the graph, so the ratio should be about 1; it fails above 1.5. Every change is put as
a question (`would`), which judges it and takes it back, and events that stay (a change and the end
of the task that made it) are decided as in a run, scheduling included.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from foretell.document.model import Change, Graph, TaskSpec
from foretell.graph.model import Edge, Node, Restyle
from foretell.promises.language import (
    AllKept,
    AnyKept,
    Count,
    Each,
    Edges,
    NotKept,
    OneKept,
    Promise,
    Styled,
    Vowed,
)
from foretell.promises.limits import Limit
from foretell.promises.selectors import (
    ANY,
    NEW,
    AllOf,
    BornAfter,
    InScope,
    MadeBy,
    NotSo,
    TagIs,
    TaskIs,
    Under,
)
from foretell.promises.shapes import ANYTHING, NOTHING, Leaf, Many
from foretell.protocol import messages as msg
from foretell_runtime.machine import State, decide, register
from foretell_runtime.machine import events as ev

SMALL, LARGE = 1_000, 100_000
REPEATS = 100
MOST = 1.5

TASKS = {
    "plan": TaskSpec("m:plan", Many(Leaf("step", "step"))),
    "wild": TaskSpec("m:wild", ANYTHING),
    "work": TaskSpec("m:work", NOTHING, tags=("heavy",)),
    "step": TaskSpec("m:step", NOTHING),
}

PROMISES: dict[str, tuple[Promise, ...]] = {
    "nothing promised": (),
    "count, a task": (Count(TaskIs("step"), 0, 10**6),),
    "count, at least": (Count(TaskIs("work"), 5),),
    "count, in a scope": (Count(AllOf((InScope("plan"), NotSo(TagIs("heavy")))), 0, 10**6),),
    "count, under a node": (Count(Under("plan"), 0, 10**6),),
    "count, new": (Count(NEW, 0, 10**6),),
    "edges, at most": (Edges(TaskIs("plan"), max=10**6),),
    "edges, owed": (Edges(TaskIs("step"), TaskIs("work"), min=1),),
    "edges, by whom": (Edges(by=MadeBy(ANY), new=True, max=10**6),),
    "each, successors": (Each(TaskIs("step"), out=TaskIs("work"), min=0, max=9),),
    "each, predecessors": (Each(TaskIs("work"), into=TaskIs("step"), max=10**6),),
    "any of two": (AnyKept((Count(TaskIs("step"), 0, 10**6), Count(TaskIs("work"), 10**7))),),
    "one of two": (OneKept((Count(TaskIs("step"), 0, 10**6), Count(TaskIs("work"), 10**7))),),
    "not": (NotKept(Count(TaskIs("step"), 10**6)),),
    "all of two": (AllKept((Count(TaskIs("step"), 0, 10**6), Count(TaskIs("plan"), 1))),),
    "born after a node": (Count(BornAfter("w1"), 0, 10**6),),
    "styles": (Styled(ANY, {"color": ("red",), "label": ()}),),
    "ten together": tuple(Count(TaskIs("step"), 0, 10**6 + i) for i in range(10)),
}


def state_of(nodes: int, promises: Sequence[Promise]) -> State:
    """A run of so many nodes, half of them done, with a limit, in which `plan` and `wild` run,
    before five nodes each."""
    others = nodes - 12
    given = [
        Node("plan", "plan"), Node("wild", "wild"),
        *(Node(f"after{i}", "work") for i in range(10)),
        *(Node(f"w{i}", "work") for i in range(others)),
    ]  # fmt: skip
    edges = [Edge("plan" if i < 5 else "wild", f"after{i}") for i in range(10)]
    edges += [Edge(f"w{i}", f"w{i + others // 2}") for i in range(others // 2)]
    vowed = tuple(Vowed(promise, f"promise {i}", by="flow") for i, promise in enumerate(promises))
    limits = (Limit(TagIs("heavy"), 3),)
    graph = Graph("flow", 1, TASKS, tuple(given), tuple(edges), vowed, limits)
    state = register(graph, {}, "", 4)[0]
    for i in range(others // 2):
        decide(state, ev.Heard(f"w{i}", 1, msg.Finish()))
    return state


# Each of these makes a change that has not been there before.
CHANGES: dict[str, Callable[[int], tuple[str, Change]]] = {
    "grow one before five": lambda i: ("plan", Change((Node(f"plan.s{i}", "step"),))),
    "grow twenty before five": lambda i: (
        "plan", Change(tuple(Node(f"plan.s{i}-{k}", "step") for k in range(20))),
    ),
    "grow two in order": lambda i: (
        "wild",
        Change(
            (Node(f"wild.a{i}", "step"), Node(f"wild.b{i}", "step")),
            (Edge(f"wild.a{i}", f"wild.b{i}"),),
        ),
    ),
    "an edge": lambda i: ("wild", Change(edges=(Edge("after1", "after7"),))),
    "a style": lambda i: ("wild", Change(styles=(Restyle("after1", style={"color": "red"}),))),
}  # fmt: skip


def ask(state: State, number: int, kind: str) -> float:
    """Seconds to judge one change and take it back."""
    node, change = CHANGES[kind](number)
    question = ev.Heard(node, 1, msg.Would(1, change))
    begun = time.perf_counter()
    decision = decide(state, question)
    spent = time.perf_counter() - begun
    (told,) = decision.instructions
    assert isinstance(told, ev.Tell) and told.reply.ok, told
    return spent


def grow_and_finish(state: State, number: int, kind: str) -> float:
    """Seconds for a change that stays, and for an end and the start that follows from it."""
    change = Change((Node(f"plan.k{number}", "step"),))
    running = next(node for node in state.running if node.startswith("w") and node != "wild")
    begun = time.perf_counter()
    decide(state, ev.Heard("plan", 1, msg.Propose(1, change)))
    decision = decide(state, ev.Heard(running, 1, msg.Finish()))
    spent = time.perf_counter() - begun
    assert [fact.kind for fact in decision.facts] == ["finished", "started"], decision.facts
    return spent


def compared(small: State, large: State) -> Iterator[tuple[str, float, float]]:
    """For each kind of change the medians of both, in microseconds."""
    rows = [(kind, ask) for kind in CHANGES] + [("grow, end, start", grow_and_finish)]
    for kind, act in rows:
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(REPEATS):
            for state, into in zip((small, large), times, strict=True):
                into.append(act(state, number, kind))
        yield kind, median(times[0]) * 1e6, median(times[1]) * 1e6


def main() -> None:
    print(f"Python {sys.version.split()[0]}; medians of {REPEATS}, in microseconds\n")
    print(f"{'promised':<22}{'judged':<26}{SMALL:>10,}{LARGE:>10,}{'ratio':>8}")
    worst = 0.0
    for name, promises in PROMISES.items():
        gc.disable()
        small, large = state_of(SMALL, promises), state_of(LARGE, promises)
        gc.enable()
        for kind, few, many in compared(small, large):
            worst = max(worst, many / few)
            print(f"{name:<22}{kind:<26}{few:>10.0f}{many:>10.0f}{many / few:>8.2f}", flush=True)
            name = ""
        del small, large
    print(f"\nworst ratio {worst:.2f}; at most {MOST} is wanted")
    sys.exit(worst > MOST)


if __name__ == "__main__":
    main()

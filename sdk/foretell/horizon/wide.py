"""Where edges may still end, answered at once for graphs too large to ask edge by edge.

`foretell.horizon.opening` asks of each pair whether somebody may still wire it, which a thousand
nodes that may each grow anything make a thousand million questions. Here the answer is wider:
whatever has not started may still get any predecessor, as soon as anybody may wire at all.
"""

from __future__ import annotations

from foretell.graph.live import LiveNode, Status
from foretell.horizon.coming import Future
from foretell.horizon.model import COMING, REAL, ClassId
from foretell.horizon.opening import Siblings
from foretell.horizon.weighing import Drawn
from foretell.promises.judge import Judge

MOST_QUESTIONS = 3_000_000


class WideOpenings:
    """Answers like `Openings`, without looking closely."""

    def __init__(self, judge: Judge, future: Future) -> None:
        self._judge = judge
        self._anybody = bool(_wirers(judge, future))
        future.why.append("so many may still wire edges that they are drawn as open everywhere")

    @property
    def among(self) -> None:
        """It is not looked which nodes these are."""
        return None

    def of_node(self, live: LiveNode) -> tuple[ClassId, ...]:
        if live.status is not Status.WAITING:
            return ()
        maker = live.maker
        sibling = maker is not None and self._judge.forms.of(maker).ordered
        return (REAL, COMING) if self._anybody or sibling else ()

    def of_class(self, target: Drawn) -> tuple[ClassId, ...]:
        return (REAL, COMING) if self._anybody else ()


def is_too_much(judge: Judge, future: Future) -> bool:
    """Whether `Openings` would have to ask more than `MOST_QUESTIONS`."""
    graph, classes = judge.graph, len(future.drawn)
    growers = [grower for grower in judge.growers if judge.forms.of(grower).ordered]
    siblings = sum(_pairs(judge, grower, classes) for grower in growers)
    wirers = len(_wirers(judge, future))
    if not wirers:
        return siblings > MOST_QUESTIONS
    waiting = sum(live.status is Status.WAITING for live in graph.nodes.values())
    ends = (waiting + classes) * (classes + len(graph.nodes)) * wirers
    roots = len({drawn.coming.root() for drawn in future.drawn})
    return ends + siblings + roots * len(graph.nodes) > MOST_QUESTIONS


def _pairs(judge: Judge, grower: LiveNode, classes: int) -> int:
    """How many pairs of what `grower` grew, and of that and classes, would be asked about."""
    waiting = [live for live in grower.made if live.status is Status.WAITING]
    if len(grower.made) < 2:
        return 0
    siblings = Siblings(judge.forms.of(grower), grower.made)
    pairs = len(waiting) * classes
    for live in waiting:
        pairs += sum(map(len, siblings.near(live)))
        if pairs > MOST_QUESTIONS:
            break
    return pairs


def _wirers(judge: Judge, future: Future) -> set[LiveNode]:
    open_growers = {g for g in judge.growers if judge.forms.wires(g)}
    return open_growers | {drawn.coming.root() for drawn in future.drawn if drawn.wild}

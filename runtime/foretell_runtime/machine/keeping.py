"""The horizon of a run that goes on, kept from fact to fact.

Whoever draws a run again and again (`draw --follow`, `fuzz`) notes here what has happened, and asks.
What a fact may have changed in a drawing is said here, fact by fact; what takes something back is
rare, and makes all be drawn anew. The drawing is always that of the state, drawn from nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from foretell.document.model import Change
from foretell.graph.model import NodeId
from foretell.horizon.model import Horizon
from foretell.horizon.real import Real, Touched
from foretell.promises.events import below
from foretell_runtime.machine import State, horizon_of
from foretell_runtime.machine import events as ev


class KeptHorizon:
    """The horizon of a run, with whose `state` somebody else goes on."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._real = Real()

    def note(self, state: State, facts: Iterable[ev.Fact]) -> None:
        """These facts have been folded into `state`, which may be another that was taken up."""
        if state is not self._state:
            self._state, self._real = state, Real()
        facts, touched = list(facts), self._real.touched
        if not all(_only_adds(fact) for fact in facts):
            touched.whole = True
        for fact in facts if not touched.whole else ():
            self._note(fact, touched)

    @property
    def takes_all_anew(self) -> bool:
        """Whether something was taken back, so that nothing drawn before is of use."""
        return self._real.touched.whole

    def now(self) -> Horizon:
        return horizon_of(self._state, self._real)

    def _note(self, fact: ev.Fact, touched: Touched) -> None:
        match fact:
            case (
                ev.Due()
                | ev.Answered()
                | ev.Emitted()
                | ev.Concluded()
                | ev.Failed()
                | ev.Recalled()
            ):
                touched.nodes[fact.node] = None
            case ev.Started(node) | ev.Changed(node) | ev.Finished(node):
                touched.nodes[node] = None
                added = self._state.added.get(node)
                for pair, _ in added.edges if added else ():
                    touched.sources[pair.source.id] = None
                if not isinstance(fact, ev.Started) and fact.change is not None:
                    self._note_change(node, fact.change, touched)
            case _:
                pass

    def _note_change(self, maker: NodeId, change: Change, touched: Touched) -> None:
        """Its nodes, its edges, and the edges that complete both: whatever lies under the source of
        an edge precedes its target too."""
        touched.sources[maker] = None
        for node in change.nodes:
            touched.nodes[node.id] = touched.sources[node.id] = None
        for style in change.styles:
            touched.nodes[style.node] = None
        for edge in change.edges:
            source, target = self._state.node(edge.source), self._state.node(edge.target)
            ends = [source, *below(source)]
            if target.maker is not None:
                ends.append(target.maker)
            touched.sources.update((end.id, None) for end in ends)


_ADDING = (
    ev.Started, ev.Changed, ev.Finished, ev.Recalled, ev.Due, ev.Answered, ev.Emitted, ev.Concluded,
    ev.Refused, ev.Progressed, ev.Held, ev.Asked, ev.Resumed,
)  # fmt: skip


def _only_adds(fact: ev.Fact) -> bool:
    """Whether it takes nothing back, and reaches no further than `_note` says."""
    return isinstance(fact, _ADDING) or (isinstance(fact, ev.Failed) and not fact.final)

"""What may still come, drawn as exactly as can be.

It is drawn place by place, by what each promise leaves. Where that may be wider than the truth it
is drawn once more, following every future to its end, if the futures are few enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from foretell.horizon.doubts import doubts, doubts_of_kinds, left_open
from foretell.horizon.excluding import any_across, exclusions
from foretell.horizon.failing import settled, what_may_fail
from foretell.horizon.futures import Futures
from foretell.horizon.model import Bundle, Group, SeenEdge
from foretell.horizon.needing import needs
from foretell.horizon.sketch import Sketch
from foretell.horizon.sums import TooMuch
from foretell.horizon.weighing import Drawn, Weighing
from foretell.promises.judge import Judge
from foretell.promises.ledger import Account
from foretell.promises.matching import Subject


class Future:
    """What may still come. `why` lists what is drawn wider than it is. `judge` knows only what holds
    whoever fails."""

    def __init__(self, judge: Judge) -> None:
        self.judge, self.why = settled(judge)
        self._judge = judge = self.judge
        self._weighing = Weighing(judge)
        self._sketch = Sketch(judge, self._weighing)

    @property
    def drawn(self) -> list[Drawn]:
        return self._sketch.drawn

    @property
    def edges(self) -> list[SeenEdge]:
        return self._sketch.edges

    @property
    def groups(self) -> list[Group]:
        return self._sketch.groups

    @property
    def bundles(self) -> list[Bundle]:
        return self._sketch.bundles

    def draw(self) -> None:
        rough = self._sketch
        rough.draw()
        entries = self._weighing.entries
        doubted = list(doubts(entries, rough.drawn, rough.edges, rough.groups, rough.bundles))
        doubted += rough.doubts
        undecided = self._judge.ledger.undecided(owed=self._judge.owed)
        need = None if doubted or rough.why or undecided else needs(self._judge, entries, rough)
        if need is not None:
            need.narrow()
            return
        choices = [a for a in undecided if self._weighing.is_choice_followed(a)]
        if (doubted or (choices and rough.drawn)) and not rough.why:
            exactly = self._draw_exactly(choices)
            if exactly is not None:
                doubted = exactly
                undecided = [a for a in undecided if not any(a is one for one in choices)]
        self.why += [*self._sketch.why, *doubted, *what_may_fail(self._judge)]
        wired = bool(self._judge.shares.openers)
        self.why += dict.fromkeys(doubts_of_kinds(entries, undecided, wired=wired))

    def _draw_exactly(self, choices: Sequence[Account]) -> list[str] | None:
        """Draws anew, if there are few enough futures; and says what is still open."""
        entries = self._weighing.entries
        followed = [e for e in entries if self._weighing.is_followed(e)]
        formulas = [formula for account in choices for formula in account.choices]
        try:
            futures = Futures(self._judge, followed, formulas, self._weighing)
            if not futures.possible:
                return None
            exact = Sketch(self._judge, self._weighing, futures)
            exact.draw()
            still = [*exact.why, *left_open(entries, followed, futures.unsure, choices)]
            still += _exclude(exact, futures)
        except TooMuch:
            return None
        self._sketch = exact
        exact.why.clear()
        return still

    def allows(self, source: Subject, target: Subject, by: Subject) -> bool:
        """Whether no promise alone forbids a new edge from `source` to `target`."""
        return self._weighing.allows(source, target, by)

    def still_fit(self, drawn: Sequence[Drawn]) -> bool:
        """Whether all of these may come; what is too much to follow is drawn as possible."""
        try:
            return self._sketch.fit_together(drawn)
        except TooMuch:
            why = "which of what comes may be wired is too much to follow"
            if why not in self.why:
                self.why.append(why)
            return True


def _exclude(sketch: Sketch, futures: Futures) -> list[str]:
    """Adds groups of classes of one maker that promises keep from coming together; says what
    cannot be shown like this."""
    classes = {at: drawn.node_class for at, drawn in sketch.at.items()}
    groups, fewest = exclusions(classes, sketch.groups, sketch.bundles, futures)
    sketch.groups += groups
    for at, low in fewest.items():
        sketch.at[at].node_class = replace(classes[at], min=low)
    classes = {at: drawn.node_class for at, drawn in sketch.at.items()}
    if any_across(classes, sketch.groups, sketch.bundles, futures):
        return ["what instances and branches exclude beside them is not drawn"]
    return []

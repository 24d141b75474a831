"""Questions that a horizon answers: can a node of this task come, must it, and why.

Reasons are found by asking again without one promise: what may happen then and cannot happen now
is that promise's doing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from foretell.errors import nearest
from foretell.graph.live import LiveNode
from foretell.horizon.bounds import Span, between, coming, in_rounds, live_loops
from foretell.horizon.foresee import foresee
from foretell.horizon.model import Horizon
from foretell.promises.judge import Judge
from foretell.promises.language import Count
from foretell.promises.ledger import Account
from foretell.promises.matching import Coming
from foretell.promises.selectors import Selector

_MOST_NODES = 4

Verdict: TypeAlias = Literal["must", "may", "never"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether nodes of `task` may still come.

    `must`: in every future at least one more comes; `may`: in some; `never`: in none. Between
    `low` and `high` (None: any number) more come, beside the `exist` that do. `why` names the
    growth or the promise behind it, one reason a line.
    """

    task: str
    verdict: Verdict
    exist: int
    low: int
    high: int | None
    why: tuple[str, ...]

    def __str__(self) -> str:
        here = "none exists" if not self.exist else f"{self.exist} exist{'s' * (self.exist == 1)}"
        more = "no more can come" if self.high == 0 else f"{between(self.low, self.high)} can come"
        return "\n".join(
            [f"{self.task}: {self.verdict} ({here}, {more})", *map(_indented, self.why)]
        )


def _indented(reason: str) -> str:
    return f"  {reason}"


def can(judge: Judge, task: str) -> Answer:
    """Whether nodes of `task` may still come in the run that `judge` judges, and why."""
    horizon = foresee(judge, name="")
    exist = sum(live.node.task == task for live in judge.graph.nodes.values())
    low, high = _more(judge, horizon, task)
    if high == 0:
        why = [*_why_never(judge, task), *_again(horizon, task)]
        return Answer(task, "never", exist, 0, 0, tuple(why))
    verdict: Verdict = "must" if low else "may"
    why = [*_makers(horizon, task), *_narrowing(judge, task, (low, high)), *_again(horizon, task)]
    return Answer(task, verdict, exist, low, high, tuple(why))


def _more(judge: Judge, horizon: Horizon, task: str) -> Span:
    """How many more may come: as its classes say, and no more than a promise allows of all of them."""
    low, _ = coming(horizon, lambda future: future.task == task)
    _, high = coming(horizon, lambda future: future.task in (task, None))
    if judge.ledger.unsettled() or any(live_loops(horizon)):
        return low, high  # what it counts, or the promise itself, may yet be taken back
    bounds = [*_left_by_promises(judge, task), *([] if high is None else [high])]
    return low, min(bounds, default=None)


def _left_by_promises(judge: Judge, task: str) -> Iterator[int]:
    """How many more each promise allows that counts all of them."""
    for entry in [entry for account in judge.promises for entry in account.plain]:
        match entry.promise:
            case Count(of, max=int(most)) if _selects_all(judge, of, entry.since, task):
                yield most - entry.have
            case _:
                pass


def _selects_all(judge: Judge, selector: Selector, since: int, task: str) -> bool:
    """Whether every node of `task` that may come is selected, whoever makes it."""
    nodes = (Coming(task, Coming(None, grower, deep=True)) for grower in judge.growers)
    return all(judge.matcher.selects(selector, node, since) is True for node in nodes)


def _more_without(judge: Judge, ignored: Collection[Account], task: str) -> Span:
    """How many more could come if these promises had not been made."""
    other = judge.without(ignored)
    return _more(other, foresee(other, name=""), task)


def _makers(horizon: Horizon, task: str) -> list[str]:
    """Who would bring such nodes, class by class."""
    chosen = {c for group in horizon.groups for branch in group.branches for c in branch}
    out = []
    for future in horizon.classes:
        if future.task == task:
            other = ", or takes another way" if future.id in chosen else ""
            out.append(f"{future.maker} grows {between(future.min, future.max)} of them{other}")
        elif future.task is None:
            out.append(f"{future.maker} may grow anything")
    return out


def _again(horizon: Horizon, task: str) -> list[str]:
    """Which nodes of the task that exist may be done again."""
    again = in_rounds(horizon)
    nodes = [n.id for n in horizon.nodes if n.task == task and n.id in again and not n.may_go]
    if not nodes:
        return []
    loops = (f"{loop.source} may go back to {loop.target}" for loop in live_loops(horizon))
    more = f" and {len(nodes) - _MOST_NODES} more" if len(nodes) > _MOST_NODES else ""
    return [f"{', '.join(nodes[:_MOST_NODES])}{more} may be done again: {', '.join(loops)}"]


def _narrowing(judge: Judge, task: str, span: Span) -> list[str]:
    """The promises that make the bounds what they are."""
    out = []
    for account in judge.promises:
        without = _more_without(judge, (account,), task)
        if without != span:
            out.append(f"{_named(account)}: without it {between(*without)} could come")
    return out


def _why_never(judge: Judge, task: str) -> list[str]:
    for account in judge.promises:
        if _more_without(judge, (account,), task)[1] != 0:
            return [f"{_named(account)} forbids it"]
    if _more_without(judge, judge.promises, task)[1] != 0:
        named = ", ".join(_named(account) for account in judge.promises)
        return [f"these promises together forbid it: {named}"]
    ended = sorted(
        live.id
        for live in judge.graph.nodes.values()
        if live not in judge.growers and _grows(judge, live, task)
    )
    if ended:
        return [f"only {name} could have grown it, and that is over" for name in ended[:5]]
    if task not in judge.forms:
        return [f"no task of this name is known{nearest(task, judge.forms)}"]
    return ["no node that exists or may come has the right to grow it"]


def _grows(judge: Judge, maker: LiveNode, task: str) -> bool:
    form = judge.forms.of(maker)
    return form.open or bool(form.candidates(task))


def _named(account: Account) -> str:
    vowed = account.vowed
    place = f" ({vowed.where})" if vowed.where else ""
    made = f" made by {vowed.by}" if vowed.by else ""
    return f"promise {vowed.says or vowed.promise.kind}{made}{place}"

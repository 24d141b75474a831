"""Whether nodes that may still come will have the neighbours that `each` asks for.

A grown node gets an edge from its maker and one to each successor of its maker; what it grows in
turn follows it. Beyond that edges come only where somebody may wire: in growth that is open or
ordered. Answers are wide where this file does not look closer, never narrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

from foretell.graph.live import LiveNode
from foretell.promises.atoms import Misfits
from foretell.promises.matching import Coming, Matcher, Subject
from foretell.promises.refining import Forms

Range = tuple[float, float]


def misfits_with(
    promise: Misfits,
    since: int,
    matcher: Matcher,
    forms: Forms,
    coming: Coming,
    sinks: Sequence[LiveNode],
) -> Range:
    """How many misfits there are more with one more node, without what that one grows."""
    if coming.task is None or coming.deep:
        return 0, inf
    chosen = matcher.selects(promise.of, coming, since)
    touched = inf if _may_spoil(promise, since, matcher, coming, sinks) else 0
    if chosen is False:
        return 0, touched
    least, most = _neighbours(promise, since, matcher, forms, coming, sinks)
    low, high = promise.each.min, inf if promise.each.max is None else promise.each.max
    if low <= least and most <= high:
        return 0, touched
    sure = chosen is True and (least > high or most < low)
    return int(sure), max(1, touched)


def _may_spoil(
    promise: Misfits, since: int, matcher: Matcher, coming: Coming, sinks: Sequence[LiveNode]
) -> bool:
    """Whether `coming` may be one neighbour too many of a node beside it."""
    if promise.each.max is None or matcher.selects(promise.other, coming, since) is False:
        return False
    beside: Iterable[Subject] = [coming.maker] if promise.outward else sinks
    return any(matcher.selects(promise.of, one, since) is not False for one in beside)


def _neighbours(
    promise: Misfits,
    since: int,
    matcher: Matcher,
    forms: Forms,
    coming: Coming,
    sinks: Sequence[LiveNode],
) -> Range:
    """How many neighbours that count `coming` will have."""
    beside: Iterable[Subject] = sinks if promise.outward else [coming.maker]
    answers = [matcher.selects(promise.other, one, since) for one in beside]
    least = sum(answer is True for answer in answers)
    form = forms.get(coming.task or "")
    grows = promise.outward and form is not None and not form.empty
    if grows or _may_be_wired(forms, coming):
        return least, inf
    return least, sum(answer is not False for answer in answers)


def _may_be_wired(forms: Forms, coming: Coming) -> bool:
    """Whether somebody may add edges to or from `coming` besides those that growth brings."""
    if any(form.open for form in forms.values()):
        return True
    maker: Subject | None = coming.maker
    while isinstance(maker, Coming):
        if maker.task is None or forms[maker.task].ordered:
            return True
        maker = maker.maker
    return any(forms.of(live).ordered for live in (maker, maker and maker.maker) if live)

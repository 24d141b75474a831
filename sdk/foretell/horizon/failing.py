"""What failures leave unsure: which promises can be relied on, and what is drawn wider for them.

A node that may fail and the run go on may grow nothing, which its growth already says (`unless_it_
fails`). Here is the rest: what such a node has added while it runs is taken back when it fails, and
which ends of several nodes go together is not followed, only said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from foretell.graph.live import LiveNode, Status
from foretell.graph.outcomes import Family, is_handled
from foretell.promises.atoms import Misfits
from foretell.promises.judge import Judge
from foretell.promises.ledger import Account

MOST_ASKED = 300
"""Of more nodes it is not looked at, one by one, how they may end."""


def settled(judge: Judge) -> tuple[Judge, list[str]]:
    """`judge`, of those promises only that hold whoever fails, and why that may be too few."""
    unsettled = {live.id for live in judge.ledger.unsettled()}
    if not unsettled:
        return judge, []
    unsure = [account for account in judge.promises if _is_unsure(account, unsettled)]
    if not unsure:
        return judge, []
    words = " and ".join(account.vowed.says or account.vowed.promise.kind for account in unsure)
    return judge.without(unsure), [f"what a failure would take back is not followed: {words}"]


def _is_unsure(account: Account, unsettled: set[str]) -> bool:
    """Whether the promise, or something that it counts, goes if one of these nodes fails."""
    if account.vowed.by in unsettled:
        return True
    return any(e.sure != e.have or isinstance(e.promise, Misfits) for e in account.entries)


def what_may_fail(judge: Judge) -> Iterator[str]:
    """What is drawn wider because it is not followed which ends go together, in words."""
    outcomes = judge.graph.outcomes
    if not (outcomes.soft or outcomes.families):
        return
    if judge.forms.any_may_fail:
        yield "whoever may wire anything may put nodes behind what fails"
    promised = any(judge.standing(account) != "kept" for account in judge.promises)
    if promised and any(live.mortal for live in judge.growers):
        yield "which of the nodes that promises speak of may fail together is not followed"
    sources = list(_sources(judge))
    failing = [live for live in sources if live.handlers and live.live]
    if len(failing) > MOST_ASKED or not all(map(is_handled, failing)):
        yield "whether a failure is handled is not followed"
    if outcomes.families and _some_never_run(judge.growers, failing):
        yield "it is not followed which nodes can never run"


def _sources(judge: Judge) -> Iterator[LiveNode]:
    """The nodes that come before what grows, and these."""
    seen = dict.fromkeys(judge.growers)
    todo = list(seen)
    for live in todo:
        todo += [source for source in live.into if source not in seen]
        seen.update(dict.fromkeys(live.into))
    yield from seen


def _some_never_run(growers: Collection[LiveNode], failing: Sequence[LiveNode]) -> bool:
    """Whether some of `growers` never run, or some that may fail have nobody who could then."""
    waiting = [live for live in growers if live.status is Status.WAITING]
    if len(waiting) + len(failing) > MOST_ASKED:
        return True
    return any(never_run(live) for live in waiting) or any(
        all(never_run(live, sink) for sink, pair in live.out.items() if pair.handles)
        for live in failing
    )


def never_run(*these: LiveNode) -> bool:
    """Whether these, to run all of them, wait for some node, with all that it grows, both to end
    well and to fail."""
    well: dict[LiveNode, None] = {}
    failed: dict[LiveNode, None] = {}
    seen = dict.fromkeys(these)
    todo = list(seen)
    for node in todo:
        needed: list[LiveNode] = []
        families: dict[Family, list[LiveNode]] = {}
        for source, pair in node.into.items():
            if pair.strict:
                needed.append(source)
                if not node.is_under(source):
                    well[source] = None
            if pair.family is not None and not pair.family.failed:
                families.setdefault(pair.family, []).append(source)
        for members in families.values():
            first = min(members, key=lambda member: member.depth)
            failed[first] = None
            needed.append(first)
        todo += [other for other in dict.fromkeys(needed) if other not in seen]
        seen.update(dict.fromkeys(needed))
    return any(node in well for node in failed)

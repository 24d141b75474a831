"""What each node may grow: as its task says, or as a promise about it says more narrowly.

A promise about the growth of nodes must refine what their task may grow already, part by part, so
that both are kept by keeping the narrower one. Nodes that come later are bound when they are born;
those that are there already by `foretell.promises.tightening`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from foretell.errors import LawBroken, UserError, nearest
from foretell.graph.live import LiveNode
from foretell.graph.model import ScopeId, growth_scope
from foretell.promises import selectors as sel
from foretell.promises import shapes as sh
from foretell.promises.form import Form, may_be_empty
from foretell.promises.language import Grows, Shaped, Vowed
from foretell.promises.matching import Coming, Matcher, may_be_born
from foretell.promises.productive import endless
from foretell.promises.rest import Rest, unless_it_fails
from foretell.promises.selectors import Selector
from foretell.promises.shapes import Shape
from foretell.promises.unfolding import unfolded
from foretell.promises.wellformed import top_level
from foretell.promises.wording import words


@dataclass(frozen=True, slots=True)
class Refinement:
    """A promise about the growth of nodes that `of` selects; `scope` instead: of its one owner.
    `plain` is the shape without names."""

    vowed: Vowed
    shape: Shape
    plain: Shape
    since: int
    of: Selector | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """What a single node may grow, and whose promise that is."""

    form: Form
    vowed: Vowed


class Forms(dict[str, Form]):
    """What may be grown, by task; `of` a node, by that node.

    `any_may_fail`: whatever waits may yet come to nothing, whatever comes before it now."""

    def __init__(self) -> None:
        super().__init__()
        self.own: dict[LiveNode, Own] = {}
        self.refinements: list[Refinement] = []
        self.any_may_fail = False
        self._opens: dict[Form, bool] = {}

    def of(self, live: LiveNode) -> Form:
        own = self.own.get(live)
        return self[live.node.task] if own is None else own.form

    def rest_of(self, coming: Coming) -> Rest:
        """What a node that comes may grow. It may fail if somebody waits for what its makers grow
        to fail: then it may come to nothing."""
        assert coming.task is not None
        rest = self[coming.task].rest()
        return unless_it_fails(rest) if self.any_may_fail or coming.root().handlers else rest

    def wires(self, live: LiveNode) -> bool:
        """Whether it may wire whatever it likes, and bring tasks of its own: what its task has
        promised, and no shape of what it grows."""
        return self[live.node.task].open

    def may_open(self, live: LiveNode) -> bool:
        """Whether `live`, or what may come from it, may wire whatever it likes."""
        form = self.of(live)
        if form not in self._opens:
            self._opens[form] = self._leads_to_open(form)
        return self.wires(live) or self._opens[form]

    def _leads_to_open(self, form: Form) -> bool:
        seen, todo = {form}, [form]
        for one in todo:
            if one.open:
                return True
            for spot in one.spots.values():
                inner = self[spot.task]
                if inner not in seen:
                    seen.add(inner)
                    todo.append(inner)
        return False

    def promise(self, vowed: Vowed, since: int, nodes: Collection[LiveNode]) -> None:
        """Takes in what `vowed` says of growth. `nodes` are those that are there."""
        for what in growth_in(vowed):
            self._check_tasks(what.shape, vowed)
            try:
                plain = unfolded(what.shape).shape
            except UserError as fault:
                raise LawBroken(f"the promise {_said(vowed)}: {fault}") from None
            if isinstance(what, Grows):
                self.refinements.append(Refinement(vowed, what.shape, plain, since, of=what.of))
            else:
                self._check_owner(what.scope, vowed, nodes)
                self.refinements.append(
                    Refinement(vowed, what.shape, plain, since, scope=what.scope)
                )
        self._check_ends(vowed)

    def _check_owner(self, scope: ScopeId, vowed: Vowed, nodes: Collection[LiveNode]) -> None:
        """Somebody owns the scope, or may be born to own it."""
        scopes = {growth_scope(live.id) for live in nodes}
        growing = (live.id for live in nodes if not self.of(live).empty or self.wires(live))
        if scope not in scopes and not may_be_born(scope, growing):
            raise LawBroken(
                f"the promise {_said(vowed)}: no node of the workflow owns the scope "
                f"{scope!r:.80}{nearest(scope[:80], scopes)}, and none can come to own it; only "
                f"what a node grows can be promised a shape"
            )

    def _check_ends(self, vowed: Vowed) -> None:
        """Whatever is promised of all nodes of a task that come, their growth can end."""
        grows = {task: self._narrowest(task, form.shape) for task, form in self.items()}
        stuck = endless(grows)
        if stuck is not None:
            raise LawBroken(
                f"the promise {_said(vowed)}: so {stuck!r} would grow {words(grows[stuck]):.300}, "
                f"which can never end: each of its nodes must grow another in turn; make that "
                f"growth optional, with may(...) or many(...)"
            )

    def _narrowest(self, task: str, shape: Shape) -> Shape:
        """What all nodes of `task` that are still to come may grow at most."""
        for refinement in self.refinements:
            if refinement.of is not None and _selects_all(refinement.of, task):
                shape = refinement.plain if refines(refinement.plain, shape) else shape
        return shape

    def _check_tasks(self, shape: Shape, vowed: Vowed) -> None:
        for leaf in sh.leaves(shape):
            if leaf.task not in self:
                hint = nearest(leaf.task[:80], self)
                raise LawBroken(
                    f"the promise {_said(vowed)} speaks of an unknown task {leaf.task!r:.80}{hint}"
                )

    def born(self, nodes: Iterable[LiveNode], matcher: Matcher) -> tuple[Vowed, str] | None:
        """Decides what each of `nodes` may grow. Returns a promise that asks for what the task of
        one of them may not grow, and why."""
        for live in nodes if self.refinements else ():
            for refinement in self.refinements:
                if self.binds(refinement, live, matcher):
                    why = self.refine(live, refinement)
                    if why:
                        return refinement.vowed, why
        return None

    def forget(self, nodes: Iterable[LiveNode]) -> None:
        for live in nodes if self.own else ():
            self.own.pop(live, None)

    def may_narrow(self, coming: Coming, matcher: Matcher) -> bool:
        """Whether a promise may leave a node that comes less than its task may grow."""
        return any(
            not matcher.knows(refinement.scope)
            and may_be_born(refinement.scope, [coming.root().id])
            if refinement.of is None
            else matcher.selects(refinement.of, coming, refinement.since) is not False
            for refinement in self.refinements
        )

    def binds(self, refinement: Refinement, live: LiveNode, matcher: Matcher) -> bool:
        if refinement.of is None:
            return growth_scope(live.id) == refinement.scope
        return matcher.selects(refinement.of, live, refinement.since) is True

    def refine(self, live: LiveNode, refinement: Refinement) -> str:
        """Binds `live`, if what it may grow is not narrower already; or says why that cannot be."""
        old = self.of(live)
        shape = refinement.shape if old.open else _aligned(refinement.shape, old)
        plain = unfolded(shape).shape
        if not old.open and refines(old.shape, plain):
            return ""  # it is narrower already
        if not refines(plain, old.shape):
            return (
                f"it lets {live.id!r} grow {words(shape):.200}, which is no narrower form of "
                f"{words(old.written):.200}, what it may grow already"
            )
        try:
            self.own[live] = Own(Form(shape), refinement.vowed)
        except UserError as fault:
            return str(fault)
        return ""


def refused(vowed: Vowed, why: str) -> str:
    """What to tell whoever promised what is no narrower growth."""
    return f"the promise {_said(vowed)}: {why}; write it with the same parts and narrower bounds"


def _selects_all(selector: Selector, task: str) -> bool:
    """Whether it surely selects every node of `task` that is still to come."""
    match selector:
        case sel.EveryNode() | sel.IsNew():
            return True
        case sel.TaskIs(name):
            return name == task
        case sel.AllOf(of):
            return all(_selects_all(part, task) for part in of)
        case sel.AnyOf(of):
            return any(_selects_all(part, task) for part in of)
        case _:
            return False


def refines(new: Shape, old: Shape) -> bool:
    """Whether every instance of `new` is one of `old`, as their parts show."""
    if new == old or isinstance(old, sh.Anything):
        return True
    if isinstance(new, sh.Alt) and new.of and all(refines(part, old) for part in new.of):
        return True
    match old:
        case sh.Alt(of):
            return any(refines(new, part) for part in of)
        case sh.Many(of, low, high) | sh.Loop(of, low, high) if (
            isinstance(new, (sh.Many, sh.Loop)) and new.kind == old.kind
        ):
            within = new.min >= low and (high is None or (new.max is not None and new.max <= high))
            return within and refines(new.of, of)
        case sh.Many(sh.Leaf() as leaf, low, high) if isinstance(new, sh.Leaf):
            return new == leaf and low <= 1 and (high is None or high >= 1)
        case sh.Seq(of) | sh.Par(of) | sh.Free(of):
            mine = new.of if isinstance(new, (sh.Seq, sh.Par, sh.Free)) else ()
            same = new.kind == old.kind and len(mine) == len(of)
            if same and all(refines(a, b) for a, b in zip(mine, of, strict=True)):
                return True
        case _:
            pass
    return isinstance(new, sh.Empty) and may_be_empty(old)


def _aligned(shape: Shape, old: Form) -> Shape:
    """`shape`, its leaves called as in `old` where there is one leaf only of that task."""
    match shape:
        case sh.Leaf(task, slot):
            slots = list(dict.fromkeys(old.spots[one].written for one in old.candidates(task)))
            return sh.Leaf(task, slots[0]) if slot not in slots and len(slots) == 1 else shape
        case sh.Many(of) | sh.Loop(of):
            return replace(shape, of=_aligned(of, old))
        case sh.Seq(of) | sh.Par(of) | sh.Alt(of) | sh.Free(of):
            return replace(shape, of=tuple(_aligned(part, old) for part in of))
        case sh.Let(_, of, within):
            inner = None if within is None else _aligned(within, old)
            return replace(shape, of=_aligned(of, old), within=inner)
        case _:
            return shape


def growth_in(vowed: Vowed) -> Iterator[Grows | Shaped]:
    """What `vowed` says of growth, alone or among other things."""
    for part in top_level(vowed.promise):
        if isinstance(part.what, (Grows, Shaped)):
            yield part.what


def _said(vowed: Vowed) -> str:
    place = f" ({vowed.where})" if vowed.where else ""
    return f"{vowed.says or vowed.promise.kind:.200}{place}"

"""Folding is made for large graphs; here it is done again as its words say, without haste."""

from __future__ import annotations

from collections import Counter
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from foretell.horizon.model import Horizon, SeenEdge, SeenNode
from foretell_runtime.drawing.folding import picture_of
from foretell_runtime.drawing.words import TALLY_ORDER, URGENCY


@st.composite
def horizons(draw: st.DrawFn) -> Horizon:
    count = draw(st.integers(1, 12))
    nodes = [
        SeenNode(
            f"n{i}",
            draw(st.sampled_from("ab")),
            draw(st.sampled_from(["done", "running", "waiting"])),
            maker=draw(st.none() | st.sampled_from([f"n{k}" for k in range(i)])) if i else None,
            in_open=draw(st.sampled_from([(), ("*",)])),
        )
        for i in range(count)
    ]
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    chosen = draw(st.sets(st.sampled_from(pairs), max_size=20)) if pairs else set[tuple[int, int]]()
    edges = [
        SeenEdge(f"n{i}", f"n{j}", thin=draw(st.booleans()), label=draw(st.none() | st.just("l")))
        for i, j in sorted(chosen)
    ]
    return Horizon("h", nodes=tuple(nodes), edges=tuple(edges))


def boxes_of(horizon: Horizon, fold: int) -> dict[str, str]:
    """The box of each node: more than `fold` of one task, as far from the start, whose makers are
    drawn as one, are one box."""
    node = {seen.id: seen for seen in horizon.nodes}

    @cache
    def depth(id_: str) -> int:
        return max((depth(e.source) + 1 for e in horizon.edges if e.target == id_), default=0)

    @cache
    def generation(id_: str) -> int:
        maker = node[id_].maker
        return 0 if maker is None else generation(maker) + 1

    box = {id_: id_ for id_ in node}
    names = Counter[str]()
    for number in sorted({generation(id_) for id_ in node}):
        alike: dict[tuple[str | None, str, int], list[str]] = {}
        for id_ in (id_ for id_ in node if generation(id_) == number):
            maker = node[id_].maker
            key = (maker and box[maker], node[id_].task, depth(id_))
            alike.setdefault(key, []).append(id_)
        for (maker, task, _), members in alike.items():
            if len(members) > fold:
                stem = task if maker is None else f"{maker}.{task}"
                names[stem] += 1
                name = f"{stem}[*{names[stem] if names[stem] > 1 else ''}]"
                box.update(dict.fromkeys(members, name))
    return box


@given(horizons(), st.integers(1, 3))
def test_what_is_folded_fast_is_folded_right(horizon: Horizon, fold: int) -> None:
    picture = picture_of(horizon, fold=fold)
    box = boxes_of(horizon, fold)
    members: dict[str, list[SeenNode]] = {}
    for seen in horizon.nodes:
        members.setdefault(box[seen.id], []).append(seen)

    assert [node.id for node in picture.horizon.nodes] == list(members)
    assert set(picture.stacks) == {name for name, inside in members.items() if len(inside) > fold}
    for drawn in picture.horizon.nodes:
        inside = members[drawn.id]
        statuses = Counter(seen.status for seen in inside)
        assert drawn.status == next(status for status in URGENCY if statuses[status])
        assert drawn.task == inside[0].task
        assert drawn.maker == (inside[0].maker and box[inside[0].maker])
        assert drawn.in_open == (("*",) if any(seen.in_open for seen in inside) else ())
        if drawn.id in picture.stacks:
            tally = tuple((s, statuses[s]) for s in TALLY_ORDER if statuses[s])
            assert picture.stacks[drawn.id] == tally

    bundles: dict[tuple[str, str, str | None], list[SeenEdge]] = {}
    for edge in horizon.edges:
        bundles.setdefault((box[edge.source], box[edge.target], edge.label), []).append(edge)
    assert [(e.source, e.target, e.label) for e in picture.horizon.edges] == list(bundles)
    for at, (edge, bundle) in enumerate(zip(picture.horizon.edges, bundles.values(), strict=True)):
        assert picture.times.get(at, 1) == len(bundle)
        assert edge.thin == all(one.thin for one in bundle)

"""What a run wants to know from outside, and giving it that: the border for answers and signals.

An answer is looked at here, against the run as it is at this moment, and left in the store's inbox;
whoever runs the run, now or later, takes it from there. What asks is a node like any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from foretell.document.words import in_words
from foretell.errors import BadAnswer, InputError, NotAsked, nearest
from foretell.graph.live import LiveNode, Status
from foretell.graph.model import Json, NodeId, Outside, Pointer
from foretell.graph.pointers import CannotPutTogether
from foretell.values.ground import Ground, shared
from foretell.values.keeping import Keeper
from foretell_runtime.inputs import check
from foretell_runtime.machine import State, inputs_of, replay
from foretell_runtime.machine.events import Answer, Posted
from foretell_runtime.store.protocol import Event, Post, RunRecord, Store
from foretell_runtime.values import outlined

LARGEST = 16 * 1024 * 1024
"""Characters of an answer, as JSON."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that `node` wants from outside: `says` is the question, or the signal's name. `ready`:
    the node waits for nothing else, and `given` are its other inputs. `posted`: it was answered, and
    nobody has taken the run up since. Where `until` is a time, the answer is `default` from then on."""

    node: NodeId
    input: Pointer
    kind: str
    says: str
    schema: Mapping[str, Json]
    ready: bool
    given: Mapping[str, Json] = field(default_factory=dict)
    posted: bool = False
    until: float | None = None
    default: Json = None

    @property
    def wants(self) -> str:
        """What may be answered, in words."""
        return in_words(self.schema)


def questions(state: State, posts: Iterable[Post] = ()) -> tuple[Question, ...]:
    """What may be answered now: first what the run waits for, in order of birth."""
    if state.status != "running":
        return ()
    given = [post.what for post in posts if isinstance(post.what, Answer)]
    answered = {(one.node, one.input) for one in given}
    found = [
        _question(state, live, one, (live.id, one.input) in answered)
        for live in state.asks
        for one in state.wanted(live)
        if one.kind != "time"
    ]
    return tuple(sorted(found, key=lambda question: not question.ready))


def _question(state: State, live: LiveNode, one: Outside, posted: bool) -> Question:
    given: Mapping[str, Json] = {}
    if live.asking:
        try:
            given = {k: v for k, v in inputs_of(state, live).items() if v is not None}
        except CannotPutTogether:  # the node will fail, and say so
            given = {}
    timer = state.timers.of(live.id, "answer") if one.timed else None
    until = None if timer is None else timer.at
    return Question(
        live.id, one.input, one.kind, one.says, one.schema, live.asking, given, posted, until,
        one.default,
    )  # fmt: skip


async def read(store: Store, run: str) -> tuple[RunRecord, State, tuple[Question, ...]]:
    """How a run stands, and what it asks."""
    record = await store.run(run)
    state = replay(event.fact for event in await store.events(record))
    return record, state, questions(state, await store.posts(record))


async def answer(
    store: Store,
    run: str,
    name: str | None,
    value: Json,
    by: str = "",
    ground: Callable[[str], Ground] | None = None,
) -> bool:
    """Gives the run what it asks: the only question there is, or that of the node `name`, or all
    that wait for the signal `name`. Returns whether somebody runs the run now. Raises `NotAsked`, or
    `BadAnswer` if the value is not of the type that was asked for.

    `ground` makes of where the run keeps large values where this one is kept, if it is large."""
    record, state, asked = await read(store, run)
    chosen = choose(record, state, asked, name)
    for question in chosen:
        _check_value(question, outlined(value))
    seen = state.seq
    place = ground(state.values) if ground and chosen else None

    def look(events: Sequence[Event], posts: Sequence[Post]) -> list[Posted]:
        """Between our reading and the posting others may have answered, or the run gone on."""
        for event in events:
            state.apply(event.fact)
        still = {(q.node, q.input): q for q in questions(state, posts)}
        for question in chosen:
            now = still.get((question.node, question.input))
            if now is None or now.posted or state.asks[state.node(now.node)] > seen:
                _not_asked(_was_answered(record, question))
        return [Answer(q.node, q.input, kept, state.seq, by) for q in chosen]

    with shared(Path(place.home)) if place else nullcontext():  # until it is mentioned
        kept = Keeper(place, chosen[0].node if chosen else "").lightened(value)
        return await store.post(record, seen, look)


def choose(
    record: RunRecord, state: State, asked: Sequence[Question], name: str | None
) -> list[Question]:
    """The questions that are meant. Raises `NotAsked`."""
    if name is None:
        meant = [q for q in asked if not q.posted]
        if not meant:
            _not_asked(f"{record.id} asks nothing{_ended(state)}")
    else:
        meant = [q for q in asked if name in (q.node, q.node + q.input)]
        meant = meant or [q for q in asked if q.kind == "signal" and q.says == name]
        if not meant:
            _not_asked(_why_not(record, state, asked, name))
        if name not in (meant[0].node, meant[0].node + meant[0].input):
            return [q for q in meant if not q.posted] or _not_asked(_was_answered(record, meant[0]))
    if len(meant) > 1:
        _not_asked(f"{name or record.id!r} asks more than one thing; say which: {_which(meant)}")
    if meant[0].posted:
        _not_asked(_was_answered(record, meant[0]))
    return meant


def _not_asked(why: str) -> NoReturn:
    raise NotAsked(why)


def _which(asked: Sequence[Question]) -> str:
    """How to name each of them."""
    nodes = [q.node for q in asked]
    return ", ".join(q.node if nodes.count(q.node) == 1 else q.node + q.input for q in asked)


def _check_value(question: Question, value: Json) -> None:
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadAnswer(question.node, question.wants, f"what is not JSON ({error})") from None
    if len(text) > LARGEST:
        got = f"{len(text):,} characters, more than {LARGEST:,}; write them to a file and give its path"
        raise BadAnswer(question.node, question.wants, got)
    try:
        check(question.node, value, question.schema)
    except InputError as fault:
        raise BadAnswer(fault.name, fault.expected, fault.got) from None


def _why_not(record: RunRecord, state: State, asked: Sequence[Question], name: str) -> str:
    live = state.judge.graph.nodes.get(name)
    names = [q.node for q in asked] + [q.says for q in asked if q.kind == "signal"]
    if live is None:
        there = nearest(name, names) or _waits(asked)
        return f"{record.id} has no node {name!r}, and nothing waits for such a signal{there}"
    if live.node.outside and live.status not in (Status.RULED_OUT, Status.CANCELLED):
        return f"{name!r} was answered already{_ended(state)}"
    if live.node.outside:
        return f"{name!r} asks nothing any more: it is {live.status.value.replace('_', ' ')}"
    return f"{name!r} asks nothing{_ended(state)}{_waits(asked)}"


def _ended(state: State) -> str:
    return "" if state.status == "running" else f": the run is over, it is {state.status}"


def _waits(asked: Sequence[Question]) -> str:
    names = _which([q for q in asked if not q.posted])
    return f"; these ask: {names}" if names else ""


def _was_answered(record: RunRecord, question: Question) -> str:
    return (
        (
            f"{question.node!r} was answered already. The answer is used when the run goes on: "
            f"foretell resume {record.id}"
        )
        if question.posted
        else f"{question.node!r} asks no more: it was answered meanwhile"
    )

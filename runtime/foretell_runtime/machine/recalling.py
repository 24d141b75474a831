"""What may be had from the cache: by which key, and what follows once it was looked for.

A node may be given what an equal one came to before if its task says so, grows nothing, emits nothing and
reads nothing early, and no loop leads back from it. It is looked for once a node waits for nothing; what
is found ends the node as its own end would, in the same place of the order, with all that is judged then.
No trial begins, and no limit is asked.

What is being looked for, and what was found or not, is no part of the journal: whoever takes the run up
looks again.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from foretell.graph.live import LiveNode
from foretell.graph.model import Json
from foretell.graph.plain import encode
from foretell.graph.pointers import CannotPutTogether
from foretell.graph.references import KEY, is_reference
from foretell_runtime.machine.inputs import inputs_of
from foretell_runtime.machine.streams import early_edges
from foretell_runtime.machine.trials import option

if TYPE_CHECKING:
    from foretell_runtime.machine.state import State

FORMAT = 1
"""Of keys. What has another one is never found."""


def key_of(state: State, live: LiveNode) -> str | None:
    """The key of what `live`, which waits for nothing, will come to; None if it is not to be had."""
    wanted = option(state, live, "cache")
    if wanted is None or not may_be_cached(state, live):
        return None
    spec = state.tasks[live.node.task]
    version = wanted.get("version") or spec.digest
    if not version:
        return None
    try:
        inputs = inputs_of(state, live)
    except CannotPutTogether:
        return None
    kind = [FORMAT, spec.entry, version, spec.inputs, spec.output, encode(spec.program)]
    return sha256(canonical([*kind, dict(inputs)]).encode("ascii")).hexdigest()


def may_be_cached(state: State, live: LiveNode) -> bool:
    """Whether all that `live` will have done is to come to something. Of a task that may grow or emit
    nobody can ask it: that is refused where the node is added."""
    early, back = early_edges(live), state.judge.graph.back.of(live)
    return not any(True for _ in early) and not any(True for _ in back)


def within_of(state: State, live: LiveNode) -> float | None:
    """How many seconds old what is found may be."""
    wanted = option(state, live, "cache")
    return None if wanted is None else wanted.get("within")


def canonical(value: Json) -> str:
    """The same text for the same JSON, whatever the order of its keys, and another one for any other:
    1, 1.0 and true differ, as they do for a task. A value that is kept elsewhere is its bytes."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if is_reference(value):
            record = value[KEY]
            return {KEY: {k: v for k, v in record.items() if k not in ("by", "deep")}}
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value

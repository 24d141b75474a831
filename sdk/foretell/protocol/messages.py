"""What an orchestrator and a running task say to each other: one JSON object a line.

Any program in any language can be a task by speaking this. The legal order of messages is the
table in `foretell.protocol.session`; cutting bytes into lines is `foretell.protocol.framing`.

To the task: `start` once, `reply` for each request, at most one `cancel`.
From the task: `ready`, then any of `change`, `would`, `take`, `chunk`, `progress`, `log`, then
`finish` or `fail`. Requests carry a number chosen by the task, rising from 1, and each gets exactly
one `reply`, or `chunks` if it is a `take`.
Closing stdin tells the task that its orchestrator is gone: it exits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from foretell.document.model import Change
from foretell.graph.model import Hole, Json, NodeId, Pointer, ScopeId
from foretell.promises.shapes import Shape
from foretell.protocol.framing import DEEPEST as DEEPEST
from foretell.protocol.framing import LONGEST_CHUNK as LONGEST_CHUNK
from foretell.protocol.framing import LONGEST_LINE as LONGEST_LINE
from foretell.protocol.framing import VERSION as VERSION
from foretell.values.ground import Ground


@dataclass(frozen=True, slots=True)
class BackTo:
    """A loop leads back to `node`, which is a use of the task at `entry`. What `finish` says then goes
    to the place `input` of that one's inputs: the part of it at `output`, or nothing if `input` is
    null."""

    node: NodeId
    task: str
    entry: str
    output: Pointer = ""
    input: Pointer | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """Run this. `grows` are the node's growth rights; `tasks` maps the names of the tasks that the
    graph knows to their entry points; `base` is the folder that file entry points are relative
    to. What the node grows has ids that begin with `scope` and a dot. `secrets` are the values of the secrets in `inputs`. `iteration` is how many times the node
    has been begun, loops that came round counted and trials not; `back_to` are the loops that lead
    back from it. `streams` are the inputs whose items come by `take`, and not with this message.
    `retry_on`: any exception that has none of these names is a permanent failure. `values` says where
    the files are for which references stand in `inputs`, and where the task keeps what is large."""

    run: str
    node: NodeId
    trial: int
    task: str
    entry: str
    base: str
    inputs: Mapping[str, Json] = field(default_factory=dict)
    grows: Shape | None = None
    tasks: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    iteration: int = 1
    back_to: tuple[BackTo, ...] = ()
    streams: tuple[str, ...] = ()
    retry_on: tuple[str, ...] | None = None
    scope: ScopeId = ""
    values: Ground | None = None
    version: int = VERSION
    kind: Literal["start"] = "start"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to request `to`. Not `ok`: `why` says what law or promise is in the way, and
    `against` which of the two it is."""

    to: int
    ok: bool
    why: str = ""
    against: Literal["law", "promise"] = "law"
    kind: Literal["reply"] = "reply"


@dataclass(frozen=True, slots=True)
class Chunks:
    """The answer to the `take` with the number `to`: what comes next. `end`: nothing comes after."""

    to: int
    chunks: tuple[Json, ...] = ()
    end: bool = False
    kind: Literal["chunks"] = "chunks"


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop; nothing you send from now on counts."""

    why: str = ""
    kind: Literal["cancel"] = "cancel"


@dataclass(frozen=True, slots=True)
class Ready:
    version: int = VERSION
    kind: Literal["ready"] = "ready"


@dataclass(frozen=True, slots=True)
class Propose:
    """Add this to the graph, whole or not at all. A change that breaks a promise ends the run,
    unless it is an `attempt`, which is then only refused. `where` is the line that asks for it."""

    request: int
    change: Change
    attempt: bool = False
    where: str = ""
    kind: Literal["change"] = "change"


@dataclass(frozen=True, slots=True)
class Would:
    """Would this change be accepted? Nothing is added."""

    request: int
    change: Change
    kind: Literal["would"] = "would"


@dataclass(frozen=True, slots=True)
class Chunk:
    """The task emits this in one of its ports. It is heard when nobody who reads lags behind."""

    port: str
    chunk: Json = None
    kind: Literal["chunk"] = "chunk"


@dataclass(frozen=True, slots=True)
class Take:
    """Give what comes in the stream of this input after the first `seen` chunks, as soon as there
    is something, or it has ended."""

    request: int
    input: str
    seen: int
    kind: Literal["take"] = "take"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the task is: `done` of `total` (None: unknown), in units of its own."""

    done: float
    total: float | None = None
    message: str = ""
    kind: Literal["progress"] = "progress"


@dataclass(frozen=True, slots=True)
class Log:
    text: str
    level: str = "info"
    kind: Literal["log"] = "log"


@dataclass(frozen=True, slots=True)
class Finish:
    """The task is done. `holes` are the places of `output` that nodes it grew will fill. `again`:
    the loop to this node comes round, and `output` is what goes along with it."""

    output: Json = None
    holes: tuple[Hole, ...] = ()
    change: Change | None = None
    again: NodeId | None = None
    kind: Literal["finish"] = "finish"


@dataclass(frozen=True, slots=True)
class Fail:
    """The task failed. `error` is one line (`ValueError: no such file`), `trace` the traceback.

    `permanent`: another trial would fail in the same way. `after`: seconds that the next trial
    should wait, in the place of what the node's options say."""

    error: str
    trace: str = ""
    permanent: bool = False
    after: float | None = None
    kind: Literal["fail"] = "fail"


ToTask: TypeAlias = Start | Reply | Chunks | Cancel
FromTask: TypeAlias = Ready | Propose | Would | Chunk | Take | Progress | Log | Finish | Fail

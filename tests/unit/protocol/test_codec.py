"""Messages survive the way there and back, and a wrong one is named by its fault."""

from __future__ import annotations

import pytest

from foretell.document.model import Change
from foretell.errors import ProtocolError
from foretell.graph.model import Edge, Hole, Node
from foretell.promises.shapes import Leaf, Many
from foretell.protocol import codec
from foretell.protocol.messages import (
    Cancel,
    Fail,
    Finish,
    FromTask,
    Log,
    Progress,
    Propose,
    Ready,
    Reply,
    Start,
    ToTask,
    Would,
)

CHANGE = Change(
    nodes=(Node("plan.a", "square", scope="plan", slot="square", inputs={"n": 3}),),
    edges=(Edge("plan", "plan.a"),),
)


@pytest.mark.parametrize(
    "message",
    [
        Ready(),
        Propose(1, CHANGE, attempt=True),
        Would(2, CHANGE),
        Progress(0.5, 2.0, "half"),
        Log("hello", "warning"),
        Finish({"a": [1, None]}, (Hole("/a/1", "plan.a", "/x"),), CHANGE),
        Fail("ValueError: no", "Traceback ..."),
    ],
)
def test_what_a_task_says_is_understood(message: FromTask) -> None:
    assert codec.from_task(codec.line_of(message)) == message


@pytest.mark.parametrize(
    "message",
    [
        Start("r", "n", 2, "t", "f.py:t", "/x", {"a": 1}, Many(Leaf("s", "s")), {"s": "f.py:s"}),
        Reply(3, ok=False, why="a cycle", against="promise"),
        Cancel("enough"),
    ],
)
def test_what_a_task_is_told_is_understood(message: ToTask) -> None:
    assert codec.to_task(codec.line_of(message)) == message


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            b"{}",
            "kind None; known are change, chunk, fail, finish, log, progress, ready, take, would",
        ),
        (b'{"kind": ["ready"]}', "kind \\['ready'\\]"),
        (b'{"kind": "start"}', "kind 'start'"),
        (b'{"kind": "finish", "ouput": 3}', "finish.ouput: unknown field"),
        (b'{"kind": "fail"}', "fail: the field 'error' is missing"),
        (b'{"kind": "log", "text": 3}', "log.text: expected string, got integer"),
        (b'{"kind": "change", "request": true, "change": {}}', "expected integer, got boolean"),
        (
            b'{"kind": "would", "request": 1, "change": {"nodes": [{"id": "a"}]}}',
            "would.change.nodes\\[0\\]: the field 'task' is missing",
        ),
    ],
)
def test_wrong_messages_are_named_by_their_fault(line: bytes, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        codec.from_task(line)

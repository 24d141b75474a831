"""Programs that speak the protocol: what they are told, that what they say is held to the types of the
graph, and that no nonsense costs more than a trial."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretell.document.model import PortSpec, TaskSpec
from foretell.protocol.messages import Chunk, Fail, Finish, Propose, Ready, Reply, Would
from tests.integration.programs.foreign import failure, output, ran, speaking, takes

HEAR = "start = json.loads(sys.stdin.readline()); ready()\n"
ASK = HEAR + "def ask(**said):\n    say(**said)\n    return json.loads(sys.stdin.readline())\n"
LEAF = TaskSpec("tasks.py:leaf", inputs={**takes(n="integer"), "required": ["n"]})


def test_it_is_told_all_that_it_needs() -> None:
    code = HEAR + "say(kind='finish', output=start)"
    schema = takes(n="integer", m={"type": "integer", "default": 2})
    said = output(ran(speaking(code), {"n": 1}, inputs=schema))
    assert said["inputs"] == {"n": 1, "m": 2}
    assert (said["task"], said["node"], said["scope"]) == ("tool", "node", "node")


def test_what_it_prints_to_stderr_is_log() -> None:
    heard = ran(speaking(HEAR + "print('hello', file=sys.stderr); say(kind='finish')"))
    assert heard.said("output") == ["hello"]
    assert heard.messages == [Ready(), Finish()]


def test_it_may_emit_what_its_port_takes_and_nothing_else() -> None:
    ports = {"rows": PortSpec({"type": "integer"})}
    good = HEAR + "say(kind='chunk', port='rows', chunk=1); say(kind='finish')"
    assert ran(speaking(good), ports=ports).messages == [Ready(), Chunk("rows", 1), Finish()]
    for said, why in (
        ("port='rows', chunk='x'", 'says it emits integer, but emitted string "x"'),
        ("port='row', chunk=1", "emits in a port 'row'; it has rows; did you mean 'rows'?"),
    ):
        heard = ran(speaking(HEAR + f"say(kind='chunk', {said}); forever()"), ports=ports)
        assert [type(one) for one in heard.messages] == [Ready, Fail]
        assert why in failure(heard)


def test_its_result_is_held_to_the_type_of_its_task() -> None:
    def finishing(value: str) -> Any:
        code = HEAR + f"say(kind='finish', output={value})"
        return ran(speaking(code), output={"type": "integer"})

    assert output(finishing("3")) == 3
    assert failure(finishing("'3'")) == 'says it returns integer, but returned string "3"'


def proposing(node: dict[str, Any], **more: Any) -> Any:
    """What a program is answered that would grow this, and what was heard of that."""
    change = {"nodes": [node], **more}
    code = (
        ASK
        + f"""
first = ask(kind='would', request=1, change={change!r})
second = ask(kind='change', request=2, change={change!r})
say(kind='finish', output=[first, second])"""
    )
    heard = ran(speaking(code), others={"leaf": LEAF})
    return output(heard), [one for one in heard.messages if isinstance(one, (Propose, Would))]


def test_what_it_would_grow_goes_on_to_the_judge() -> None:
    answers, heard = proposing({"id": "node.a", "task": "leaf", "inputs": {"n": 1}})
    assert [answer["ok"] for answer in answers] == [True, True]
    assert [type(one) for one in heard] == [Would, Propose]


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"n": "x"}, "node 'node.a' of 'leaf': input 'n' takes integer, but got string \"x\""),
        ({}, "node 'node.a' lacks the input 'n' of 'leaf'"),
        ({"n": 1, "m": 2}, "node 'node.a': 'leaf' has no input 'm'"),
    ],
)
def test_what_its_nodes_would_be_given_is_held_to_their_tasks(inputs: Any, why: str) -> None:
    answers, heard = proposing({"id": "node.a", "task": "leaf", "inputs": inputs})
    assert heard == []
    for number, answer in enumerate(answers, 1):
        assert answer["to"] == number
        assert (answer["ok"], answer.get("against", "law")) == (False, "law")
        assert why in answer["why"]


def test_what_comes_by_an_edge_is_not_missed() -> None:
    edge = {"source": "x", "target": "node.a", "kind": "data", "output": "", "input": "/n"}
    _, heard = proposing({"id": "node.a", "task": "leaf"}, edges=[edge])
    assert len(heard) == 2


def test_a_last_change_is_held_to_the_same() -> None:
    change = {"nodes": [{"id": "node.a", "task": "leaf", "inputs": {"n": "x"}}]}
    heard = ran(speaking(HEAR + f"say(kind='finish', change={change!r})"), others={"leaf": LEAF})
    assert "its last change was refused: node 'node.a' of 'leaf': input 'n'" in failure(heard)


def test_it_may_be_refused_and_go_on() -> None:
    code = ASK + "say(kind='finish', output=ask(kind='change', request=1, change={})['why'])"
    no = Reply(1, ok=False, why="not now")
    assert output(ran(speaking(code), answer=lambda request: no)) == "not now"


NOISE = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b'{"kind":"ready"}\n', b'{"kind":"finish"}\n', b"{}\n", b"\n", b'{"kind":"log"']
    ),
)


@settings(max_examples=25)
@given(
    st.lists(NOISE, max_size=6), st.sampled_from(["", "os.close(1)", "os.close(0)", "sys.exit(3)"])
)
def test_noise_costs_the_trial_at_worst(noise: list[bytes], then: str) -> None:
    code = "".join(f"os.write(1, {piece!r})\n" for piece in noise) + then
    heard = ran(speaking(code))
    assert heard.end.over == any(isinstance(one, (Finish, Fail)) for one in heard.messages)
    assert heard.messages[:1] in ([], [Ready()])

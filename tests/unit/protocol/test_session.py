"""The legal order of messages is the table, and nothing but the table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.document.model import Change
from foretell.errors import ProtocolError
from foretell.protocol.messages import (
    Fail,
    Finish,
    FromTask,
    Log,
    Progress,
    Propose,
    Ready,
    Reply,
    Would,
)
from foretell.protocol.session import MOST_UNANSWERED, TABLE, Phase, Session

MESSAGES: list[FromTask] = [Ready(), Progress(1), Log("x"), Finish(), Fail("no")]


@given(st.lists(st.sampled_from(MESSAGES), max_size=8))
def test_a_conversation_is_legal_exactly_when_it_is_ready_then_talk_then_one_last_word(
    said: list[FromTask],
) -> None:
    kinds = [message.kind for message in said]
    ends = [i for i, kind in enumerate(kinds) if kind in ("finish", "fail")]
    legal = (
        kinds[:1] in ([], ["ready"])
        and kinds.count("ready") == len(kinds[:1])
        and ends in ([], [len(kinds) - 1])
    )
    session = Session()
    try:
        for message in said:
            session.hear(message)
        heard = True
    except ProtocolError:
        heard = False
    assert heard == legal
    assert not heard or session.over == bool(ends)


def test_every_phase_has_a_row_and_the_last_is_empty() -> None:
    assert set(TABLE) == set(Phase)
    assert TABLE[Phase.OVER] == {}


@pytest.mark.parametrize(
    ("before", "said", "why"),
    [
        ([], Finish(), "said 'finish' before 'ready'"),
        ([Ready()], Ready(), "said 'ready' a second time"),
        ([Ready(), Finish()], Fail("x"), "said 'fail' after it had ended"),
        ([], Ready(version=2), "speaks version 2 of the protocol; this foretell speaks 1"),
        ([Ready()], Would(2, Change()), "numbered a request 2; the next is 1"),
        ([Ready(), Would(1, Change())], Propose(1, Change()), "numbered a request 1"),
    ],
)
def test_what_is_out_of_order_is_said(before: list[FromTask], said: FromTask, why: str) -> None:
    session = Session()
    for message in before:
        session.hear(message)
    phase = session.phase
    with pytest.raises(ProtocolError, match=why):
        session.hear(said)
    assert session.phase is phase


def test_each_request_has_exactly_one_reply() -> None:
    session = Session()
    session.hear(Ready())
    session.hear(Would(1, Change()))
    session.hear(Propose(2, Change()))
    session.answer(Reply(2, ok=True))
    session.answer(Reply(1, ok=True))
    with pytest.raises(ValueError, match="no request 1 is open"):
        session.answer(Reply(1, ok=True))


def test_a_task_that_never_listens_cannot_ask_for_ever() -> None:
    session = Session()
    session.hear(Ready())
    for number in range(1, MOST_UNANSWERED + 1):
        session.hear(Would(number, Change()))
    with pytest.raises(ProtocolError, match="without an answer"):
        session.hear(Would(MOST_UNANSWERED + 1, Change()))

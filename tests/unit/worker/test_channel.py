"""The child's end of the protocol, talking through a pipe to the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import permutations
from threading import Event, Thread
from typing import Any

import pytest

from foretell.errors import ProtocolError
from foretell.protocol import framing
from foretell.worker.channel import Channel


class Ends:
    """Both pipes of a channel, and what an orchestrator would do with its ends."""

    def __init__(self) -> None:
        self.to_read, self._write = os.pipe()
        self._read, self.to_write = os.pipe()
        self.channel = Channel(self.to_read, self.to_write)

    def say(self, *messages: dict[str, Any]) -> None:
        os.write(self._write, b"".join(map(framing.dump, messages)))

    def heard(self) -> list[dict[str, Any]]:
        """Everything that was sent since the last look; there must be something."""
        return [framing.load(line) for line in os.read(self._read, 65536).splitlines()]

    def close(self) -> None:
        for fd in (self.to_read, self._write, self._read, self.to_write):
            os.close(fd)


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.close()


def reply(to: int) -> dict[str, Any]:
    return {"kind": "reply", "to": to, "ok": True, "why": f"the answer to {to}"}


def test_requests_are_numbered_and_answered_in_turn(ends: Ends) -> None:
    ends.say(reply(1), reply(2))
    assert [ends.channel.ask({"kind": "would"})["to"] for _ in range(2)] == [1, 2]
    assert [message["request"] for message in ends.heard()] == [1, 2]


def test_a_request_that_cannot_be_sent_uses_up_no_number(ends: Ends) -> None:
    with pytest.raises(ProtocolError):
        ends.channel.ask({"kind": "would", "change": float("nan")})
    ends.say(reply(1))
    assert ends.channel.ask({"kind": "would"})["to"] == 1


def test_a_wait_that_was_cut_short_leaves_its_reply_to_nobody(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short() -> dict[str, Any]:
        raise TimeoutError

    with monkeypatch.context() as patched:
        patched.setattr(ends.channel, "receive", cut_short)
        with pytest.raises(TimeoutError):
            ends.channel.ask({"kind": "change"})
    ends.say(reply(1), reply(2))
    assert ends.channel.ask({"kind": "change"})["to"] == 2


@pytest.mark.parametrize("order", [*permutations([1, 2, 3])])
def test_each_of_several_who_ask_gets_its_own_reply_as_soon_as_it_comes(
    ends: Ends, order: tuple[int, ...]
) -> None:
    got: dict[int, Thread] = {}
    said: list[int] = []

    def ask() -> None:
        said.append(ends.channel.ask({"kind": "take"})["to"])

    for number in (1, 2, 3):
        got[number] = Thread(target=ask, daemon=True)
        got[number].start()
        assert [message["request"] for message in ends.heard()] == [number]
    for n, number in enumerate(order, 1):
        ends.say(reply(number))
        got[number].join(60)
        assert said == [*order[:n]]


def test_who_gives_up_lets_another_one_read(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Event()
    receive = ends.channel.receive

    def cut_short() -> dict[str, Any]:
        monkeypatch.setattr(ends.channel, "receive", receive)
        gate.wait(60)
        raise TimeoutError

    def give_up() -> None:
        with pytest.raises(TimeoutError):
            ends.channel.ask({"kind": "take"})

    said: list[int] = []
    monkeypatch.setattr(ends.channel, "receive", cut_short)
    first = Thread(target=give_up, daemon=True)
    first.start()
    ends.heard()
    other = Thread(
        target=lambda: said.append(ends.channel.ask({"kind": "take"})["to"]), daemon=True
    )
    other.start()
    ends.heard()
    ends.say(reply(1), reply(2))
    gate.set()
    for thread in (first, other):
        thread.join(60)
    assert said == [2]


def test_a_message_in_pieces_is_whole_when_it_is_received(ends: Ends) -> None:
    ends.say({"kind": "start", "text": "ab" * 20_000})
    assert len(ends.channel.receive()["text"]) == 40_000


def test_a_forked_process_may_not_speak_for_the_task(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ends.channel, "_pid", os.getpid() + 1)
    for speak in (ends.channel.send, ends.channel.ask):
        with pytest.raises(RuntimeError, match="a process that it forked"):
            speak({"kind": "progress", "done": 1})

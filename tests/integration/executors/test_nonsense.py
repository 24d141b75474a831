"""Programs that break the protocol in every way we could think of lose their own trial, and
nothing else happens."""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

import pytest

from foretell.protocol.framing import LONGEST_LINE
from foretell.protocol.messages import Fail, Finish, Log, Progress, Ready, Start
from foretell_runtime.executors import child as child_module
from foretell_runtime.executors.fresh import Fresh
from foretell_runtime.executors.protocol import CannotStart, Gone
from tests.integration.executors.talking import GENEROUS_S, PROLOGUE, open_fds, program

START = Start("run", "node", 1, "t", "x.py:t", "/")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "exited with code 0 before it was ready"),
        ("ready()", "exited with code 0 without finishing"),
        ("ready(); sys.exit(3)", "exited with code 3 without finishing"),
        ("sys.exit(2)", "exited with code 2 before it was ready"),
        ("os.kill(os.getpid(), signal.SIGABRT)", "was killed by SIGABRT before it was ready"),
        ("ready(); ready()", "broke the protocol: it said 'ready' a second time"),
        ("say(kind='finish')", "broke the protocol: it said 'finish' before 'ready'"),
        ("ready(); print('hello')", "broke the protocol: it sent a line that is not JSON"),
        ("ready(); print('[1]')", "it sent a line that is not a JSON object: '[1]'"),
        (
            "ready(); say(kind='dance')",
            "it sent a message of kind 'dance'; known are change, chunk, fail",
        ),
        ("ready(); say(kind='finish', ouput=1)", "finish.ouput: unknown field"),
        ("ready(); say(kind='would', request=2, change={})", "numbered a request 2"),
        ("say(kind='ready', version=99)", "speaks version 99 of the protocol"),
        ("ready(); os.write(1, b'\\xff\\xfe\\n')", "not UTF-8"),
        ("ready(); os.write(1, b'\\x00' * 100 + b'\\n')", "not JSON"),
        ("ready(); print('{\"a\":' * 100_000)", "nested deeper than 200 levels"),
        (
            "ready(); print('{\"kind\": \"fin', end='', flush=True)",
            "code 0 in the middle of a line",
        ),
        ("ready(); os.close(1); forever()", "closed its stdout without finishing"),
        ("ready(); os.close(1); os.close(2); forever()", "closed its stdout without finishing"),
        ("os.close(0); ready()", "exited with code 0 without finishing"),
    ],
)
def test_nonsense_is_named(code: str, why: str) -> None:
    heard = program(code)
    assert why in heard.end.why
    assert not heard.end.over
    assert all(isinstance(message, Ready) for message in heard.messages)


@pytest.mark.parametrize("newline", [True, False])
def test_a_line_of_100_mb_fails_and_is_not_kept(newline: bool) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    end = "print()" if newline else "forever()"
    heard = program(f"ready()\nfor _ in range(100): sys.stdout.write('x' * 1_000_000)\n{end}")
    assert "it sent a line longer than 16,777,216 bytes" in heard.end.why
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80_000  # KB


def test_printing_without_end_is_handed_on_and_bounded() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    heard = program("ready()\nfor _ in range(200): sys.stderr.write('x' * 100_000)\nsays = 1")
    assert sum(map(len, heard.said("output"))) == 20_000_000
    assert len(heard.end.why) < 10_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 120_000  # KB


@pytest.mark.parametrize("last", ["kind='finish', output=1", "kind='fail', error='e'"])
@pytest.mark.parametrize(
    "more", ["print('nonsense')", "say(kind='finish')", "print('x' * 999_999)"]
)
def test_after_the_last_word_nothing_counts(last: str, more: str) -> None:
    heard = program(f"ready(); say({last}); {more}; sys.exit(4)")
    assert [type(message) for message in heard.messages] == [
        Ready,
        Finish if "finish" in last else Fail,
    ]
    assert heard.end.over
    assert "said more after it had ended; that is ignored" in heard.said("note")


def test_a_task_that_lives_on_after_its_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "LINGER_S", 0.01)
    heard = program("ready(); say(kind='finish'); forever()")
    assert heard.last_word == Finish()
    assert heard.end.signal == 9
    assert any("did not exit" in note for note in heard.said("note"))


def test_a_task_that_never_reads_is_no_trouble() -> None:
    assert program("ready(); say(kind='finish', output='done')").last_word == Finish("done")


def test_a_task_that_asks_and_never_reads_is_ended() -> None:
    heard = program("ready()\nfor i in range(2000): say(kind='would', request=i + 1, change={})")
    assert heard.end.over is False
    assert len(heard.messages) <= 2001


def test_logs_of_the_protocol_are_delivered_as_logs() -> None:
    heard = program("ready(); say(kind='log', text='hello', level='debug'); say(kind='finish')")
    assert heard.said("log") == ["debug: hello"]
    assert not any(isinstance(message, Log) for message in heard.messages)


def test_a_task_that_talks_faster_than_it_is_heard_has_to_wait(tmp_path: Path) -> None:
    """Back-pressure: what nobody asks for stays in the pipe, and the pipe is short."""
    counter = tmp_path / "count"
    code = f"""
ready()
file = open({str(counter)!r}, "w")
for i in range(100_000):
    say(kind="progress", done=i)
    file.seek(0); file.write(str(i)); file.flush()
say(kind="finish")
"""

    async def whole() -> None:
        executor = Fresh([sys.executable, "-c", PROLOGUE + code])
        try:
            child = await executor.start(START, lambda *_: None)
            messages = child.messages()
            assert await anext(messages) == Ready()
            heard = 0
            async for message in messages:
                if isinstance(message, Progress):
                    heard += 1
                    if heard % 1000 == 0:
                        ahead = int(counter.read_text() or 0) - heard
                        assert ahead < 10_000
                if heard == 20_000:
                    break
            await child.kill("that is enough")
        finally:
            await executor.close()

    asyncio.run(asyncio.wait_for(whole(), GENEROUS_S))


def test_a_chatty_task_does_not_keep_the_others_from_being_heard() -> None:
    chatty = "ready()\nwhile True: say(kind='progress', done=1)"

    async def whole() -> None:
        loud = Fresh([sys.executable, "-c", PROLOGUE + chatty])
        quiet = Fresh([sys.executable, "-c", PROLOGUE + "ready(); say(kind='finish')"])
        try:
            first = await loud.start(START, lambda *_: None)

            async def listen() -> None:
                async for _ in first.messages():
                    pass

            listening = asyncio.create_task(listen())
            second = await quiet.start(START, lambda *_: None)
            assert [type(message) async for message in second.messages()] == [Ready, Finish, Gone]
            await first.kill("heard enough")
            await listening
        finally:
            await loud.close()
            await quiet.close()

    asyncio.run(asyncio.wait_for(whole(), GENEROUS_S))


def test_a_program_that_is_not_there_cannot_start_and_leaves_nothing_open() -> None:
    async def whole() -> None:
        executor = Fresh(["/no/such/program"])
        before = open_fds()
        with pytest.raises(CannotStart, match="/no/such/program"):
            await executor.start(START, lambda *_: None)
        assert open_fds() == before
        await executor.close()

    asyncio.run(whole())


def test_without_fds_nothing_starts_and_nothing_is_lost() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def whole() -> None:
        executor = Fresh([sys.executable, "-c", PROLOGUE + "ready(); say(kind='finish')"])
        before = open_fds()
        for room in range(1, 9):
            resource.setrlimit(resource.RLIMIT_NOFILE, (len(before) + room, hard))
            try:
                with pytest.raises(CannotStart):
                    await executor.start(START, lambda *_: None)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            assert open_fds() == before
        child = await executor.start(START, lambda *_: None)
        assert [type(message) async for message in child.messages()] == [Ready, Finish, Gone]
        await executor.close()

    asyncio.run(whole())


def test_a_program_that_reads_nothing_cannot_make_us_keep_all_it_is_told() -> None:
    async def whole() -> Gone:
        executor = Fresh([sys.executable, "-c", PROLOGUE + "ready(); forever()"])
        try:
            child = await executor.start(START, lambda stream, text: None)
            messages = child.messages()
            assert isinstance(await anext(messages), Ready)
            for _ in range(5):
                child.write(b"x" * LONGEST_LINE)
            gone = await asyncio.wait_for(anext(messages), GENEROUS_S)
            assert isinstance(gone, Gone)
            return gone
        finally:
            await executor.close()

    gone = asyncio.run(whole())
    assert gone.signal == 9 and not gone.over
    assert gone.why == "did not read what it was told, and was killed"

"""One workflow that does everything a run can do, and says in a file which of its trials ran.

`brittle` fails until somebody has mended it; `flaky` and `slow` never end well, and others make up
for them; the review wants a second draft; three questions and a signal want answers, of which one
comes by the clock, and one is skipped. `wide` gives more than a journal takes, and what `known` comes to
is looked up the second time. `boxed` runs in a container made from the image that IMAGE in the environment
names; without one nothing does.
"""

from __future__ import annotations

import os
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

from foretell import (
    Count,
    Grow,
    Port,
    Stream,
    again,
    ask,
    back,
    command,
    container,
    each,
    emit,
    limit,
    many,
    one,
    program,
    promise,
    signal,
    task,
    workflow,
)  # fmt: skip
from foretell.author.running import started
from foretell.control import fallback

CHUNKS = 8
INLINE, WIDE = 1_000, 500
"""Values of more bytes than that are files; and a list of so many numbers is one."""


def note(pid: int = 0) -> None:
    """A line to the file named by SIDE: which trial this is. One write, so that lines never mix."""
    start = started()
    with Path(os.environ["SIDE"]).open("a") as file:
        file.write(f"{start['node']}#{start['trial']} {pid or os.getpid()}\n")


def is_mended() -> bool:
    return Path(os.environ["SIDE"] + ".mended").exists()


def mend() -> None:
    Path(os.environ["SIDE"] + ".mended").touch()


@task(tags=["heavy"])
def square(n: int) -> int:
    note()
    return n * n


@task(tags=["heavy"])
def weigh(n: int) -> int:
    note()
    return n + 1


@task
def pack(n: int, weight: int) -> int:
    note()
    return n + weight


@workflow
def parcel(n: int) -> int:
    return pack(n, weigh(n))


class Plan(Grow):
    squares = many(square)
    parcel = one(parcel)


@task(grows=Plan)
def plan(grow: Plan, size: int) -> list[int]:
    note()
    grow.promise(Count(square, at_least=1))
    assert grow.parcel.would(3)
    return [*grow.squares.map(each(list(range(size)))), grow.parcel(3)]


@task
def draft(remark: str = "") -> str:
    note()
    return f"tea{remark}"


@task
def review(text: str) -> str:
    note()
    if "please" not in text:
        again(", please")
    return text


@task
def total(numbers: list[int], asked_for: int) -> int:
    note()
    return sum(numbers) * asked_for


numbers = Port("numbers", int)


@task(ports=[numbers])
def emits() -> int:
    note()
    for n in range(CHUNKS):
        emit(numbers, n)
    return CHUNKS


@task
def adds(chunks: Stream[int]) -> int:
    note()
    return sum(chunks)


@task(retries=1, backoff=0.05)
def flaky() -> str:
    note()
    raise ConnectionError("nobody is there")


@task(retries=1, timeout=0.3)
def slow() -> str:
    note()
    note(subprocess.Popen(["sleep", "1000"], start_new_session=True).pid)
    threading.Event().wait()
    return "never"


@task
def instead(of: str) -> str:
    note()
    return f"instead of {of}"


@task
def brittle(n: int) -> int:
    note()
    if not is_mended():
        raise RuntimeError("it has to be mended")
    return n


@task
def wide(n: int) -> list[int]:
    note()
    return list(range(n))


@task
def tall(numbers: list[int]) -> int:
    note()
    return sum(numbers)


@task(cache=True)
def known(n: int) -> int:
    note()
    return 2 * n


@task(runs=command("printf", "%s!", "{text}"))
def shout(text: str) -> str:
    raise NotImplementedError


SAYS = """
say() { printf '%s\\n' "$1"; }
say '{"kind": "ready"}'
read -r start
echo "$FORETELL_NODE#$FORETELL_TRIAL 0" >>/side/side
say '{"kind": "progress", "done": 1, "total": 2}'
say '{"kind": "finish", "output": 7}'
"""

IMAGE = os.environ.get("IMAGE", "")
BOX = container(
    IMAGE or "none", writable={str(Path(os.environ.get("SIDE", "side")).absolute().parent): "/side"}
)


@task(runs=program("sh", "-c", SAYS.replace("{", "{{").replace("}", "}}"), container=BOX))
def boxed() -> int:
    raise NotImplementedError


@task
def gather(text: str, whole: int, late: int, early: list[int], ways: list[str]) -> list[object]:
    note()
    return [text, whole, late, early, ways]


@workflow
def everything(size: int = 2) -> list[object]:
    limit("heavy", running=1)
    promise(Count(square, at_most=3))
    text = draft()
    approved = review(text)
    back(approved, to=text, into="remark", at_most=2)
    factor = ask(int, "How many?", about=approved)
    late = ask(int, "How late?", within=timedelta(seconds=0.2), default=5)
    skipped = ask(int, "How else?")
    go = signal("go", int)
    done = emits()
    first = fallback(flaky, lambda: instead("flaky"))
    second = fallback(slow, lambda: instead("slow"))
    whole = total(plan(size), factor)
    once = known(2)
    early = [
        adds(numbers.stream(done)),
        go,
        CHUNKS,
        skipped,
        tall(wide(WIDE)),
        known.after(once)(2),
        boxed() if IMAGE else 7,
    ]
    return gather(shout(approved), brittle(whole), late, early, [first, second])


EXPECTED = [
    "tea, please!", 2 * (0 + 1 + 7), 5, [sum(range(CHUNKS)), 3, CHUNKS, 9, sum(range(WIDE)), 4, 7],
    ["instead of flaky", "instead of slow"],
]  # fmt: skip

ANSWERS = {"How many?": 2, "go": 3}
SKIPPED = {"How else?": 9}

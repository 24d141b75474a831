"""Tasks that the executor tests run in real processes."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading

from foretell import Grow, LawBroken, PromiseBroken, many, progress, task


@task
def leaf(n: int) -> int:
    return n


@task
def add(a: int, b: int) -> int:
    return a + b


@task
async def slow_add(a: int, b: int) -> int:
    await asyncio.sleep(0)
    return a + b


@task
def prints() -> None:
    print("to stdout")
    print("to stderr", file=sys.stderr)
    os.write(1, b"to fd 1\n")
    subprocess.run(["sh", "-c", "echo from a subprocess"], check=True)
    print("no newline", end="")


@task
def reads() -> str:
    return sys.stdin.read()


@task
def logs() -> None:
    logging.getLogger("mine").warning("careful with %s", "this")
    logging.getLogger("mine").info("not shown by default")


@task
def logs_its_own_way() -> None:
    logging.basicConfig(format="MY WAY %(message)s", stream=sys.stderr, level=logging.INFO)
    logging.getLogger("mine").info("hello")


@task
def fails() -> None:
    raise ValueError("no such thing")


@task
def exits(code: int) -> None:
    sys.exit(code)


@task
def leaves(code: int) -> None:
    print("leaving", flush=True)
    os._exit(code)


@task
def kills_itself(number: int) -> None:
    os.kill(os.getpid(), number)


@task
def returns_much(size: int) -> str:
    return "x" * size


@task
def reports_often(times: int) -> None:
    for i in range(times):
        progress(i, times, f"at {i}")


@task
def reports_from_threads() -> None:
    threads = [threading.Thread(target=progress, args=(i,)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@task
def cleans_up() -> str:
    path = tempfile.mkdtemp()
    atexit.register(os.rmdir, path)
    return path


@task
def dies_after_its_end() -> int:
    atexit.register(os._exit, 7)
    return 1


@task
def leaves_a_thread() -> int:
    threading.Thread(target=threading.Event().wait).start()
    return 1


@task
def leaves_a_process() -> int:
    # In our group and with our pipes, as careless people start them.
    return subprocess.Popen(["sleep", "1000"]).pid


@task
def draws() -> float:
    return random.random()


@task
def speaks_from_a_fork() -> str:
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            progress(1)
            os.write(write, b"nothing")
        except RuntimeError as error:
            os.write(write, str(error).encode())
        os._exit(0)
    os.wait()
    return os.read(read, 1000).decode()


@task
def pid_and_busy() -> None:
    print("pid", os.getpid())
    while True:
        pass


@task
def pid_and_wait() -> None:
    print("pid", os.getpid())
    threading.Event().wait()


@task
def pid_and_subprocess() -> None:
    print("pid", os.getpid())
    subprocess.run(["sh", "-c", "echo pid $$; exec sleep 1000"], check=True)


@task
def pid_and_stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("pid", os.getpid())
    while True:
        threading.Event().wait()


@task
def pid_and_tidy(path: str) -> None:
    try:
        print("pid", os.getpid())
        threading.Event().wait()
    finally:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))


@task
async def pid_and_async_tidy(path: str) -> None:
    try:
        print("pid", os.getpid())
        await asyncio.Event().wait()
    finally:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))


class Leaves(Grow):
    leaf = many(leaf, at_most=5)


@task(grows=Leaves)
def plan(grow: Leaves, n: int) -> list[int]:
    return [grow.leaf(i) for i in range(n)]


@task(grows=Leaves)
def careful(grow: Leaves) -> str:
    answer = grow.leaf.would(1)
    return f"{bool(answer)} {answer.why}"


@task(grows=Leaves)
def tries(grow: Leaves) -> str:
    try:
        grow.leaf(1)
    except (LawBroken, PromiseBroken) as error:
        return f"{type(error).__name__}: {error}"
    return "accepted"


@task
def pid_and_stuck() -> None:
    """In native code that never gives the interpreter back: no thread and no handler ever runs."""
    import ctypes

    print("pid", os.getpid())
    ctypes.PyDLL(None).pause()

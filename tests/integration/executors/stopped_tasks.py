"""Tasks that are told to stop, each at another moment. They print `here` when they may be told."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

from foretell import cancelled, task

log = logging.getLogger("mine")


@task
def plain() -> None:
    try:
        print("here")
        threading.Event().wait()
    except Exception:  # noqa: BLE001 - what a careless task does
        print("swallowed")
    finally:
        print("cleaned", cancelled())
        log.warning("logged while cleaning")


@task
def computing() -> None:
    try:
        print("here")
        while True:
            pass
    finally:
        print("cleaned", cancelled())


@task
async def waiting() -> None:
    try:
        print("here")
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        await asyncio.sleep(0)  # cleaning up may await
        print("cleaned", cancelled())
        raise


@task
async def group() -> None:
    async def member(name: str) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            print("cleaned", name)
            raise

    async with asyncio.TaskGroup() as members:
        members.create_task(member("a"))
        members.create_task(member("b"))
        print("here")


@task
async def holding_up() -> None:
    """Async in name: it never awaits."""
    try:
        print("here")
        time.sleep(1000)
    finally:
        print("cleaned", cancelled())


@task
async def unwilling() -> int:
    try:
        print("here")
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        print("cleaned", cancelled())
    return 7


@task
def told_twice(gate: str) -> None:
    try:
        print("here")
        threading.Event().wait()
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        Path(gate).touch()
        print("cleaned", cancelled())


@task
def in_a_thread() -> None:
    def work() -> None:
        while not cancelled():
            time.sleep(0.001)
        print("cleaned by the thread")
        done.set()

    done = threading.Event()
    threading.Thread(target=work).start()
    try:
        print("here")
        threading.Event().wait()
    finally:
        done.wait()


@task
def at_exit() -> None:
    atexit.register(print, "cleaned at exit")
    print("here")
    threading.Event().wait()


@task
def talkative() -> None:
    """Logs far more than a pipe holds, while it cleans up."""
    try:
        print("here")
        threading.Event().wait()
    finally:
        for number in range(3000):
            log.warning("%d %s", number, "x" * 100)
        print("cleaned")


@task
def with_grandchildren() -> None:
    subprocess.Popen(
        ["sh", "-c", "trap '' TERM; echo pid $$; sleep 1000 & echo pid $!; wait; wait"]
    )
    try:
        threading.Event().wait()
    finally:
        print("cleaned")

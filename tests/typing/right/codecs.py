"""Codecs: a type that goes through one is like any other to those who wire it."""

from __future__ import annotations

from typing import BinaryIO, NamedTuple, assert_type

from foretell import register_codec, task, workflow


class Sound:
    def __init__(self, samples: bytes) -> None:
        self.samples = samples


def write(sound: Sound, file: BinaryIO) -> int:
    return file.write(sound.samples)


def read(file: BinaryIO) -> Sound:
    return Sound(file.read())


register_codec(Sound, name="sound", dump=write, load=read)
register_codec(Sound, name="sound", version=2, dump=write, load=lambda file: Sound(file.read()))


class Take(NamedTuple):
    sound: Sound
    raw: bytes


@task
def record(seconds: int) -> Take:
    return Take(Sound(b""), bytes(seconds))


@task
def length(sound: Sound, raw: bytes) -> int:
    return len(sound.samples) + len(raw)


@workflow
def flow(n: int) -> int:
    take = record(n)
    assert_type(take.sound, Sound)
    return length(take.sound, take.raw)

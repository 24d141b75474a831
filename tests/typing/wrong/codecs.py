"""Codecs that write or read another type than they are registered for."""

from __future__ import annotations

from typing import BinaryIO

from foretell import register_codec, workflow
from tests.typing.right.codecs import Sound, length, read, record, write


class Picture:
    pass


def draw(picture: Picture, file: BinaryIO) -> None:
    file.write(b"")


register_codec(Sound, name="sound", dump=draw, load=read)  # !
register_codec(Picture, name="picture", dump=draw, load=read)  # !
register_codec(Sound, "sound", dump=write, load=read)  # !
register_codec(Sound, dump=write, load=read)  # !
register_codec(Sound, name="sound", version="2", dump=write, load=read)  # !


@workflow
def flow(n: int) -> int:
    take = record(n)
    length(take.raw, take.raw)  # !
    return length(take.sound, take.sound)  # !

"""Large values for programs that know nothing of them: given what references stand for, and what they
say kept as files in their place.

Values of codecs stay references: only Python code, and what says so, can read them. Bytes are base64.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from foretell.errors import CodecError, StoreError, UserError, ValueLost
from foretell.graph.pointers import NoSuchPlace
from foretell.graph.references import BYTES, JSON, Held, references_in, text_of_bytes
from foretell.protocol.messages import Fail, Finish, FromTask, Start
from foretell.values.keeping import Keeper
from foretell.values.loading import Loader
from foretell_runtime.executors.protocol import Around, CannotStart, Child, Gone


class Lost(Exception):
    """What a trial is to be given is not there. The message says what."""


async def with_values(start: Start) -> Start:
    """`start` with everything in its place. Raises `Lost`, or `CannotStart` if it may be there later."""
    if not any(references_in(dict(start.inputs))):
        return start
    loader = Loader(start.values, only=(JSON, BYTES))
    try:
        inputs = await asyncio.to_thread(loader.loaded, dict(start.inputs))
    except ValueLost as lost:
        if lost.permanent:
            raise Lost(str(lost)) from None
        raise CannotStart(str(lost)) from None
    except (CodecError, NoSuchPlace) as fault:
        raise Lost(str(fault)) from None
    return replace(start, inputs=_as_json(inputs))


def _as_json(value: Any) -> Any:
    if type(value) is Held:
        return text_of_bytes(value.value)
    if type(value) is dict:
        return {key: _as_json(item) for key, item in value.items()}
    return [_as_json(item) for item in value] if type(value) is list else value


class Light(Around):
    """A `Child` whose last word is as light as others are."""

    def __init__(self, inner: Child, start: Start) -> None:
        super().__init__(inner)
        self._keeper = Keeper(start.values, start.node, lambda: start.secrets.values())

    async def messages(self) -> AsyncIterator[FromTask | Gone]:
        async for said in self._inner.messages():
            yield await self._lightened(said) if isinstance(said, Finish) else said

    async def _lightened(self, said: Finish) -> Finish | Fail:
        open_at = [hole.at for hole in said.holes]
        try:
            output = await asyncio.to_thread(self._keeper.lightened, said.output, open_at)
        except (StoreError, UserError) as error:
            return Fail(str(error))
        return replace(said, output=output)

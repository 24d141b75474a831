"""Trials that keep secrets: told the values they need, and heard without them.

Wraps another way to start trials. A trial is told the values of the secrets that its inputs name.
Whatever it prints, logs or reports is passed on with every known value replaced by its name, also
where it is quoted as Python or JSON quote it, and line by line if it has several; an output or a
change that holds one fails the trial, because it would be kept for ever. Values that are taken
apart or encoded in other ways are beyond what can be recognised.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Any, assert_never

from foretell.errors import UserError
from foretell.graph.plain import encode
from foretell.graph.secrets import secrets_in
from foretell.protocol import messages as msg
from foretell_runtime.executors.protocol import Around, CannotStart, Child, Executor, Gone, OnLog

SHORTEST = 4
"""Characters; anything shorter is part of too much else to be recognised."""
BEGINNING = 16
"""Characters by which a value that was cut short is known."""
SHORTEST_LINE = 8
"""Characters of a line of a longer value. Shorter ones are brackets and the like."""


class Vault:
    """The secrets of a run: those given by whoever runs it, else the environment's."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._given = dict(given or {})
        self._known: dict[str, str] = {}
        self._lines: dict[str, str] = {}
        self._hidden: list[tuple[str, str]] = []
        """What is looked for in every line, longest first, and what is shown instead."""
        for name in self._given:
            self.open(name)

    def open(self, name: str) -> str:
        """The value of a secret. Raises `UserError` if there is none, or none worth the name."""
        value = self._given.get(name, os.environ.get(name))
        if value is None:
            raise UserError(
                f"the secret {name!r} is not there: set the environment variable {name}, or give "
                f"its value (--secret {name}=@FILE, Runtime(secrets=...))"
            )
        if len(value) < SHORTEST:
            raise UserError(
                f"the secret {name!r} has fewer than {SHORTEST} characters, so it could not be "
                f"kept out of logs; is its value complete?"
            )
        if self._known.get(value) != name:
            self._learn(name, value)
        return value

    def _learn(self, name: str, value: str) -> None:
        for form in _quoted(value):
            self._known[form] = name
        for line in value.splitlines():
            if len(line.strip()) >= SHORTEST_LINE:
                self._lines[line.strip()] = name
        named = {**self._lines, **self._known}
        longest_first = sorted(named.items(), key=lambda item: len(item[0]), reverse=True)
        self._hidden = [(known, f"<secret {of}>") for known, of in longest_first]

    def open_all(self, nodes: Iterable[Any]) -> None:
        """Opens every secret that these nodes name, so that a missing one is told at once."""
        for node in nodes:
            for name in secrets_in(node.inputs):
                self.open(name)

    def __bool__(self) -> bool:
        return bool(self._known)

    def hide(self, text: str) -> str:
        """`text` with names in the place of values."""
        for value, shown in self._hidden:
            if value in text:
                text = text.replace(value, shown)
            elif len(value) > BEGINNING and value[:BEGINNING] in text:
                text = _without_beginnings(text, value, shown)
        return text

    def betrayed_by(self, value: Any) -> str | None:
        """The name of a secret whose value is somewhere in a JSON value."""
        if isinstance(value, str):
            return next((name for known, name in self._known.items() if known in value), None)
        inner: Iterable[Any] = ()
        if isinstance(value, Mapping):
            inner = (*value.keys(), *value.values())
        elif isinstance(value, (list, tuple)):
            inner = value
        return next(filter(None, map(self.betrayed_by, inner)), None)


def _without_beginnings(text: str, value: str, shown: str) -> str:
    """`text` without any place where it is like `value` and then cut short, as messages are."""
    found, rest = "", text
    while (at := rest.find(value[:BEGINNING])) >= 0:
        alike = sum(
            1 for _ in takewhile(lambda two: two[0] == two[1], zip(rest[at:], value, strict=False))
        )
        found, rest = found + rest[:at] + shown, rest[at + alike :]
    return found + rest


def _quoted(value: str) -> Iterable[str]:
    """`value` as it is, and as it stands between the quotes of Python and of JSON."""
    yield value
    yield repr(value)[1:-1]
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]


class Discreet:
    """An `Executor`."""

    def __init__(self, inner: Executor, vault: Vault) -> None:
        self._inner = inner
        self._vault = vault

    async def start(self, start: msg.Start, on_log: OnLog) -> Child:
        names = dict.fromkeys(secrets_in(dict(start.inputs)))
        try:
            values = {name: self._vault.open(name) for name in names}
        except UserError as error:
            raise CannotStart(str(error)) from error
        if values:
            start = replace(start, secrets=values)
        child = await self._inner.start(
            start, lambda stream, line: on_log(stream, self._vault.hide(line))
        )
        return _Discreet(child, self._vault)

    async def close(self) -> None:
        await self._inner.close()


class _Discreet(Around):
    """A `Child`."""

    def __init__(self, inner: Child, vault: Vault) -> None:
        super().__init__(inner)
        self._vault = vault

    async def messages(self) -> AsyncIterator[msg.FromTask | Gone]:
        async for said in self._inner.messages():
            name = self._vault.betrayed_by(_kept_of(said)) if self._vault else None
            if name is None:
                yield self._hidden(said) if self._vault else said
                continue
            what = _WHAT.get(type(said), "change")
            yield msg.Fail(
                f"its {what} holds the value of the secret {name!r}, and would be kept in the "
                f"journal; hand on the Secret itself, or what was done with it"
            )
            await self._inner.kill("it gave a secret away")
            yield Gone("it gave a secret away", over=True, stopped=True)
            return

    def _hidden(self, said: msg.FromTask | Gone) -> msg.FromTask | Gone:
        hide = self._vault.hide
        match said:
            case msg.Fail(error, trace):
                return replace(said, error=hide(error), trace=hide(trace))
            case msg.Progress(message=text):
                return replace(said, message=hide(text))
            case msg.Log(text=text):
                return replace(said, text=hide(text))
            case Gone(why=why):
                return replace(said, why=hide(why))
            case msg.Propose(where=where):
                return replace(said, where=hide(where))
            case msg.Ready() | msg.Would() | msg.Finish() | msg.Chunk() | msg.Take():
                return said
            case _:
                assert_never(said)


_WHAT: dict[type[Any], str] = {msg.Finish: "output", msg.Chunk: "chunk"}
"""What of a message would be kept; a change, if nothing else."""


def _kept_of(said: msg.FromTask | Gone) -> Any:
    """What the journal would keep of a message as it is."""
    match said:
        case msg.Propose(change=change) | msg.Would(change=change):
            return encode(change)
        case msg.Chunk(chunk=chunk):
            return chunk
        case msg.Finish(output=output, change=change):
            return [output, encode(change)]
        case _:
            return None

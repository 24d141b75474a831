"""Bytes become the same lines however they are split, and nothing but `ProtocolError` comes of
nonsense."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.errors import ProtocolError
from foretell.protocol import codec
from foretell.protocol.framing import DEEPEST, LONGEST_LINE, Lines, dump, load

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def cut(data: bytes, at: list[int]) -> list[bytes]:
    points = sorted({0, len(data), *(i % (len(data) + 1) for i in at)})
    return [data[a:b] for a, b in itertools.pairwise(points)]


@given(st.binary(), st.lists(st.integers(min_value=0)))
def test_any_split_gives_the_same_lines(data: bytes, at: list[int]) -> None:
    whole, pieces = Lines(), Lines()
    expected = list(whole.feed(data))
    assert [line for piece in cut(data, at) for line in pieces.feed(piece)] == expected
    assert pieces.rest == whole.rest
    assert b"".join(line + b"\n" for line in expected) + whole.rest == data


@given(st.binary(min_size=1), st.lists(st.integers(min_value=0)), st.integers(1, 40))
def test_a_line_is_refused_exactly_when_it_is_too_long(
    data: bytes, at: list[int], longest: int
) -> None:
    too_long = any(
        len(line) + (i < data.count(b"\n")) > longest for i, line in enumerate(data.split(b"\n"))
    )
    lines = Lines(longest)
    try:
        for piece in cut(data, at):
            list(lines.feed(piece))
            assert len(lines.rest) <= longest
        refused = False
    except ProtocolError:
        refused = True
    assert refused == too_long


def test_an_endless_line_is_never_kept_whole() -> None:
    lines = Lines()
    chunk = b"x" * 65536
    fed = 0
    with pytest.raises(ProtocolError, match="longer than 16,777,216 bytes"):
        while fed <= 2 * LONGEST_LINE:
            list(lines.feed(chunk))
            fed += len(chunk)
    assert fed <= LONGEST_LINE
    assert lines.rest == b""


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON))
def test_what_is_dumped_is_loaded(value: dict[str, Any]) -> None:
    line = dump(value)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert load(line[:-1]) == value


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_raise_anything_else(line: bytes) -> None:
    for read in (load, codec.from_task, codec.to_task):
        try:
            read(line)
        except ProtocolError as error:
            assert "\n" not in error.why


@given(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["ready", "change", "would", "progress", "log", "finish", "fail"])},
        optional=dict.fromkeys(("version", "request", "change", "done", "total", "message", "text", "level", "output", "holes", "error", "trace", "surprise"), JSON),
    )
)  # fmt: skip
def test_no_object_raises_anything_else(value: dict[str, Any]) -> None:
    try:
        message = codec.from_task(dump(value))
    except ProtocolError:
        return
    assert codec.from_task(codec.line_of(message)) == message


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"kind": "ready"', "not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"a": NaN}', "NaN is not a JSON value"),
        (b'{"a": -Infinity}', "-Infinity is not a JSON value"),
        (b'{"a": 1e999}', "out of range"),
        (b'{"a": ' + b"1" * 5000 + b"}", "not JSON"),
        (b'{"a": "\\ud800"}', "half a surrogate"),
        (b'{"a": ' + b"[" * DEEPEST + b"]" * DEEPEST + b"}", "nested deeper"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested deeper"),
        (b'{"a": ' + b'{"a": ' * 100_000, "nested deeper"),
    ],
)
def test_lines_that_are_refused(line: bytes, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        load(line)


def test_the_deepest_value_is_read_and_one_level_more_is_neither_read_nor_written() -> None:
    value: Any = []
    for _ in range(DEEPEST - 2):
        value = [value]
    assert load(dump({"a": value})[:-1]) == {"a": value}
    with pytest.raises(ProtocolError, match="nested deeper"):
        dump({"a": [value]})
    with pytest.raises(ProtocolError, match="nested deeper"):
        load(json.dumps({"a": [value]}).encode())


def test_wide_values_are_not_deep() -> None:
    value: dict[str, Any] = {"a": [[] for _ in range(10 * DEEPEST)]}
    assert load(dump(value)[:-1]) == value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (float("nan"), "is not JSON"),
        (object(), "is not JSON"),
        ("\ud800", "half a surrogate"),
        ("x" * LONGEST_LINE, "bytes as JSON; a message may have 16,777,216"),
    ],
)
def test_values_that_cannot_be_sent(value: object, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        dump({"a": value})


def test_circular_values_cannot_be_sent() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ProtocolError, match="is not JSON"):
        dump({"a": value})

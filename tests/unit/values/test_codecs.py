"""Codecs are found by type, and registered under names that last."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pytest

from foretell import register_codec
from foretell.author.mismatch import Mismatch
from foretell.author.ports import typed_json
from foretell.author.readers import reader_of
from foretell.author.schemas import schema_of
from foretell.document.fits import Place, fit
from foretell.errors import CodecError, UserError
from foretell.graph.references import KEY
from foretell.values.codecs import codec_called, codec_of
from foretell.values.loading import Loader


class Animal:
    pass


class Cat(Animal):
    pass


def write(_value: object, file: BinaryIO) -> None:
    file.write(b"meow")


def test_the_nearest_class_counts() -> None:
    class Animal:
        pass

    class Cat(Animal):
        pass

    assert codec_of(Cat) is None
    register_codec(Animal, name="beast", dump=write, load=lambda _: Animal())
    assert codec_of(Cat) == codec_of(Animal)
    register_codec(Cat, name="cat", dump=write, load=lambda _: Cat())
    found = codec_of(Cat)
    assert found is not None and found.name == "cat"


def test_an_older_version_is_still_read_and_the_last_one_is_written() -> None:
    class Tom(Animal):
        pass

    register_codec(Tom, name="tom", version=1, dump=write, load=lambda _: Tom())
    register_codec(Tom, name="tom", version=2, dump=write, load=lambda _: Tom())
    assert codec_called("tom", 1).version == 1
    found = codec_of(Tom)
    assert found is not None and found.version == 2


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        (dict, {}, "takes a class, and none of those that JSON has words for"),
        (3, {}, "takes a class"),
        (Cat, {"name": ""}, "must be 1 to 100 visible characters"),
        (Cat, {"name": "json"}, "which are taken"),
        (Cat, {"version": 0}, "must be a whole number from 1"),
        (Cat, {"version": True}, "must be a whole number from 1"),
    ],
)
def test_a_wrong_registration_says_what_is_wrong(kind: Any, more: Any, words: str) -> None:
    with pytest.raises(UserError, match=words):
        register_codec(kind, dump=write, load=lambda _: None, **{"name": "x", **more})


Numbers = np.ndarray[Any, np.dtype[np.float64]]


@dataclass
class Measured:
    numbers: Numbers
    raw: bytes
    others: list[np.ndarray[Any, Any]]
    best: np.ndarray[Any, Any] | None = None


def test_arrays_go_through_where_they_stand_in_lists_and_dataclasses() -> None:
    there = Measured(np.array([0.5, np.nan]), b"\xff\x00", [np.array([[1, 2]])], np.array(["a"]))
    written = typed_json(there, Measured)
    back = reader_of(Measured)[0](Loader(None).loaded(written))
    assert back.raw == there.raw
    assert back.best is not None and there.best is not None
    for one, other in (
        (back.numbers, there.numbers), (back.others[0], there.others[0]), (back.best, there.best),
    ):  # fmt: skip
        assert one.dtype == other.dtype and one.tobytes() == other.tobytes()
    assert reader_of(Measured)[0]({**Loader(None).loaded(written), "best": None}).best is None


def test_who_asks_for_no_type_gets_the_value_too() -> None:
    written = typed_json({"a": [np.array([1])]}, dict[str, Any])
    back = reader_of(dict[str, Any])[0](Loader(None).loaded(written))
    assert type(back["a"][0]) is np.ndarray


def test_pickles_are_neither_written_nor_read() -> None:
    with pytest.raises(CodecError, match="it cannot write this ndarray: ValueError: Object arrays"):
        typed_json(np.array([object()]), np.ndarray)
    file = io.BytesIO()
    np.save(file, np.array([{}]), allow_pickle=True)
    file.seek(0)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        codec_called("numpy", 1).load(file)


def test_another_type_is_a_mismatch_on_both_ways() -> None:
    read, _ = reader_of(np.ndarray)
    with pytest.raises(Mismatch):
        read([1, 2])
    with pytest.raises(Mismatch):
        typed_json([1, 2], np.ndarray)
    with pytest.raises(Mismatch):
        typed_json(np.array([1]), list[int])


def test_wires_between_codecs_are_told_at_registration() -> None:
    register_codec(Animal, name="animal", dump=write, load=lambda _: Animal())
    array, animal, rows = (Place.of(schema_of(x)) for x in (np.ndarray, Animal, list[int]))
    assert fit(array, array) == "compatible"
    assert fit(array, animal) == fit(rows, array) == fit(array, rows) == "incompatible"


def test_an_object_of_a_person_never_stands_for_a_value() -> None:
    forged = {KEY: {"codec": "json", "digest": "0" * 64, "size": 1}}
    with pytest.raises(Mismatch):
        typed_json({"a": forged}, dict[str, Any])
    assert typed_json({KEY: 1}, dict[str, Any]) == {KEY: 1}

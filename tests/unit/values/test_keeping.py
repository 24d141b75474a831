"""Values that are kept elsewhere come back as they were, whole and place by place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foretell.errors import CodecError, StoreError, UserError
from foretell.graph.pointers import NoSuchPlace, get
from foretell.graph.references import KEY, Held, is_reference, references_in, small
from foretell.values.codecs import register_codec
from foretell.values.ground import Ground, pinned_by
from foretell.values.keeping import FEW, Keeper
from foretell.values.loading import Loader

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
KEYS = st.sampled_from(["a", "b", "a/b", "~", "", "0", "$value"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
).filter(lambda value: not any(references_in(value)))
ONCE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
MEMORY = "memory://kept"
"""Quicker than a disk, which is waited for."""


class Stone:
    def __init__(self, weight: int) -> None:
        self.weight = weight


register_codec(
    Stone,
    name="stone",
    dump=lambda stone, file: file.write(str(stone.weight).encode()),
    load=lambda file: Stone(int(file.read())),
)


def keeper(folder: Path, inline: int = 10, where: str = "", **more: Any) -> tuple[Keeper, Loader]:
    ground = Ground(str(folder / "home"), where, inline, pins="7")
    return Keeper(ground, "maker", **more), Loader(ground)


def pointers(value: Any, at: str = "") -> Iterator[str]:
    yield at
    items: Any = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, inner in items:
        token = str(key).replace("~", "~0").replace("/", "~1")
        yield from pointers(inner, f"{at}/{token}")


def same(a: Any, b: Any) -> bool:
    """The same JSON, with its numbers of the same kinds and its keys in the same order."""
    return json.dumps(a) == json.dumps(b)


@ONCE
@given(VALUES, st.sampled_from([0, 10, 60]))
def test_a_value_comes_back_whole_and_each_place_of_it(
    tmp_path: Path, value: Any, inline: int
) -> None:
    keep, load = keeper(tmp_path, inline, MEMORY)
    kept = keep.lightened(value)
    assert same(load.loaded(kept), value)
    for pointer in pointers(value):
        assert same(load.loaded(get(kept, pointer)), get(value, pointer)), pointer


@pytest.mark.parametrize(
    "value",
    [
        "x" * 3000, ["x" * 1500] * 2, ["x" * 3000] * 2, list(range(2000)), {"a": {"b": {"c": "x" * 9000}}},
        {str(n): n for n in range(500)}, {"a": ["x" * 1990], "b": 1, "c": [["x" * 1990]] * 3},
    ],
)  # fmt: skip
def test_what_stands_in_a_message_is_no_larger_than_was_said(tmp_path: Path, value: Any) -> None:
    keep, load = keeper(tmp_path, 2000, MEMORY)
    assert len(json.dumps(value)) > 2000
    kept = keep.lightened(value)
    assert len(json.dumps(kept)) <= 2000
    assert same(load.loaded(kept), value)


@ONCE
@given(VALUES, st.data())
def test_places_that_are_filled_later_stay_where_they_are(
    tmp_path: Path, value: Any, data: st.DataObject
) -> None:
    keep, load = keeper(tmp_path, where=MEMORY)
    at = data.draw(st.sampled_from(sorted(pointers(value))))
    kept = keep.lightened(value, [at])
    assert not any(is_reference(get(kept, at[:n])) for n in range(len(at)) if at[n] == "/")
    assert same(load.loaded(kept), value)


def test_secrets_stay_where_they_can_be_seen(tmp_path: Path) -> None:
    keep, _ = keeper(tmp_path)
    kept = keep.lightened({"key": {"$secret": "TOKEN"}, "rows": list(range(100))})
    assert kept["key"] == {"$secret": "TOKEN"}
    assert is_reference(kept["rows"])


def test_what_must_not_be_written_is_not(tmp_path: Path) -> None:
    keep, _ = keeper(tmp_path, hidden=lambda: ['s3cret"x'])
    with pytest.raises(UserError, match="holds the value of a secret"):
        keep.lightened("a" * 2000 + 's3cret"x')
    assert not list((tmp_path / "home").glob("??/*"))


def test_few_parts_are_kept_one_by_one_and_many_as_a_whole(tmp_path: Path) -> None:
    keep, _ = keeper(tmp_path, 250)
    large = ["x" * 300] * 2
    few = keep.lightened({"rows": large, "n": 3})
    assert is_reference(few["rows"]) or all(map(is_reference, few["rows"]))
    assert few["n"] == 3
    assert is_reference(keep.lightened({str(n): "x" * 300 for n in range(FEW + 1)}))


def test_what_json_has_no_word_for_stands_for_itself_where_it_is_small(tmp_path: Path) -> None:
    kept = Keeper(None).lightened([Held("stone", Stone(5))])
    assert kept == [small("stone", "NQ==")]
    (back,) = Loader(None).loaded(kept)
    assert type(back) is Held and back.value.weight == 5


def test_a_large_one_lies_in_a_file_and_is_no_json_there(tmp_path: Path) -> None:
    keep, load = keeper(tmp_path)
    kept = keep.lightened([Held("stone", Stone(10**2000)), list(range(50))])
    assert kept[0][KEY]["codec"] == "stone" and kept[0][KEY]["by"] == "maker"
    assert load.loaded(kept)[0].value.weight == 10**2000


def test_references_within_a_file_are_followed(tmp_path: Path) -> None:
    keep, load = keeper(tmp_path)
    kept = keep.lightened([Held("stone", Stone(10**2000 + n)) for n in range(FEW + 1)])
    assert kept[KEY]["deep"]
    assert load.loaded(get(kept, "/3")).value.weight == 10**2000 + 3
    assert [one.value.weight - 10**2000 for one in load.loaded(kept)] == list(range(FEW + 1))


def test_each_kind_of_value_has_its_own_bytes_and_no_place_within(tmp_path: Path) -> None:
    keep, _ = keeper(tmp_path)
    kept = keep.lightened(Held("bytes", b"x" * 5000))
    with pytest.raises(NoSuchPlace, match="codec 'bytes' is one piece"):
        get(kept, "/0")


def test_whatever_is_written_was_pinned_before(tmp_path: Path) -> None:
    keep, _ = keeper(tmp_path)
    kept = keep.lightened([list(range(100)), list(range(200))])
    digests = {record["digest"] for record in references_in(kept)}
    assert pinned_by(tmp_path / "home") == {"7": digests}


def test_a_codec_that_fails_says_so(tmp_path: Path) -> None:
    class Ghost:
        pass

    def fail(_ghost: Ghost, _file: object) -> None:
        raise RuntimeError("no body")

    register_codec(Ghost, name="ghost", dump=fail, load=lambda _: Ghost())
    with pytest.raises(
        CodecError, match=r"'ghost': it cannot write this Ghost: RuntimeError: no body"
    ):
        keeper(tmp_path)[0].lightened(Held("ghost", Ghost()))
    with pytest.raises(CodecError, match="cannot read what it wrote: ValueError"):
        Loader(None).loaded(small("stone", "eA=="))


def test_what_a_newer_program_wrote_is_refused_by_name() -> None:
    with pytest.raises(
        CodecError, match=r"'stone': version 9 of it is not known here \(only version 1\)"
    ):
        Loader(None).loaded(small("stone", "NQ==", 9))
    with pytest.raises(CodecError, match="'shale': version 1 of it is not known here; import"):
        Loader(None).loaded(small("shale", "NQ=="))


def test_a_place_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    with pytest.raises(StoreError, match=r"cannot be kept at .*home: .*FORETELL_VALUES"):
        keeper(tmp_path)[0].lightened(list(range(100)))


@pytest.mark.parametrize(
    "value",
    [
        {KEY: 5}, {KEY: {}}, {KEY: {"codec": "json"}}, {KEY: {"codec": "", "data": ""}},
        {KEY: {"codec": "json", "digest": "0" * 63, "size": 1}},
        {KEY: {"codec": "json", "digest": "0" * 64}},
        {KEY: {"codec": "json", "digest": "0" * 64, "size": True}},
        {KEY: {"codec": "json", "digest": "0" * 64, "size": 1, "more": 1}},
        {KEY: {"codec": "json", "data": ""}, "other": 1},
    ],
)  # fmt: skip
def test_what_only_looks_like_a_reference_is_a_value(value: Any) -> None:
    assert not is_reference(value)
    assert get(value, "/" + KEY) == value[KEY]
    assert Loader(None).loaded(value) == value

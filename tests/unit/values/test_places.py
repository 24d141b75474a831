"""A bucket works as a folder does; and what is lost, changed or out of reach is told of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from foretell.errors import StoreError, UserError, ValueLost
from foretell.graph.references import KEY, references_in
from foretell.values.ground import Ground
from foretell.values.keeping import Keeper
from foretell.values.loading import Loader
from foretell.values.places import abandoned_drafts, draft_in, place_at
from foretell_runtime.values import ground_of

VALUE = {"rows": list(range(500))}


class Broken(MemoryFileSystem):  # type: ignore[misc]
    """One that is not there today."""

    protocol = "broken"

    def _fail(self, *_args: Any, **_more: Any) -> Any:
        raise RuntimeError("no route to host")

    put_file = get_file = info = makedirs = _fail


fsspec.register_implementation("broken", Broken, clobber=True)


@pytest.fixture(params=["", "folder", "file", "local", "memory"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Ground:
    where = {
        "": "",
        "folder": str(tmp_path / "there"),
        "file": f"file://{tmp_path}/there",
        "local": f"local://{tmp_path}/there",
        "memory": f"memory://{tmp_path.name}/there",
    }[request.param]
    return Ground(str(tmp_path / "home"), where, inline=10, run="run-1")


def test_everywhere_what_is_kept_comes_back(ground: Ground) -> None:
    kept = Keeper(ground, "load").lightened(VALUE)
    assert Loader(ground).loaded(kept) == VALUE
    (record,) = references_in(kept)
    assert list(ground.place.files()) == [(record["digest"], record["size"])]
    assert ground.place.size(record["digest"]) == record["size"]
    ground.place.remove(record["digest"])
    assert ground.place.size(record["digest"]) is None
    assert not list(ground.place.files())


def test_a_file_that_is_gone_is_told_with_its_maker_and_what_to_do(ground: Ground) -> None:
    kept = Keeper(ground, "load").lightened(VALUE)
    (record,) = references_in(kept)
    ground.place.remove(record["digest"])
    with pytest.raises(ValueLost) as caught:
        Loader(ground).loaded(kept)
    assert caught.value.permanent
    assert caught.value.where == ground.place.address(record["digest"])
    assert "the result of 'load' is lost" in str(caught.value)
    assert str(caught.value).endswith(
        "is gone. Put the file back, or have it made anew: foretell restart run-1 load"
    )


def test_a_file_that_was_changed_is_never_taken_for_the_value(tmp_path: Path) -> None:
    ground = Ground(str(tmp_path), inline=10)
    kept = Keeper(ground, "load").lightened(VALUE)
    (file,) = tmp_path.glob("??/*")
    file.write_bytes(file.read_bytes().replace(b"7", b"8"))
    for look in (Loader(ground).loaded, Loader(ground).check):
        with pytest.raises(
            ValueLost, match="is not what was kept there: it was changed or damaged"
        ):
            look(kept["rows"])


def test_keeping_it_again_heals_it(tmp_path: Path) -> None:
    ground = Ground(str(tmp_path), inline=10)
    kept = Keeper(ground, "load").lightened(VALUE)
    (file,) = tmp_path.glob("??/*")
    file.write_bytes(b"?")
    Keeper(ground, "load").lightened(VALUE)
    assert Loader(ground).loaded(kept) == VALUE


def test_a_place_out_of_reach_is_told_of_and_may_be_there_again(tmp_path: Path) -> None:
    ground = Ground(str(tmp_path), "broken://bucket", inline=10)
    with pytest.raises(
        StoreError, match="cannot be kept at broken://bucket: RuntimeError: no route"
    ):
        Keeper(ground).lightened(VALUE)
    lost = {KEY: {"codec": "json", "digest": "0" * 64, "size": 9, "by": "load"}}
    with pytest.raises(
        ValueLost, match=r"broken://bucket/00/0+ cannot be read: RuntimeError"
    ) as caught:
        Loader(ground).loaded(lost)
    assert not caught.value.permanent


def test_an_address_that_nothing_reaches_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="fsspec does not reach nowhere://"):
        place_at("nowhere://x", tmp_path)


def test_without_fsspec_the_cure_is_named_and_folders_need_none(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['fsspec'] = sys.modules['fsspec.core'] = None\n"
        "from pathlib import Path\nfrom foretell.values.places import place_at\n"
        f"place_at({str(tmp_path)!r}, Path())\n"
        "try: place_at('s3://x', Path())\nexcept Exception as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("needs fsspec: pip install 'foretell[remote]'")


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """What a writer leaves behind when it dies is no value, and is told from one being written."""
    with draft_in(tmp_path / "new") as draft:
        draft.write_bytes(b"half of it")
        assert not list(abandoned_drafts(tmp_path / "new"))
    assert not draft.exists()
    (tmp_path / "new" / "left").write_bytes(b"half")
    assert [path.name for path in abandoned_drafts(tmp_path / "new")] == ["left"]


@pytest.mark.parametrize(
    "module", ["foretell", "foretell.worker.main", "foretell_runtime", "foretell.values.codecs"]
)
def test_nobody_pays_for_what_they_do_not_use(module: str) -> None:
    code = (
        f"import {module}, sys; print(*sorted({{'fsspec', 'numpy', 'pandas'}} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_others_may_read_what_the_umask_lets_them(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        ground = Ground(str(tmp_path), inline=10)
        Keeper(ground, "load").lightened(VALUE)
    finally:
        os.umask(before)
    (digest, _), *_ = ground.place.files()
    assert Path(ground.place.address(digest)).stat().st_mode & 0o777 == 0o644


def test_a_name_that_was_never_written_is_chosen_anew_and_then_stays(tmp_path: Path) -> None:
    name = tmp_path / "runs.db-values" / "name"
    name.parent.mkdir()
    name.touch()
    wheres = {ground_of(tmp_path / "runs.db", "memory://bucket").where for _ in range(2)}
    assert wheres == {f"memory://bucket/{name.read_text()}"} and name.read_text()
    assert not [*(name.parent / "new").iterdir()]

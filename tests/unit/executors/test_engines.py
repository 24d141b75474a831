"""What a container engine is told, and what is made of what it says."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from foretell.document.model import Change, Graph, TaskSpec
from foretell.document.programs import Container, Mount, Program
from foretell.errors import UserError
from foretell.graph.model import Node
from foretell_runtime import containers as containers_module
from foretell_runtime.containers import Containers
from foretell_runtime.executors.engines import Contained, Engine, find_engine

ID = "a" * 64
OTHER = "b" * 64
ENGINE = Engine(("podman", "--runtime", "runc"), ("--ulimit", "nproc=9"))
INNER = Contained(("tool", "--x", "a b;c"), {"A": "1 2", "KEY": "hidden"}, frozenset({"KEY"}))


def test_a_container_is_closed_unless_more_is_said(tmp_path: Path) -> None:
    assert ENGINE.run_words(Container("image"), "name", "mark", tmp_path, INNER) == [
        "podman", "--runtime", "runc", "run", "-i", "--rm", "--name", "name",
        "--label", "foretell.run=mark", "--pull", "never", "--log-driver", "none",
        "--network", "none", "--env", "A=1 2", "--env", "KEY",
        "--ulimit", "nproc=9", "image", "tool", "--x", "a b;c",
    ]  # fmt: skip


def test_what_it_may_have_is_said_word_by_word(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    box = Container(
        "image", ID, (Mount("in", "/a"), Mount(str(tmp_path), "/b", writable=True)), network=True,
        cpus=1.5, memory="64m", folder="/work", user="1000",
    )  # fmt: skip
    words = ENGINE.run_words(box, "name", "mark", tmp_path, Contained((), {}))
    assert words[words.index("none") + 1 :] == [
        "--cpus", "1.5", "--memory", "64m", "--workdir", "/work", "--user", "1000",
        "--mount", f"type=bind,source={tmp_path}/in,target=/a,readonly",
        "--mount", f"type=bind,source={tmp_path},target=/b", "--ulimit", "nproc=9", ID,
    ]  # fmt: skip


def test_what_is_hidden_is_in_no_word_and_never_what_an_engine_reads(tmp_path: Path) -> None:
    assert ENGINE.environment(INNER)["KEY"] == "hidden"
    for name in ("PATH", "DOCKER_HOST", "LD_PRELOAD", "CONTAINERS_CONF"):
        with pytest.raises(UserError, match=f"cannot be the variable {name}"):
            ENGINE.environment(Contained((), {name: "x"}, frozenset({name})))


@pytest.mark.parametrize(
    ("source", "why"),
    [("nosuch", "is not there"), ("a,b", "holds a comma"), ("~nobody-at-all/x", "home directory")],
)
def test_what_cannot_be_mounted_is_told(source: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "a,b").mkdir()
    box = Container("image", mounts=(Mount(source, "/a"),))
    with pytest.raises(UserError, match=why):
        ENGINE.run_words(box, "name", "mark", tmp_path, INNER)


def test_an_engine_is_found_or_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="no container engine was found: install podman or docker"):
        find_engine()
    _fake(tmp_path, "docker")
    assert find_engine().command == ("docker",)
    _fake(tmp_path, "podman")
    assert find_engine().command == ("podman",)
    assert find_engine("docker --context 'a b'", "--cap-drop all") == Engine(
        ("docker", "--context", "a b"), ("--cap-drop", "all")
    )
    with pytest.raises(UserError, match="'other' is not there"):
        find_engine("other")
    with pytest.raises(UserError, match="cannot be read: No closing quotation"):
        find_engine("podman 'a")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An engine that has the images that are files in a folder, and gets those it is told to get."""
    _fake(
        tmp_path,
        "fake",
        f'cd {tmp_path}\n'
        'case "$1 $2" in\n'
        '"image inspect") cat "images/$5" 2>/dev/null ;;\n'
        '"pull --quiet") test "$3" = far && echo ' + OTHER + ' > images/far || { echo why >&2; exit 1; } ;;\n'
        '"ps -q") test ! -e down || { echo "it is down" >&2; exit 1; } ;;\n'
        "esac",
    )  # fmt: skip
    (tmp_path / "images").mkdir()
    (tmp_path / "images/near").write_text(f"sha256:{ID}\n")
    monkeypatch.setattr(containers_module, "SETTINGS_FILE", tmp_path / "foretell.toml")
    return tmp_path


def _fake(folder: Path, name: str, script: str = "") -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


def graph(*images: str) -> Graph:
    tasks = {
        image: TaskSpec(program=Program(("x",), container=Container(image))) for image in images
    }
    return Graph("g", tasks=tasks, nodes=tuple(Node(image, image) for image in images))


def pinned(graph: Graph | Change) -> list[str]:
    boxes = [spec.program.container for spec in graph.tasks.values() if spec.program]
    return [box.pinned for box in boxes if box]


def test_images_are_pinned_before_a_run_and_got_where_they_are_not_here(engine: Path) -> None:
    containers = Containers(str(engine / "fake"))
    ready = asyncio.run(containers.prepared(graph("near", "far")))
    assert pinned(ready) == [ID, OTHER]
    assert asyncio.run(containers.prepared(ready)) is ready


@pytest.mark.parametrize(
    ("image", "why"),
    [("lost", "could not get it: why"), ("localhost/lost", "one that is made on this machine")],
)
def test_an_image_that_is_not_to_be_had_is_told(image: str, why: str, engine: Path) -> None:
    with pytest.raises(UserError, match=why):
        asyncio.run(Containers(str(engine / "fake")).prepared(graph(image)))


def test_an_engine_that_does_not_work_is_told(engine: Path) -> None:
    (engine / "down").touch()
    with pytest.raises(UserError, match="fake does not work on this machine: it is down"):
        asyncio.run(Containers(str(engine / "fake")).prepared(graph("near")))


def test_a_change_is_pinned_too_but_nothing_is_got_for_it(engine: Path) -> None:
    containers = Containers(str(engine / "fake"))
    near, far = graph("near").as_change(), graph("far").as_change()
    assert pinned(asyncio.run(containers.pin_change(near))) == [ID]
    with pytest.raises(UserError, match="the image 'far' is not here"):
        asyncio.run(containers.pin_change(far))


def test_what_has_become_of_images_is_told(engine: Path) -> None:
    containers = Containers(str(engine / "fake"))
    tasks = asyncio.run(containers.prepared(graph("near"))).tasks
    (engine / "images" / ID).write_text(ID)
    assert asyncio.run(containers.moved(tasks)) == []
    (engine / "images/near").write_text(OTHER)
    (said,) = asyncio.run(containers.moved(tasks))
    assert f"The image near is {OTHER[:12]} now; the run goes on with {ID[:12]}" in said
    (engine / "images" / ID).unlink()
    (said,) = asyncio.run(containers.moved(tasks))
    assert "is no longer here; what needs it will fail" in said


def test_a_program_that_is_needed_and_nowhere_is_told_before_the_run() -> None:
    tasks = {"t": TaskSpec(program=Program(("nosuchprogram",)))}
    with pytest.raises(UserError, match="task 't' runs 'nosuchprogram', and there is no such"):
        asyncio.run(Containers().prepared(Graph("g", tasks=tasks, nodes=(Node("n", "t"),))))
    unused = Graph("g", tasks=tasks)
    assert asyncio.run(Containers().prepared(unused)) is unused


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[containers", "is not TOML"),
        ("containers = 3", "must be a table"),
        ("[containers]\nengin = 'podman'", "holds two texts, engine and flags, and not 'engin'"),
        ("[containers]\nflags = ['a']", "and not 'flags' = \\['a'\\]"),
    ],
)
def test_settings_that_are_none_are_told(text: str, why: str, engine: Path) -> None:
    (engine / "foretell.toml").write_text(text)
    with pytest.raises(UserError, match=why):
        _ = Containers().engine


def test_what_is_said_outright_counts_before_the_environment_and_that_before_the_file(
    engine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (engine / "foretell.toml").write_text(f"[containers]\nengine = '{engine}/fake 3'\nflags = 'a'")
    assert Containers().engine == Engine((f"{engine}/fake", "3"), ("a",))
    monkeypatch.setenv("FORETELL_ENGINE", f"{engine}/fake 2")
    monkeypatch.setenv("FORETELL_ENGINE_FLAGS", "b c")
    assert Containers().engine == Engine((f"{engine}/fake", "2"), ("b", "c"))
    assert Containers(f"{engine}/fake 1", "d").engine == Engine((f"{engine}/fake", "1"), ("d",))

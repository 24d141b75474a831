"""The examples, really run: every legal outcome comes, no other does, and each was foreseen."""

from __future__ import annotations

import asyncio
import sysconfig
from collections import Counter
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from foretell import Workflow
from foretell.author.entry import load_file
from foretell.horizon.bounds import left_of
from foretell.horizon.model import Horizon
from foretell_runtime import Outcome, Runtime
from foretell_runtime.cli.foresight import before
from tests.support import ROOT, Cli

EXAMPLES = ROOT / "examples"
SEEDS = range(1, 21)


@dataclass(frozen=True, slots=True)
class Ran:
    outcome: Outcome
    after: Horizon

    @property
    def tasks(self) -> Counter[str]:
        return Counter(node.task for node in self.after.nodes)

    @property
    def edges(self) -> set[tuple[str, str]]:
        return {(edge.source, edge.target) for edge in self.after.edges}


class Example:
    """A workflow of an example file, and how to run it in this process's runtime."""

    def __init__(self, name: str, store: Path) -> None:
        self.module = load_file(EXAMPLES / f"{name}.py")
        self.workflow: Workflow[..., Any] = getattr(self.module, name)
        self.graph = self.workflow.compile()
        self.before = before(self.graph, EXAMPLES)
        self._store = store

    def __call__(self, **inputs: Any) -> Ran:
        return asyncio.run(self._ran(inputs))

    async def _ran(self, inputs: dict[str, Any]) -> Ran:
        runtime = Runtime(self._store, start="forked", jobs=2)
        run = await runtime.start_graph(self.graph, inputs, EXAMPLES)
        ran = Ran(await run.outcome(), run.horizon())
        self.check_foreseen(ran)
        return ran

    def check_foreseen(self, ran: Ran) -> None:
        """What came lies within what was drawn before the run."""
        left = left_of(self.before)
        count = len(ran.after.nodes)
        assert left.low <= count
        assert left.high is None or count <= left.high
        if ran.outcome.status == "done":
            assert ran.after.classes == ()
            assert {node.status for node in ran.after.nodes} == {"done"}
        known = {node.id for node in self.before.nodes}
        wild = any(future.task is None for future in self.before.classes)
        for node in ran.after.nodes:
            futures = {future.task for future in self.before.classes}
            assert node.id in known or node.task in futures or wild


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "foretell.db"


def test_fixed_is_the_same_graph_for_every_seed_and_the_one_drawn_before(store: Path) -> None:
    fixed = Example("fixed", store)
    outputs = set()
    for seed in SEEDS:
        ran = fixed(seed=seed)
        assert ran.outcome.output == fixed.workflow(seed)
        assert {node.id for node in ran.after.nodes} == {"numbers", "low", "high", "spread"}
        assert ran.edges == {(edge.source, edge.target) for edge in fixed.before.edges}
        outputs.add(ran.outcome.output)
    assert fixed.before.classes == ()
    assert len(outputs) > 5


def test_branch_is_always_one_of_two_graphs_and_both_come(store: Path) -> None:
    branch = Example("branch", store)
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        ran = branch(city="Rome", seed=seed)
        (way,) = {node.id for node in ran.after.nodes} - {"choose", "arrive"}
        assert ran.edges == {("choose", way), (way, "arrive"), ("choose", "arrive")}
        assert ran.outcome.output == branch.workflow("Rome", seed)
        assert ran.tasks["by_train" if "train" in ran.outcome.output else "by_plane"] == 1
        seen[way] += 1
    assert len(seen) == 2


def test_random_map_repeats_as_often_as_it_likes_and_every_number_comes(store: Path) -> None:
    example = Example("random_map", store)
    throws = {seed: len(example.module.shake(seed)) for seed in range(1, 200)}
    assert set(throws.values()) == set(range(9))
    chosen = [next(seed for seed in throws if throws[seed] == number) for number in range(9)]
    for seed in [*chosen, *SEEDS]:
        ran = example(seed=seed)
        grown = {node.id for node in ran.after.nodes if node.task == "throw"}
        assert len(grown) == throws[seed]
        between = {("shake", node) for node in grown} | {(node, "total") for node in grown}
        assert ran.edges == {("shake", "total")} | between
        assert ran.outcome.output == example.workflow(seed)


def test_dynamic_builds_a_random_acyclic_graph(store: Path) -> None:
    dynamic = Example("dynamic", store)
    shapes = set()
    for seed in SEEDS:
        ran = dynamic(seed=seed, depth=3)
        assert ran.outcome.status == "done", ran.outcome
        order = TopologicalSorter[str]()
        for node in ran.after.nodes:
            order.add(node.id)
        for source, target in ran.edges:
            order.add(target, source)
        assert next(iter(order.static_order())) == "explore"
        for node in ran.after.nodes:
            assert node.maker is None or (node.maker, node.id) in ran.edges
        shapes.add((len(ran.after.nodes), len(ran.edges)))
    assert len(shapes) > 8
    assert [future.task for future in dynamic.before.classes] == [None]


@pytest.mark.parametrize("guests", range(7))
def test_the_promise_is_broken_by_the_fifth_guest_and_not_before(store: Path, guests: int) -> None:
    example = Example("promise_broken", store)
    ran = example(guests=guests)
    assert left_of(example.before).high == 6
    assert ran.tasks["lay_a_place"] == min(guests, 4)
    if guests <= 4:
        assert ran.outcome.output == guests
    else:
        assert ran.outcome.broken is not None
        assert "Count(lay_a_place, at_most=4)" in ran.outcome.broken.says
        assert ran.outcome.broken.node == "invite"


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.py")), ids=lambda path: path.stem)
def test_every_example_can_be_checked_and_drawn(cli: Cli, path: Path) -> None:
    assert cli("check", path).code == 0
    said = cli("draw", path, "--format", "dot")
    assert said.code == 0
    assert said.out.startswith("digraph")


def test_the_census_of_one_package_is_what_plain_python_says(store: Path) -> None:
    census = Example("stdlib_census", store)
    ran = census(package="json")
    assert ran.outcome.output == census.workflow("json")
    assert ran.tasks["analyse"] == len(list((library() / "json").glob("*.py")))


def test_the_census_of_the_whole_library_counts_every_file(cli: Cli) -> None:
    command: list[str | Path] = [
        "run",
        EXAMPLES / "stdlib_census.py",
        "--jobs",
        "2",
        "--start",
        "forked",
    ]
    said = cli(*command)
    assert said.code == 0, said
    head, *longest = said.out.splitlines()
    files = [path for path in library().rglob("*.py") if not excluded(path)]
    assert len(files) > 300
    lines = sum(path.read_bytes().count(b"\n") for path in files)
    assert head.startswith(f"{len(files)} modules: {lines:,} lines, ")
    assert len(longest) == 12
    picture = next(line for line in said.err.splitlines() if line.startswith("picture: "))
    assert (cli.folder / picture.removeprefix("picture: ")).exists()
    assert f"{len(files) + 2} done" in cli("show", "last").out


def library() -> Path:
    return Path(sysconfig.get_path("stdlib"))


def excluded(path: Path) -> bool:
    """What the census leaves out: what was installed besides, and tests."""
    left_out = {"site-packages", "dist-packages", "test", "tests", "idle_test", "__pycache__"}
    return bool(left_out & set(path.relative_to(library()).parts))

"""The example's protocol client for JavaScript: what a task written with it may do, and how it is told no."""

from __future__ import annotations

import shutil

import pytest

from tests.support import ROOT, Cli

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="node is not installed, which runs these tasks"
)

FLOW = """
from foretell import Grow, Port, each, many, program, task, workflow

rows = Port("rows", int)
NODE = program("node", "tasks.mjs")

@task(runs=NODE)
def square(n: int) -> int:
    raise NotImplementedError

class Squares(Grow):
    square = many(square, at_most=3)

@task(runs=NODE, grows=Squares, ports=[rows])
def plan(grow: Squares, size: int) -> dict[str, object]:
    raise NotImplementedError

@task(runs=NODE)
def broken() -> int:
    raise NotImplementedError

@task
def both(result: dict[str, object], emitted: list[int]) -> dict[str, object]:
    return {**result, "emitted": emitted}

@workflow
def flow(size: int) -> dict[str, object]:
    planned = plan.node(size)
    return both(planned.out, rows.final(planned))

@workflow
def bad() -> int:
    return broken()
"""

TASKS = """
import { Refused, serve } from "CLIENT";

await serve({
  square: ({ n }) => n * n,
  broken: () => { console.log("not the protocol's"); throw new TypeError("no"); },
  async plan({ size }, trial) {
    const squares = [];
    for (let n = 0; n < size; n++) {
      trial.progress(n, size, "at work");
      trial.emit("rows", n);
      squares.push(await trial.grow("square", { n }));
    }
    const more = await trial.would("square", { n: 1 });
    const why = await trial.grow("square", { n: "x" }).catch((error) => error instanceof Refused && error.message);
    return { squares, more, why, "a/b~c": [squares[0]] };
  },
});
"""


@pytest.fixture(autouse=True)
def written(cli: Cli) -> None:
    cli.write("flow.py", FLOW)
    client = (ROOT / "examples/node/foretell.mjs").as_uri()
    cli.write("tasks.mjs", TASKS.replace("CLIENT", client))


@pytest.mark.parametrize("size", [2, 3])
def test_it_reports_emits_asks_grows_and_is_refused(size: int, cli: Cli) -> None:
    said = cli("run", "flow.py:flow", "-i", f"size={size}", "--json")
    assert said.code == 0, said.err
    assert said.last_json["output"] == {
        "squares": [n * n for n in range(size)],
        "more": size < 3,
        "why": f"node 'planned.square_{size + 1}' of 'square': input 'n' takes integer, but got "
        'string "x"',
        "a/b~c": [0],
        "emitted": list(range(size)),
    }


def test_what_it_throws_is_its_failure_and_what_it_prints_is_log(cli: Cli) -> None:
    said = cli("run", "flow.py:bad")
    assert said.code == 1
    assert "Node broken failed: TypeError: no" in said.err
    assert "broken | not the protocol's" in cli("log", "last").out

"""Large values in real runs: every way they go, what becomes of lost ones, and how little it costs."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from foretell.author.entry import load_file
from foretell.errors import RunWaiting, TaskError, UserError, ValueLost
from foretell.graph.references import references_in
from foretell_runtime import Runtime
from foretell_runtime.clearing import clear_away
from foretell_runtime.store.sqlite import SqliteStore

flows: Any = load_file(Path(__file__).with_name("flows.py"))

ROWS, EXTRA = list(range(300)), list(range(1, 200))
EXPECTED = {
    "weighed": [sum(ROWS), 150, 150, 300, 300, 300, 300, 1, 301],
    "note": "seen",
    "first": 1,
    "heard": [0, 300, 600],
    "late": [0, 300, 600],
    "rows": ROWS,
    "pair": [EXTRA, 300],
    "rounds": ROWS * 3,
}


async def journal(store: Path) -> list[Any]:
    async with SqliteStore(store, reading=True) as opened:
        return await opened.mentioned()


def test_every_way_a_value_goes_it_may_go_as_a_file(tmp_path: Path) -> None:
    """Wires, fields, growth, places that fill later, codecs, ports, streams, rounds, the inputs and the
    output of the run: with next to nothing in the journal itself, in a place that fsspec reaches."""
    store = tmp_path / "runs.db"
    runtime = Runtime(store, 2, "forked", values=f"local://{tmp_path}/bucket", inline=20)
    assert runtime.run(flows.all_ways, size=300, extra=EXTRA) == EXPECTED
    assert len(list((tmp_path / "bucket").glob("*/??/*"))) >= 10
    assert not list((tmp_path / "runs.db-values").glob("??/*"))
    assert not list((tmp_path / "runs.db-values" / "pins").glob("*")), "nothing is pinned any more"


def test_who_decides_does_not_read_what_it_only_passes_on(tmp_path: Path) -> None:
    runtime = Runtime(tmp_path / "runs.db", 2, "forked", inline=20)
    with pytest.raises(TaskError, match=r"counted.*input 'rows'.* is gone") as failed:
        runtime.run(flows.deciding, size=300, folder=f"{tmp_path}/runs.db-values")
    assert "when" in str(failed.value) and "counted" in str(failed.value)


def test_every_way_to_decide_hands_on_large_values(tmp_path: Path) -> None:
    runtime = Runtime(tmp_path / "runs.db", 2, "forked", inline=20)
    assert runtime.run(flows.branching, size=300) == (301, 302, [300, 301, 302], 600)


def test_a_large_answer_is_a_file_from_the_moment_it_is_given(tmp_path: Path) -> None:
    runtime = Runtime(tmp_path / "runs.db", 2, "forked", inline=500)
    with pytest.raises(RunWaiting):
        runtime.run(flows.asking)
    asyncio.run(runtime.answer("last", None, ROWS))
    (post,) = asyncio.run(journal(runtime.store))
    assert len(str(post)) < 500 and any(references_in(post))
    assert asyncio.run(clear_away(runtime.store)).files == 0, "it is mentioned"
    assert runtime.resume("last").output == 300


LOST = """
import os, sys
from pathlib import Path
from foretell import task, workflow
from foretell_runtime import Runtime
from foretell_runtime.clearing import clear_away

@task
def load() -> list[int]:
    return list(range(1000))

@task
def hurt(rows: list[int], how: str) -> int:
    (file,) = Path("runs.db-values").glob("??/*")
    file.unlink() if how == "gone" else file.write_text("[]")
    return 1

@task(retries=3)
def total(rows: list[int], after: int) -> int:
    return sum(rows)

@workflow
def flow(how: str) -> int:
    rows = load()
    return total(rows, hurt(rows, how))
"""


@pytest.mark.parametrize(("how", "words"), [("gone", "is gone"), ("changed", "changed or damaged")])
def test_a_lost_value_fails_who_wants_it_with_node_file_and_cure_and_can_be_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, words: str
) -> None:
    (tmp_path / "lost.py").write_text(LOST)
    monkeypatch.chdir(tmp_path)
    flow = load_file(tmp_path / "lost.py").flow
    runtime = Runtime("runs.db", start="forked", inline=50)
    with pytest.raises(TaskError) as caught:
        runtime.run(flow, how=how)
    said = str(caught.value)
    assert "node 'total': input 'rows': the result of 'rows' is lost" in said
    assert words in said and str(tmp_path / "runs.db-values") in said
    assert "foretell restart flow-" in said
    asyncio.run(runtime.restart("last", "rows"))
    assert asyncio.run(_trials_of("total", tmp_path / "runs.db")) == 1, (
        "another trial finds no more"
    )
    # It is made anew, and hurt anew.
    assert runtime.resume("last").status == "failed"


async def _trials_of(node: str, path: Path) -> int:
    async with SqliteStore(path, reading=True) as store:
        events = await store.events(await store.run("last"))
    return sum(e.fact.kind == "started" and e.fact.node == node for e in events)


def test_the_result_of_a_run_that_is_lost_says_so(tmp_path: Path) -> None:
    runtime = Runtime(tmp_path / "runs.db", start="forked", inline=50)

    async def main() -> None:
        run = await runtime.start(flows.enough_of, rows=ROWS)
        await run.outcome()
        for file in (tmp_path / "runs.db-values").glob("??/*"):
            file.unlink()
        with pytest.raises(ValueLost):
            await run.result()

    asyncio.run(main())


def test_a_limit_that_is_no_number_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORETELL_INLINE", "lots")
    with pytest.raises(UserError, match="FORETELL_INLINE='lots'"):
        Runtime(tmp_path / "runs.db").run(flows.enough_of, rows=[])


FLAT = """
import resource, sys
from foretell import task, workflow
from foretell_runtime import Runtime
from foretell_runtime.clearing import clear_away

@task
def make(size: int) -> bytes:
    return bytes(size)

@task
def rows(size: int) -> list[str]:
    return ["x" * 1000] * (size // 1000)

@task
def measure(blob: bytes, lines: list[str], first: str) -> int:
    return len(blob) + len(lines) + len(first)

@workflow
def flow(size: int) -> int:
    lines = rows(size)
    return measure(make(size), lines, first_of(lines))

@task
def first_of(lines: list[str]) -> str:
    return lines[0]

if __name__ == "__main__":
    size = int(sys.argv[1])
    Runtime("runs.db", start="forked").run(flow, size=1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert Runtime("runs.db", start="forked").run(flow, size=size) == size + size // 1000 + 1000
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("megabytes", [30, pytest.param(200, marks=pytest.mark.long)])
def test_the_orchestrator_never_holds_what_is_large(tmp_path: Path, megabytes: int) -> None:
    (tmp_path / "flat.py").write_text(FLAT)
    done = subprocess.run(
        [sys.executable, "flat.py", str(megabytes * 1_000_000)],
        cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) * 1024 < 8_000_000


def test_a_reference_leads_to_who_made_it(tmp_path: Path) -> None:
    store = tmp_path / "runs.db"
    Runtime(store, start="forked", inline=50).run(flows.enough_of, rows=ROWS)
    makers = {x.get("by", "") for said in asyncio.run(journal(store)) for x in references_in(said)}
    assert makers == {"", "made", "verdict"}


PROGRAMS = """
from foretell import command, task, workflow

@task
def make() -> tuple[bytes, list[str]]:
    return b"y" * 200_000, ["x" * 10] * 2000

@task(runs=command("cat", stdin="{rows}", stdout="json"))
def through(rows: list[str]) -> list[str]:
    raise NotImplementedError

@task(runs=command("wc", "-c", stdin="{blob}", stdout="json"))
def size(blob: bytes) -> int:
    raise NotImplementedError

@workflow
def flow() -> tuple[list[str], int]:
    blob, rows = make()
    return through(rows), size(blob)
"""


def test_programs_are_given_values_and_what_they_say_is_kept(tmp_path: Path) -> None:
    (tmp_path / "programs.py").write_text(PROGRAMS)
    runtime = Runtime(tmp_path / "runs.db", inline=1000)
    rows, size = runtime.run(load_file(tmp_path / "programs.py").flow)
    assert rows == ["x" * 10] * 2000
    assert size == 200_000, "bytes as they are"
    makers = [
        x.get("by")
        for said in asyncio.run(journal(tmp_path / "runs.db"))
        for x in references_in(said)
    ]
    assert "through" in makers

"""A running task changes how nodes look: in every drawing from then on, and in none before."""

from __future__ import annotations

from tests.support import Cli

FLOW = """
from foretell import Anything, Style, promise, task, workflow

@task
def work(n: int) -> int:
    return n + 1

@task(grows=Anything)
def paint(grow: Anything, n: int) -> int:
    grow.style(grow.existing("first"), label="the first one", color="#D55E00")
    grow.style(color="blue")
    return n

@workflow
def painted(n: int = 1) -> int:
    first = work(n)
    return work(paint(first))

@workflow
def careful(n: int = 1) -> int:
    first = work(n)
    promise(Style(first, "label"))
    return work(paint(first))
"""


def drawn(cli: Cli, name: str, *args: str) -> str:
    said = cli("draw", "last", "-o", name, *args)
    assert said.code == 0, said
    return (cli.folder / name).read_text()


def test_another_look_is_drawn_from_the_event_on_that_gave_it(cli: Cli) -> None:
    cli.write("flow.py", FLOW)
    assert cli("run", "flow.py:painted").out == "3\n"
    events = cli("log", "last", "--json").json["events"]
    (first, _) = [event["seq"] for event in events if event["kind"] == "changed"]
    before = drawn(cli, "before.dot", "--at", str(first - 1))
    after = drawn(cli, "after.dot")
    assert "the first one" not in before and "#D55E00".lower() not in before
    assert 'label="✓ the first one"' in after and 'color="#d55e00"' in after
    assert "color=blue" in after
    mermaid = drawn(cli, "after.mmd")
    assert "stroke:#d55e00" in mermaid and "stroke:blue" in mermaid
    assert "the first one" in drawn(cli, "page.html")
    assert "paint added another look of first" in cli("log", "last").out


def test_a_promise_about_looks_ends_the_run_that_breaks_it(cli: Cli) -> None:
    cli.write("flow.py", FLOW)
    said = cli("run", "flow.py:careful")
    assert said.code == 3
    assert "promise    Style(first, 'label')" in said.err
    assert "the label of first would be 'the first one'; it stays unset" in said.err
    assert "broken by  the change of 'paint' at flow.py:10" in said.err

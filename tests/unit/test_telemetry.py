"""Runs as spans: what lies in what, what led to what, and with whose times."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from foretell.document.model import Change, Graph
from foretell.graph.model import Edge, Node
from foretell.protocol.messages import Fail, Finish, FromTask, Start
from foretell_runtime.executors.protocol import OnLog
from foretell_runtime.machine import events as ev
from foretell_runtime.store.protocol import Event
from foretell_runtime.telemetry import Spans
from tests.unit.orchestrator.theatre import TASKS, Theatre, journal, play

CHAIN = Graph(
    "chain", tasks=TASKS, nodes=(Node("a", "t", options={"retries": 1}), Node("b", "t")),
    edges=(Edge("a", "b"),),
)  # fmt: skip


def spans_of(events: Iterable[Event], *, ends: bool = True) -> dict[str, ReadableSpan]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    spans = Spans("chain-1", "chain", {}, provider.get_tracer("test"))
    for event in events:
        spans(event)
    if ends:
        spans.close()
    found = exporter.get_finished_spans()
    assert len({span.name for span in found}) == len(found)
    return {span.name: span for span in found}


def within(span: ReadableSpan, outer: ReadableSpan) -> bool:
    assert span.start_time and span.end_time and outer.start_time and outer.end_time
    timely = outer.start_time <= span.start_time <= span.end_time <= outer.end_time
    return timely and span.parent is not None and span.parent == outer.context


def fails_once(start: Start, on_log: OnLog) -> list[FromTask]:
    return [Fail("no") if (start.node, start.trial) == ("a", 1) else Finish(start.node)]


def test_trials_lie_in_nodes_and_these_in_the_run(tmp_path: Path) -> None:
    play(tmp_path, CHAIN, Theatre(fails_once))
    events = journal(tmp_path)
    spans = spans_of(events, ends=False)
    assert set(spans) == {"run chain", "a", "b", "a trial 1", "a trial 2", "b trial 1"}
    run = spans["run chain"]
    assert all(within(spans[node], run) for node in "ab")
    assert all(within(spans[f"a trial {n}"], spans["a"]) for n in (1, 2))
    assert within(spans["b trial 1"], spans["b"])
    assert run.parent is None and run.start_time == int(events[0].time * 1e9)
    assert run.attributes == {
        "foretell.run": "chain-1", "foretell.workflow": "chain", "foretell.status": "done",
    }  # fmt: skip


def test_a_trial_links_to_what_led_to_it(tmp_path: Path) -> None:
    play(tmp_path, CHAIN, Theatre(fails_once))
    spans = spans_of(journal(tmp_path))
    led = {name: [link.context for link in span.links] for name, span in spans.items()}
    assert led["a trial 1"] == []
    assert led["a trial 2"] == [spans["a trial 1"].context]
    assert led["b trial 1"] == [spans["a trial 2"].context]


def test_a_failure_is_one_of_its_trial_and_of_its_node_only_if_it_is_final(tmp_path: Path) -> None:
    play(tmp_path, CHAIN, Theatre(lambda start, log: [Fail("no")]))
    spans = spans_of(journal(tmp_path))
    for name in ("a trial 1", "a trial 2", "a", "run chain"):
        assert spans[name].status.status_code is StatusCode.ERROR, name
    play(tmp_path / "again", CHAIN, Theatre(fails_once))
    spans = spans_of(journal(tmp_path / "again"))
    assert spans["a trial 1"].status.status_code is StatusCode.ERROR
    for name in ("a trial 2", "a", "run chain"):
        assert spans[name].status.status_code is StatusCode.UNSET, name


def test_growth_is_an_event_of_the_trial_that_grew() -> None:
    change = Change((Node("a.x", "t"),))
    facts: list[ev.Fact] = [ev.Registered(CHAIN), ev.Started("a", 1), ev.Changed("a", 1, change)]
    spans = spans_of(Event(n, float(n), None, fact) for n, fact in enumerate(facts, 1))
    (grew,) = spans["a trial 1"].events
    assert (grew.name, grew.attributes) == ("grew", {"foretell.nodes": ("a.x",)})


def test_what_is_left_or_cut_off_has_an_end_too() -> None:
    facts: list[ev.Fact] = [
        ev.Resumed(), ev.Interrupted("a", 1, "the orchestrator stopped"), ev.Started("a", 2),
        ev.Interrupted("a", 2, "stopped"), ev.Started("b", 1),
    ]  # fmt: skip
    spans = spans_of(Event(n, float(n), None, fact) for n, fact in enumerate(facts, 1))
    assert set(spans) == {"run chain", "a", "b", "a trial 2", "b trial 1"}
    assert (spans["run chain"].attributes or {})["foretell.status"] == "left"
    assert (spans["a trial 2"].attributes or {})["foretell.why"] == "stopped"


@pytest.mark.parametrize("module", ["api", "telemetry", "cli.run", "worker"])
def test_nothing_of_opentelemetry_is_imported_unless_somebody_asks(module: str) -> None:
    code = (
        f"import sys, foretell_runtime.{module}\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

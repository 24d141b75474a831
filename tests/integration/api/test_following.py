"""Real runs, followed by functions and reported as spans."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from foretell.author.entry import load_file
from foretell.errors import TaskError
from foretell_runtime import Run, Runtime
from foretell_runtime.events import Event, Finished
from foretell_runtime.telemetry import trace

flows: Any = load_file(Path(__file__).with_name("flows.py"))


def test_a_run_is_reported_as_spans_and_followed_by_a_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace.get_tracer", provider.get_tracer)
    heard: list[str] = []

    def finished(event: Event) -> None:
        assert isinstance(event.fact, Finished)
        heard.append(event.fact.node)

    def bad(event: Event) -> None:
        raise ValueError("it is not the run's business")

    def begin(run: Run) -> None:
        trace(run)
        run.subscribe(finished, Finished)
        run.subscribe(bad)

    runtime = Runtime(tmp_path / "runs.db", start="forked", on_begin=begin)
    assert runtime.run(flows.sum_of_squares, count=2) == 1
    assert sorted(heard) == ["plan", "plan.square", "plan.square_2", "total"]
    spans = {span.name: span for span in exporter.get_finished_spans()}
    trials = {f"{node} trial 1" for node in heard}
    assert set(spans) == {"run sum_of_squares", *heard, *trials}
    named = {str((spans[node].attributes or {})["foretell.task"]) for node in heard}
    assert named == {"plan", "square", "total"}
    led = [link.context for link in spans["plan.square trial 1"].links]
    assert led == [spans["plan trial 1"].context]
    exporter.clear()
    with pytest.raises(TaskError):
        runtime.run(flows.quotient, a=1, b=0)
    (run,) = [one for one in exporter.get_finished_spans() if one.name == "run quotient"]
    assert (run.attributes or {})["foretell.status"] == "failed"

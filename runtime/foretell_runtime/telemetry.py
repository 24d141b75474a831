"""Runs as OpenTelemetry spans: the run, in it each node, and in that each of its trials.

    Runtime(on_begin=trace).run(flow, n=3)        # or `foretell run --otel`

Spans are made from the journal, with its times, as a listener is told of it. A trial's span links to
the trial whose event has led to its start. What is gone on with is a run span of its own, from there on: what was told
before is not told again. Which exporter gets them is for the program to say, by OpenTelemetry's own
means; this needs no more than its API (the extra `foretell[otel]`), and imports that only when asked to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from foretell.errors import UserError
from foretell_runtime.machine import events as ev
from foretell_runtime.store.protocol import Event

if TYPE_CHECKING:
    from opentelemetry.trace import Span, SpanContext, Tracer

    from foretell_runtime.handle import Run
    from foretell_runtime.listening import Subscription

NAME = "foretell"


def trace(run: Run, tracer: Tracer | None = None) -> Subscription:
    """Reports `run` from now on. Raises `UserError` where OpenTelemetry is not installed."""
    require()
    spans = Spans(run.id, run.record.name, run.tasks, tracer)
    subscription = run.subscribe(spans, after=run.begun_after)
    subscription.then(spans.close)
    return subscription


def require() -> None:
    try:
        import opentelemetry.trace  # noqa: F401
    except ImportError:
        raise UserError(
            "OpenTelemetry is not installed; install it with: pip install 'foretell[otel]'"
        ) from None


class Spans:
    """A listener that turns events into spans. `tasks` are those of the nodes that there are."""

    def __init__(
        self, run: str, workflow: str, tasks: Mapping[str, str], tracer: Tracer | None = None
    ) -> None:
        from opentelemetry import trace as api

        self._api = api
        self._tracer = tracer or api.get_tracer(NAME)
        self._named = {"foretell.run": run, "foretell.workflow": workflow}
        self._title = f"run {workflow}"
        self._run: Span | None = None
        self._nodes: dict[str, Span] = {}
        self._trials: dict[str, Span] = {}
        self._ended: dict[int, SpanContext] = {}
        """Which trial an event has ended."""
        self._tasks = dict(tasks)
        self._last = 0.0

    def __call__(self, event: Event) -> None:
        if self._run is None:
            self._run = self._begin(self._title, None, event, self._named)
        self._last = event.time
        self._learn(event.fact)
        self._tell(event, self._run)

    def _tell(self, event: Event, run: Span) -> None:
        match event.fact:
            case ev.Started():
                self._start(event, event.fact)
            case ev.Changed(node=node, change=change):
                self._say(node, "grew", {"foretell.nodes": [x.id for x in change.nodes]}, event)
            case ev.Refused(node=node, why=why):
                self._say(node, "refused", {"foretell.why": why}, event)
            case ev.Finished(node=node):
                self._end_trial(node, event)
                self._end_node(node, event)
            case ev.Recalled(node=node):
                self._begin_node(node, event)
                self._end_node(node, event, why="from the cache")
            case ev.Skipped(node=node):
                self._end_trial(node, event, why="skipped")
                self._end_node(node, event)
            case ev.Failed(node=node, error=error, final=final):
                self._end_trial(node, event, error=error)
                if final:
                    self._end_node(node, event, error=error)
            case ev.Interrupted(node=node, why=why):
                self._end_trial(node, event, why=why)
            case ev.Cancelled(nodes=nodes, why=why):
                self._end_all(nodes, event, why)
            case ev.Retired(nodes=nodes):
                self._end_all(nodes, event, "what its maker had grown does not count")
            case (
                ev.Rearmed(nodes=nodes, retired=retired)
                | ev.Restarted(nodes=nodes, retired=retired)
            ):
                self._end_all((*nodes, *retired), event, "it is done again")
            case ev.Broken(says=says, why=why):
                run.add_event("broken", {"foretell.promise": says, "foretell.why": why}, _ns(event))
            case ev.Ended(status=status, error=error):
                self._end_run(run, status, error, event)
            case _:
                pass

    def _learn(self, fact: ev.Fact) -> None:
        """Which task each node is a use of."""
        grown = getattr(fact, "graph", None) or getattr(fact, "change", None)
        for node in grown.nodes if grown is not None else ():
            self._tasks[node.id] = node.task

    def _start(self, event: Event, fact: ev.Started) -> None:
        named = self._begin_node(fact.node, event)
        numbers = {"foretell.trial": fact.trial, "foretell.iteration": fact.iteration}
        led = [] if event.cause is None else [self._ended.get(event.cause)]
        links = [self._api.Link(one) for one in led if one is not None]
        title = f"{fact.node} trial {fact.trial}"
        self._trials[fact.node] = self._begin(
            title, self._nodes[fact.node], event, {**named, **numbers}, links
        )

    def _begin_node(self, node: str, event: Event) -> Mapping[str, Any]:
        """Begins its span, unless there is one. Returns what all that is told of it is called by."""
        named = {**self._named, "foretell.node": node, "foretell.task": self._task(node)}
        if node not in self._nodes:
            self._nodes[node] = self._begin(node, self._run, event, named)
        return named

    def _task(self, node: str) -> str:
        return self._tasks.get(node, "")

    def _begin(
        self,
        title: str,
        within: Span | None,
        event: Event,
        attributes: Mapping[str, Any],
        links: Iterable[Any] = (),
    ) -> Span:
        context = None if within is None else self._api.set_span_in_context(within)
        return self._tracer.start_span(
            title,
            context,
            attributes=dict(attributes),
            links=list(links),
            start_time=_ns(event),
        )

    def _say(self, node: str, what: str, attributes: Mapping[str, Any], event: Event) -> None:
        if node in self._trials:
            self._trials[node].add_event(what, dict(attributes), _ns(event))

    def _end_trial(self, node: str, event: Event, error: str = "", why: str = "") -> None:
        span = self._trials.pop(node, None)
        if span is not None:
            self._ended[event.seq] = span.get_span_context()
            self._end(span, event, error, why)

    def _end_node(self, node: str, event: Event, error: str = "", why: str = "") -> None:
        span = self._nodes.pop(node, None)
        if span is not None:
            self._end(span, event, error, why)

    def _end_all(self, nodes: Iterable[str], event: Event, why: str) -> None:
        for node in nodes:
            self._end_trial(node, event, why=why)
            self._end_node(node, event, why=why)

    def _end_run(self, run: Span, status: str, error: str, event: Event) -> None:
        self._end_all([*self._nodes], event, f"the run has ended: {status}")
        run.set_attribute("foretell.status", status)
        self._end(run, event, error if status in ("failed", "broken") else "")
        self._run = None

    def _end(self, span: Span, event: Event, error: str, why: str = "") -> None:
        if error:
            span.set_status(self._api.Status(self._api.StatusCode.ERROR, error))
        if why:
            span.set_attribute("foretell.why", why)
        span.end(_ns(event))

    def close(self) -> None:
        """Nothing more is told of it, although it may not have ended: it was left, say."""
        if self._run is not None:
            last = Event(0, self._last, None, ev.Resumed())
            self._end_all([*self._nodes], last, "the run was left")
            self._run.set_attribute("foretell.status", "left")
            self._end(self._run, last, "")
            self._run = None


def _ns(event: Event) -> int:
    return int(event.time * 1e9)

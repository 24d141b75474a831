"""Facts of the journal, run statuses and results in words for people."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, assert_never

from foretell.document.model import Change
from foretell.graph.references import is_reference, say_reference
from foretell_runtime.machine.events import (
    Answered,
    Asked,
    Broken,
    Cancelled,
    CancelRefused,
    Changed,
    Concluded,
    Due,
    Emitted,
    Ended,
    Fact,
    Failed,
    Finished,
    Held,
    Interrupted,
    Paused,
    Progressed,
    Rearmed,
    Recalled,
    Refused,
    Registered,
    Restarted,
    Resumed,
    Retired,
    RuledOut,
    Skipped,
    Started,
    Stopping,
    Unpaused,
    Waived,
)

if TYPE_CHECKING:
    from foretell_runtime.questions import Question
    from foretell_runtime.store.protocol import RunRecord

WIDEST_VALUE = 100
WIDEST_LINE = 2_000
MOST_QUESTIONS = 20


_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys rather than shows; lines and tabs are no orders."""


def visible(text: str) -> str:
    """`text`, so that a terminal shows it and obeys nothing in it: tasks write what they like."""
    return _ORDERS.sub(lambda order: _sign(ord(order[0])), _COLOURS.sub("", text))


def _sign(code: int) -> str:
    return chr(0x2400 + code) if code < ord(" ") else "\ufffd"


def sentence(fact: Fact, attempt: int | None = None) -> str:
    """One line that says what happened. `attempt`: which trial of its iteration has started,
    counted from 1, where that is known."""
    if attempt is not None and isinstance(fact, Started):
        return visible(_started(fact, attempt))
    return visible(_sentence(fact))


def _started(fact: Started, attempt: int) -> str:
    round_ = f", iteration {fact.iteration}" if fact.iteration > 1 else ""
    return f"started {fact.node}{round_}{f', trial {fact.trial}' if attempt > 1 else ''}"


def _sentence(fact: Fact) -> str:
    match fact:
        case Registered(graph=graph, inputs=inputs):
            given = ", ".join(f"{name}={brief(value)}" for name, value in inputs.items())
            return f"registered {graph.name}({given}): {_count(len(graph.nodes), 'node')}"
        case Started(trial=trial, iteration=iteration):
            return _started(fact, trial - iteration + 1)
        case Changed(node=node, change=change):
            return f"{node} added {_added(change)}"
        case Refused(node=node, why=why):
            return f"{node} was refused a change: {why}"
        case Progressed(node=node):
            return f"{node} is at {progress_words(fact)}"
        case Emitted(node=node, port=port, chunk=chunk):
            return f"{node} emitted in {port}: {brief(chunk)}"
        case Concluded(node=node):
            return f"{node} has said its last word, which counts if all that it read does"
        case Finished(node=node, again=str(target)):
            return f"finished {node}, asking for another round from {target} with {_given(fact)}"
        case Finished(node=node, change=change):
            also = f", adding {_added(change)}" if change else ""
            return f"finished {node} -> {_given(fact)}{also}"
        case Failed(node=node, error=error, final=final, handled=handled):
            known = " (handled)" if handled else ""
            return f"{'failed' if final else f'failed, {_next(fact)}:'} {node}{known}: {error}"
        case Due(node=node, trial=trial, what="retry"):
            return f"it is time for {node}, trial {trial}"
        case Due(node=node):
            return f"{node} has had its time and is being stopped"
        case Interrupted(node=node, why=why):
            return f"interrupted {node}" + (f": {why}" if why else "")
        case Retired(nodes=(), node=node):
            return f"took back what {node} had said in a trial that does not count"
        case Retired(nodes=nodes, node=node):
            return f"retired {names(nodes)}, which {node} had grown in a trial that does not count"
        case Rearmed(node=node, by=by, nodes=nodes, retired=retired):
            gone = f", retiring {names(retired)}" if retired else ""
            return f"came round from {by} to {node}: {names(nodes)} wait again{gone}"
        case Restarted(tops=tops, nodes=nodes, retired=retired, by=by):
            who = f", by {by}" if by else ""
            gone = f", retiring {names(retired)}" if retired else ""
            return f"restarted {names(tops)}{who}: {names(nodes)} wait again{gone}"
        case RuledOut(nodes=nodes, node=node):
            return f"ruled out {names(nodes)}, because of how {node} ended"
        case Held(node=node, why=why):
            return f"held {node} back: {why}"
        case Asked(node=node, until=until):
            return f"{node} waits until {clock(until)}"
        case Answered(node=node, value=value, by=by):
            return f"answered {node}: {brief(value)}" + (f", by {by}" if by else "")
        case Broken(says=says, node=node):
            return f"promise broken: {says}" + (f", by {node}" if node else "")
        case Cancelled(nodes=nodes, why=why, by=by):
            who = f", by {by}" if by else ""
            return f"cancelled {names(nodes)}{who}" + (f": {why}" if why else "")
        case Stopping(node=node, order=order):
            return f"{node} is being stopped, for it was cancelled{order.said}"
        case Skipped(node=node, output=output, why=why, by=by):
            who = f", by {by}" if by else ""
            return f"skipped {node} -> {brief(output)}{who}" + (f": {why}" if why else "")
        case Recalled(node=node, output=output, key=key):
            return f"recalled {node} -> {brief(output)} (from the cache, {key[:8]})"
        case CancelRefused(node=node, why=why):
            return f"did not cancel {node}: {why}"
        case Waived(node=node, says=says, why=why):
            return f"gave up the promise {says} for the end of {node}: {why}"
        case Paused():
            return f"paused{fact.said}: nothing more is started"
        case Unpaused(by=by):
            return "goes on after the pause" + (f", by {by}" if by else "")
        case Resumed():
            return "resumed"
        case Ended(status=status, output=output, error=error):
            return f"ended: {status}" + (f": {error}" if error else f" -> {brief(output)}")
        case _:
            assert_never(fact)


def broken_report(fact: Broken) -> str:
    """A broken promise, so that a stranger can act: whose, where, what broke it, what to do."""
    rows = [
        ("promise", fact.says),
        ("made by", f"{fact.by} ({fact.where})" if fact.where else fact.by),
        ("broken by", fact.event + (f" (node {fact.node})" if fact.node not in fact.event else "")),
        ("because", fact.why),
        ("instead", fact.advice),
    ]
    lines = [f"  {name:<10} {text}" for name, text in rows if text]
    return visible("\n".join(["A promise was broken, so the run was ended.", *lines]))


def asked_report(run: str, asked: Sequence[Question]) -> str:
    """What a run wants to know, with what it is about, and how to answer."""
    lines = [f"{run} waits for {'an answer' if len(asked) == 1 else f'{len(asked)} answers'}:"]
    for question in asked[:MOST_QUESTIONS]:
        lines += [f"  {line}" for line in question_lines(question)]
    if len(asked) > MOST_QUESTIONS:
        lines.append(f"  and {len(asked) - MOST_QUESTIONS} more")
    which = f" {asked[0].node}" if len(asked) == 1 else ""
    lines.append(f"Answer with: foretell answer {run}{which}")
    return visible("\n".join(lines))


def question_lines(question: Question) -> list[str]:
    """`yes: Deploy this? (boolean)`, and below it the other inputs of its node."""
    says = question.says if question.kind == "question" else f"the signal {question.says!r}"
    known = " (answered, used when the run goes on)" if question.posted else ""
    if question.until is not None:
        known = known or f", else {brief(question.default)} at {clock(question.until)}"
    head = f"{question.node}: {cut(' '.join(says.split()), 400)} ({question.wants}){known}"
    return [head, *(f"  {name}: {brief(value)}" for name, value in question.given.items())]


def asked_as_json(question: Question) -> dict[str, Any]:
    """A question as `--json` tells it."""
    from dataclasses import asdict

    return asdict(question)


def failure_report(fact: Failed) -> str:
    """A failed node, with the traceback from the user's own frame."""
    again = "" if fact.final else f", {_next(fact)}"
    again += " (handled)" if fact.handled else ""
    head = f"Node {fact.node} failed{again}: {fact.error}"
    trace = "\n".join("  " + line for line in fact.trace.rstrip().splitlines())
    return visible(f"{head}\n{trace}" if trace else head)


def _next(fact: Failed) -> str:
    """What follows a failure that is not final."""
    return "will be tried again" + (f" in {seconds(fact.wait)}" if fact.wait else "")


def seconds(number: float) -> str:
    """`0.25 s`, `42 s`, `1:02:03`: as exact as a person wants it."""
    if number < 60:
        return f"{number:.3g} s"
    minutes, rest = divmod(round(number), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02} min"


def for_screen(line: str) -> str:
    """What a task wrote, cut: no screen is for the whole of a line of megabytes."""
    if len(line) <= WIDEST_LINE:
        return visible(line)
    left_out = len(line) - WIDEST_LINE
    return f"{visible(line[:WIDEST_LINE])}… ({left_out:,} more characters, see foretell log)"


def progress_words(fact: Progressed) -> str:
    of = f" of {fact.total:g}" if fact.total is not None else ""
    return f"{fact.done:g}{of}" + (f", {fact.message}" if fact.message else "")


def brief(value: Any, widest: int = WIDEST_VALUE) -> str:
    """A value as JSON, cut; what is kept elsewhere in words."""
    if is_reference(value):
        return cut(say_reference(value), widest)
    return cut(json.dumps(_told(value), ensure_ascii=False), widest)


def _told(value: Any) -> Any:
    if type(value) is dict:
        if is_reference(value):
            return say_reference(value)
        return {key: _told(item) for key, item in value.items()}
    return [_told(item) for item in value] if type(value) is list else value


def cut(text: str, widest: int = WIDEST_VALUE) -> str:
    return text if len(text) <= widest else text[: widest - 1] + "…"


def whole(value: Any) -> str:
    """A result as a person wants it printed: text as it is, anything else as JSON, and what JSON has no
    word for in words."""
    value = _told(value)
    if isinstance(value, str):
        return value
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) <= WIDEST_VALUE:
        return flat
    return json.dumps(value, ensure_ascii=False, indent=2)


def goes_on(run: RunRecord, *, at_once: bool) -> str:
    """Who goes on with a run for which something was left."""
    if at_once:
        return f"{run.id} goes on."
    if run.ticket is not None:
        return f"{run.id} is in the queue: a worker goes on with it."
    return f"Nobody runs it now. Go on with: foretell resume {run.id}"


def clock(time: float) -> str:
    return datetime.fromtimestamp(time).astimezone().isoformat(" ", "seconds")[:19]


def _given(fact: Finished) -> str:
    """An output, and which grown nodes will fill the holes in it."""
    if not fact.holes:
        return brief(fact.output)
    nodes = names(list(dict.fromkeys(hole.node for hole in fact.holes)))
    whole_output = not fact.holes[0].at
    return f"what {nodes} gives" if whole_output else f"{brief(fact.output)}, filled by {nodes}"


def _added(change: Change) -> str:
    parts = []
    if change.nodes:
        parts.append(names([node.id for node in change.nodes]))
    if change.edges:
        parts.append(_count(len(change.edges), "edge"))
    parts += [f"the promise {vowed.says or vowed.promise.kind}" for vowed in change.promises]
    parts += [limit.words for limit in change.limits]
    if change.styles:
        parts.append(f"another look of {names([style.node for style in change.styles])}")
    return ", ".join(parts) or "nothing"


def names(ids: Sequence[str], most: int = 4) -> str:
    """`a, b, c, d and 3 more`."""
    shown = ", ".join(ids[:most])
    return shown if len(ids) <= most else f"{shown} and {len(ids) - most} more"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"

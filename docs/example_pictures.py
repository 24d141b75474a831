"""Runs every example and draws it before, midway and after; and before as golden DOT and Mermaid.
Of patterns only what may happen before they run is shown.

.venv/bin/python docs/example_pictures.py [NAME...]

A picture carries a digest of what it was drawn from, so that a test can tell whether it still shows
what the example does, on any machine and without drawing anything.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from foretell import Workflow
from foretell.author.entry import base_of, load_file
from foretell.horizon.model import Horizon
from foretell_runtime import Outcome, Runtime
from foretell_runtime.drawing import dot, mermaid, render
from foretell_runtime.machine import horizon_of, replay
from foretell_runtime.machine.events import Changed, Fact, Finished

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures" / "examples"
GOLDEN = ROOT / "tests" / "golden" / "examples"
MOMENTS = ("before", "midway", "after")
_MEANING = re.compile(r",? ?ft_\w+=(\"[^\"]*\"|[^,\]]+)")
_MARK = re.compile(r"<!-- drawn from ([0-9a-f]{64}) -->")

Inputs = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """How an example is shown: with which inputs, and after which growth (or finish) midway.

    `answers` are given to the questions it asks. `breaks` are inputs with which its promise is broken, and `vow` is that promise. `moments` are
    those of which there are pictures. Only where there is a program that it `needs` can it be run.
    """

    inputs: Inputs = field(default_factory=dict)
    growth: int = 0
    finish: int = 1
    answers: Inputs = field(default_factory=dict)
    breaks: Inputs | None = None
    vow: str = ""
    moments: tuple[str, ...] = MOMENTS
    needs: str | None = None


PATTERN = Shown(moments=("before",))
ASKING = replace(PATTERN, answers={"What shall be done?": "repair", "the oven rings": "a pie"})

EXAMPLES: dict[str, Shown] = {
    "fixed": Shown(finish=2),
    "branch": Shown({"seed": 1}, growth=1),
    "random_map": Shown({"seed": 3}, growth=1),
    "dynamic": Shown({"seed": 5}, growth=2),
    "typed": Shown({"parcel": {"to": "Rome", "items": [120, 380]}}),
    "branch_on_input": Shown({"kind": "question"}, growth=1),
    "map_collection": Shown(finish=3),
    "map_of_pairs": Shown(growth=1, breaks={"lazy": True}, vow="crawl grows"),
    "map_of_workflows": Shown(growth=1, breaks={"order": "tea pot cup tin"}, vow="pack grows"),
    "nested_pairs": Shown(growth=2, breaks={"hurry": True}, vow="roll_out grows"),
    "tournament": Shown(growth=2),
    "rounds": Shown(growth=3, breaks={"careless": True}, vow="improve grows"),
    "draft_and_review": Shown(finish=3, breaks={"strictness": 9}, vow="Rounds"),
    "research": Shown(
        {"question": "why is tea green"},
        growth=3,
        breaks={"question": "why is tea green and not blue"},
        vow="Rounds",
    ),
    "compensation": Shown({"city": "Atlantis"}, finish=2),
    "planner": Shown(growth=3, breaks={"goal": "all about tea"}, vow="Count"),
    "approval": Shown(
        finish=3, answers={"Deploy this?": True}, breaks={"goal": "hurry"}, vow="agent grows"
    ),
    "cosmetic": Shown(finish=1, breaks={"warning": "purple"}, vow="Style"),
    "promise_broken": Shown({"guests": 4}, growth=2, breaks={"guests": 5}, vow="Count"),
    "node/links": Shown(
        growth=1, breaks={"folder": "../../docs"}, vow="find_pages grows", needs="node"
    ),
    "control/when_flag": Shown(growth=1),
    "control/fall_back": Shown({"place": "Atlantis"}, finish=3),
    "control/switch_key": Shown(growth=1),
    "control/map_unknown": Shown(growth=1),
    "control/repeat_until": Shown(growth=2),
    "control/reduce_items": Shown(growth=2),
    "promises/no_new_nodes": Shown(breaks={"doubts": True}, vow="NoNewNodes"),
    "promises/no_new_edges": Shown(breaks={"hurry": False}, vow="NoNewEdges"),
    "promises/only_edges": Shown(
        finish=2, breaks={"first": "chapter_1", "then": "chapter_2"}, vow="OnlyEdges"
    ),
    "promises/only_nodes": Shown(growth=1, breaks={"plan": "search send_mail"}, vow="OnlyNodes"),
    "promises/nothing_starts_at": Shown(
        growth=1, breaks={"curious": True}, vow="NoNewEdges(start=key)"
    ),
    "promises/nothing_ends_at": Shown(breaks={"careful": True}, vow="NoNewEdges(end=alarm)"),
    "promises/every_one_edge": Shown(finish=2, breaks={"forgetful": True}, vow="Every"),
    "promises/any_of": Shown(growth=1, breaks={"ways": "card cash card"}, vow="AnyOf"),
    "promises/exactly_one": Shown(growth=2, breaks={"judges": 2}, vow="ExactlyOne"),
    "promises/not_so": Shown(growth=1, breaks={"guests": 13}, vow="Not"),
    "promises/shaped": Shown(growth=1, breaks={"steps": "pack pass_on"}, vow="Shaped"),
    "promises/made_while_running": Shown(growth=1, breaks={"reckless": True}, vow="Count"),
    "promises/one_of_two_forms": Shown(growth=1, breaks={"muddle": True}, vow="look grows"),
    **dict.fromkeys(["patterns/deferred_choice", "patterns/persistent_trigger"], ASKING),
    **dict.fromkeys(
        [
            "patterns/arbitrary_cycles",
            "patterns/critical_section",
            "patterns/exclusive_choice",
            "patterns/general_synchronizing_merge",
            "patterns/generalized_and_join",
            "patterns/implicit_termination",
            "patterns/instances_known_before_they_start",
            "patterns/instances_known_when_written",
            "patterns/instances_not_known_before",
            "patterns/instances_without_synchronization",
            "patterns/interleaved_parallel_routing",
            "patterns/interleaved_routing",
            "patterns/local_synchronizing_merge",
            "patterns/milestone",
            "patterns/multi_choice",
            "patterns/multi_merge",
            "patterns/parallel_split",
            "patterns/recursion",
            "patterns/sequence",
            "patterns/simple_merge",
            "patterns/structured_loop",
            "patterns/structured_synchronizing_merge",
            "patterns/synchronization",
            "patterns/thread_merge",
            "patterns/thread_split",
        ],
        PATTERN,
    ),
}
"""By the name of the file, which is the name of its workflow."""


def workflow_of(name: str) -> Workflow[..., Any]:
    module = load_file(ROOT / "examples" / f"{name}.py")
    found: Workflow[..., Any] = getattr(module, name.rpartition("/")[2])
    return found


def ran(name: str, inputs: Inputs) -> tuple[Outcome, list[Fact]]:
    """How the example comes out, and everything that happened."""

    async def whole() -> tuple[Outcome, list[Fact]]:
        with tempfile.TemporaryDirectory() as folder:
            runtime = Runtime(Path(folder) / "foretell.db", start="forked")
            workflow = workflow_of(name)
            run = await runtime.start_graph(workflow.compile(), inputs, base_of(workflow))
            while (outcome := await run.outcome()).status == "waiting":
                for asked in outcome.asks:
                    value = EXAMPLES[name].answers[asked.says]
                    await runtime.answer(run.id, asked.node, value)
                run = await runtime.take_up(run.id)
            return outcome, [event.fact async for event in run.events()]

    return asyncio.run(whole())


def moments(name: str, facts: list[Fact]) -> dict[str, Horizon]:
    """What is drawn of the example at each moment."""
    shown = EXAMPLES[name]
    if shown.moments == ("before",):
        return {"before": replace(horizon_of(replay(facts[:1])), event=0)}
    kind, number = (Changed, shown.growth) if shown.growth else (Finished, shown.finish)
    passed = [i for i, fact in enumerate(facts, start=1) if isinstance(fact, kind)]
    before = replace(horizon_of(replay(facts[:1])), event=0)
    midway = horizon_of(replay(facts[: passed[number - 1]]))
    return {"before": before, "midway": midway, "after": horizon_of(replay(facts))}


def picture(name: str, moment: str) -> Path:
    return PICTURES / f"{name.rpartition('/')[2]}-{moment}.svg"


def seen(horizon: Horizon) -> str:
    """DOT text of what is seen in a drawing, without what is written besides."""
    return _MEANING.sub("", dot(horizon))


def digest(horizon: Horizon) -> str:
    return sha256(seen(horizon).encode()).hexdigest()


def golden(name: str, before: Horizon) -> dict[Path, str]:
    """The texts that are kept of an example, by their files."""
    if EXAMPLES[name].moments == PATTERN.moments:
        return {}
    stem = name.rpartition("/")[2]
    return {GOLDEN / f"{stem}.dot": seen(before), GOLDEN / f"{stem}.mmd": mermaid(before)}


def drawn_from(path: Path) -> str:
    """The digest that a picture carries; empty if there is no such picture."""
    found = _MARK.search(path.read_text()) if path.exists() else None
    return found[1] if found else ""


def draw(horizon: Horizon, path: Path) -> None:
    note = render(horizon, "svg", path).note
    if note is not None:
        raise SystemExit(note)
    path.write_text(f"{path.read_text().rstrip()}\n<!-- drawn from {digest(horizon)} -->\n")


def main(names: list[str]) -> None:
    for name in names or EXAMPLES:
        _, facts = ran(name, EXAMPLES[name].inputs)
        drawn = moments(name, facts)
        for path, text in golden(name, drawn["before"]).items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        for moment, horizon in drawn.items():
            if drawn_from(picture(name, moment)) != digest(horizon):
                draw(horizon, picture(name, moment))
                print(f"drew {picture(name, moment).relative_to(ROOT)}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])

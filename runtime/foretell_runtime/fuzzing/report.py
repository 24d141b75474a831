"""What came of many random runs, for programs and in words; and the pictures of a fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foretell.horizon.bounds import multiplicity
from foretell_runtime.drawing import dot, image_of
from foretell_runtime.fuzzing.coverage import Coverage, Seen
from foretell_runtime.fuzzing.watching import Finding

MOST_ROWS = 30
"""So many classes are told of, and so many seeds."""


@dataclass(slots=True)
class Report:
    """What came of it. `seed` is that of the first run; each run after it has the next one.

    `stuck` are the seeds of runs for which no legal end was found; they prove nothing, and hint at
    promises that leave hardly a way. `finding` is the first fault, after which nothing was played.
    """

    name: str
    seed: int
    steps: int
    coverage: Coverage
    runs: int = 0
    failed: int = 0
    nodes: int = 0
    events: int = 0
    drawings: int = 0
    stuck: list[int] = field(default_factory=list)
    finding: Finding | None = None

    @property
    def ok(self) -> bool:
        """Whether every future that was played lies inside every drawing."""
        return self.finding is None

    def __str__(self) -> str:
        return "\n".join(_told(self))

    def as_json(self) -> dict[str, Any]:
        """All of it but the drawings of a fault."""
        cover, fault = self.coverage, self.finding
        return {
            "workflow": self.name,
            "seed": self.seed,
            "steps": self.steps,
            "runs": self.runs,
            "failed": self.failed,
            "stuck": self.stuck,
            "nodes": self.nodes,
            "events": self.events,
            "drawings": self.drawings,
            "graphs": cover.graphs,
            "came": [_row(seen) for seen in cover.seen],
            "finding": fault and {"why": fault.why, "seed": fault.seed, "step": fault.step},
        }


def draw_finding(finding: Finding, folder: Path) -> list[Path]:
    """Writes the drawing that was wrong and the graph that shows it; returns the two files. They
    are SVG where this machine can make it, else DOT."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for what, drawing in (("then", finding.then), ("end", finding.end)):
        text = dot(drawing, fold=None, ruled_out=True, retired=True)
        image = image_of(text, "svg")
        path = folder / f"fuzz-{finding.seed}-{what}"
        path = path.with_suffix(".svg" if isinstance(image, bytes) else ".dot")
        path.write_bytes(image if isinstance(image, bytes) else text.encode())
        written.append(path)
    return written


def _row(seen: Seen) -> dict[str, Any]:
    return {
        "what": seen.what, "drawn": seen.drawn, "runs": seen.runs, "low": seen.low,
        "high": seen.high,
    }  # fmt: skip


def _told(report: Report) -> Iterator[str]:
    cover, last = report.coverage, report.seed + report.runs - 1
    seeds = f"seed {last}" if report.runs == 1 else f"seeds {report.seed} to {last}"
    ok = "each inside every drawing before it" if report.ok else "and the last one is not as drawn"
    yield f"{report.name}: {_many(report.runs, 'run')} ({seeds}), {ok}"
    yield (
        f"  played   {_many(report.events, 'event')}, {_many(report.nodes, 'node')}, "
        f"{_many(report.drawings, 'drawing')}; {_many(cover.graphs, 'different graph')} in the end"
    )
    if report.failed:
        yield f"  failed   {_many(report.failed, 'run')} had a task that failed, as was played"
    yield from _came(cover)
    if report.stuck:
        seeds = ", ".join(map(str, report.stuck[:MOST_ROWS]))
        yield f"  stuck    no way to an end was found with the seeds {seeds}; that proves nothing"


def _came(cover: Coverage) -> Iterator[str]:
    head = "came"
    rows = [seen for seen in cover.seen if seen.runs]
    for seen in rows[:MOST_ROWS]:
        yield f"  {head:<8} {_said(seen)}"
        head = ""
    if len(rows) > MOST_ROWS:
        yield f"  {head:<8} and {len(rows) - MOST_ROWS} more"
    never = [seen.what for seen in cover.never()]
    if never:
        more = f" and {len(never) - MOST_ROWS} more" if len(never) > MOST_ROWS else ""
        yield f"  never    {', '.join(never[:MOST_ROWS])}{more} (a right that is no use? or more runs)"


def _said(seen: Seen) -> str:
    if seen.low is None or not seen.drawn:
        return f"{seen.what}, in {_many(seen.runs, 'run')}"
    came = multiplicity(int(seen.low), int(seen.high))
    return f"{seen.what} {seen.drawn}: ×{came}, in {_many(seen.runs, 'run')}"


def _many(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"

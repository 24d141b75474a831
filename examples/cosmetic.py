"""Cosmetic changes, and a promise about them: labels and colours that say how it went.

Each `measure` writes what it found on its own node and colours it. Nothing else changes by that:
the graph and all that may happen stay as they are. The promise leaves two colours.

    foretell run examples/cosmetic.py
    foretell run examples/cosmetic.py -i warning=purple      breaks the promise
"""

from __future__ import annotations

from foretell import Grow, Style, promise, task, workflow


@task(grows=Grow)  # adds nothing, may give looks
def measure(grow: Grow, room: str, celsius: float, warning: str) -> bool:
    hot = celsius > 25
    grow.style(label=f"{room}: {celsius} °C", color=warning if hot else "green")
    return hot


@task
def open_windows(hot: list[bool]) -> int:
    return sum(hot)


@workflow
def cosmetic(warning: str = "red") -> int:
    promise(Style(measure, color=("green", "red")))
    kitchen = measure("kitchen", 31.5, warning)
    office = measure("office", 21.0, warning)
    return open_windows([kitchen, office])

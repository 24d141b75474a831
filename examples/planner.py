"""A planner that adds steps as it goes, as a language model would, within rights that can be seen.

`SCRIPT` stands for the model, which may answer anything. What `plan` can do with an answer is what
`Steps` grants: search, write, and plan again for a smaller
goal. The budget of searches holds for all planners together, however deep. No network is used.

    foretell run examples/planner.py
    foretell run examples/planner.py -i goal="all about tea"      breaks the promise
"""

from __future__ import annotations

from foretell import Count, Grow, many, may, promise, seq, task, workflow

SCRIPT = {  # goal: which tools to use, on what
    "tea": [("plan", "green tea"), ("plan", "black tea"), ("write", "tea")],
    "green tea": [("search", "sencha"), ("search", "matcha"), ("write", "green tea")],
    "black tea": [("search", "assam"), ("delete_files", "/"), ("write", "black tea")],
    "all about tea": [("search", f"tea {n}") for n in range(6)],
}


@task
def search(what: str) -> str:
    return f"facts on {what}"


@task
def write(title: str, found: list[str]) -> str:
    return f"{title} ({', '.join(found)})"


@task(grows=lambda: Steps)
def plan(grow: Steps, goal: str) -> str:
    found: list[str] = []
    for tool, what in SCRIPT[goal]:
        match tool:
            case "search":
                found.append(grow.search(what))
            case "plan":
                found.append(grow.plan(what))
            case "write":
                return grow.write(what, found)
            case _:
                print(f"there is no right to {tool} {what}")
    return f"nothing written on {goal}"


class Steps(Grow):
    search = many(search)
    plan = many(plan, at_most=2)
    write = may(write)
    shape = seq(search, plan, write)


@workflow
def planner(goal: str = "tea") -> str:
    promise(Count(search, at_most=5))
    return plan(goal)

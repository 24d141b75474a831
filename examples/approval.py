"""An agent that may search as it likes, and whose only door to `deploy` leads past a person.

`SCRIPT` stands for the model, which may answer anything. What comes of an answer is what `Tools`
grants: `deploy` itself is in no hand but that of `deploy_if_approved`, which asks first. While it is
asked nothing runs: the run is left, and goes on when there is an answer.

    foretell run examples/approval.py                  waits, with exit code 4
    foretell answer last --value true
    foretell resume last
    foretell run examples/approval.py -i goal=hurry    breaks the promise
"""

from __future__ import annotations

from foretell import Grow, ask, many, may, task, workflow
from foretell.control import when

SCRIPT = {  # goal: which tools to use, on what
    "tea shop": [("search", "names"), ("search", "prices"), ("deploy", "tea shop 1.0")],
    "hurry": [("deploy", "tea shop 0.9"), ("deploy", "tea shop 1.0")],
}


@task
def search(what: str) -> str:
    return f"facts on {what}"


@task
def deploy(build: str) -> str:
    return f"{build} is live"


@task
def put_aside(build: str) -> str:
    return f"{build} is put aside"


@workflow
def deploy_if_approved(build: str) -> str:
    yes = ask(bool, "Deploy this?", about=build)
    return when(yes, lambda: deploy(build), lambda: put_aside(build))


class Tools(Grow):
    search = many(search, at_most=5)
    deploy = may(deploy_if_approved)


@task(grows=Tools)
def agent(grow: Tools, goal: str) -> list[str]:
    found: list[str] = []
    for tool, what in SCRIPT[goal]:
        match tool:
            case "search":
                found.append(grow.search(what))
            case "deploy":
                found.append(grow.deploy(what))
    return found


@workflow
def approval(goal: str = "tea shop") -> list[str]:
    return agent(goal)

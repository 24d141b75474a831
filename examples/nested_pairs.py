"""A -> X -> B, where X is a pair around another X, or the middle: whatever is stopped is started
again, in the opposite order.

`let` gives a part of the shape a name, so that the shape can be used in itself. How many services
there are is known when it runs, and four are promised to be the most; but that each `stop` has its
`start`, and that these lie within each other, is certain before.

    foretell run examples/nested_pairs.py
    foretell run examples/nested_pairs.py -i hurry=true     breaks the promise of the growth
"""

from __future__ import annotations

from foretell import Grow, let, many, one_of, seq, task, use, workflow


@task
def stop(service: str) -> str:
    return f"{service} stopped"


@task
def upgrade(release: str) -> str:
    return f"now {release}"


@task
def start(service: str) -> str:
    return f"{service} started"


class Nested(Grow):
    stop, upgrade, start = many(stop), many(upgrade), many(start)
    shape = let("rest", one_of(seq(stop, use("rest"), start), upgrade), deep=3)


@task(grows=Nested)
def roll_out(grow: Nested, release: str, services: list[str], hurry: bool) -> list[str]:
    last: list[str] = []
    for service in services:
        last.append(grow.stop.after(*last[-1:])(service))
    last.append(grow.upgrade.after(*last[-1:])(release))
    for service in reversed(services[hurry:]):
        last.append(grow.start.after(*last[-1:])(service))
    return last


@task
def report(steps: list[str]) -> str:
    return ", ".join(steps)


@workflow
def nested_pairs(release: str = "2.0", hurry: bool = False) -> str:
    return report(roll_out(release, ["web", "database"], hurry))

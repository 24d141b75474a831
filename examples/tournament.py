"""A -> X -> B, where X is a team, or a match between two X: a tree that is complete before any of
it runs.

Each `use` has places of its own, called by its slot. Where the wires do not say which of several is
meant, `.options(slot=...)` does: `left.match` is the match from which one of the finalists comes.

    foretell run examples/tournament.py
    foretell run examples/tournament.py -i 'teams=["Ada", "Bob", "Cid"]'
"""

from __future__ import annotations

from foretell import Grow, let, many, one_of, par, seq, task, use, workflow


@task
def team(name: str) -> str:
    return name


@task
def match(home: str, guest: str) -> str:
    return max(home, guest, key=len)  # the longer name wins


class Tree(Grow):
    team, match = many(team), many(match)
    shape = let(
        "side",
        one_of(team, seq(par(use("side", slot="left"), use("side", slot="right")), match)),
        deep=2,
    )


@task(grows=Tree)
def draw_lots(grow: Tree, teams: list[str]) -> str:
    def side(teams: list[str], slot: str) -> str:
        if len(teams) == 1:
            return grow.team.options(slot=f"{slot}team")(teams[0])
        half = len(teams) // 2
        home = side(teams[:half], f"{slot}left.")
        guest = side(teams[half:], f"{slot}right.")
        return grow.match.options(slot=f"{slot}match")(home, guest)

    return side(teams, "")


@task
def honour(winner: str) -> str:
    return f"{winner} wins"


@workflow
def tournament(teams: list[str] = ["Ada", "Grace", "Alan", "Konrad"]) -> str:  # noqa: B006
    return honour(draw_lots(teams))

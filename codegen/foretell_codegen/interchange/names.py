"""Names for a format that allows fewer of them than graphs do, without two becoming one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from foretell_codegen.interchange.notes import Notes


def fitted(
    names: Iterable[str], allowed: re.Pattern[str], where: str, notes: Notes
) -> dict[str, str]:
    """What each of `names` is called: itself where that matches, else something like it, which no
    other is called. `where` is the place of the n-th, with `{}` for n."""
    wanted = list(names)
    given = {name: name for name in wanted if allowed.fullmatch(name)}
    taken = set(given)
    for i, name in enumerate(wanted):
        if name in given:
            continue
        plain = "".join(c if allowed.fullmatch(c) else "_" for c in name) or "_"
        given[name] = free = unique(plain, taken)
        taken.add(free)
        notes.changed(where.format(i), f"{name!r:.80} is called {free!r:.80} there")
    return given


def unique(name: str, taken: Iterable[str]) -> str:
    """`name`, or `name_2`, `name_3` ... if that is taken."""
    known = taken if isinstance(taken, (set, dict)) else set(taken)
    free, n = name, 1
    while free in known:
        n += 1
        free = f"{name}_{n}"
    return free

"""What is done instead if something fails: try and except, of values that are not there yet.

The atlas is asked; if it, or finding the place in it, fails, a neighbour; and if he fails too, it is
said so. What comes second is drawn as what may come, until the first has ended well.

    foretell run examples/control/fall_back.py
    foretell run examples/control/fall_back.py -i place=Atlantis
"""

from __future__ import annotations

from foretell import task, workflow
from foretell.control import fallback


@task
def open_atlas(year: int) -> str:
    return f"atlas of {year}"


@task
def look_up(atlas: str, place: str) -> str:
    if place == "Atlantis":
        raise LookupError(f"no {place} in the {atlas}")
    return f"{place}, as in the {atlas}"


@task
def ask_neighbour(place: str) -> str:
    return f"{place}, beyond the pillars"


@task
def tell(way: str) -> str:
    return f"go to {way}"


@workflow
def fall_back(place: str = "Rome") -> str:
    way = fallback(lambda: look_up(open_atlas(1900), place), lambda: ask_neighbour(place))
    return tell(way)

"""Typed inputs and outputs: a wrong wire is an error in the editor, and again at registration.

Annotations are all there is to write. Outputs with fields are taken apart with a dot, also before
anything has run: `weighed.grams` is an edge that carries that one field.

    foretell run examples/typed.py -i parcel='{"to": "Rome", "items": [120, 380]}'
    foretell run examples/typed.py -i parcel='{"to": "Rome", "items": ["heavy"]}'      says what is wrong
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from foretell import task, workflow


@dataclass
class Parcel:
    to: str
    items: list[int]


class Weighed(NamedTuple):
    grams: int
    fragile: bool


@task
def weigh(parcel: Parcel) -> Weighed:
    return Weighed(sum(parcel.items), fragile=max(parcel.items) > 300)


@task
def price(grams: int) -> float:
    return 4.0 + grams / 100


@task
def label(parcel: Parcel, fragile: bool, euros: float) -> str:
    warning = ", FRAGILE" if fragile else ""
    return f"to {parcel.to}: {euros:.2f} euros{warning}"


@workflow
def typed(parcel: Parcel) -> str:
    weighed = weigh(parcel)
    euros = price(weighed.grams)  # price(weighed.fragile) is an error in a typed editor
    return label(parcel, weighed.fragile, euros)

"""Several results at once: parts that are not there, or of another type."""

from __future__ import annotations

from foretell import workflow
from tests.typing.tasks import (
    Pair,
    Parts,
    both,
    first,
    keep,
    model,
    named,
    pair,
    parts,
    shout,
    square,
    swap,
    total,
)  # fmt: skip


@workflow
def outputs(n: int) -> Pair:
    pair(n).middle  # !
    pair(n)[2]  # !
    _, _, _ = pair(n)  # !
    total(pair(n).low)  # !
    parts(n).trian  # !
    shout(parts(n).train)  # !
    named(n)["length"]  # !
    square(named(n)["name"])  # !
    named(n).name  # !
    model(n).scores  # !
    shout(model(n).score)  # !
    model(n)["score"]  # !
    both(n)[2]  # !
    _, *_, _, _ = both(n)  # !
    square(both(n)[1])  # !
    square(first([shout("x")]))  # !
    first(n)  # !
    keep(pair(n)).middle  # !
    shout(keep(n))  # !
    flipped, back = swap(both(n))
    square(flipped)  # !
    shout(back)  # !
    swap(n)  # !
    Parts([shout("x")], "x")  # !
    square(n).bit_size  # !
    return Pair(shout("x"), n)  # !

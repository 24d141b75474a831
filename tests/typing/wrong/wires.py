"""Results as inputs: what does not fit. Each marked line is one error to both checkers."""

from __future__ import annotations

from foretell import workflow
from tests.typing.tasks import (
    both,
    either,
    first,
    greet,
    join,
    level,
    lookup,
    mean,
    model,
    nested,
    pair,
    parts,
    quiet,
    shout,
    square,
    total,
    use_model,
    use_parts,
    user,
)  # fmt: skip


@workflow
def wires(n: int, name: str) -> float:
    square(name)  # !
    square(shout(name))  # !
    square("3")  # !
    square(2.5)  # !
    square(None)  # !
    square(n=name)  # !
    shout(n)  # !
    shout(name, name)  # !
    shout(name, mark=n)  # !
    total(n)  # !
    total(square(n))  # !
    total([shout(name)])  # !
    total(["x"])  # !
    total([n], name)  # !
    mean([shout(name)])  # !
    mean(mean([n]))  # !
    join([square(n)])  # !
    join(n)  # !
    lookup({name: name}, name)  # !
    lookup({n: n}, name)  # !
    square(lookup({name: n}, name))  # !
    square(either(n))  # !
    either(mean([n]))  # !
    level(name)  # !
    level("middle")  # !
    greet(n)  # !
    shout(user(n))  # !
    use_model(parts(n))  # !
    use_parts(model(n))  # !
    use_model(n)  # !
    square(pair(n))  # !
    square(pair(n).high)  # !
    square(both(n)[1])  # !
    shout(nested(n))  # !
    nested(name)  # !
    square(quiet(n))  # !
    shout(first([n]))  # !
    return shout(name)  # !


wires("x", "x")  # !
wires(1)  # !
square("x")  # !
square.fn("x")  # !

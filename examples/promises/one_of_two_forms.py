"""Promise: the workflow is A -> X -> B, where X is of the form N -> M or of the form J -> K.

A parcel is either packed here and then posted, or ordered elsewhere and then passed on. Which of
the two is known only when `look` has looked; that it is never a mixture is known from the start.

    foretell run examples/promises/one_of_two_forms.py
    foretell run examples/promises/one_of_two_forms.py -i stock=0
    foretell run examples/promises/one_of_two_forms.py -i muddle=true      breaks the promise
"""

from __future__ import annotations

from foretell import Grow, may, one_of, seq, task, workflow


@task
def pack(item: str) -> str:
    return f"box of {item}"


@task
def post(box: str) -> str:
    return f"{box}, by post"


@task
def order(item: str) -> str:
    return f"order of {item}"


@task
def pass_on(ordered: str) -> str:
    return f"{ordered}, passed on"


class TwoForms(Grow):
    pack, post = may(pack), may(post)
    order, pass_on = may(order), may(pass_on)
    shape = one_of(seq(pack, post), seq(order, pass_on))


@task(grows=TwoForms)
def look(grow: TwoForms, item: str, stock: int, muddle: bool) -> str:
    if muddle:
        return grow.pass_on(grow.pack(item))
    if stock:
        return grow.post(grow.pack(item))
    return grow.pass_on(grow.order(item))


@task
def tell(parcel: str) -> str:
    return f"on its way: {parcel}"


@workflow
def one_of_two_forms(item: str = "tea", stock: int = 3, muddle: bool = False) -> str:
    return tell(look(item, stock, muddle))

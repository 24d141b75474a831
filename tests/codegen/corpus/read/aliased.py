import foretell as ft
import foretell.control as ctl
from foretell.control import when as if_
from dataclasses import dataclass as dc
import typing as t

@dc(slots=True, kw_only=True)
class P:
    a: int
    b: "t.Optional[str]" = None

@ft.task
def make(n: int) -> P: raise NotImplementedError

@ft.task
def flag(p: P) -> bool: return True

make_again = make

@ft.workflow
def aliased(n: int) -> P | None:
    p = make_again(n)
    yes = flag(p)
    q = if_(yes, lambda: make(1))
    ctl.when(yes, lambda: make(2), lambda: p)
    return q

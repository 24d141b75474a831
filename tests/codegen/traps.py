"""Sources that would do something if any of them was run, or if one of their texts was evaluated.

Each touches the file `CANARY`. Which of them can be read does not matter; that nothing happens does.
"""

from __future__ import annotations

EVIL = "__import__('pathlib').Path('CANARY').touch()"
TEXT = f'"{EVIL}"'

_FLOW = """
from foretell import task, workflow
{before}
@task
def step(n: int = 0) -> int: return n

@workflow
def flow(n: int) -> int:
    {inside}
    return step(n)
"""


def _top(text: str) -> str:
    return _FLOW.format(before=text.replace("EVIL", EVIL).replace("TEXT", TEXT), inside="pass")


def _body(text: str, before: str = "") -> str:
    return _FLOW.format(before=before, inside=text.replace("EVIL", EVIL).replace("TEXT", TEXT))


_MODEL = "import pydantic\nclass M(pydantic.BaseModel):\n    n: int = 0\n"
_PICKLE = "b\"cos\\nsystem\\n(S'touch CANARY'\\ntR.\""

TRAPS: dict[str, str] = {
    "at the top": _top("EVIL"),
    "a name": _top("x = EVIL"),
    "an import": _top("import antigravity, this, trapped_sibling"),
    "from an import": _top("from this import s\nfrom trapped_sibling import *"),
    "a condition": _top("if EVIL: pass"),
    "a default": _top("def f(x=EVIL): ..."),
    "a decorator": _top("@(lambda f: EVIL)\ndef f(): ..."),
    "a decorator of a task": _top("@EVIL\n@task\ndef f() -> int: return 1"),
    "a class body": _top("class C:\n    EVIL"),
    "a base": _top("class C(EVIL): ..."),
    "a metaclass": _top("class C(metaclass=lambda *a: EVIL): ..."),
    "a class keyword": _top("class C(x=EVIL): ..."),
    "a subclass hook": _top("class B:\n    def __init_subclass__(cls): EVIL\nclass C(B): ..."),
    "a name hook": _top("class D:\n    def __set_name__(self, o, n): EVIL\nclass C:\n    d = D()"),
    "an item hook": _top("class C:\n    def __class_getitem__(cls, k): EVIL\nx = C[1]"),
    "an annotation": _top("@task\ndef f(x: EVIL) -> int: return 1"),
    "an annotation that is a text": _top("@task\ndef f(x: TEXT) -> TEXT: return 1"),
    "an annotation of a name": _top("x: EVIL = 1"),
    "a later annotation": "from __future__ import annotations\n"
    + _body("used(1)", f"@task\ndef used(x: {EVIL}) -> int: return 1"),
    "a text within a type": _body(
        "used(1)",
        "@task\ndef used(x: list[TEXT]) -> dict[str, TEXT]: return 1".replace("TEXT", TEXT),
    ),
    "a text in a dataclass": _body(
        "used(1)",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: TEXT\n"
        "@task\ndef used(p: P) -> P: return p".replace("TEXT", TEXT),
    ),
    "a text in a typed dict": _body(
        "used({})",
        "from typing import TypedDict\nclass P(TypedDict):\n    x: TEXT\n"
        "@task\ndef used(p: P) -> P: return p".replace("TEXT", TEXT),
    ),
    "a text in a tuple that is called": _body(
        "used(1)",
        "from typing import NamedTuple\nP = NamedTuple('P', [('x', TEXT)])\n"
        "@task\ndef used(p: P) -> P: return p".replace("TEXT", TEXT),
    ),
    "a text in a typed dict that is called": _body(
        "used({})",
        "from typing_extensions import TypedDict\nP = TypedDict('P', {'a b': TEXT, 'c': list[TEXT]})\n"
        "@task\ndef used(p: P) -> P: return p".replace("TEXT", TEXT),
    ),
    "a text in a model": _body(
        "used(1)",
        "import pydantic\nclass P(pydantic.BaseModel):\n    x: TEXT\n    y: list[TEXT]\n"
        "@task\ndef used(p: P) -> P: return p".replace("TEXT", TEXT),
    ),
    "annotations of one's own": _body(
        "used(1)",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    __annotations__ = {'x': TEXT}\n"
        "@task\ndef used(p: P) -> P: return p".replace("TEXT", TEXT),
    ),
    "a bound": _body(
        "used(1)",
        "from typing import TypeVar\nT = TypeVar('T', bound=TEXT)\n"
        "@task\ndef used(p: list[T]) -> T: return p".replace("TEXT", TEXT),
    ),
    "a new type": _body(
        "used(1)",
        "from typing import NewType\nT = NewType('T', TEXT)\n"
        "@task\ndef used(p: T) -> T: return p".replace("TEXT", TEXT),
    ),
    "a constrained list": _body(
        "used(1)",
        "import pydantic\nT = pydantic.conlist(TEXT)\n@task\ndef used(p: T) -> T: return p".replace(
            "TEXT", TEXT
        ),
    ),
    "an alias": _body(
        "used(1)", "T = TEXT\n@task\ndef used(p: T) -> 'T': return p".replace("TEXT", TEXT)
    ),
    "a type that is asked for": _body("x = ask(TEXT, 'Sure?')", "from foretell import ask"),
    "a list that is asked for": _body("x = ask(list[TEXT], 'Sure?')", "from foretell import ask"),
    "a type of a signal": _body("x = signal('paid', TEXT)", "from foretell import signal"),
    "a type of a port": _body(
        "used.after(step(1))()",
        "from foretell import Port\np = Port('p', TEXT)\n"
        "@task(ports=[p])\ndef used() -> int: return 1".replace("TEXT", TEXT),
    ),
    "a type of a section": _body(
        "section('s', lambda x: step(x), x=TEXT)", "from foretell import section"
    ),
    "a type of a use": _body(
        "x = g.growing(empty, name='g', result=TEXT)()",
        "from foretell import Sections, empty\n@task(grows=Sections)\ndef g(grow: Sections) -> int: return 1",
    ),
    "a growth": _top("@task(grows=TEXT)\ndef f(g) -> int: return 1"),
    "a growth that is a function": _body(
        "f()", "@task(grows=lambda: EVIL)\ndef f(g) -> int: return 1".replace("EVIL", EVIL)
    ),
    "in a body": _body("EVIL"),
    "in an argument": _body("step(EVIL)"),
    "evaluated": _body("eval(TEXT)"),
    "executed": _body("exec(TEXT)"),
    "mapped": _body("list(map(eval, [TEXT]))"),
    "a key": _body("sorted([TEXT], key=eval)"),
    "partially": _body("partial(eval, TEXT)()", "from functools import partial"),
    "reduced": _body("reduce(eval, [TEXT, {}])", "from functools import reduce"),
    "a shell": _body("os.system('touch CANARY')", "import os"),
    "a shell from os": _body("system('touch CANARY')", "from os import system"),
    "a process": _body("run(['touch', 'CANARY'])", "from subprocess import run"),
    "a file": _body("open('CANARY', 'w')"),
    "a path": _body("Path('CANARY').touch()", "from pathlib import Path"),
    "a path that is written": _body("Path('CANARY').write_text('x')", "from pathlib import Path"),
    "builtins": _body("__builtins__['eval'](TEXT)"),
    "globals": _body("step.__globals__['x']"),
    "the function": _body("step.fn(1); step.__wrapped__(1); step._fn(1)"),
    "subclasses": _body("[c for c in ().__class__.__base__.__subclasses__()][0]"),
    "a format": _body("'{0.__class__.__init__.__globals__}'.format(step)"),
    "a shown value": _body('f"""{EVIL}"""'),
    "a lambda": _body("(lambda: EVIL)()"),
    "a comprehension": _body("[EVIL for _ in range(1)]"),
    "a walrus": _body("(x := EVIL)"),
    "a pickle": _body(f"M.parse_raw({_PICKLE}, proto='pickle', allow_pickle=True)", _MODEL),
    "a pickle in a file": _body("M.parse_file('trapped_sibling.py', allow_pickle=True)", _MODEL),
    "a schema": _body("M.model_json_schema(schema_generator=lambda: EVIL)", _MODEL),
    "a model rebuilt": _body("M.model_rebuild(_types_namespace={})", _MODEL),
    "a validator": _body(
        "used(M(n=1))",
        "import pydantic\nclass M(pydantic.BaseModel):\n    n: int\n    @pydantic.field_validator('n')\n"
        "    def check(cls, v): EVIL; return v\n@task\ndef used(m: M) -> int: return 1".replace(
            "EVIL", EVIL
        ),
    ),
    "a task that runs": _top("x = task(lambda: EVIL)()"),
    "a workflow that runs": _top("@workflow\ndef g() -> None: EVIL\ng()"),
    "compiled": _top("@workflow\ndef g() -> None: EVIL\ng.compile()"),
    "registered": _top(
        "from foretell import register_codec\nregister_codec('x', int, lambda v: EVIL, lambda b: EVIL)"
    ),
    "rehearsed": _top("from foretell import Grow, rehearse\nclass G(Grow): ...\nrehearse(G)"),
    "run": _top("from foretell_runtime import run\nrun(flow)"),
    "a task's body": _body(
        "used()", "@task\ndef used() -> int: EVIL; return 1".replace("EVIL", EVIL)
    ),
    "a property": _body(
        "step(C().p)", "class C:\n    @property\n    def p(self): EVIL".replace("EVIL", EVIL)
    ),
    "an operator": _body(
        "C() + 1", "class C:\n    def __add__(self, o): EVIL".replace("EVIL", EVIL)
    ),
    "an enum": _top("import enum\nclass C(enum.Enum):\n    A = EVIL\n    def _missing_(cls): EVIL"),
    "a coding": "# -*- coding: trapped_sibling -*-\n" + _top("pass"),
    "a text that is calculated": _top("def f(x: \"f'''{EVIL}'''\") -> None: ..."),
}

_HEAD_OF_CLASS = "from dataclasses import dataclass\nfrom typing import *\n"
_USED = "\n@task\ndef used(p: P) -> P: return p"


def _class(lines: str, before: str = "", base: str = "@dataclass") -> str:
    """A task that takes a class whose body are `lines`."""
    inside = "\n".join(f"    {line}" for line in lines.splitlines())
    text = f"{_HEAD_OF_CLASS}{before}\n{base}\nclass P:\n{inside}{_USED}"
    return _body("used(1)", text.replace("TEXT", TEXT))


def _type(kind: str, before: str = "") -> str:
    """A task that takes a class with a field of this type."""
    return _class(f"y: {kind}", before)


TOLD_TRAPS: dict[str, str] = {
    "an annotation that is put there": _class("y: int\n__annotations__['x'] = TEXT"),
    "annotations that are updated": _class("y: int\n__annotations__.update({'x': TEXT})"),
    "annotations by a walrus": _class("(__annotations__ := {'x': TEXT})"),
    "annotations of a sibling": _class("from trapped_types import d as __annotations__"),
    "annotations of a decorator": _class(
        "@made\ndef __annotations__(): ...", "def made(f): return {'x': TEXT}"
    ),
    "annotations that are added to": _class("y: int\n__annotations__ |= {'x': TEXT}"),
    "annotations of a loop": _class("for __annotations__ in [{'x': TEXT}]: pass"),
    "annotations that are unpacked": _class("__annotations__, z = {'x': TEXT}, 1"),
    "annotations of a global": _class("global d\ny: int\nd = __annotations__\nd['x'] = TEXT"),
    "annotations in a nested class": _class(
        "class Q:\n    y: int\n    __annotations__['x'] = TEXT\nq: Q", base="@dataclass"
    ),
    "a text in a list of types": _type("Callable[X, int]", "X = [TEXT]"),
    "a text in a tuple of types": _type("Union[X]", "X = (TEXT,)"),
    "a text in a tuple within a list": _type("list[X]", "X = (TEXT,)"),
    "a text that is added to a type": _type("X", "X = List[int] | TEXT"),
    "a type that is added to a text": _type("X", "X = TEXT | List[int]"),
    "a mapped tuple": _type("X", "X, = list(map(NamedTuple, ['X'], [[('x', TEXT)]]))"),
    "a partial tuple": _type(
        "X", "from functools import partial\nX = partial(NamedTuple, 'X')([('x', TEXT)])"
    ),
    "a reduced tuple": _type(
        "X", "from functools import reduce\nX = reduce(NamedTuple, ['X', [('x', TEXT)]])"
    ),
    "fields that hide": _type(
        "X",
        "class D(dict):\n    def items(self): return []\nX = TypedDict('X', D(x=TEXT))",
    ),
    "a constrained list of a tuple": _type("X", "import pydantic\nX = pydantic.conlist((TEXT,))"),
    "a validator that makes a type": _body(
        "ask(M(x=(TEXT,)).x, 'Sure?')",
        "from foretell import ask\nimport pydantic\nfrom typing import *\n"
        "class M(pydantic.BaseModel):\n"
        "    x: Annotated[Any, pydantic.AfterValidator(pydantic.conlist)]",
    ),
    "a name in a model that is a text": _body(
        "used(1)",
        f"import pydantic\nclass P(pydantic.BaseModel):\n    x: X\nX = TEXT{_USED}".replace(
            "TEXT", TEXT
        ),
    ),
    "a name in a model's own body": _body(
        "used(1)",
        "import pydantic\nfrom typing import ClassVar\nclass P(pydantic.BaseModel):\n    x: X\n"
        f"    X: ClassVar[str] = TEXT{_USED}".replace("TEXT", TEXT),
    ),
    "a type of an enum": _type("E.A", "import enum\nclass E(str, enum.Enum):\n    A = TEXT"),
    "fields of one's own": _class("y: int\ndef __dataclass_fields__(self): EVIL", base=""),
}
"""Those in which a class or a type is told a text that whoever reads its fields evaluates."""
TRAPS |= TOLD_TRAPS

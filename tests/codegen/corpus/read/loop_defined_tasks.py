from foretell import task, workflow

def make(name):
    return name.upper()

PARTS = [make(n) for n in ("a", "b")]
LOOKUP = {part: i for i, part in enumerate(PARTS)}
first, *others = PARTS

@task
def f(name: str, at: int, rest: list[str]) -> int: return at

@workflow
def loop_defined_tasks() -> int:
    made = {name: f.options(id=f"f-{name}", label=name)(name, LOOKUP[name], others) for name in PARTS}
    return made[first]

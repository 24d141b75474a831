from foretell import Grow, each, many, may, one_of, seq, task, workflow, promise, Count

@task
def load(n: int) -> str: return ""

@task
def clean(text: str, hard: bool = False) -> str: return text

@workflow
def prepare(n: int) -> str:
    text = load(n)
    promise(Count(clean, at_most=3))
    return clean(text, hard=True)

class Pairs(Grow):
    prepare = many(prepare, at_most=4)
    load = many(load)
    clean = many(clean)
    shape = seq(prepare, many(seq(load, clean), at_least=1))

@task(grows=Pairs)
def plan(grow: Pairs, n: int) -> list[str]:
    return grow.prepare.map(each(range(n)))

@workflow
def growth_of_sections(n: int) -> list[str]:
    plan.options(id="again")(3)
    return plan(n)

from typing import TYPE_CHECKING
from foretell import task, workflow

try:
    import graphlib as np
    HAVE = True
except ImportError:
    np = None
    HAVE = False

if TYPE_CHECKING:
    from nowhere import Thing

@task
def step(n: int) -> int:
    return int(np.sum(n)) if HAVE else n

@workflow
def optional_imports(n: int) -> int:
    return step(n)

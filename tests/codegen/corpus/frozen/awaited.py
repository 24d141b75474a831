import asyncio
from foretell import task, workflow

@task
async def step(n: int) -> int: return n

async def later() -> int: return 2

@workflow
def awaited(n: int) -> int:
    k = asyncio.run(later())
    return step(k)

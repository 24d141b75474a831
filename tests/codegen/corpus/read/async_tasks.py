import asyncio
from foretell import Grow, many, task, workflow

@task
async def fetch(url: str) -> bytes:
    await asyncio.sleep(0)
    return b""

class More(Grow):
    fetch = many(fetch)

@task(grows=More)
async def crawl(grow: More, url: str) -> list[bytes]:
    return [grow.fetch(url)]

@workflow
def async_tasks(url: str) -> list[bytes]:
    a = fetch(url)
    return crawl.after(a)(url)

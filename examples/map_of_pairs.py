"""A -> (N -> M)* -> B: a map whose every item takes two steps, and no step without the other.

`download` and `parse` come in pairs. Before the run a frame says that they come together; as soon
as a page is downloaded, its `parse` is no longer possible but certain.

    foretell run examples/map_of_pairs.py
    foretell run examples/map_of_pairs.py -i lazy=true      breaks the promise of the growth
"""

from __future__ import annotations

from foretell import Grow, many, seq, task, workflow


@task
def download(page: str) -> str:
    return f"text of {page}"


@task
def parse(text: str) -> int:
    return len(text)


class Pages(Grow):
    download = many(download)
    parse = many(parse)
    shape = many(seq(download, parse))


@task(grows=Pages)
def crawl(grow: Pages, pages: list[str], lazy: bool) -> list[int]:
    texts = [grow.download(page) for page in pages]
    return [grow.parse(text) for text in texts[lazy:]]


@task
def add_up(sizes: list[int]) -> int:
    return sum(sizes)


@task
def sitemap(site: str) -> list[str]:
    return [f"{site}/a", f"{site}/bc"]


@workflow
def map_of_pairs(site: str = "home", lazy: bool = False) -> int:
    return add_up(crawl(sitemap(site), lazy))

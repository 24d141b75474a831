"""Tasks in JavaScript: one looks for the pages of a folder and grows a node for each, one reads a page.

Both are in `links.mjs`, which speaks foretell's protocol with the help of `foretell.mjs`; they have types
here, so they are drawn, checked and judged as Python tasks are. Needs `node`.

    foretell run examples/node/links.py
    foretell run examples/node/links.py -i folder=../../docs     breaks the promise: too many pages
"""

from __future__ import annotations

from itertools import chain

from foretell import Grow, many, program, task, workflow

NODE = program("node", "links.mjs")


@task(runs=NODE)
def broken_links(page: str) -> list[str]:
    raise NotImplementedError


class Pages(Grow):
    broken_links = many(broken_links, at_most=9)


@task(runs=NODE, grows=Pages)
def find_pages(grow: Pages, folder: str) -> list[list[str]]:
    raise NotImplementedError


@task
def report(broken: list[list[str]]) -> str:
    found = list(chain.from_iterable(broken))
    return f"{len(broken)} pages, {len(found)} links that lead nowhere\n" + "\n".join(found)


@workflow
def links(folder: str = "pages") -> str:
    return report(find_pages(folder))

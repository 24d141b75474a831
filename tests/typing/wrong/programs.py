"""Tasks that are programs have types as any other."""

from foretell import command, container, task, workflow


@task(runs=command("wc", "-l", "{path}"))
def lines(path: str) -> int:
    raise NotImplementedError


@task(runs="wc -l")  # !
def told(path: str) -> int:
    raise NotImplementedError


@task(runs=command("wc", "-l", container="alpine"))  # !
def boxed(path: str) -> int:
    raise NotImplementedError


@task(runs=command(["wc", "-l"]))  # !
def listed(path: str) -> int:
    raise NotImplementedError


@task(runs=command("wc", stdout="xml"))  # !
def strange(path: str) -> int:
    raise NotImplementedError


@task(runs=command("wc", container=container("alpine", memory=0.5)))  # !
def small(path: str) -> int:
    raise NotImplementedError


@workflow
def flow() -> int:
    lines(3)  # !
    return lines(lines("a"))  # !

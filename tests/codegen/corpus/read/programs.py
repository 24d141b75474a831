from foretell import Port, Stream, command, container, program, shell, task, workflow

@task(runs=command("wc", "-l", "{path}", stdout="text", env={"LANG": "C"}))
def lines(path: str) -> str:
    raise NotImplementedError

@task(runs=shell('sort "$path" | head -n "$most"', ok=(0, 1)))
def top(path: str, most: int = 3) -> str:
    raise NotImplementedError

@task(runs=program("node", "x.mjs", container=container("node:20", cpus=1.5, memory="1g")))
def js(n: int) -> int:
    raise NotImplementedError

@task(runs=command("cat", stdin="{text}", stdout="lines"), retries=2)
def cat(text: str) -> list[str]: ...

@workflow
def programs(path: str) -> int:
    n = lines(path)
    t = top(path)
    cat(t)
    return js.after(n, t)(1)

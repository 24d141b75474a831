from dataclasses import dataclass, replace
from foretell import task, workflow

@dataclass(frozen=True)
class Config:
    depth: int = 3
    name: str = "base"

    @property
    def title(self) -> str:
        return f"{self.name}-{self.depth:03d}"

    def deeper(self, by: int = 1) -> "Config":
        return replace(self, depth=self.depth + by)

BASE = Config()
DEEP = BASE.deeper(2)

@task
def run(config: Config, title: str, rows: list[Config]) -> int: return 0

@workflow
def given_values() -> int:
    names = [f"{n!r}:{i:>4}" for i, n in enumerate("ab")]
    return run(DEEP, BASE.title + "/".join(names), rows=[BASE, Config(depth=len(names))])

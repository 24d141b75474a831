"""Sources in many styles: small workflows as people write them, and what was used of their freedom.

Knows how sources look, and nothing of how they are read or changed. What may be drawn is drawn from a
`Random`, so that Hypothesis, or a loop over seeds, decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

HEAD = '''"""A flow."""

from __future__ import annotations

from typing import NamedTuple

from foretell import Count, limit, promise, task, workflow


class Pair(NamedTuple):
    left: int
    right: int


@task
def one(x: int, k: int = 0) -> int:
    return x + k


@task
def join(xs: list[int], k: int = 0) -> int:
    return sum(xs) + k  # all of them


@task
def pair(x: int) -> Pair:
    return Pair(x, x)


@task
def note(text: str, x: int = 0, opts: dict[str, int] | None = None) -> None:
    print(text, x, opts)


def helper() -> int:
    return 3

'''

TAIL = """

# the end
VALUE = helper()
"""


@dataclass
class Style:
    """How somebody writes."""

    newline: str = "\n"
    indent: str = "    "
    quote: str = '"'
    bom: bool = False
    comments: float = 0.0
    blanks: float = 0.0
    semicolons: float = 0.0
    multiline: float = 0.0
    nesting: float = 0.2
    odd: float = 0.0
    """Form feeds, continued lines, parentheses, spaces."""

    @classmethod
    def drawn(cls, random: Random) -> Style:
        def often() -> float:
            return random.choice((0.0, 0.0, 0.3, 0.7))

        return cls(
            newline=random.choice(("\n", "\n", "\r\n")),
            indent=random.choice(("    ", "    ", "\t", "  ")),
            quote=random.choice(('"', "'")),
            bom=random.random() < 0.1,
            comments=often(), blanks=often(), semicolons=often(), multiline=often(),
            nesting=often(), odd=often(),
        )  # fmt: skip


@dataclass
class Writing:
    """A workflow that is being written. `numbers` are the expressions that are numbers by now."""

    random: Random
    style: Style
    numbers: list[str] = field(default_factory=lambda: ["a", "b"])
    befores: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    count: int = 0

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def text(self, words: str) -> str:
        return f"{self.style.quote}{words}{self.style.quote}"

    def number(self, depth: int = 0) -> str:
        choice = self.random.random()
        if choice < 0.3:
            return str(self.random.randrange(100))
        if choice < 0.3 + self.style.nesting and depth < 2:
            return self.call(depth + 1)
        found = self.random.choice(self.numbers)
        return f"({found})" if self.chance(self.style.odd * 0.3) else found

    def call(self, depth: int = 0) -> str:
        """A call of a task that gives a number."""
        if self.chance(0.3):
            items = ", ".join(self.number(depth) for _ in range(self.random.randrange(3)))
            return self.dressed("join", [f"[{items}]", *self.more()])
        return self.dressed("one", [self.first("x", self.number(depth)), *self.more()])

    def first(self, name: str, value: str) -> str:
        return f"{name}={value}" if self.chance(0.2) else value

    def more(self) -> list[str]:
        return [f"k={self.random.randrange(9)}"] if self.chance(0.3) else []

    def dressed(self, task: str, arguments: list[str]) -> str:
        text = task
        if self.chance(0.15):
            text += f".options(retries={self.random.randrange(1, 5)})"
        elif self.chance(0.1):
            text += f".options(label={self.text('Step')}, tags=[{self.text('t')}])"
        if self.befores and self.chance(0.15):
            text += f".after({self.random.choice(self.befores)})"
        return f"{text}({self.laid(arguments)})"

    def laid(self, arguments: list[str]) -> str:
        if not arguments or not self.chance(self.style.multiline):
            return ", ".join(arguments) + ("," if arguments and self.chance(0.1) else "")
        inner = self.style.indent * 2
        remark = "  # why" if self.chance(self.style.comments) else ""
        lines = [f"{inner}{one},{remark}" for one in arguments]
        return "\n".join(["", *lines, self.style.indent])

    def step(self) -> None:
        """One more statement."""
        self.count += 1
        name = f"n{self.count}"
        choice = self.random.random()
        if choice < 0.1:
            parts = [self.text("hi"), self.number(1)]
            if self.chance(0.5):
                parts.append(f"opts={{{self.text('p')}: 1, {self.text('q')}: 2}}")
            self.statements.append(self.dressed("note", parts))
        elif choice < 0.25:
            self.statements.append(f"{name} = {self.dressed('pair', [self.number()])}")
            self.numbers += [f"{name}.left", f"{name}.right"]
            self.befores.append(name)
        elif choice < 0.3:
            self.statements.append(f"{name}, {name}_r = {self.dressed('pair', [self.number()])}")
            self.numbers += [name, f"{name}_r"]
        elif choice < 0.35:
            self.statements.append(f"c{self.count} = {self.random.randrange(50)}")
            self.numbers.append(f"c{self.count}")
        elif choice < 0.4:
            self.statements.append(f"limit(one, running={self.random.randrange(1, 9)})")
        elif choice < 0.45:
            self.statements.append(f"promise(Count(one, at_most={self.random.randrange(40, 60)}))")
        else:
            annotated = ": int" if self.chance(self.style.odd * 0.3) else ""
            value = self.call()
            if self.chance(self.style.odd * 0.3):
                value = f"({value})"
            elif self.chance(self.style.odd * 0.3):
                value = f"\\\n{self.style.indent * 2}{value}"
            self.statements.append(f"{name}{annotated} = {value}")
            self.numbers.append(name)
            self.befores.append(name)

    def body(self) -> str:
        indent, lines = self.style.indent, list[str]()
        if self.chance(0.3):
            lines.append(f'{indent}"""What it does."""')
        at = 0
        while at < len(self.statements):
            text = self.statements[at]
            at += 1
            while at < len(self.statements) and self.chance(self.style.semicolons * 0.5):
                text += f"{self.random.choice(('; ', ';'))}{self.statements[at]}"
                at += 1
            if self.chance(self.style.blanks):
                lines.append(self.random.choice(("", "", "\f", f"{indent}")))
            if self.chance(self.style.comments):
                lines.append(f"{indent}# about what follows, é")
                if self.chance(0.2):
                    lines.append("")
            remark = "  # so" if self.chance(self.style.comments) else ""
            lines.append(f"{indent}{text}{remark}")
        returned = self.random.choice(
            (self.number(), "[" + self.number() + ", " + self.number() + "]")
        )
        if self.chance(self.style.blanks):
            lines.append("")
        lines.append(f"{indent}return {returned}")
        return "\n".join(lines)


def source(random: Random, most: int = 6) -> bytes:
    """A module with a workflow, in some style."""
    style = Style.drawn(random)
    writing = Writing(random, style)
    for _ in range(random.randrange(1, most + 1)):
        writing.step()
    body = writing.body()
    kind = "list[int]" if body.rstrip().rpartition("return ")[2].startswith("[") else "int"
    text = f"{HEAD}\n@workflow\ndef flow(a: int, b: int = 4) -> {kind}:\n{body}\n{TAIL}"
    data = text.replace("\n", style.newline).encode()
    return b"\xef\xbb\xbf" + data if style.bom else data

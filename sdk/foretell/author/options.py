"""Options of tasks and nodes: what may be said beside the inputs, checked where it is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from foretell.errors import WiringError, nearest

if TYPE_CHECKING:
    from datetime import timedelta

    from foretell.author.programs import Runs
    from foretell.author.stated import Schema
    from foretell.graph.trials import Backoff, Cached


class Options(TypedDict, total=False):
    """`retries` further trials after a failure, `backoff` seconds apart, upon the exceptions
    `retry_on` (a text names one that is elsewhere: "package.module:Name"); `timeout` seconds for each trial; of nodes that could start, those of the highest
    `priority` do first (0). `cache`: an equal node of a later run is given what this one came to; True, a
    version of what the task does, or how long that counts. `id`, `label`, `tags` and `style` name and dress
    the node."""

    retries: int
    backoff: float | Backoff
    retry_on: type[Exception] | str | tuple[type[Exception] | str, ...]
    timeout: float | timedelta
    priority: int
    cache: bool | str | timedelta | Cached
    id: str
    label: str
    style: Mapping[str, str]
    tags: Iterable[str]


class RightOptions(Options, total=False):
    """Options of a right. `instance` says to which instance of a `many(seq(...))`, or round of a
    `loop(...)`, the next nodes belong, where their wires do not; `slot`, in which use of a `let(...)`
    they lie: `left.right.step`."""

    instance: int
    slot: str


class TaskOptions(Options, total=False):
    """Options of the decorator: defaults for every node of the task. `runs` is the program that is
    started in the place of the function, whose body then only stands in for it in ordinary Python.
    `extern` is the entry point of a task that is elsewhere and only declared here; `name` what the
    task is called in graphs, where that cannot be the name of a function. `takes` is the schema of all
    its inputs, of which the function then says nothing."""

    runs: Runs
    takes: Schema
    extern: str
    name: str


RUN_OPTIONS = ("retries", "backoff", "retry_on", "timeout", "priority", "cache")
"""Options that are orders to whoever runs the node; the others say what it is called."""

_ID = re.compile(r"[^\s./\\\"'<>{}|~@*?\[\]\x00-\x1f\x7f]{1,100}")


def checked(options: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The options in their JSON form; raises `WiringError` naming the wrong one."""
    out: dict[str, Any] = {}
    for name, value in options.items():
        check = _CHECKS.get(name)
        if check is None:
            raise WiringError(
                f"{where}: unknown option {name!r}; known are {', '.join(_CHECKS)}"
                f"{nearest(name, _CHECKS)}"
            )
        out[name] = check(value, f"{where}: option {name}")
    return out


def checked_instance(value: Any, where: str) -> int:
    if type(value) is not int or not 0 <= value < 10**15:
        raise WiringError(f"{where}: option instance must be a whole number from 0, not {value!r}")
    return value


def checked_use(slot: Any, right: str, where: str) -> tuple[str, str]:
    """The use in which `slot` lies, a place of `right`, and its instance there."""
    name, bracket, keys = slot.partition("[") if isinstance(slot, str) else ("", "", "")
    if name != right and not name.endswith(f".{right}"):
        raise WiringError(
            f"{where}: option slot must be a place of the right {right!r}, such as 'left.{right}', not "
            f"{slot!r:.80}"
        )
    return name.removesuffix(right), bracket + keys


def checked_name(value: Any, where: str) -> str | None:
    from foretell.graph.wellformed import name_fault

    if value is not None and (not isinstance(value, str) or name_fault(value)):
        why = name_fault(value) if isinstance(value, str) else "it must be a text"
        raise WiringError(f"{where}: name={value!r:.80}: {why}")
    return value


def checked_entry(value: Any, where: str) -> str | None:
    from foretell.graph.wellformed import entry_fault

    if value is not None and (not isinstance(value, str) or entry_fault(value)):
        why = entry_fault(value) if isinstance(value, str) else "it must be a text"
        raise WiringError(f"{where}: extern={value!r:.80}: {why}")
    return value


def _retries(value: Any, where: str) -> int:
    if type(value) is not int or value < 0:
        raise WiringError(f"{where} must be a whole number from 0, not {value!r}")
    return value


def _backoff(value: Any, where: str) -> Any:
    from foretell.graph.trials import Backoff

    if not isinstance(value, Backoff):
        return _judged("backoff", None if isinstance(value, dict) else value, where)
    return _judged("backoff", value._asdict(), where)


def _timeout(value: Any, where: str) -> Any:
    seconds = getattr(value, "total_seconds", None)
    return _judged("timeout", seconds() if seconds else value, where)


def _priority(value: Any, where: str) -> Any:
    return _judged("priority", value, where)


def _cache(value: Any, where: str) -> Any:
    from foretell.graph.trials import Cached

    if value is False:
        return None
    if hasattr(value, "total_seconds"):
        value = Cached(within=value.total_seconds())
    elif isinstance(value, str):
        value = Cached(value)
    elif value is True:
        value = Cached()
    if not isinstance(value, Cached):
        raise WiringError(
            f"{where} must be True, False, a version as text, a timedelta or a Cached(...), not "
            f"{value!r:.80}"
        )
    within: Any = value.within
    seconds = getattr(within, "total_seconds", None)
    said = {"version": value.version, "within": seconds() if seconds else within}
    return _judged("cache", {k: v for k, v in said.items() if v not in ("", None)}, where)


def refuse_cached(name: str, options: Mapping[str, Any], *, grows: bool, emits: bool) -> None:
    if options.get("cache") is None:
        return
    from foretell.author.names import here
    from foretell.graph.trials import cache_fault

    if why := cache_fault(options, grows=grows, emits=emits):
        raise WiringError(f"{here()}: task {name!r} {why}")


def _retry_on(value: Any, where: str) -> Any:
    from foretell.author.failing import name_of

    classes = value if isinstance(value, (tuple, list)) else (value,)
    for one in classes:
        if isinstance(one, str):
            continue
        if not isinstance(one, type) or not issubclass(one, BaseException):
            raise WiringError(f"{where} takes classes of exceptions, not {one!r:.80}")
        if "<" in one.__qualname__:
            raise WiringError(
                f"{where}: {one.__name__} is defined inside a function, so the process that runs the "
                f"task could not tell that it is the same; define it at the top of a module"
            )
    names = [one if isinstance(one, str) else name_of(one) for one in classes]
    return _judged("retry_on", names, where)


def _judged(name: str, value: Any, where: str) -> Any:
    from foretell.graph.trials import option_fault

    if why := option_fault(name, value):
        raise WiringError(f"{where} {why}")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise WiringError(f"{where} must be text, not {value!r}")
    return value


def is_id(name: str) -> bool:
    """Whether `name` may name a node."""
    return bool(_ID.fullmatch(name)) and name.isprintable()


def _id(value: Any, where: str) -> str:
    if not isinstance(value, str) or not is_id(value):
        raise WiringError(
            f"{where} must be 1 to 100 characters without spaces, dots, slashes, quotes, brackets "
            f"or * ? ~ | @, not {value!r:.120}"
        )
    return value


def _tags(value: Any, where: str) -> tuple[str, ...]:
    tags = (value,) if isinstance(value, str) else tuple(value)
    for tag in tags:
        if not _text(tag, where).strip() or not tag.isprintable() or len(tag) > 100:
            raise WiringError(f"{where}: a tag is 1 to 100 visible characters, not {tag!r:.120}")
    return tuple(tag.strip() for tag in tags)


def _style(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise WiringError(f"{where} must map names to texts, not {value!r}")
    if "" in value:
        raise WiringError(f"{where}: a key of a style must not be empty")
    return {_text(k, where): _text(v, where) for k, v in value.items()}


_CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "retries": _retries, "backoff": _backoff, "retry_on": _retry_on, "timeout": _timeout, "cache": _cache, "priority": _priority, "id": _id, "label": _text, "tags": _tags, "style": _style,
}  # fmt: skip

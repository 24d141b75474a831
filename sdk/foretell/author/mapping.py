"""`square.map(n=each(numbers))` where the numbers are not there yet: a task that grows one section for
each of them. It is a library task like those of `foretell.control`; only `map` leads here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foretell.author.branches import section, type_of_items
from foretell.author.decorators import task
from foretell.author.fields import UNKNOWN
from foretell.author.growth import Sections
from foretell.author.tasks import Each, Task
from foretell.author.unread import Unread
from foretell.author.words import many


@task(grows=Sections)
def grow_each(
    grow: Sections, items: dict[str, list[Any]], sections: Unread[dict[str, Any]]
) -> list[Any]:
    """Grows the section once for each item; several lists are gone through side by side."""
    lengths = {name: len(values) for name, values in items.items()}
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name}: {n}" for name, n in lengths.items())
        raise ValueError(f"the each(...) of a .map() must be equally long, not {said}")
    rows = [dict(zip(items, row, strict=True)) for row in zip(*items.values(), strict=True)]
    return grow.each(sections["each"], rows)


def mapped(called: Task[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The results, as one value that is not there yet."""
    bound = called.ports.bind(args, kwargs)
    items = {name: value.items for name, value in bound.items() if type(value) is Each}
    shared = {name: value for name, value in bound.items() if name not in items}

    def one(*item: Any) -> Any:
        return called(**shared, **dict(zip(items, item, strict=True)))

    each = section(called.__name__, one, **{name: type_of_items(v) for name, v in items.items()})
    result = UNKNOWN if each.result is UNKNOWN else list[each.result]  # type: ignore[name-defined]
    use = grow_each.growing(many(each), name="map", result=result)
    return use.after(*each.waits)(items, {"each": each.data})

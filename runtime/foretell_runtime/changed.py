"""Tasks that are no longer what they were when a run was registered."""

from __future__ import annotations

from collections.abc import (
    Iterable,
    Iterator,
    Mapping,
)

from foretell.document.model import TaskSpec


def changed_tasks(tasks: Mapping[str, TaskSpec], base: str) -> tuple[str, ...]:
    """Tasks whose source is another one than when they were registered, or is gone."""
    return tuple(name for name, spec in tasks.items() if spec.digest and _changed(spec, base))


def kept_words(tasks: Mapping[str, TaskSpec], changed: Iterable[str]) -> Iterator[str]:
    """What there is to tell of those that are programs."""
    programs = [name for name in changed if tasks[name].program is not None]
    if programs:
        yield (
            f"What is run for {', '.join(programs)} is in the journal, word by word, and stays what it "
            f"was; only the files that the words name may be others."
        )


def _changed(spec: TaskSpec, base: str) -> bool:
    from foretell.author.entry import load_entry
    from foretell.author.specs import digest_of

    try:
        return digest_of(load_entry(spec.entry, base)) != spec.digest
    except (Exception, SystemExit):  # noqa: BLE001 - the user's module may raise anything
        return True

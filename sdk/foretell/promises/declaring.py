"""The tasks of a run: which there are, what each may grow, and that this can come to an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from foretell.errors import LawBroken, UserError, nearest
from foretell.graph.live import LiveNode
from foretell.promises.form import Form
from foretell.promises.growing import Declared
from foretell.promises.matching import Matcher
from foretell.promises.productive import endless
from foretell.promises.refining import Forms
from foretell.promises.shapes import leaves
from foretell.promises.wording import words


class Declarations:
    """`known` are the tasks by name. What each may grow goes into `forms`, its tags to `matcher`."""

    def __init__(self, forms: Forms, matcher: Matcher) -> None:
        self.known: dict[str, Declared] = {}
        self._forms = forms
        self._matcher = matcher

    def add(self, tasks: Mapping[str, Declared], maker: LiveNode | None) -> list[str]:
        """Declares `tasks`, of which `maker` speaks; returns those that are new. Raises `LawBroken`
        with nothing declared."""
        new: list[str] = []
        try:
            self._add(tasks, maker, new)
        except LawBroken:
            self.drop(new)
            raise
        return new

    def drop(self, names: list[str]) -> None:
        """Takes these out again."""
        for name in names:
            del self._forms[name], self.known[name], self._matcher.tags[name]
        names.clear()

    def _add(self, tasks: Mapping[str, Declared], maker: LiveNode | None, new: list[str]) -> None:
        for name, declared in tasks.items():
            known = self.known.get(name)
            if known is not None:
                if known != declared:
                    raise LawBroken(
                        f"another task is called {name!r} in this run; give this one another name"
                    )
                continue
            if maker is not None and not self._forms.wires(maker):
                raise LawBroken(
                    f"{maker.id!r} may not bring a task of its own ({name!r}); only what may grow "
                    f"anything may"
                )
            try:
                self._forms[name] = Form(declared.grows)
            except UserError as fault:
                raise LawBroken(f"task {name!r}: {fault}") from None
            self.known[name] = declared
            self._matcher.tags[name] = declared.tags
            new.append(name)
        self._check_growth(new)

    def _check_growth(self, tasks: Sequence[str]) -> None:
        """What newly declared tasks may grow is known, and can come to an end."""
        grows = {name: self._forms[name].shape for name in tasks}
        for name, shape in grows.items():
            for leaf in leaves(shape):
                if leaf.task not in self._forms:
                    hint = nearest(leaf.task[:80], self._forms)
                    raise LawBroken(f"task {name!r} grows an unknown task {leaf.task!r:.80}{hint}")
        stuck = endless(grows)
        if stuck is not None:
            raise LawBroken(
                f"task {stuck!r} grows {words(self._forms[stuck].written):.300}, which can never end: each of its "
                f"nodes must grow another in turn; make that growth optional, with may(...) or many(...)"
            )

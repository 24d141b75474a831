"""What comes for a run from other processes, through the store."""

from __future__ import annotations

from collections.abc import Callable

from foretell_runtime.store.protocol import Claim, Listening, Post, Store


class Mail:
    """The inbox of a run that is being run. `wake` is called when there may be something in it."""

    def __init__(self, store: Store, claim: Claim, wake: Callable[[], None]) -> None:
        self._store = store
        self._claim = claim
        self._wake = wake
        self._listening: Listening | None = None
        self._rung = False
        self.was_rung = False
        """Whether somebody has rung since one looked before: also when it was for no post."""

    def open(self) -> None:
        """Hear of posts from now on; what is there already is heard of, too."""
        if self._listening is None:
            self._listening = self._store.listen(self._claim, self._ring)
            self._ring()

    def close(self) -> None:
        """Who posts from now on finds nobody."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    async def take(self) -> list[Post]:
        """What has come, if anything may have. It stays in the store until it is appended what
        follows from it."""
        self.was_rung = self._rung
        if not self._rung:
            return []
        self._rung = False
        return await self._store.posts(self._claim.run)

    async def is_empty(self) -> bool:
        return not await self._store.posts(self._claim.run)

    def _ring(self) -> None:
        self._rung = True
        self._wake()

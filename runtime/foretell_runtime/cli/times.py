"""Moments and durations as people type them: `90s`, `2h30m`, `30d`, `08:00`, `2026-11-22 08:00`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import click

_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile(r"(\d+(?:\.\d+)?[wdhms])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([wdhms])")
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")


class Duration(click.ParamType):  # type: ignore[type-arg] # older ones have none
    """`30d`, `2h30m`: a `timedelta`."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        found = duration(str(value))
        if found is None:
            self.fail(
                f"{value!r} is no duration; write one as 90s, 15m, 2h30m, 30d or 2w", param, ctx
            )
        return found


class Moment(click.ParamType):  # type: ignore[type-arg] # older ones have none
    """A duration, which counts from now, or a moment: a `timedelta` or a `datetime`."""

    name = "moment"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | timedelta:
        found = duration(str(value)) or _moment(str(value))
        if found is None:
            self.fail(
                f"{value!r} is no moment; write one as 2026-11-22, '2026-11-22 08:00' (a zone like "
                "+01:00 may follow) or 08:00 (the next one), or how long from now: 90s, 2h30m, 3d",
                param,
                ctx,
            )
        return found


def duration(text: str) -> timedelta | None:
    if not _DURATION.fullmatch(text):
        return None
    try:
        parts = [timedelta(**{_UNITS[unit]: float(n)}) for n, unit in _PART.findall(text)]
        return sum(parts, timedelta())
    except OverflowError:
        return None


def _moment(text: str) -> datetime | None:
    """Without a zone it is one of this computer's clock."""
    try:
        if not _TIME.fullmatch(text):
            return datetime.fromisoformat(text)
        now = datetime.now()
        at = datetime.combine(now.date(), datetime.strptime(text[:5].rstrip(":"), "%H:%M").time())
        return at if at > now else at + timedelta(days=1)
    except ValueError:
        return None

"""How large things may become while a source is read: nothing is made that would take for ever or
fill the memory. It is asked before, since nobody can stop what Python itself is doing.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any

LONGEST = 10_000_000
"""Items, or characters, of what is made while a source is read."""
WIDEST = 100_000
"""Bits of a number that is calculated."""
WIDE = re.compile(r"\d{5,}")
"""In how a value is to be shown: more places than anybody asks for."""

ITERATORS: tuple[Any, ...] = (
    map, filter, zip, enumerate, reversed, itertools.chain, itertools.pairwise,
    itertools.zip_longest,
)  # fmt: skip
"""What gives items of which nobody can say beforehand how many."""
_REPEATED = (str, bytes, bytearray, list, tuple, deque)
_EXPONENT = re.compile(r"[eE][-+]?[\d_]{5,}")
_FILLING = frozenset({"ljust", "rjust", "center", "zfill"})


def bits(value: Any) -> int:
    """How wide a number is that is exact."""
    if isinstance(value, int):
        return int.bit_length(value)
    if type(value) is Fraction:
        return max(value.numerator.bit_length(), value.denominator.bit_length())
    return 0


def is_huge(op: type, left: Any, right: Any) -> bool:
    """Whether an operation would give something that is larger than anybody writes."""
    if isinstance(left, (int, Fraction)) and isinstance(right, (int, Fraction)):
        return _is_wide(op, left, right)
    if op is ast.Mult:
        return _is_repeated(left, right) or _is_repeated(right, left)
    if op is ast.Add and isinstance(left, _REPEATED) and isinstance(right, _REPEATED):
        return len(left) + len(right) > LONGEST
    if op is ast.Div and (isinstance(left, PurePath) or isinstance(right, PurePath)):
        return len(str(left)) + len(str(right)) > WIDEST
    if op is ast.Mod and isinstance(left, (str, bytes, bytearray)):
        return bool(WIDE.search(str(left))) or "*" in str(left)
    return False


def _is_repeated(items: Any, times: Any) -> bool:
    return isinstance(items, _REPEATED) and isinstance(times, int) and len(items) * times > LONGEST


def _is_wide(op: type, left: int | Fraction, right: int | Fraction) -> bool:
    if op is ast.Pow:
        return right.denominator == 1 and bits(left) * abs(int(right)) > WIDEST
    if op is ast.LShift:
        return right > WIDEST
    return bits(left) + bits(right) > WIDEST


def makes_huge(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether a function of Python's would make something huge of what it is given."""
    given = (*args, *kwargs.values())
    if any(bits(one) > WIDEST for one in given):
        return True
    if sum(len(one) for one in given if isinstance(one, (str, bytes, bytearray))) > 2 * LONGEST:
        return True
    made = function if isinstance(function, type) else None
    if made is not None and issubclass(made, (bytes, bytearray)):
        return any(isinstance(one, int) and one > LONGEST for one in given)
    if made is not None and issubclass(made, (Fraction, Decimal)):
        return any(_EXPONENT.search(one) for one in given if isinstance(one, str))
    known = _ASKED.get(function) if made in (None, range) else None
    return known is not None and known(*given)


def _power(left: Any = 0, right: Any = 0, *rest: Any) -> bool:
    return not rest and is_huge(ast.Pow, left, right)


def _rounds(number: Any = 0, digits: Any = 0) -> bool:
    return isinstance(digits, int) and abs(digits) > 10_000


def _spans(*ends: Any) -> bool:
    if not all(isinstance(end, int) for end in ends) or not 1 <= len(ends) <= 3 or 0 in ends[2:]:
        return False  # which is a mistake
    try:
        return len(range(*ends)) > LONGEST
    except OverflowError:
        return True


def _adds(items: Any = (), start: Any = 0) -> bool:
    """Lists are added one after the other, each time to a new one."""
    if not isinstance(start, _REPEATED):
        return False
    if not isinstance(items, (list, tuple)):
        return True
    return sum(len(one) for one in items if isinstance(one, _REPEATED)) * len(items) > 10 * LONGEST


_ASKED: dict[Any, Callable[..., bool]] = {pow: _power, round: _rounds, range: _spans, sum: _adds}


def would_be_long(of: Any, name: str, args: Sequence[Any]) -> bool:
    """Whether a method of a value would make it too long; `of` is the class if it is asked there."""
    if isinstance(of, type):
        if not args:
            return False
        of, args = args[0], args[1:]
    if name == "join" and isinstance(of, (str, bytes)):
        return not args or not isinstance(args[0], (list, tuple)) or _joined(of, args[0]) > LONGEST
    if name == "replace" and isinstance(of, str):
        return len(args) > 1 and (len(of) + 1) * _length(args[1]) > LONGEST
    if name == "extend" and args:
        return len(of) + _length(args[0]) > LONGEST
    if name in _FILLING:
        return bool(args) and isinstance(args[0], int) and args[0] > LONGEST
    return False


def _joined(by: Any, items: Sequence[Any]) -> int:
    return sum(_length(one) for one in items) + len(by) * len(items)


def _length(value: Any) -> int:
    return len(value) if isinstance(value, (*_REPEATED, set, frozenset, dict, range)) else 0


def weight(value: Any) -> int:
    """How many items a value holds itself, if they are many."""
    kind = type(value)
    if kind is int:
        return int(value.bit_length() >> 6)
    return len(value) if kind in _HOLDING or isinstance(value, _REPEATED) else 0


_HOLDING = frozenset({set, frozenset, dict})

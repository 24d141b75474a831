"""Whether values of one JSON Schema fit another: always, sometimes, or never.

Two questions, each answered yes only where it is sure: is every value of the first a value of the
second (`within`), and is none (`apart`). A keyword that is not understood makes the first answer
no and leaves the second to the other keywords, because it can only take values away. So what is
said never to fit never does; the rest is checked when it runs.

It knows schemas only, as pydantic writes them for Python's types and as anybody may write them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Literal, TypeAlias

Fit: TypeAlias = Literal["compatible", "checked", "incompatible"]
"""`checked`: when it runs."""

CONVERTS = "x-foretell-converts"
"""Said of a schema by those who know that its reader takes more than it says, or that its writer
writes something else: nothing can be concluded from it."""

_ALL = frozenset(("null", "boolean", "number", "string", "array", "object"))
_SAYS_NOTHING = frozenset(
    ("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$defs",
     "$schema", "$comment", "$id", "contentEncoding", "contentMediaType", "discriminator",
     "definitions")
)  # fmt: skip
_UNDERSTOOD = _SAYS_NOTHING | frozenset(
    ("type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "items", "prefixItems", "minItems",
     "maxItems", "uniqueItems", "properties", "required", "additionalProperties", "minimum",
     "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern",
     "format")
)  # fmt: skip
UNKNOWN: Mapping[str, Any] = {"x-foretell-unknown": True}
"""A schema of which nothing is known. (Of `true` it is known that it takes everything.)"""

_UNSPLIT = frozenset(("anyOf", "oneOf", "$ref"))
"""Where they stand beside other keywords, they are not taken apart."""
_DEEPEST = 40
_MOST = 20_000
"""Pairs of schemas looked at before we give up, and leave it to the run."""


@dataclass(frozen=True, slots=True)
class Place:
    """A schema, and the document in which its references are looked up."""

    schema: Any
    root: Any

    @classmethod
    def of(cls, schema: Any) -> Place:
        return cls(schema, schema)

    def sub(self, schema: Any) -> Place:
        return Place(schema, self.root)


def fit(source: Place, target: Place) -> Fit:
    """Whether values of `source` may go where `target` is wanted."""
    judge = _Judge()
    try:
        if judge.within(source, target, 0):
            return "compatible"
        return "incompatible" if judge.apart(source, target, 0) else "checked"
    except _TooMuchError:
        return "checked"


def at(place: Place, pointer: str) -> Place:
    """The schema of what lies at a JSON Pointer in a value; of anything where that is not sure."""
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        found = [_step(way, token) for way in _ways(place)]
        if any(each is None for each in found) or not found:
            return Place.of(UNKNOWN)
        steps = [each.schema for each in found if each is not None]
        place = place.sub(steps[0] if len(steps) == 1 else {"anyOf": steps})
    return place


def taken_at(place: Place, pointer: str) -> Place:
    """The schema of what is taken at a JSON Pointer: what is put into a value that may be anything
    may be anything too."""
    steps = pointer.split("/")
    for n in range(len(steps) - 1, 0, -1):
        above = at(place, "/".join(steps[:n])).schema
        if above is True or (isinstance(above, Mapping) and above.keys() <= _SAYS_NOTHING):
            return Place.of(True)
    return at(place, pointer)


class _TooMuchError(Exception):
    pass


class _Judge:
    def __init__(self) -> None:
        self._looked = 0
        self._assumed: dict[tuple[int, int], None] = {}

    def _count(self, depth: int) -> None:
        self._looked += 1
        if depth > _DEEPEST or self._looked > _MOST:
            raise _TooMuchError

    def within(self, source: Place, target: Place, depth: int) -> bool:
        """Whether surely every value of `source` is one of `target`."""
        self._count(depth)
        key = (id(source.schema), id(target.schema))
        if key in self._assumed:
            return True  # both come back to where they were: nothing spoke against it on the way
        before = len(self._assumed)
        if isinstance(source.schema, Mapping) and isinstance(target.schema, Mapping):
            self._assumed[key] = None
        ways = _ways(target)
        if all(self._within_one(way, ways, target, depth) for way in _ways(source)):
            return True
        while len(self._assumed) > before:  # what was concluded on the way hung on this
            self._assumed.popitem()
        return False

    def _within_one(self, source: Place, ways: list[Place], target: Place, depth: int) -> bool:
        if source.schema is False:
            return True
        good = [way for way in ways if self._inside(source, way, depth)]
        if not good:
            return False
        if _is_exclusive(target):
            others = [way for way in ways if way is not good[0]]
            return all(self._separate(source, way, depth) for way in others)
        return True

    def apart(self, source: Place, target: Place, depth: int) -> bool:
        """Whether surely no value of `source` is one of `target`."""
        self._count(depth)
        if depth == _DEEPEST:
            return False
        return all(
            self._separate(one, other, depth) for one in _ways(source) for other in _ways(target)
        )

    def _inside(self, source: Place, target: Place, depth: int) -> bool:
        """`within`, for schemas that are no unions."""
        if target.schema is True or target.schema == {}:
            return True
        if target.schema is False or not isinstance(source.schema, Mapping):
            return False
        one, other = source.schema, target.schema
        if not other.keys() <= _UNDERSTOOD or not _UNSPLIT.isdisjoint(other):
            return False
        for part in other.get("allOf", ()):
            if not self.within(source, target.sub(part), depth + 1):
                return False
        literals = _literals(one)
        if literals is not None:
            return all(self._admits(target, value) for value in literals)
        if _literals(other) is not None or not _kinds_within(one, other):
            return False
        return (
            all(other[key] == one.get(key) for key in ("pattern", "format")
                if key in other and other[key] != "path")
            and all(_covers(_range(other, *ends), _range(one, *ends)) for ends in _RANGES)
            and (not other.get("uniqueItems") or bool(one.get("uniqueItems")))
            and self._items_inside(source, target, depth)
            and self._properties_inside(source, target, depth)
        )  # fmt: skip

    def _items_inside(self, source: Place, target: Place, depth: int) -> bool:
        if "array" not in _kinds(source.schema):
            return True
        count = max(len(p.schema.get("prefixItems", ())) for p in (source, target))
        longest = _range(source.schema, "minItems", "maxItems")[1][0]
        return all(
            self.within(_item(source, i), _item(target, i), depth + 1)
            for i in range(count + 1)
            if i < longest
        )

    def _properties_inside(self, source: Place, target: Place, depth: int) -> bool:
        if "object" not in _kinds(source.schema):
            return True
        one, other = source.schema, target.schema
        if not set(other.get("required", ())) <= set(one.get("required", ())):
            return False
        names = {*one.get("properties", ()), *other.get("properties", ())}
        if not all(
            self.within(_property(source, name), _property(target, name), depth + 1)
            for name in names
        ):
            return False
        return self.within(_rest(source), _rest(target), depth + 1)

    def _admits(self, target: Place, value: Any) -> bool:
        """Whether a literal value surely is one of `target`, which is no union."""
        other = target.schema
        literals = _literals(other)
        if literals is not None:
            return any(_equal(value, each) for each in literals)
        if not _kind_of(value) & _kinds(other):
            return False
        if "integer" in _said(other) and "number" not in _said(other) and type(value) is float:
            return False
        return not other.keys() - _SAYS_NOTHING - {"type"}

    def _separate(self, source: Place, target: Place, depth: int) -> bool:
        """`apart`, for schemas that are no unions."""
        one, other = source.schema, target.schema
        if one is False or other is False:
            return True
        if not isinstance(one, Mapping) or not isinstance(other, Mapping):
            return False
        for mine, theirs in ((source, target), (target, source)):
            if any(
                self.apart(mine.sub(p), theirs, depth + 1) for p in mine.schema.get("allOf", ())
            ):
                return True
            literals = _literals(mine.schema)
            if literals is not None and all(_never(value, theirs.schema) for value in literals):
                return True
        kinds = _kinds(one) & _kinds(other)
        if not kinds:
            return True
        return all(self._separate_by(kind, source, target, depth) for kind in kinds)

    def _separate_by(self, kind: str, source: Place, target: Place, depth: int) -> bool:
        """Whether no value of this kind is one of both."""
        one, other = source.schema, target.schema
        if kind in _RANGE_OF:
            (low, high), (least, most) = (
                _range(schema, *_RANGE_OF[kind]) for schema in (one, other)
            )
            if max(low, least) > min(high, most):
                return True
        if kind == "array":
            longest = int(max(_range(s, "minItems", "maxItems")[0][0] for s in (one, other)))
            return any(
                self.apart(_item(source, i), _item(target, i), depth + 1)
                for i in range(min(longest, 100))
            )
        if kind == "object":
            needed = {*one.get("required", ()), *other.get("required", ())}
            return any(
                self.apart(_property(source, name), _property(target, name), depth + 1)
                for name in needed
            )
        return False


_RANGES = (("minItems", "maxItems"), ("minLength", "maxLength"), ("minimum", "maximum"))
_RANGE_OF = {"array": _RANGES[0], "string": _RANGES[1], "number": _RANGES[2]}


def _range(
    schema: Mapping[str, Any], low: str, high: str
) -> tuple[tuple[float, int], tuple[float, int]]:
    """The least and the greatest that a schema allows; of an end that is left out, the number
    beside it is 1 or -1."""
    of_numbers = low == "minimum"
    least = (_number(schema.get(low), -inf if of_numbers else 0), 0)
    most = (_number(schema.get(high), inf), 0)
    if of_numbers:
        least = max(least, (_number(schema.get("exclusiveMinimum"), -inf), 1))
        most = min(most, (_number(schema.get("exclusiveMaximum"), inf), -1))
    return least, most


def _covers(wide: Any, narrow: Any) -> bool:
    return bool(wide[0] <= narrow[0] and narrow[1] <= wide[1])


def _number(value: Any, otherwise: float) -> float:
    return value if type(value) in (int, float) else otherwise


def _ways(place: Place) -> list[Place]:
    """The alternatives of a schema, references followed; a schema that is none is its only one."""
    queue, ways, seen = [place], [], 0
    while queue:
        found = _resolved(queue.pop())
        seen += 1
        if seen > _DEEPEST * 10:
            return [place.sub(UNKNOWN)]
        schema = found.schema
        if isinstance(schema, Mapping):
            options = schema.get("anyOf", schema.get("oneOf"))
            if isinstance(options, list) and schema.keys() <= _SAYS_NOTHING | {"anyOf", "oneOf"}:
                queue += [found.sub(option) for option in reversed(options)]
                continue
            kinds = schema.get("type")
            if isinstance(kinds, list):
                ways += [found.sub({**schema, "type": kind}) for kind in kinds]
                continue
        ways.append(found)
    return ways


def _resolved(place: Place) -> Place:
    for _ in range(_DEEPEST):
        schema = place.schema
        if not isinstance(schema, Mapping):
            return place
        if schema.get(CONVERTS):
            return place.sub(UNKNOWN)
        if "$ref" not in schema:
            return place
        if not schema.keys() <= _SAYS_NOTHING | {"$ref"}:
            return place.sub(UNKNOWN)
        found = _looked_up(schema["$ref"], place.root)
        place = place.sub(found)
    return place.sub(UNKNOWN)


def _looked_up(reference: Any, root: Any) -> Any:
    """What a reference means, where it is found in the document itself."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return UNKNOWN
    found = root
    for token in reference.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, Mapping) or token not in found:
            return UNKNOWN
        found = found[token]
    return found


def _is_exclusive(place: Place) -> bool:
    schema = _resolved(place).schema
    return isinstance(schema, Mapping) and "oneOf" in schema


def _said(schema: Any) -> frozenset[str]:
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    return frozenset((kind,)) if isinstance(kind, str) else frozenset()


def _kinds(schema: Any) -> frozenset[str]:
    said = _said(schema)
    if not said or not said <= _ALL | {"integer"}:
        return _ALL
    return frozenset("number" if kind == "integer" else kind for kind in said)


def _kinds_within(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if not _kinds(one) <= _kinds(other):
        return False
    return "integer" not in _said(other) or "integer" in _said(one)


def _literals(schema: Any) -> list[Any] | None:
    if not isinstance(schema, Mapping):
        return None
    if "const" in schema:
        return [schema["const"]]
    enum = schema.get("enum")
    return enum if isinstance(enum, list) else None


def _never(value: Any, schema: Any) -> bool:
    """Whether a literal surely is no value of a schema that is no union."""
    literals = _literals(schema)
    if literals is not None and not any(_equal(value, each) for each in literals):
        return True
    if not _kind_of(value) & _kinds(schema):
        return True
    return _said(schema) == {"integer"} and type(value) is float and not value.is_integer()


def _kind_of(value: Any) -> frozenset[str]:
    for kind, types in _JSON.items():
        if type(value) in types:
            return frozenset((kind,))
    return _ALL


_JSON: dict[str, tuple[type[Any], ...]] = {
    "null": (type(None),), "boolean": (bool,), "number": (int, float), "string": (str,),
    "array": (list, tuple), "object": (dict,),
}  # fmt: skip


def _equal(one: Any, other: Any) -> bool:
    """Equality as JSON has it: 1 is 1.0, and neither is true."""
    return bool(one == other) and (type(one) is bool) == (type(other) is bool)


def _item(place: Place, index: int) -> Place:
    first = place.schema.get("prefixItems", ())
    if index < len(first):
        return place.sub(first[index])
    return place.sub(place.schema.get("items", True))


def _property(place: Place, name: str) -> Place:
    known = place.schema.get("properties", {})
    return place.sub(known[name]) if name in known else _rest(place)


def _rest(place: Place) -> Place:
    """What properties must be that have no schema of their own."""
    schema = place.schema
    if "patternProperties" in schema or "unevaluatedProperties" in schema:
        return place.sub(True)
    return place.sub(schema.get("additionalProperties", True))


def _step(place: Place, token: str) -> Place | None:
    """The schema of one item or property; None where it need not be there."""
    schema = place.schema
    if not isinstance(schema, Mapping) or not schema.keys() <= _UNDERSTOOD:
        return None
    if _said(schema) == {"object"}:
        return _property(place, token)
    if _said(schema) == {"array"} and token.isdecimal():
        return _item(place, int(token))
    return None

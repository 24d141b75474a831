"""What pydantic makes of an annotation: reading JSON, writing it exactly, and its JSON Schema.

The only file of authoring that touches pydantic, and it imports it when the first annotation that
needs it is used.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, ForwardRef, Literal, get_args, get_origin

from foretell.author.exact import same
from foretell.author.fields import UNKNOWN, say_type
from foretell.author.mismatch import Mismatch, describe
from foretell.author.names import reader
from foretell.errors import WiringError
from foretell.graph.references import BYTES, Held, text_of_bytes


class Adapter:
    """What pydantic makes of an annotation: reading JSON, writing it, and its schema.

    Reading is strict, as with the plain types. Bytes are base64 in JSON, because not all of them
    are text; pydantic refuses to hear of that for a lone dataclass, so such a one is read and
    written as a tuple of one. (A model says in its own config what its bytes are.)
    """

    def __init__(self, hint: Any) -> None:
        from pydantic import ConfigDict, TypeAdapter
        from pydantic.errors import PydanticUserError

        self._hint = hint
        config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
        self._wrapped = False
        try:
            self._types: Any = TypeAdapter(hint, config=config)
        except PydanticUserError as error:
            if error.code != "type-adapter-config-unused":
                raise _formless(hint, error) from None
            self._wrapped = not hasattr(hint, "__pydantic_fields__")
            try:
                self._types = (
                    TypeAdapter(_alone(hint), config=config) if self._wrapped else TypeAdapter(hint)
                )
            except PydanticUserError as worse:
                raise _formless(hint, worse) from None

    def read(self, value: Any) -> Any:
        """JSON to the annotated type."""
        from pydantic import ValidationError

        try:
            text = json.dumps([value] if self._wrapped else value, default=_as_text)
            back = self._types.validate_json(text, strict=True)
        except ValidationError as error:
            raise self._mismatch(error, value) from None
        return back[0] if self._wrapped else back

    def write(self, value: Any) -> Any:
        """A value of the annotated type, or one that pydantic takes for it, to JSON."""
        from pydantic import ValidationError
        from pydantic_core import PydanticSerializationError

        try:
            typed = self._types.validate_python((value,) if self._wrapped else value)
            written = self._types.dump_python(
                typed, mode="json", by_alias=True, round_trip=True, warnings=False
            )
        except ValidationError as error:
            raise self._mismatch(error, value) from None
        except UnicodeDecodeError:
            raise Mismatch(
                f"{say_type(self._hint)} whose bytes are text (or set ser_json_bytes and "
                f"val_json_bytes to 'base64' in the model's config)",
                describe(value),
            ) from None
        except (PydanticSerializationError, ValueError, TypeError, RecursionError):
            raise Mismatch("something JSON can hold", describe(value)) from None
        whole, typed = (written[0], typed[0]) if self._wrapped else (written, typed)
        _check_exact(self._hint, typed, whole, self.read)
        return whole

    def schema(self, mode: str) -> dict[str, Any]:
        """The JSON Schema of the annotated type."""
        from pydantic.errors import PydanticUserError
        from pydantic.json_schema import GenerateJsonSchema

        class Quiet(GenerateJsonSchema):
            ignored_warning_kinds = {"non-serializable-default", "skipped-choice"}  # noqa: RUF012

        try:
            whole: dict[str, Any] = self._types.json_schema(mode=mode, schema_generator=Quiet)
        except PydanticUserError as error:
            raise _formless(self._hint, error) from None
        if self._wrapped:
            (inner,) = whole["prefixItems"]
            whole = {**inner, "$defs": whole["$defs"]} if "$defs" in whole else dict(inner)
        if mode == "serialization":
            _close(whole)
        if not _converts(self._types.core_schema, mode):
            return whole
        from foretell.document.fits import CONVERTS  # what children import is small

        return {**whole, CONVERTS: True}

    def _mismatch(self, error: Any, value: Any) -> Mismatch:
        first = error.errors(include_url=False)[0]
        at = [part for part in first["loc"][self._wrapped :] if isinstance(part, (str, int))]
        return Mismatch(
            f"{say_type(self._hint)} ({first['msg']})",
            describe(first.get("input", value)),
            *reversed(at),
        )


def _as_text(held: Any) -> str:
    """What pydantic is given for a value that stands in JSON and is none."""
    if type(held) is Held and held.codec == BYTES:
        return text_of_bytes(held.value)
    raise Mismatch(
        "what pydantic reads (a value of a codec may stand in lists, dicts, tuples and dataclasses of "
        "plain types)",
        describe(held),
    )


def _close(schema: Any) -> None:
    """Says of records that they are written with their own fields only."""
    for part in schema if isinstance(schema, list) else schema.values():
        if isinstance(part, (dict, list)):
            _close(part)
    if isinstance(schema, dict) and schema.get("type") == "object" and "properties" in schema:
        schema.setdefault("additionalProperties", False)


_FUNCTIONS = ("function-before", "function-wrap", "function-plain")


def _is_pydantics(function: Any) -> bool:
    """Whether a function in a core schema is one that pydantic itself put there."""
    found = function.get("function") if isinstance(function, dict) else function
    return str(getattr(found, "__module__", "")).startswith("pydantic")


def _converts(core: Any, mode: str) -> bool:
    """Whether pydantic may read more than the JSON Schema says, or write something else: somebody's
    own function converts, or a field goes by several names."""
    says = _reads_more if mode == "validation" else _writes_otherwise
    queue = [core]
    while queue:
        part = queue.pop()
        if isinstance(part, dict):
            if part.get("type") == "json" or says(part):
                return True
            queue += [v for key, v in part.items() if key not in ("metadata", "serialization")]
        elif isinstance(part, (list, tuple)):
            queue += part
    return False


def _reads_more(part: Any) -> bool:
    # Numbers are good complex numbers, of which the JSON Schema says that they are texts.
    if part.get("type") == "complex":
        return True
    converting = part.get("type") in _FUNCTIONS and not _is_pydantics(part.get("function"))
    by_name = part.get("validate_by_name") or part.get("populate_by_name")
    return bool(converting or by_name or isinstance(part.get("validation_alias"), list))


def _writes_otherwise(part: Any) -> bool:
    own = part.get("serialization")
    converting = (
        isinstance(own, dict)
        and own.get("type") in _FUNCTIONS
        and not _is_pydantics(own.get("function"))
    )
    return bool(converting or part.get("computed_fields"))


def _alone(hint: Any) -> Any:
    return tuple[hint]


def _formless(hint: Any, error: Exception) -> WiringError:
    return WiringError(
        f"the type {say_type(hint)} has no form in JSON; use plain types, dataclasses or "
        f"pydantic models, and pass other things by path or name ({str(error).splitlines()[0]})"
    )


def _check_exact(hint: Any, value: Any, written: Any, read: Callable[[Any], Any]) -> None:
    """Raises `Mismatch` unless what was written is read as what it was."""
    try:
        back = read(written)
    except Mismatch as fault:
        raise Mismatch(
            f"{say_type(hint)} that can be read back from JSON ({fault.expected})",
            describe(value),
            *fault.at,
        ) from None
    if not same(value, back):
        raise Mismatch(
            f"{say_type(hint)} that comes back from JSON as it was",
            f"{describe(value)}, which would come back as {describe(back)} (the first type that "
            f"fits is taken)",
        )


def _holds_text(hint: Any) -> bool:
    """Whether a text stands in the place of a type, or of a part of one: pydantic would have Python
    evaluate it."""
    if isinstance(hint, (str, ForwardRef)):
        return True
    if get_origin(hint) is Literal:
        return False
    args = get_args(hint)[:1] if get_origin(hint) is Annotated else get_args(hint)
    return any(map(_holds_text, args)) or (isinstance(hint, list) and any(map(_holds_text, hint)))


_adapters: dict[int, tuple[Any, Adapter]] = {}


def adapter(hint: Any) -> Adapter:
    """pydantic's view of an annotation, kept. (Annotations need not be hashable.) Raises
    `WiringError` for a type that JSON cannot hold."""
    found = _adapters.get(id(hint))
    if found is None:
        if reader.get() is not None and _holds_text(hint):
            raise WiringError(
                f"the type {hint!r:.80} is in quotes, or a part of it is; where a source is only read, "
                f"no text is evaluated: leave out the quotes"
            )
        found = _adapters[id(hint)] = (hint, Adapter(hint))
    return found[1]


def dump(value: Any, hint: Any = UNKNOWN) -> Any:
    """JSON for a value that needs pydantic: a model, a datetime, a path, an enum, a set ..."""
    if hint is not UNKNOWN:
        return adapter(hint).write(value)
    from pydantic_core import PydanticSerializationError, to_jsonable_python

    try:
        return to_jsonable_python(value, by_alias=True, bytes_mode="base64")
    except (PydanticSerializationError, ValueError, RecursionError):
        raise Mismatch("something JSON can hold", describe(value)) from None


def check_unchanged(value: Any, back: Any, hint: Any) -> None:
    """Raises `Mismatch` where a value of a plain type would come back as something else."""
    if not same(value, back):
        raise Mismatch(
            f"{say_type(hint)} that JSON can hold" if hint not in (UNKNOWN, Any)
            else "plain JSON, or an annotation that says otherwise",
            f"{describe(value)}, which would come back as {describe(back)}",
        )  # fmt: skip

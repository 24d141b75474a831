"""JSON values as Python literals. Nothing else ever becomes of a text that came from a document."""

from __future__ import annotations

from typing import Any

from foretell_codegen.writing.layout import Expr, listed, mapped

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}


def text(value: str) -> str:
    """A string literal: in double quotes, unless that takes more escapes; what cannot be seen is
    escaped."""
    quote = "'" if value.count('"') > value.count("'") else '"'
    if value.isascii() and value.isprintable() and "\\" not in value and quote not in value:
        return f"{quote}{value}{quote}"
    return quote + "".join([_sign(sign, quote) for sign in value]) + quote


def bytes_text(value: bytes) -> str:
    """A literal of bytes."""
    quote = "'" if value.count(b'"') > value.count(b"'") else '"'
    signs = [_sign(chr(byte), quote) if byte < 0x7F else f"\\x{byte:02x}" for byte in value]
    return f"b{quote}{''.join(signs)}{quote}"


def _sign(sign: str, quote: str) -> str:
    if sign == quote:
        return "\\" + sign
    if sign in _SHORT:
        return _SHORT[sign]
    if sign.isprintable():
        return sign
    code = ord(sign)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def literal(value: Any) -> Expr:
    """The literal of a JSON value."""
    kind = type(value)
    if kind is str:
        return text(value)
    if value is None or kind is bool:
        return str(value)
    if kind is int:
        return integer(value)
    if kind is float:
        return number(value)
    if kind is list or kind is tuple:
        return listed([literal(item) for item in value])
    return mapped([(text(key), literal(value[key])) for key in sorted(value)])


def integer(value: int) -> str:
    """Decimal, or hexadecimal where Python would refuse so many digits."""
    return str(value) if value.bit_length() < 2_000 else f"{value:#X}".replace("0X", "0x")


def number(value: float) -> str:
    """Documents hold no NaN and no infinity, whose texts would be names."""
    found = repr(value).replace("e+", "e")
    if not found[-1].isdigit() or found.strip("-0123456789.e+"):
        raise ValueError(f"{found} is no JSON number")
    return found

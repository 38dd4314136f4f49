"""JSON read by the letter of RFC 8259, so that a strange page fails whole instead of being misread."""

import json
import math
import re
from collections.abc import Hashable, Sequence
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

BOM = b"\xef\xbb\xbf"
LONGEST_NUMBER = 40  # digits: far above any id, count or laboratory value
# Escapes that Python accepts and PostgreSQL, or another reader, would not.
ODD_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

T = TypeVar("T")


class Unreadable(Exception):
    """It is not JSON as we accept it. The message never quotes the text."""


def loads(body: bytes) -> Any:
    """The value that *body* stands for, in UTF-8 with or without a byte order mark.

    Raises ``Unreadable`` for other encodings, cut text, duplicate names, NaN, infinite
    or endless numbers, and nesting deeper than the interpreter's stack.
    """
    try:
        # A lone surrogate in UTF-8 is repaired where text is taken over, not here.
        return STRICT.decode(body.removeprefix(BOM).decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        raise Unreadable("The answer is not readable JSON.") from None


def decode(body: bytes, shape: type[T]) -> T:
    """*body* as a msgspec *shape*, fast; raises ``Unreadable`` if it does not fit.

    Unlike :func:`loads` it does not see duplicate names: check the body first.
    """
    try:
        if ODD_ESCAPE.search(body):
            return msgspec.convert(cleaned(loads(body)), shape, strict=True)
        decoder: msgspec.json.Decoder[T] = _decoder(cast("Hashable", shape))
        return decoder.decode(body.removeprefix(BOM))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Unreadable("The answer does not have the expected shape.") from None


@cache
def _decoder(shape: Any) -> Any:
    return msgspec.json.Decoder(shape)


def cleaned(value: Any) -> Any:
    """The same value without NULs and lone surrogates, which no database of ours can keep."""
    match value:
        case str():
            return clean_text(value)
        case list():
            return [cleaned(item) for item in value]
        case dict():
            return {clean_text(name): cleaned(item) for name, item in value.items()}
        case _:
            return value


def clean_text(text: str) -> str:
    """*text* with U+FFFD for each NUL and each lone surrogate."""
    return NOT_TEXT.sub(REPLACEMENT, text)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate names")
    return members


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("endless number")
    return int(digits)


def _real(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("infinite number")
    return number


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


STRICT = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_real,
    parse_constant=_constant,
)

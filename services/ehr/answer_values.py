"""The value of one answer of a form, whichever of FHIR's ``value[x]`` types it has, in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.ehr.strict_json import clean_text

Json = Mapping[str, Any]


def in_words(answer: Json) -> tuple[str, tuple[str, ...]]:
    """What was said, in FHIR's own notation, and the ``system|code`` of a choice.

    Choices give their display, quantities number and unit, references and attachments their
    display or title and never an address or bytes. Empty where nothing was said.
    """
    match _value(answer):
        case bool(yes):
            return ("true" if yes else "false"), ()
        case str(text):
            return clean_text(text), ()
        case int() | float() as number:
            return f"{number}", ()
        case {"contentType": _} | {"url": _} | {"title": _} as attachment:
            return text_of(attachment.get("title")), ()
        case {"value": int() | float() as number, **unit}:
            return f"{number} {text_of(unit.get('unit')) or text_of(unit.get('code'))}".strip(), ()
        case {"reference": _, **named} | {"identifier": _, **named}:
            return text_of(named.get("display")), ()
        case dict(coding):
            spoken = text_of(coding.get("display")) or text_of(coding.get("code"))
            return spoken, tuple(coded([coding]))
        case _:
            return "", ()


def _value(answer: Json) -> Any:
    return next((value for name, value in answer.items() if name.startswith("value")), None)


def coded(codings: Iterable[Json]) -> Iterator[str]:
    """Each as ``system|code``; those without a code are left out."""
    for coding in codings:
        if code := text_of(coding.get("code")):
            yield f"{text_of(coding.get('system'))}|{code}"


def items_of(parent: Json) -> list[Json]:
    """The items directly below a questionnaire, a response, an item or an answer."""
    return listed(parent, "item")


def listed(parent: Json, name: str) -> list[Json]:
    """The objects in the list *name*; an object alone counts as a list of one."""
    value = parent.get(name)
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, Mapping)]


def member(parent: Json, name: str) -> Json:
    """The object *name*, or an empty one."""
    value = parent.get(name)
    return value if isinstance(value, Mapping) else {}


def text_of(value: Any) -> str:
    """A text that both databases can keep; empty if it is none."""
    return clean_text(value) if isinstance(value, str) else ""

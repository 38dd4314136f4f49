"""What a SMART on FHIR scope lets us do."""

from collections.abc import Iterable

# SMART App Launch 1.0 spells out .read and .write, 2.0 has letters; eCW adds .create.
READS = {"read", "*"}
CREATES = {"create", "write", "*"}


def grants(scopes: Iterable[str], resource: str, create: bool = False) -> bool:
    """Whether *scopes* let a backend read (or create) this type of resource, whatever the version."""
    return any(_grants(scope, resource, create) for scope in scopes)


def _grants(scope: str, resource: str, create: bool) -> bool:
    context, _, rest = scope.partition("/")
    kind, _, ability = rest.partition("?")[0].partition(".")
    if context != "system" or kind not in {resource, "*"}:
        return False
    words, letter = (CREATES, "c") if create else (READS, "r")
    return ability in words or (letter in ability and set(ability) <= set("cruds"))

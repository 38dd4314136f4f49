"""What a request is called when faults are matched to it and calls are counted in the journal."""

from dataclasses import dataclass

CHANNELS = {"metadata", ".well-known", "jwks"}
HEALOW = {"messages": "healow.messages", "threads": "healow.thread", "replies": "healow.reply"}


CLEARINGHOUSE = {
    "files": "clearinghouse.files",
    "submissions": "clearinghouse.submission",
    "realtime": "clearinghouse.realtime",
    "attachments": "clearinghouse.attachment",
}


@dataclass(frozen=True)
class Operation:
    """A name such as ``healow.reply`` and the practice code in the path, or empty."""

    name: str
    practice: str = ""

    def matches(self, pattern: str) -> bool:
        """Does a fault's ``match`` mean this: ``*``, the family, or the very operation?"""
        return pattern in ("*", self.name) or self.name.startswith(f"{pattern}.")


def operation_of(method: str, path: str) -> Operation:
    """The operation behind a request line."""
    parts = [part for part in path.split("/") if part]
    match parts:
        case ["fhir", "r4", practice, *rest]:
            return Operation(_fhir(method, rest), practice)
        case ["healow", "v1", practice, *rest]:
            return Operation(_healow(method, rest), practice)
        case ["clearinghouse", "v1", practice, *rest]:
            return Operation(_clearinghouse(method, rest), practice)
        case ["openapi", "v1", practice, *rest] if practice != "patients":
            return Operation(_openapi(method, rest), practice)
        case ["oauth", "oauth2", "token"]:
            return Operation("token")
        case [family, *_]:
            return Operation(family)
        case _:
            return Operation("root")


def _healow(method: str, rest: list[str]) -> str:
    if (method, rest) == ("POST", ["messages"]):
        return "healow.message"
    name = HEALOW.get(rest[-1] if rest[-1:] == ["replies"] else "".join(rest[:1]))
    return name or "healow.other"


def _clearinghouse(method: str, rest: list[str]) -> str:
    match method, rest:
        case "POST", ["files"]:
            return "clearinghouse.submit"
        case "POST", ["attachments"]:
            return "clearinghouse.attach"
        case "GET", ["files", _]:
            return "clearinghouse.file"
    return CLEARINGHOUSE.get("".join(rest[:1]), "clearinghouse.other")


def _openapi(method: str, rest: list[str]) -> str:
    match method, rest:
        case "POST", ["encounters", _, "sections"]:
            return "openapi.write"
        case "GET", ["encounters", _, "sections" | "transcript" as what]:
            return f"openapi.{what}"
        case "GET", ["locations", _, "note-layout"]:
            return "openapi.layout"
    return "openapi.other"


def _fhir(method: str, rest: list[str]) -> str:
    if method in ("POST", "PUT", "DELETE"):
        return "fhir.write"
    if rest and rest[0] in CHANNELS:
        return "fhir.metadata"
    return "fhir.read" if len(rest) > 1 else "fhir.search"

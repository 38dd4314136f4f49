"""Scripted faults: which calls they strike, how often, and how often they have struck."""

from dataclasses import dataclass, field
from typing import Any

from services.sandbox.operations import Operation
from services.sandbox.shapes import Json


@dataclass
class Fault:
    """One fault. ``times`` of ``None`` stays until deleted; the first ``skip`` matches pass."""

    id: str
    match: str
    kind: str
    times: int | None = None
    skip: int = 0
    practice: str = ""
    hits: int = 0
    options: Json = field(default_factory=dict)

    def option(self, name: str, default: Any) -> Any:
        """A setting of this kind of fault, such as ``seconds``."""
        return self.options.get(name, default)

    def strikes(self, operation: Operation) -> bool:
        """Is this call its business, and has it any strikes left?"""
        here = self.practice in ("", operation.practice)
        return here and self.times != 0 and operation.matches(self.match)


class Faults:
    """The faults now in force, oldest first; the first that matches a call strikes it."""

    def __init__(self) -> None:
        self.known: list[Fault] = []
        self.count = 0

    def add(self, request: Json) -> Fault:
        """Put a fault in force from its control request. Raises KeyError without match or kind."""
        fields = {
            k: request[k] for k in ("match", "kind", "times", "skip", "practice") if k in request
        }
        self.count += 1
        options = {k: v for k, v in request.items() if k not in fields}
        fault = Fault(
            f"f-{self.count}", fields.pop("match"), fields.pop("kind"), options=options, **fields
        )
        self.known.append(fault)
        return fault

    def strike(self, operation: Operation) -> Fault | None:
        """The fault this call meets, counted; ``None`` for a quiet day."""
        for fault in self.known:
            if not fault.strikes(operation):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.hits += 1
            fault.times = None if fault.times is None else fault.times - 1
            return fault
        return None

    def clear(self, fault_id: str = "") -> None:
        """Lift one fault, or all."""
        self.known = [f for f in self.known if fault_id and f.id != fault_id]

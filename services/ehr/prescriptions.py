"""Whether a prescription in the chart is the medication that a person was to type into eCW."""

import re
from collections.abc import Mapping
from typing import Any

from services.ehr.answer_values import listed, member, text_of
from services.ehr.registration import ChartWrite
from services.ehr.spots import words_of

WORD = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")
OVER = ("stopped", "cancelled", "completed", "not-taken")


def prescribes(order: Mapping[str, Any], write: ChartWrite) -> bool:
    """Same medication and dose by their words, and taken or stopped as was decided.

    The frequency is left out: eCW spells it in its own way. Stopping one means that one.
    """
    values = dict(write.values)
    if write.target and f"MedicationRequest/{order.get('id')}" != write.target:
        return False
    is_over = order.get("status") in OVER
    said = _words(_shown(order))
    wanted = _words(f"{values.get('name', '')} {values.get('dose', '')}")
    return is_over == (values.get("status") in OVER) and wanted <= said


def _shown(order: Mapping[str, Any]) -> str:
    concept = member(order, "medicationCodeableConcept")
    referenced = text_of(member(order, "medicationReference").get("display"))
    dosages = (text_of(d.get("text")) for d in listed(order, "dosageInstruction"))
    return " ".join([words_of(concept), referenced, *dosages])


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.casefold()))

"""What to do about a denial: the suggested path by reason, group and remark, each with its why.

The reasons and first actions are those of section 7.3 of the practice literature that CONTRIBUTING
names: CARC meanings are X12's, the four scenarios CAQH CORE's. Chances and minutes are
assumptions until the practice's own endings speak; the page says which it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Path(StrEnum):
    """What can be done about a denial."""

    CORRECT = "correct"  # fix and resubmit (frequency 7)
    APPEAL = "appeal"
    OTHER_PAYER = "other_payer"  # bill whoever should have come first
    PATIENT = "patient"  # it is the patient's to pay
    INTAKE = "intake"  # registration asks for what is missing
    CODING = "coding"  # somebody who codes looks at it
    ENQUIRE = "enquire"  # ask where the original stands (276)
    WRITE_OFF = "write_off"


@dataclass(frozen=True)
class Advice:
    """The suggested path: why, how often it is assumed to bring money, and the minutes it takes."""

    path: Path
    why: str
    cause: str
    scenario: int = 0
    chance: float = 0.5
    minutes: int = 10


# CAQH CORE's four business scenarios, by number.
SCENARIOS = {
    1: "additional information needed: documentation",
    2: "additional information needed: missing or invalid data",
    3: "not covered by the plan",
    4: "not separately payable",
}
REGISTRATION, AUTHORIZATION, CODING, BILLING, CLINICAL = (
    "registration", "authorization", "coding", "billing", "clinical",
)  # fmt: skip
BY_REASON: dict[str, Advice] = {
    "16": Advice(Path.CORRECT, "The remark names what is missing: correct it and resubmit.",
                 BILLING, 2, 0.8, 6),
    "18": Advice(Path.ENQUIRE, "It was sent before: see where the first one stands, do not resubmit.",
                 BILLING, 2, 0.3, 4),
    "22": Advice(Path.OTHER_PAYER, "Another payer comes first: bill it, then send its answer along.",
                 REGISTRATION, 2, 0.7, 12),
    "23": Advice(Path.ENQUIRE, "The first payer's decision changed this: check how it was posted.",
                 BILLING, 2, 0.4, 8),
    "26": Advice(Path.INTAKE, "The visit was before the coverage began: ask for the coverage of that day.",
                 REGISTRATION, 3, 0.5, 6),
    "27": Advice(Path.INTAKE, "The coverage had ended: ask for the coverage of that day.",
                 REGISTRATION, 3, 0.5, 6),
    "29": Advice(Path.APPEAL, "It came too late for the payer: appeal with proof that it was sent in time.",
                 BILLING, 2, 0.6, 10),
    "31": Advice(Path.INTAKE, "The payer does not know the patient: check the member number.",
                 REGISTRATION, 2, 0.8, 5),
    "140": Advice(Path.INTAKE, "Number and name do not belong together: check both with the card.",
                  REGISTRATION, 2, 0.8, 5),
    "109": Advice(Path.OTHER_PAYER, "This payer is not the one: bill whoever covers the service.",
                  REGISTRATION, 3, 0.7, 8),
    "4": Advice(Path.CODING, "The modifier does not fit the procedure.", CODING, 2, 0.7, 10),
    "5": Advice(Path.CODING, "The place of service does not fit the procedure.", CODING, 2, 0.7, 8),
    "6": Advice(Path.CODING, "The procedure does not fit the patient's age.", CODING, 2, 0.6, 8),
    "7": Advice(Path.CODING, "The procedure does not fit the patient's sex.", CODING, 2, 0.6, 8),
    "9": Advice(Path.CODING, "The diagnosis does not fit the patient's age.", CODING, 2, 0.6, 8),
    "10": Advice(Path.CODING, "The diagnosis does not fit the patient's sex.", CODING, 2, 0.6, 8),
    "11": Advice(Path.CODING, "The diagnosis does not explain the procedure.", CODING, 2, 0.6, 12),
    "12": Advice(Path.CODING, "The diagnosis does not fit the provider.", CODING, 2, 0.6, 10),
    "15": Advice(Path.APPEAL, "The authorization on the claim is not the payer's: find it, or appeal.",
                 AUTHORIZATION, 2, 0.5, 15),
    "197": Advice(Path.APPEAL, "No authorization was on the claim: find it or ask for one after the "
                  "fact, and appeal.", AUTHORIZATION, 2, 0.5, 15),
    "198": Advice(Path.APPEAL, "More was done than was authorized: appeal with the records.",
                  AUTHORIZATION, 2, 0.4, 15),
    "50": Advice(Path.APPEAL, "The payer does not see the need: appeal with the notes.",
                 CLINICAL, 3, 0.5, 25),
    "96": Advice(Path.WRITE_OFF, "It is not covered: read the remark before anything else.",
                 BILLING, 3, 0.1, 5),
    "204": Advice(Path.PATIENT, "The plan does not cover it.", REGISTRATION, 3, 0.4, 5),
    "97": Advice(Path.CODING, "It counts as part of another service: see whether a modifier is due.",
                 CODING, 4, 0.3, 12),
    "119": Advice(Path.APPEAL, "The benefit's maximum is reached: appeal with records if it is not.",
                  CLINICAL, 3, 0.3, 15),
    "151": Advice(Path.APPEAL, "It was done too often for the payer: appeal with records.",
                  CLINICAL, 1, 0.4, 20),
    "252": Advice(Path.APPEAL, "The payer wants to see documents: send them.", CLINICAL, 1, 0.7, 12),
    "B7": Advice(Path.CORRECT, "The provider was not certified for this on that day: check the provider.",
                 BILLING, 2, 0.4, 15),
}  # fmt: skip
UNKNOWN = Advice(Path.ENQUIRE, "No advice for this reason: ask the payer what it needs.",
                 BILLING, 0, 0.3, 10)  # fmt: skip
NO_APPEAL = ("MA130",)  # unprocessable: nothing was decided, so nothing can be appealed


def advise(carc: str, group: str, remarks: Sequence[str]) -> Advice:
    """What to do first. The same reason says another thing where the patient bears it (PR)."""
    if any(remark in NO_APPEAL for remark in remarks):
        return Advice(
            Path.CORRECT,
            "The payer could not process it (MA130): correct and resubmit, there is no appeal.",
            BILLING, 2, 0.8, 6,
        )  # fmt: skip
    found = BY_REASON.get(carc, UNKNOWN)
    if group == "PR" and found.path in (Path.WRITE_OFF, Path.APPEAL, Path.ENQUIRE):
        why = "The payer says that the patient bears it."
        return Advice(Path.PATIENT, why, found.cause, found.scenario, 0.5, 5)
    return found
